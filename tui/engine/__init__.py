"""The engine: sends messages, follows turns, recovers them. Knows the core alone."""
