"""A stored conversation as it happened: which state of a turn was shown when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.turn import Turn, drop_history_duplicates, fold

if TYPE_CHECKING:
    from tui.core.events import TurnEvent
    from tui.core.records import TurnRecord

LONGEST_WAIT_S = 4.0
"""A person who took an hour to answer is not waited for again."""
_BETWEEN_TURNS_S = 1.5
_TOGETHER_S = 0.04
"""Events that come as close together are shown at once."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A change of one turn."""

    wait_s: float
    """Seconds since the change before, at the pace of the conversation."""
    turn: Turn
    """The turn after the change."""
    events: tuple[TurnEvent, ...]
    """What has happened; empty when the user's message appears."""
    at_ms: int
    """Time of the change, milliseconds since the epoch."""


def beats_of(records: Iterable[TurnRecord]) -> Iterator[Beat]:
    """Yield the changes of turns, which are in order."""
    for record in records:
        turn = Turn(id=record.id, conversation_id=record.conversation_id, prompt=record.prompt)
        events = drop_history_duplicates(record.events)
        first_ms = next(filter(None, map(_time_of, events)), 0)
        at_ms = record.prompt.at_ms if record.prompt else first_ms
        wait_s = _BETWEEN_TURNS_S
        if record.prompt is not None:
            yield Beat(wait_s, turn, (), at_ms)
            wait_s = 0.0
        if first_ms:
            at_ms = min(at_ms or first_ms, first_ms)  # the clock of the service may be behind ours
        together: list[TurnEvent] = []
        for event in events:
            event_ms = max(at_ms, _time_of(event) or at_ms)
            passed_s = (event_ms - at_ms) / 1000
            if together and passed_s > _TOGETHER_S:
                turn = fold(turn, together)
                yield Beat(min(wait_s, LONGEST_WAIT_S), turn, tuple(together), at_ms)
                together, wait_s = [], 0.0
            wait_s += passed_s
            at_ms = event_ms
            together.append(event)
        if together:
            yield Beat(min(wait_s, LONGEST_WAIT_S), fold(turn, together), tuple(together), at_ms)


def _time_of(event: TurnEvent) -> int | None:
    return event.at_ms or event.seen_ms
