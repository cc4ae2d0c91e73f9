"""Events on a turn's stream that belong to another conversation or run.

They are saved as rows of the log and change nothing: they have neither a run nor a number, and a
key of their own, since the event may also arrive on its own stream.
"""

from __future__ import annotations

from typing import Literal

from tui.core.codec import type_name
from tui.core.events import TurnEvent, UnknownEvent

Subject = Literal["conversation", "run"]


def unrelated(event: TurnEvent, subject: Subject) -> UnknownEvent:
    """Return an event of another conversation or run as an ``UnknownEvent`` without effect."""
    wire_name = event.raw.get("type")
    kind = wire_name if isinstance(wire_name, str) and wire_name else type_name(event)
    return UnknownEvent(
        key=f"unrelated:{event.key}",
        kind=f"{kind} of another {subject}",
        at_ms=event.at_ms,
        seen_ms=event.seen_ms,
        raw=event.raw,
    )
