"""Workarounds for Textual, and everything that uses its private names; README.md lists them."""
