"""Terminal input: bytes and their times to text, keys, pastes and reports."""
