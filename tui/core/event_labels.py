"""Short labels for events, shared by the timeline and every export."""

from __future__ import annotations

import re
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
    StreamLost,
    StreamResumed,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.steps import BreakStep
from tui.core.text import clean_line, duration, percent, plural


class EventIcon(StrEnum):
    """Icon of a kind of event. The value is its glyph, one cell wide."""

    BEGAN = "▸"
    SAID = "“"
    RUNS = "┄"
    DONE = "✓"
    FAILED = "✗"
    STOPPED = "■"
    QUESTION = "◆"
    CONNECTION = "◇"
    REJECTED = "○"
    OPEN_END = "◌"
    NOTED = "·"
    CUT = "↯"
    RESUMED = "↻"
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
_OUTCOMES = {
    "completed": EventIcon.DONE,
    "failed": EventIcon.FAILED,
    "stopped": EventIcon.STOPPED,
}
_OUT_OF_TURNS = EventLabel(EventIcon.STOPPED, "Turn limit reached")


def label_for(event: TurnEvent) -> EventLabel:
    """Return the label of an event. Every kind has its own icon or names itself."""
    match event:
        case TurnStarted():
            return EventLabel(EventIcon.BEGAN, "Started")
        case TextDelta():
            return EventLabel(EventIcon.SAID, "Writing")
        case AgentMessage(text=text):
            return EventLabel(EventIcon.SAID, "", text)
        case SkillStarted(skill=skill):
            return EventLabel(EventIcon.RUNS, skill)
        case SkillProgress(skill=skill, share=share, message=message):
            what = "Progress" if share is None else percent(share)
            return EventLabel(EventIcon.NOTED, what, ": ".join(filter(None, (skill, message))))
        case SkillFinished(skill=skill, outcome=outcome, error=error):
            return EventLabel(_OUTCOMES[outcome], skill, error or "")
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
        case ApprovalResolved(decision="approved", automatic=True):
            return EventLabel(EventIcon.DONE, "Approved automatically", "for this conversation")
        case ApprovalResolved(decision="approved"):
            return EventLabel(EventIcon.DONE, "Approved")
        case ApprovalResolved(reason=reason):
            return EventLabel(EventIcon.REJECTED, "Rejected", reason or "")
        case ConnectionRequested(connector=connector):
            return EventLabel(EventIcon.CONNECTION, connector, "needs you to sign in")


def resumed_parts(break_: BreakStep | StreamResumed) -> tuple[str, ...]:
    """Return in words how a break ended: when, what was caught up, and what is missing."""
    lost_for_ms, count = break_.lost_for_ms or 0, break_.caught_up
    caught_up = (f"{plural(count, 'event')} caught up",) if count else ()
    missing = break_.missing if isinstance(break_, BreakStep) else len(break_.missing)
    state = (f"{plural(missing, 'event')} missing",) if missing else _COMPLETE[break_.complete]
    return f"Resumed after {duration(lost_for_ms / 1000)}", *caught_up, *state


_COMPLETE: dict[bool | None, tuple[str, ...]] = {
    True: ("nothing lost",),
    False: ("some events may be missing",),
    None: (),
}


def _tell_aside(
    event: UsageReported
    | HaltRequested
    | LogLine
    | StreamInterrupted
    | StreamLost
    | StreamResumed
    | Heartbeat
    | UnknownEvent,
) -> EventLabel:
    match event:
        case StreamLost(reason=reason):
            return EventLabel(EventIcon.CUT, "Connection lost", reason)
        case StreamResumed():
            what, *more = resumed_parts(event)
            return EventLabel(EventIcon.RESUMED, what, " · ".join(more))
        case UsageReported(before=before):
            used = f"{event.input_tokens:,} in, {event.output_tokens:,} out"
            return EventLabel(EventIcon.NOTED, "Earlier usage" if before else "Usage", used)
        case HaltRequested():
            return EventLabel(EventIcon.STOPPED, "Stop requested")
        case LogLine(name=name, detail=detail):
            activity = activity_of(name)
            mark = EventIcon.FAILED if name in _FAILURES else EventIcon.NOTED
            return EventLabel(mark, activity.what, "" if activity.says_all else detail)
        case StreamInterrupted(reason=reason):
            return EventLabel(EventIcon.CUT, "Connection lost", reason)
        case Heartbeat():
            return EventLabel(EventIcon.NOTED, "Heartbeat")
        case UnknownEvent(kind=kind):
            return EventLabel(EventIcon.UNSURE, kind)


class Activity(NamedTuple):
    """Activity that a log line is about. Lines of the same one in a row belong together."""

    what: str
    says_all: bool = True
    """True if the detail of the line adds nothing for a reader."""
    is_open: bool = False
    """True if it lasts until the agent does something else."""
    about_message: bool = False
    """True if it repeats the message before it."""
    about_end: bool = False
    """True if it repeats the end of the run."""


_PREPARING = Activity("Got ready")
_ASKING = Activity("Asks the model", is_open=True)
_ENDING = Activity("Run ended", about_end=True)
_FAILURES = frozenset({"error", "guardrail"})
_ACTIVITIES = {
    "prompt accepted": _PREPARING,
    "prompt_received": _PREPARING,
    "provider_resolved": _PREPARING,
    "provider_gateway": _PREPARING,
    "mcp_loaded": _PREPARING,
    "custom_tools_loaded": _PREPARING,
    "memories_loaded": _PREPARING,
    "context_budget": _PREPARING,
    "claude_env_created": _PREPARING,
    "claude_agent_created": _PREPARING,
    "claude_session_created": _PREPARING,
    "request_context": _ASKING,
    "model_call": _ASKING,
    "thinking": _ASKING,
    "model_response": Activity("Model answered", about_message=True),
    "memory_stored": Activity("Remembered", says_all=False),
    "max_turns": Activity("Turn limit reached"),
    "session_idle": _ENDING,
    "completed": _ENDING,
    "halted": _ENDING,
    "error": Activity("Error", says_all=False),
    "guardrail": Activity("Guardrail violated", says_all=False),
    "status": Activity("Status", says_all=False),
}


def activity_of(name: str) -> Activity:
    """Return what a log line is about, by its name on the wire."""
    if known := _ACTIVITIES.get(name):
        return known
    words = name.replace("_", " ").strip()
    return Activity(words[:1].upper() + words[1:] or "Log", says_all=False)


_EMPHASIS = re.compile(
    r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|~~|`+"
)
_BEGINNING = re.compile(r"^[#>\s]*(?:[-+*]\s+)?")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_CELL_EDGES = re.compile(r"\s*\|\s*")
_RULE = re.compile(r"[|:\s-]*-{3}[|:\s-]*|\s*(?:```|~~~).*|\s*[=*_]{3,}\s*")


def first_words(markdown: str, limit: int = 200) -> str:
    """Return the beginning of a message on one line, without the marks of Markdown."""
    words: list[str] = []
    for written in markdown[: limit * 8].splitlines():
        if _RULE.fullmatch(written):
            continue
        line = _EMPHASIS.sub("", _LINK.sub(r"\1", _BEGINNING.sub("", written)))
        words.append(_CELL_EDGES.sub("  ", line))
    return clean_line(" ".join(words), limit)
