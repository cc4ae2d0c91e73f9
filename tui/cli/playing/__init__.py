"""Commands `play` and `replay`."""
