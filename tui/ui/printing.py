"""Markdown on a plain terminal, outside the app."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown

from tui.core.text import clean


def print_markdown(markdown: str) -> None:
    """Print rendered Markdown on stdout, as wide as the terminal, at most 100 columns."""
    console = Console(highlight=False, markup=False)
    console.print(Markdown(clean(markdown), hyperlinks=False), width=min(console.width, 100))
