"""Limits on the size of a turn, so that no service fills the memory, the disk or the screen.

Real turns have a few hundred events. A turn that exceeds a limit ends as failed; everything
before is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.events import AgentMessage, TextDelta, TurnEvent
from tui.core.steps import TextStep

if TYPE_CHECKING:
    from tui.core.turn import Turn

MOST_STEPS = 2_000
"""Messages, skills, approvals and connections of a turn."""
MOST_EVENTS = 20_000
"""Events of a turn, including those that only the timeline shows, but not pieces of text."""
MOST_CHARACTERS = 32_000_000
"""Characters in all events of a turn, including pieces of text."""


def exceeded_limit(turn: Turn, characters: int) -> str:
    """Return the limit that a turn exceeds, in words; empty if it exceeds none.

    ``characters`` of text came with its events.
    """
    if len(turn.steps) > MOST_STEPS:
        return f"{MOST_STEPS:,} messages and skills"
    if len(turn.seen) > 2 * MOST_EVENTS:  # an event has up to two names there
        return f"{MOST_EVENTS:,} events"
    written = sum(len(step.text) for step in turn.steps if isinstance(step, TextStep))
    if max(characters, written) > MOST_CHARACTERS:
        return f"{MOST_CHARACTERS // 1_000_000} million characters"
    return ""


def characters_of(event: TurnEvent) -> int:
    """Return the approximate number of characters of an event, including its payload."""
    text = event.text if isinstance(event, AgentMessage | TextDelta) else ""
    return len(text) + characters_in(event.raw)


def characters_in(value: object) -> int:
    """Return the approximate number of characters of a JSON value, without serializing it."""
    total, waiting = 0, [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                total += len(text)
            case dict() as fields:
                total += sum(map(len, fields))
                waiting.extend(fields.values())
            case list() as items:
                waiting.extend(items)
            case _:
                pass
        total += 1
    return total
