"""Reduce the events of a turn, in order, to its steps."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

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
from tui.core.questions import same_question, shown_digest
from tui.core.steps import ApprovalStep, BreakStep, ConnectionStep, SkillStep, Step, TextStep
from tui.core.usage import UsageCount

if TYPE_CHECKING:
    from tui.core.ids import CallId, MessageId
    from tui.core.usage import Usage

_S = TypeVar("_S", TextStep, SkillStep, ApprovalStep, ConnectionStep, BreakStep)


class StepReducer:
    """Reducer of a turn's events, in order, to steps.

    The cost of an event does not depend on their number.
    """

    def __init__(self) -> None:
        self.started: TurnStarted | None = None
        self.finished: TurnFinished | None = None
        self.halting = False
        self._usage = UsageCount()
        self._steps: list[Step] = []
        self._places: dict[type[Step], list[int]] = {}
        """Indexes of the steps of each kind."""
        self.missed: tuple[int, ...] = ()
        """Numbers of the events that could not be read after the last break."""
        self._running: list[int] = []
        """Indexes of the skills that have not ended."""
        self._unclaimed: SkillProgress | None = None
        """Progress of the skill that starts next: some services tell it before the start."""

    def copy(self) -> StepReducer:
        """Return an independent copy."""
        twin = copy(self)
        twin._usage = copy(self._usage)
        twin._steps = [*self._steps]
        twin._places = {kind: [*places] for kind, places in self._places.items()}
        twin._running = [*self._running]
        return twin

    def apply(self, event: TurnEvent) -> None:
        match event:
            case AgentMessage():
                self._add_message(event)
            case SkillStarted():
                self._start_skill(event)
            case SkillProgress():
                self._advance_skill(event)
            case SkillFinished():
                self._finish_skill(event)
            case ApprovalRequested():
                self._ask_approval(event)
            case ApprovalResolved():
                self._resolve_approval(event)
            case ConnectionRequested():
                self._ask_connection(event)
            case ConnectionResolved():
                self._resolve_connection(event)
            case UsageReported():
                self._usage.add(event)
            case HaltRequested():
                self.halting = True
            case TurnStarted():
                self.started = self.started or event
            case TurnFinished():
                self.finished = event
            case StreamLost():
                self._add(BreakStep(key=event.key, after_seq=event.after_seq))
            case StreamResumed():
                self._end_break(event)
            case TextDelta() | LogLine() | StreamInterrupted() | Heartbeat() | UnknownEvent():
                pass  # not drawn as steps

    def has_message(self, message_id: MessageId) -> bool:
        """Return True if a message is complete, not only in pieces."""
        return any(step.message_id == message_id for _, step in self._all(TextStep))

    def draft(self, message_id: MessageId, text: str, at_ms: int | None) -> TextStep:
        """Return the step of an incomplete message that is still being written."""
        return TextStep(
            key=_text_key(message_id, ""),
            text=text,
            message_id=message_id,
            settled=self.finished is not None,
            at_ms=at_ms,
        )

    @property
    def usage(self) -> Usage | None:
        """Usage of this turn alone; None if unknown."""
        return self._usage.usage

    def steps(self) -> tuple[Step, ...]:
        """Return the steps so far; a finished turn closes its open ones."""
        if self.finished is None:
            return tuple(self._steps)
        halted = self.finished.outcome == "halted"
        complete = self.finished.complete
        return tuple(_closed(step, halted=halted, complete=complete) for step in self._steps)

    def _all(self, kind: type[_S]) -> list[tuple[int, _S]]:
        return [(i, cast("_S", self._steps[i])) for i in self._places.get(kind, ())]

    def _add(self, step: Step) -> None:
        self._places.setdefault(type(step), []).append(len(self._steps))
        self._steps.append(step)

    def _add_message(self, event: AgentMessage) -> None:
        for i, step in self._all(TextStep):
            if _same_message(step, event):
                self._steps[i] = replace(
                    step,
                    message_id=step.message_id or event.message_id,
                    text=step.text if event.from_history else event.text,
                    from_stream=step.from_stream and not event.from_history,
                )
                return
        self._close_connections()
        self._add(
            TextStep(
                key=_text_key(event.message_id, event.key),
                text=event.text,
                message_id=event.message_id,
                at_ms=event.at_ms,
                from_stream=not event.from_history,
            )
        )

    def _start_skill(self, event: SkillStarted) -> None:
        self._approve_silently(event.skill, event.call_id)
        step = SkillStep(
            key=event.key,
            skill=event.skill,
            skill_id=event.skill_id,
            call_id=event.call_id,
            started_ms=event.at_ms,
        )
        if self._unclaimed:
            step = _advanced(step, self._unclaimed)
            self._unclaimed = None
        self._running.append(len(self._steps))
        self._add(step)

    def _advance_skill(self, event: SkillProgress) -> None:
        """Note the progress of an open call; after its end or the turn's, it changes nothing."""
        if self.finished is not None:
            return
        nameless = not (event.skill or event.call_id)
        if nameless and not self._running:
            self._unclaimed = event
        for i in self._running[-1:] if nameless else self._running:
            step = cast("SkillStep", self._steps[i])
            if nameless or _same_call(step, event):
                self._steps[i] = _advanced(step, event)
                return

    def _finish_skill(self, event: SkillFinished) -> None:
        self._approve_silently(event.skill, event.call_id)
        end = replace(
            SkillStep(key=event.key, skill=event.skill),
            skill_id=event.skill_id,
            call_id=event.call_id,
            status=event.outcome,
            ended_ms=event.at_ms,
            error=event.error,
            result=event.result,
        )
        for i in self._running:
            step = cast("SkillStep", self._steps[i])
            if _same_call(step, event):
                self._steps[i] = replace(
                    end,
                    key=step.key,
                    started_ms=step.started_ms,
                    share=step.share,
                    stage=step.stage,
                )
                self._running.remove(i)
                return
        self._add(end)

    def _ask_approval(self, event: ApprovalRequested) -> None:
        """Add a question; the same call may be asked about again with other parameters."""
        for i, step in reversed(self._all(ApprovalStep)):
            if step.call_id != event.call_id:
                continue
            if same_question(step.request, event):
                return
            # Without a number it is placed last, although it was asked earlier.
            numbered = (step.asked_first or step.request).seq is not None
            if step.waiting or (event.seq is None and numbered):
                self._steps[i] = replace(
                    step,
                    request=event,
                    asked_first=step.asked_first or step.request,
                    revision=step.revision + 1,
                )
                return
            break  # the skill has run, and would run again
        self._add(ApprovalStep(key=event.key, request=event))

    def _approve_silently(self, skill: str, call_id: CallId | None) -> None:
        """Mark a running skill as approved, by an unknown user."""
        for i, step in self._all(ApprovalStep):
            same = step.call_id == call_id if call_id else step.request.skill == skill
            if step.waiting and same:
                self._steps[i] = replace(step, decision="approved")
                return

    def _resolve_approval(self, event: ApprovalResolved) -> None:
        """Apply a decision to the question as shown, or else to all questions about the call."""
        asked = [(i, s) for i, s in self._all(ApprovalStep) if s.call_id == event.call_id]
        digest = event.shown_digest
        meant = [(i, s) for i, s in asked if digest and shown_digest(s.request) == digest]
        for i, step in meant or asked:
            self._steps[i] = replace(
                step,
                decision=event.decision,
                reason=event.reason,
                shown_digest=digest,
                automatic=event.automatic,
            )

    def _ask_connection(self, event: ConnectionRequested) -> None:
        ask = ConnectionStep(
            key=event.key,
            attempt_id=event.attempt_id,
            connector=event.connector,
            url=event.url,
            expires_ms=event.expires_ms,
        )
        for i, step in self._all(ConnectionStep):
            if step.attempt_id == event.attempt_id:
                self._steps[i] = replace(ask, key=step.key, outcome=step.outcome)
                return
        self._add(ask)

    def _resolve_connection(self, event: ConnectionResolved) -> None:
        for i, step in reversed(self._all(ConnectionStep)):
            if event.attempt_id in (None, step.attempt_id) and step.outcome is None:
                self._steps[i] = replace(step, outcome=event.outcome, expired=False)
                return

    def _end_break(self, event: StreamResumed) -> None:
        for i, step in reversed(self._all(BreakStep)):
            if not step.is_over:
                self._steps[i] = replace(
                    step,
                    lost_for_ms=event.lost_for_ms,
                    caught_up=event.caught_up,
                    missing=len(event.missing),
                    complete=event.complete,
                    resumed_ms=event.seen_ms,
                )
                self.missed = event.missing
                return

    def _close_connections(self) -> None:
        """Close open connections: an agent that speaks again no longer waits for them."""
        for i, step in self._all(ConnectionStep):
            if step.waiting:
                self._steps[i] = replace(step, expired=True)


def _text_key(message_id: MessageId | None, event_key: str) -> str:
    """Return the same key for the pieces of a message and the whole, so that nothing jumps at its
    end."""
    return f"text:{message_id}" if message_id else event_key


def _same_message(step: TextStep, event: AgentMessage) -> bool:
    """Return True if a message is already present, received another way.

    Ids decide if both have one. Otherwise equal text from the history is the streamed message;
    equal text streamed twice was said twice.
    """
    if step.message_id and event.message_id:
        return step.message_id == event.message_id
    return event.from_history and step.from_stream and step.text.strip() == event.text.strip()


def _same_call(step: SkillStep, event: SkillProgress | SkillFinished) -> bool:
    if step.call_id and event.call_id:
        return step.call_id == event.call_id
    return step.skill == event.skill


def _advanced(step: SkillStep, event: SkillProgress) -> SkillStep:
    share = step.share if event.share is None else event.share
    return replace(step, share=share, stage=event.message or step.stage)


def _closed(step: Step, *, halted: bool, complete: bool) -> Step:
    match step:
        case BreakStep(complete=None):
            return replace(step, complete=complete)
        case SkillStep(status="running"):
            return replace(step, status="stopped" if halted else "unreported")
        case ApprovalStep(decision=None) | ConnectionStep(outcome=None):
            return replace(step, expired=True)
        case _:
            return step
