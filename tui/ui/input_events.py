"""Events of keys and pastes that tell more than Textual's."""

from __future__ import annotations

from textual import events

from tui.core.draft import is_text, typed_text

_CHORDS = ("alt+", "ctrl+", "meta+", "super+", "hyper+")


class Key(events.Key):
    """A key that types a character, be it one that Python does not call printable.

    Such are the joiners of emoji and Persian, wide and no-break spaces, and emoji that are newer
    than Python. Textual finds handlers by the name of the class, so it has to be the same.
    """

    @property
    def is_printable(self) -> bool:
        return self.character is not None and is_text(self.character)


class Paste(events.Paste):
    """A paste.

    ``lines``: how many were kept from being sent although the terminal marked no paste; else 0.
    """

    def __init__(self, text: str, lines: int = 0) -> None:
        super().__init__(text)
        self.lines = lines


def as_typed(event: events.Event) -> events.Event:
    """Return a key or paste of any driver as one of these; other events as they are."""
    match event:
        case Key() | Paste():
            return event
        case events.Key() if not event.is_printable:
            typed = Key(event.key, event.character)
            return typed if typed.is_printable else event
        case events.Paste():
            return Paste(typed_text(event.text))
        case _:
            return event


def is_typed(event: events.Event) -> bool:
    """Return whether an event writes text: a character without modifiers, or a paste."""
    if isinstance(event, events.Key):
        return event.is_printable and not event.key.startswith(_CHORDS)
    return isinstance(event, events.Paste)
