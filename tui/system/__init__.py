"""Operating system and desktop around the terminal."""
