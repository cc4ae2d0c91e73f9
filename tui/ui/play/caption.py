"""Row below an app that is played: a caption, and the viewer's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.strip import Strip

from tui.ui.chat.pane_row import TEXT_COLUMN
from tui.ui.toolkit.text import spread

if TYPE_CHECKING:
    from tui.ui.app.base import BaseApp


def caption_row(app: BaseApp[None], caption: str, hint: str, *, is_problem: bool = False) -> str:
    """Return the row as a terminal takes it. ``hint`` is left out where there is no room."""
    width = app.size.width
    words = spread(
        Content(caption), Content(hint), max(0, width - TEXT_COLUMN - 1), gap=3, most=0.5
    )
    text = words.plain
    told = text[: len(text) - len(hint)] if hint and text.endswith(hint) else text
    tone = "error" if is_problem else "accent"
    bar = f" {'✗' if is_problem else '▌'} " if caption else " " * TEXT_COLUMN
    segments = [
        Segment(bar, _style(app, tone)),
        Segment(told, _style(app, "text")),
        Segment(text[len(told) :], _style(app, "muted")),
        Segment(" ", _style(app, "text")),
    ]
    strip = Strip(segments).crop(0, width)
    for line_filter in app.get_line_filters():
        strip = strip.apply_filter(line_filter, Color.parse(app.get_css_variables()["chosen"]))
    return strip.render(app.console)


def _style(app: BaseApp[None], token: str) -> Style:
    tokens = app.get_css_variables()
    ink = tokens["foreground"] if token == "text" else tokens[token]
    return Style(
        color=Color.parse(ink).rich_color,
        bgcolor=Color.parse(tokens["chosen"]).rich_color,
        bold=token == "accent",
    )
