"""Private parts of Textual's layout and of its borders."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget


def lay_out_now(screen: Screen[object]) -> None:
    """Compute the positions of all widgets now.

    Textual does it with the next frame, and would paint a scrolled list at the wrong place.
    """
    screen._refresh_layout()


def is_anchor_released(widget: Widget) -> bool:
    """Return True if the user has scrolled away from the end of an anchored widget.

    ``Widget.is_anchored`` only says that it was anchored at some time.
    """
    return widget._anchor_released


def set_border_title(widget: Widget, title: Content | None) -> None:
    """Set the title in a border if it has changed; Textual redraws the widget on each assignment.

    ``Widget.border_title`` returns it as markup, which cannot be compared.
    """
    if title != widget._border_title:
        widget.border_title = title
