"""Input of a terminal: bytes and their times to text, keys, pastes and reports."""
