"""The events of a conversation in words, by run, with how long things took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    HaltRequested,
    Heartbeat,
    LogLine,
    SkillFinished,
    SkillStarted,
    StreamInterrupted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
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
    begun: dict[tuple[str, ...], int] = {}
    for event in events:
        if isinstance(event, TextDelta | Heartbeat):
            continue
        name = safe.line(event.run_id or "", 80)
        if not runs or runs[-1].name != name:
            runs.append(Run(name))
        glyph, what, about = _in_words(event)
        runs[-1].rows.append(
            Row(
                at_ms=event.at_ms if event.at_ms is not None else event.seen_ms,
                glyph=glyph,
                what=safe.line(what),
                about=safe.line(about, 300),
                took=_took(event, begun),
            )
        )
    return runs


def _took(event: TurnEvent, begun: dict[tuple[str, ...], int]) -> str:
    """How long it took since what an event ends; ``begun`` has what has not ended yet."""
    name = _span(event)
    if name is None or event.at_ms is None:
        return ""
    if isinstance(event, TurnStarted | SkillStarted | ApprovalRequested | ConnectionRequested):
        begun[name] = event.at_ms
        return ""
    began_ms = begun.pop(name, None)
    return "" if began_ms is None else duration((event.at_ms - began_ms) / 1000)


def _span(event: TurnEvent) -> tuple[str, ...] | None:
    """What an event begins or ends; None for what takes no time."""
    run = event.run_id or ""
    match event:
        case TurnStarted() | TurnFinished():
            return run, "turn"
        case SkillStarted() | SkillFinished():
            return run, "skill", event.call_id or event.skill
        case ApprovalRequested() | ApprovalResolved():
            return run, "approval", event.call_id
        case ConnectionRequested(attempt_id=attempt) | ConnectionResolved(attempt_id=attempt):
            return run, "connection", attempt or ""
        case _:
            return None


def _in_words(event: TurnEvent) -> tuple[str, str, str]:
    """Glyph, what happened, and about what."""
    match event:
        case TurnStarted():
            return "▶", "Began", ""
        case AgentMessage(text=text):
            return "“", "Said", text
        case SkillStarted(skill=skill):
            return "○", skill, "began"
        case SkillFinished():
            glyph = "✗" if event.outcome == "failed" else "✓"
            return glyph, event.skill, event.error or event.outcome
        case ApprovalRequested(skill=skill):
            return "◆", skill, "asks to run"
        case ApprovalResolved(decision=decision, reason=reason):
            return "✓" if decision == "approved" else "✗", decision.capitalize(), reason or ""
        case ConnectionRequested(connector=connector):
            return "◇", connector, "asks for sign-in"
        case ConnectionResolved(outcome=outcome, reason=reason):
            return "✓" if outcome == "authorized" else "✗", outcome.capitalize(), reason or ""
        case TurnFinished(outcome=outcome, reason=reason):
            return "✓" if outcome == "finished" else "✗", outcome.capitalize(), reason or ""
        case _:
            return _aside(event)


def _aside(event: TurnEvent) -> tuple[str, str, str]:
    match event:
        case UsageReported():
            return "·", "Usage", f"{event.input_tokens:,} in, {event.output_tokens:,} out"
        case HaltRequested():
            return "■", "Asked to stop", ""
        case LogLine(name=name, detail=detail):
            return "·", name, detail
        case StreamInterrupted(reason=reason):
            return "≈", "Interrupted", reason
        case UnknownEvent(kind=kind):
            return "?", kind, ""
        case _:
            return "·", "Event", ""
