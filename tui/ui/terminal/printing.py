"""Markdown on a plain terminal, outside the app."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from tui.core.text import drawn
from tui.ui.markdown import Document, Line

_WIDEST = 100
# The terminal's own colours: its background is unknown.
_STYLES = {
    "strong": "bold",
    "em": "italic",
    "strike": "strike",
    "code": "cyan",
    "link": "blue underline",
    "muted": "dim",
    "h1": "bold underline",
    "h2": "bold",
    "h3": "bold",
    "h4": "bold italic",
    "h5": "bold italic",
    "h6": "bold italic",
    "quote": "magenta",
    "quote-text": "italic",
    "marker": "yellow",
    "rule": "dim",
    "head": "bold",
    "comment": "dim italic",
    "keyword": "magenta",
    "number": "yellow",
    "string": "green",
    "function": "blue",
    "builtin": "cyan",
    "deleted": "red",
    "inserted": "green",
}


def print_markdown(markdown: str) -> None:
    """Print rendered Markdown on stdout, as wide as the terminal, at most 100 columns."""
    console = Console(highlight=False, markup=False)
    for line in Document(markdown).lines(min(console.width, _WIDEST)):
        console.print(Segments(_segments(line)), end="", soft_wrap=True)


def _segments(line: Line) -> list[Segment]:
    # The mark for copying code is left out, since nothing can be clicked on here.
    shown = [span for span in line.spans if span.action is None or span.copied is None]
    return [*(Segment(drawn(span.text), _style(span.style)) for span in shown), Segment.line()]


def _style(roles: str) -> Style:
    return Style.parse(" ".join(_STYLES.get(role, "") for role in roles.split()))
