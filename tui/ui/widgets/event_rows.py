"""Events as rows of the timeline: in words, with how long things took."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cached_property

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

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
from tui.core.ids import RunId
from tui.core.text import clean_line, duration
from tui.ui.widgets.looks import (
    ASKS,
    BUSY,
    CONNECTION,
    DONE,
    FAILED,
    MUTED,
    QUESTION,
    STOPPED,
    UNSURE,
    clock_time,
    muted,
)
from tui.ui.widgets.rows import Row, Rows

_TIME_CELLS = 8
_INDENT_CELLS = _TIME_CELLS + 3

_BEGAN = Content.styled("▶", BUSY)
_SAID = Content.styled("“", BUSY)
_RUNS = Content.styled("○", BUSY)
_NOTED = Content.styled("·", MUTED)
_CUT = Content.styled("≈", ASKS)

Described = tuple[Content, str, str]
"""Glyph, what happened, and about what; neither text is clean."""


class EventRow(Visual):
    """One line of the timeline; worded only while it is in view, where few of many are."""

    def __init__(self, event: TurnEvent, took_ms: int | None = None) -> None:
        """``took_ms``: from the event that began what this one ends."""
        self.event = event
        self.took_ms = took_ms

    def drawn(self) -> Rows:
        """The line itself."""
        glyph, what, about = describe(self.event)
        at_ms = self.event.at_ms if self.event.at_ms is not None else self.event.seen_ms
        at = clock_time(at_ms, seconds=True) if at_ms is not None else ""
        parts = (Content(what), muted(clean_line(about, 160)))
        text = Content("  ").join([part for part in parts if part])
        took = muted(duration(self.took_ms / 1000)) if self.took_ms is not None else Content("")
        before = Content.assemble(muted(f"{at:<{_TIME_CELLS}} "), glyph)
        return Rows([Row(text, before, took, indent=_INDENT_CELLS, lines=1)])

    @cached_property
    def words(self) -> str:
        """What a filter looks at: the kind of the event, and all that its line says."""
        _, what, about = describe(self.event)
        failed = "failed" if getattr(self.event, "outcome", "") == "failed" else ""
        kind = _KINDS.get(type(self.event), "")
        return f"{kind} {failed} {what} {clean_line(about, 400)}".casefold()

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return self.drawn().render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return 1


_KINDS: dict[type[TurnEvent], str] = {
    TurnStarted: "turn",
    TurnFinished: "turn",
    TextDelta: "message",
    AgentMessage: "message",
    SkillStarted: "skill",
    SkillFinished: "skill",
    ApprovalRequested: "question approval",
    ApprovalResolved: "question approval",
    ConnectionRequested: "question connection",
    ConnectionResolved: "question connection",
    UsageReported: "usage",
    LogLine: "log",
    StreamInterrupted: "problem",
    UnknownEvent: "unknown",
}
"""Words by which events of a kind are found."""


def run_header(run_id: RunId | None) -> Rows:
    """The thin header above the events of a run."""
    name = clean_line(run_id or "", 40)
    return Rows([Row(muted(f"── {name or 'outside a run'}"), indent=0, lines=1)])


def record_begins() -> Rows:
    """A line above the first event that the server still has."""
    return Rows([Row(muted("── the server's record begins"), indent=0, lines=1)])


def record_is_over() -> Rows:
    """A line above events none of which the server still has."""
    return Rows([Row(muted("── older than the server's record"), indent=0, lines=1)])


def describe(event: TurnEvent) -> Described:
    """An event in words. Every kind has a shape of its own or says what it is."""
    match event:
        case TurnStarted():
            return _BEGAN, "Began", ""
        case TextDelta():
            return _SAID, "Writes", ""
        case AgentMessage(text=text):
            return _SAID, "", text
        case SkillStarted(skill=skill):
            return _RUNS, clean_line(skill), ""
        case SkillFinished():
            glyph = FAILED if event.outcome == "failed" else DONE
            return glyph, clean_line(event.skill), event.error or ""
        case TurnFinished(outcome=outcome, reason=reason):
            ended = {"finished": "Finished", "failed": "Failed", "halted": "Stopped"}
            glyph = {"finished": DONE, "failed": FAILED}.get(outcome, STOPPED)
            return glyph, ended.get(outcome, "Turns used up"), reason or ""
        case ApprovalRequested() | ApprovalResolved() | ConnectionRequested():
            return _describe_question(event)
        case ConnectionResolved(outcome=outcome, reason=reason):
            glyph = DONE if outcome == "authorized" else FAILED
            return glyph, {"authorized": "Connected"}.get(outcome, "Not connected"), reason or ""
        case _:
            return _describe_aside(event)


def _describe_question(
    event: ApprovalRequested | ApprovalResolved | ConnectionRequested,
) -> Described:
    match event:
        case ApprovalRequested(skill=skill):
            return QUESTION, clean_line(skill), "asks to run"
        case ApprovalResolved(decision="approved"):
            return DONE, "Approved", ""
        case ApprovalResolved(reason=reason):
            return FAILED, "Rejected", reason or ""
        case ConnectionRequested(connector=connector):
            return CONNECTION, clean_line(connector), "asks for sign-in"


def _describe_aside(
    event: UsageReported | HaltRequested | LogLine | StreamInterrupted | Heartbeat | UnknownEvent,
) -> Described:
    match event:
        case UsageReported():
            what = "Used before" if event.before else "Usage"
            return _NOTED, what, f"{event.input_tokens:,} in, {event.output_tokens:,} out"
        case HaltRequested():
            return STOPPED, "Asked to stop", ""
        case LogLine(name=name, detail=detail):
            return _NOTED, clean_line(name, 40), detail
        case StreamInterrupted(reason=reason):
            return _CUT, "Interrupted", reason
        case Heartbeat():
            return _NOTED, "Alive", ""
        case UnknownEvent(kind=kind):
            return UNSURE, clean_line(kind, 60), ""


class Spans:
    """Finds how long things took, as the events come by in order."""

    def __init__(self) -> None:
        self._open: list[TurnEvent] = []

    def forget_all_but(self, keys: Container[str]) -> None:
        """Wait no longer for the ends of events that have other keys."""
        self._open = [event for event in self._open if event.key in keys]

    def take(self, event: TurnEvent) -> int | None:
        """Milliseconds since what this event ends began; None if it ends nothing known."""
        ends = _ENDS.get(type(event))
        if ends is None:
            if type(event) in _BEGINS:
                self._open.append(event)
            return None
        began = next((e for e in self._open if e.run_id == event.run_id and ends(e, event)), None)
        if began is None:
            return None
        self._open.remove(began)
        if began.at_ms is None or event.at_ms is None:
            return None
        return max(0, event.at_ms - began.at_ms)


_BEGINS = (TurnStarted, SkillStarted, ApprovalRequested, ConnectionRequested)


def _ends_skill(began: TurnEvent, end: TurnEvent) -> bool:
    if not (isinstance(began, SkillStarted) and isinstance(end, SkillFinished)):
        return False
    if began.call_id and end.call_id:
        return began.call_id == end.call_id
    return began.skill == end.skill


def _ends_approval(began: TurnEvent, end: TurnEvent) -> bool:
    return (
        isinstance(began, ApprovalRequested)
        and isinstance(end, ApprovalResolved)
        and began.call_id == end.call_id
    )


def _ends_connection(began: TurnEvent, end: TurnEvent) -> bool:
    return (
        isinstance(began, ConnectionRequested)
        and isinstance(end, ConnectionResolved)
        and end.attempt_id in (None, began.attempt_id)
    )


def _ends_turn(began: TurnEvent, end: TurnEvent) -> bool:
    return isinstance(began, TurnStarted)


_ENDS: dict[type[TurnEvent], Callable[[TurnEvent, TurnEvent], bool]] = {
    SkillFinished: _ends_skill,
    ApprovalResolved: _ends_approval,
    ConnectionResolved: _ends_connection,
    TurnFinished: _ends_turn,
}
