"""What the desktop around the terminal can do for us."""
