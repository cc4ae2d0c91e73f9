"""What is exported, and the times in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from tui.core.events import TurnEvent
from tui.core.records import Conversation
from tui.core.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """A conversation with everything that is known of it, oldest first."""

    conversation: Conversation
    turns: Sequence[Turn]
    events: Sequence[TurnEvent]
    """Of the whole conversation, without echoes."""
    agent: str
    """The agent's name."""
    exported_ms: int
    agent_id: str = ""
    zone: tzinfo | None = None
    """In which times are told; None: the zone of this machine."""

    @property
    def title(self) -> str:
        """What the conversation is called, else how it began; neither short nor safe."""
        begun = (turn.prompt.text for turn in self.turns if turn.prompt)
        known = self.conversation
        named = known.given_name or known.title or next(begun, "") or known.first_text
        return named.strip() or "Conversation"

    def moment(self, at_ms: int) -> datetime:
        """A time, in the chronicle's zone."""
        return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(self.zone)

    def iso(self, at_ms: int | None) -> str | None:
        """A time for programs: RFC 3339 in UTC, with milliseconds."""
        if at_ms is None:
            return None
        utc = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def clock(self, at_ms: int | None, *, seconds: bool = False) -> str:
        """A time of day: ``14:05``, or ``14:05:09``; empty for no time."""
        if at_ms is None:
            return ""
        return f"{self.moment(at_ms):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def day(self, at_ms: int) -> date:
        return self.moment(at_ms).date()


def day_name(day: date) -> str:
    """``Tuesday, 24 November 2026``."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"
