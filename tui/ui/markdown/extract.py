"""Extract plain text and links from Markdown."""

from __future__ import annotations

from textual.selection import Selection

from tui.ui.markdown.document import Document
from tui.ui.markdown.paint import selected_text

_OPEN = "app.open_link"
_WIDTH = 100
"""Width of tables in cells; paragraphs and code are not wrapped at all."""


def plain_text(markdown: str) -> str:
    """Return the text as copied from the screen, without soft line breaks."""
    lines = Document(markdown).lines(_WIDTH)
    return selected_text(lines, Selection(None, None)).strip("\n")


def web_links(markdown: str) -> list[str]:
    """Return the http and https addresses of its links, in order, each once."""
    spans = (span for line in Document(markdown).lines(_WIDTH) for span in line.spans)
    actions = (span.action for span in spans if span.action is not None)
    return list(dict.fromkeys(str(given[0]) for name, given in actions if name == _OPEN))
