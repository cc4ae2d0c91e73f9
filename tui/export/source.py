"""Data of an export: the conversation, its times, and its events by run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from tui.core.durations import Durations
from tui.core.event_labels import label_for
from tui.core.events import Heartbeat, TextDelta, TurnEvent
from tui.core.records import Conversation
from tui.core.text import duration
from tui.core.turn import Turn
from tui.export.sanitize import Sanitizer


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSource:
    """A conversation with all its known data, oldest first."""

    conversation: Conversation
    turns: Sequence[Turn]
    events: Sequence[TurnEvent]
    """Events of the whole conversation, without duplicates."""
    agent: str
    """The agent's name."""
    exported_ms: int
    agent_id: str = ""
    zone: tzinfo | None = None
    """Time zone of all times; None: the zone of this machine."""

    @property
    def title(self) -> str:
        """Title of the conversation, else its first words; neither short nor sanitized."""
        begun = (turn.prompt.text for turn in self.turns if turn.prompt)
        known = self.conversation
        named = known.given_name or known.title or next(begun, "") or known.first_text
        return named.strip() or "Conversation"

    def moment(self, at_ms: int) -> datetime:
        """Return a time in the zone of the export."""
        return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(self.zone)

    def iso(self, at_ms: int | None) -> str | None:
        """Return a time for programs: RFC 3339 in UTC, with milliseconds."""
        if at_ms is None:
            return None
        utc = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def clock(self, at_ms: int | None, *, seconds: bool = False) -> str:
        """Return a time of day: ``14:05``, or ``14:05:09``; empty for no time."""
        if at_ms is None:
            return ""
        return f"{self.moment(at_ms):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def day(self, at_ms: int) -> date:
        return self.moment(at_ms).date()


def day_name(day: date) -> str:
    """Return ``Tuesday, 24 November 2026``."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """One event. Its texts are sanitized."""

    at_ms: int | None
    glyph: str
    what: str
    about: str = ""
    took: str = ""


@dataclass(slots=True)
class ExportRun:
    """Events of a run, or those that belong to none."""

    name: str
    rows: list[ExportRow] = field(default_factory=list)


def runs_of(events: Sequence[TurnEvent], safe: Sanitizer) -> list[ExportRun]:
    """Return the timeline: a new run begins where the events change theirs."""
    runs: list[ExportRun] = []
    spans = Durations()
    for event in events:
        if isinstance(event, TextDelta | Heartbeat):
            continue
        name = safe.line(event.run_id or "", 80)
        if not runs or runs[-1].name != name:
            runs.append(ExportRun(name))
        mark, what, about = label_for(event)
        took_ms = spans.take(event)
        runs[-1].rows.append(
            ExportRow(
                at_ms=event.at_ms if event.at_ms is not None else event.seen_ms,
                glyph=mark.value,
                what=safe.line(what),
                about=safe.line(about, 300),
                took="" if took_ms is None else duration(took_ms / 1000),
            )
        )
    return runs
