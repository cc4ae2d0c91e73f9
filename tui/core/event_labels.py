"""Events in a few words, the same in the app's timeline and in every export."""

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
    SkillStarted,
    StreamInterrupted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)


class Mark(StrEnum):
    """The shape an event is known by. The value is its glyph, one cell wide."""

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


class Told(NamedTuple):
    """What happened, and about what. Neither text is clean; one of them may be empty."""

    mark: Mark
    what: str
    about: str = ""


_ENDS = {
    "finished": Told(Mark.DONE, "Finished"),
    "failed": Told(Mark.FAILED, "Failed"),
    "halted": Told(Mark.STOPPED, "Stopped"),
}
_OUT_OF_TURNS = Told(Mark.STOPPED, "Turns used up")


def tell(event: TurnEvent) -> Told:
    """An event in words. Every kind has a shape of its own or says what it is."""
    match event:
        case TurnStarted():
            return Told(Mark.BEGAN, "Began")
        case TextDelta():
            return Told(Mark.SAID, "Writes")
        case AgentMessage(text=text):
            return Told(Mark.SAID, "", text)
        case SkillStarted(skill=skill):
            return Told(Mark.RUNS, skill)
        case SkillFinished(skill=skill, outcome=outcome, error=error):
            return Told(Mark.FAILED if outcome == "failed" else Mark.DONE, skill, error or "")
        case TurnFinished(outcome=outcome, reason=reason):
            return _ENDS.get(outcome, _OUT_OF_TURNS)._replace(about=reason or "")
        case ApprovalRequested() | ApprovalResolved() | ConnectionRequested():
            return _tell_question(event)
        case ConnectionResolved(outcome="authorized"):
            return Told(Mark.DONE, "Connected")
        case ConnectionResolved(reason=reason):
            return Told(Mark.FAILED, "Not connected", reason or "")
        case _:
            return _tell_aside(event)


def _tell_question(event: ApprovalRequested | ApprovalResolved | ConnectionRequested) -> Told:
    match event:
        case ApprovalRequested(skill=skill):
            return Told(Mark.QUESTION, skill, "asks to run")
        case ApprovalResolved(decision="approved"):
            return Told(Mark.DONE, "Approved")
        case ApprovalResolved(reason=reason):
            return Told(Mark.FAILED, "Rejected", reason or "")
        case ConnectionRequested(connector=connector):
            return Told(Mark.CONNECTION, connector, "asks for sign-in")


def _tell_aside(
    event: UsageReported | HaltRequested | LogLine | StreamInterrupted | Heartbeat | UnknownEvent,
) -> Told:
    match event:
        case UsageReported(before=before):
            used = f"{event.input_tokens:,} in, {event.output_tokens:,} out"
            return Told(Mark.NOTED, "Used before" if before else "Usage", used)
        case HaltRequested():
            return Told(Mark.STOPPED, "Asked to stop")
        case LogLine(name=name, detail=detail):
            return Told(Mark.NOTED, name, detail)
        case StreamInterrupted(reason=reason):
            return Told(Mark.CUT, "Interrupted", reason)
        case Heartbeat():
            return Told(Mark.NOTED, "Alive")
        case UnknownEvent(kind=kind):
            return Told(Mark.UNSURE, kind)
