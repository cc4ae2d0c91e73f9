"""Themes and colour tokens."""
