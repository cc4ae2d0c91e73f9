"""JSON document as Markdown: one line that expands to highlighted code."""

from __future__ import annotations

from tui.core.json_text import Document, begins_as_json, fenced, json_of, summary_of
from tui.core.text import size, utf8_size

_OPEN = "▾ **JSON**"
_CLOSED = "▸ **JSON**"


def folds(text: str, *, final: bool) -> bool:
    """Return True if a message is shown collapsed: a JSON document, or one so far."""
    return json_of(text) is not None if final else begins_as_json(text)


def folded(text: str, *, final: bool, unfolded: bool) -> str:
    """Return the Markdown to show for a message that is JSON.

    Expanded and unfinished, it only grows with the text.
    """
    if not final and len(text.strip()) < 2:
        return ""  # one bracket may still become anything
    document = json_of(text) if final else None
    if document is None:
        return f"{_OPEN}\n\n```json\n{text}" if unfolded else _written_so_far(text)
    return f"{_OPEN}\n\n{fenced(text)}" if unfolded else _summary(document, text)


def _written_so_far(text: str) -> str:
    return f"{_CLOSED} · {size(utf8_size(text))} so far"


def _summary(document: Document, text: str) -> str:
    much, keys = summary_of(document, text)
    named = ", ".join("…" if key == "…" else f"`{key.replace('`', chr(39))}`" for key in keys)
    return f"{_CLOSED} · {much}{': ' if named else ''}{named}"
