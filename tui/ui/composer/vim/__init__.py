"""Vim keys for the composer: text, cursor and keys to a new text and cursor; no widgets."""
