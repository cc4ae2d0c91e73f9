"""Markdown on a plain terminal, outside the app."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown
from rich.segment import Segment, Segments

from tui.core.text import clean


def print_markdown(markdown: str) -> None:
    """Print rendered Markdown on stdout, as wide as the terminal, at most 100 columns."""
    console = Console(highlight=False, markup=False)
    options = console.options.update(width=min(console.width, 100))
    rendered = console.render(Markdown(clean(markdown), hyperlinks=False), options)
    # Cleaned again: in Markdown any character can be written as a number.
    safe = (Segment(clean(text), style) for text, style, _ in rendered)
    console.print(Segments(safe), end="")
