"""Bytes and their times, replayed to the terminal input as its thread would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from tui.system.input.paste_detector import Event, KeyInput, PastedText, Report, TypedText
from tui.system.input.terminal_input import TerminalInput

TYPED = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029")
"""A character that is kept as it is."""


class Replay:
    """Clock that is frozen between two chunks, and all events that they make."""

    def __init__(self) -> None:
        self.input = TerminalInput("cp1252", escape_delay_s=0.1)
        self.now_s = 0.0
        self.events: list[Event] = []

    def wait(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while (deadline_s := self.input.deadline_s) is not None and deadline_s <= end_s:
            self.events += self.input.expire(deadline_s)
        self.now_s = end_s

    def send(self, data: bytes, gap_s: float = 0.0) -> None:
        self.wait(gap_s)
        self.events += self.input.feed(data, self.now_s)


def events_of(*chunks: bytes, gap_s: float = 0.0) -> list[Event]:
    """Return the events of chunks with the same gap between them, and silence at the end."""
    replay = Replay()
    for chunk in chunks:
        replay.send(chunk, gap_s)
    replay.wait(10)
    return joined(replay.events)


def joined(events: Iterable[Event]) -> list[Event]:
    """The same with neighbouring texts as one."""
    whole: list[Event] = []
    for event in events:
        if isinstance(event, TypedText) and whole and isinstance(whole[-1], TypedText):
            whole[-1] = TypedText(whole[-1].text + event.text)
        else:
            whole.append(event)
    return whole


def text_of(events: Iterable[Event]) -> str:
    """Return all text, as in the composer if nothing was sent."""
    return "".join(event.text for event in events if isinstance(event, TypedText | PastedText))


def keys_of(events: Iterable[Event]) -> list[str]:
    return [event.sequence for event in events if isinstance(event, KeyInput)]


def reports_of(events: Iterable[Event]) -> list[str]:
    return [event.sequence for event in events if isinstance(event, Report)]


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """The data in pieces; a place may be anywhere."""
    ends = [*sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]
