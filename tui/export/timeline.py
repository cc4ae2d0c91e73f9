"""The events of a conversation in words, by run, with how long things took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.core.events import Heartbeat, TextDelta, TurnEvent
from tui.core.spans import Spans
from tui.core.telling import tell
from tui.core.text import duration
from tui.export.safe import Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One event. Its texts are safe."""

    at_ms: int | None
    glyph: str
    what: str
    about: str = ""
    took: str = ""


@dataclass(slots=True)
class Run:
    """The events of a run, or of what belongs to none."""

    name: str
    rows: list[Row] = field(default_factory=list)


def runs_of(events: Sequence[TurnEvent], safe: Safe) -> list[Run]:
    """The timeline: a new run begins where the events change theirs."""
    runs: list[Run] = []
    spans = Spans()
    for event in events:
        if isinstance(event, TextDelta | Heartbeat):
            continue
        name = safe.line(event.run_id or "", 80)
        if not runs or runs[-1].name != name:
            runs.append(Run(name))
        mark, what, about = tell(event)
        took_ms = spans.take(event)
        runs[-1].rows.append(
            Row(
                at_ms=event.at_ms if event.at_ms is not None else event.seen_ms,
                glyph=mark.value,
                what=safe.line(what),
                about=safe.line(about, 300),
                took="" if took_ms is None else duration(took_ms / 1000),
            )
        )
    return runs
