"""Workarounds for Textual, and all uses of its private names; README.md lists them."""
