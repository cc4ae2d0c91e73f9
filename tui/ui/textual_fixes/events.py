"""Forward an event to another widget."""

from __future__ import annotations

from textual.events import Event
from textual.widget import Widget


def forward_event(widget: Widget, event: Event) -> None:
    """Give a key or a paste to a widget as if it had the focus.

    ``post_message`` alone would let the app do the priority bindings of the key a second time.
    """
    widget._forward_event(event)
