"""Short labels for events, shared by the timeline and every export."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

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
    SkillProgress,
    SkillStarted,
    StreamInterrupted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.text import percent


class EventIcon(StrEnum):
    """Icon of a kind of event. The value is its glyph, one cell wide."""

    BEGAN = "▶"
    SAID = "“"
    RUNS = "○"
    DONE = "✓"
    FAILED = "✗"
    STOPPED = "■"
    QUESTION = "◆"
    CONNECTION = "◇"
    NOTED = "·"
    CUT = "≈"
    UNSURE = "?"


class EventLabel(NamedTuple):
    """Title and subject of an event. Neither is cleaned; one of them may be empty."""

    mark: EventIcon
    what: str
    about: str = ""


_ENDS = {
    "finished": EventLabel(EventIcon.DONE, "Finished"),
    "failed": EventLabel(EventIcon.FAILED, "Failed"),
    "halted": EventLabel(EventIcon.STOPPED, "Stopped"),
}
_OUT_OF_TURNS = EventLabel(EventIcon.STOPPED, "Turn limit reached")


def label_for(event: TurnEvent) -> EventLabel:
    """Return the label of an event. Every kind has its own icon or names itself."""
    match event:
        case TurnStarted():
            return EventLabel(EventIcon.BEGAN, "Began")
        case TextDelta():
            return EventLabel(EventIcon.SAID, "Writes")
        case AgentMessage(text=text):
            return EventLabel(EventIcon.SAID, "", text)
        case SkillStarted(skill=skill):
            return EventLabel(EventIcon.RUNS, skill)
        case SkillProgress(skill=skill, share=share, message=message):
            what = "Progress" if share is None else percent(share)
            return EventLabel(EventIcon.NOTED, what, ": ".join(filter(None, (skill, message))))
        case SkillFinished(skill=skill, outcome=outcome, error=error):
            return EventLabel(
                EventIcon.FAILED if outcome == "failed" else EventIcon.DONE, skill, error or ""
            )
        case TurnFinished(outcome=outcome, reason=reason):
            return _ENDS.get(outcome, _OUT_OF_TURNS)._replace(about=reason or "")
        case ApprovalRequested() | ApprovalResolved() | ConnectionRequested():
            return _tell_question(event)
        case ConnectionResolved(outcome="authorized"):
            return EventLabel(EventIcon.DONE, "Connected")
        case ConnectionResolved(reason=reason):
            return EventLabel(EventIcon.FAILED, "Not connected", reason or "")
        case _:
            return _tell_aside(event)


def _tell_question(event: ApprovalRequested | ApprovalResolved | ConnectionRequested) -> EventLabel:
    match event:
        case ApprovalRequested(skill=skill):
            return EventLabel(EventIcon.QUESTION, skill, "needs your approval")
        case ApprovalResolved(decision="approved"):
            return EventLabel(EventIcon.DONE, "Approved")
        case ApprovalResolved(reason=reason):
            return EventLabel(EventIcon.FAILED, "Rejected", reason or "")
        case ConnectionRequested(connector=connector):
            return EventLabel(EventIcon.CONNECTION, connector, "needs you to sign in")


def _tell_aside(
    event: UsageReported | HaltRequested | LogLine | StreamInterrupted | Heartbeat | UnknownEvent,
) -> EventLabel:
    match event:
        case UsageReported(before=before):
            used = f"{event.input_tokens:,} in, {event.output_tokens:,} out"
            return EventLabel(EventIcon.NOTED, "Earlier usage" if before else "Usage", used)
        case HaltRequested():
            return EventLabel(EventIcon.STOPPED, "Stop requested")
        case LogLine(name=name, detail=detail):
            return EventLabel(EventIcon.NOTED, name, detail)
        case StreamInterrupted(reason=reason):
            return EventLabel(EventIcon.CUT, "Interrupted", reason)
        case Heartbeat():
            return EventLabel(EventIcon.NOTED, "Alive")
        case UnknownEvent(kind=kind):
            return EventLabel(EventIcon.UNSURE, kind)
