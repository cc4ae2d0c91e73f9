"""Turn: one user message and everything the agent did in response.

``fold`` is the only way to change a turn. The result depends on the *set* of events: duplicates
change nothing, late events are sorted into place, and any order gives the same steps.
Reconnecting, replaying and reading the history therefore all use the same function.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

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
    TurnOutcome,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.partial_messages import PartialMessage, grow
from tui.core.step_reducer import StepReducer
from tui.core.steps import ApprovalStep, BreakStep, ConnectionStep, SkillStep, Step, TextStep

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, RunId, TurnId
    from tui.core.records import Prompt, TurnRecord
    from tui.core.usage import Usage

Phase = Literal["waiting", "working", "awaiting_approval", "awaiting_connection", "over"]
"""``waiting``: nothing from the agent has been seen yet."""

_UNPLACED = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Immutable snapshot of a turn."""

    id: TurnId
    conversation_id: ConversationId
    prompt: Prompt | None = None
    run_id: RunId | None = None
    phase: Phase = "waiting"
    outcome: TurnOutcome | None = None
    """Result of the turn; None while it runs."""
    steps: tuple[Step, ...] = ()
    usage: Usage | None = None
    """Usage of this turn alone; None if unknown."""
    halting: bool = False
    """The user asked to stop it and it has not ended. The agent may still finish normally."""
    started_ms: int | None = None
    ended_ms: int | None = None
    last_event_id: str | None = None
    """Newest event id in the order of the run: the position for a reconnect."""
    last_at_ms: int | None = None
    """Server time of the newest event: the position for a replay."""
    log: tuple[TurnEvent, ...] = field(default=(), repr=False)
    drafts: tuple[PartialMessage, ...] = field(default=(), repr=False)
    seen: frozenset[str] = field(default=frozenset(), repr=False)
    contiguous_seq: int = 0
    """Every ``seq`` from 1 to this one has been seen."""
    seqs_after_gap: frozenset[int] = field(default=frozenset(), repr=False)
    """Those seen after a gap."""
    replay: StepReducer = field(default_factory=StepReducer, repr=False, compare=False)
    """State after the log, so that a new event at its end costs no more than itself."""

    @property
    def over(self) -> bool:
        return self.phase == "over"

    @property
    def reason(self) -> str:
        """Reason for the outcome, if the agent gave one."""
        ends = [event for event in self.log if isinstance(event, TurnFinished)]
        return (ends[-1].reason or "") if ends else ""

    @property
    def has_gap(self) -> bool:
        """True if events are missing in the middle."""
        return bool(self.seqs_after_gap)

    @property
    def open_break(self) -> StreamLost | None:
        """Break of the connection that is not over; None while it is connected."""
        for event in reversed(self.log):
            if isinstance(event, StreamResumed):
                return None
            if isinstance(event, StreamLost):
                return event
        return None

    @property
    def missing_seqs(self) -> tuple[int, ...]:
        """Numbers of the events that are missing in the middle."""
        if not self.seqs_after_gap:
            return ()
        after = range(self.contiguous_seq + 1, max(self.seqs_after_gap))
        return tuple(seq for seq in after if seq not in self.seqs_after_gap)

    @property
    def reply(self) -> str:
        """All the agent's text, in Markdown."""
        return "\n\n".join(step.text for step in self.steps if isinstance(step, TextStep))

    @property
    def open_approvals(self) -> tuple[ApprovalStep, ...]:
        return tuple(s for s in self.steps if isinstance(s, ApprovalStep) and s.waiting)

    @property
    def open_connections(self) -> tuple[ConnectionStep, ...]:
        return tuple(s for s in self.steps if isinstance(s, ConnectionStep) and s.waiting)


def turn_of(record: TurnRecord) -> Turn:
    """Return the turn of a stored record and its events."""
    turn = Turn(
        id=record.id,
        conversation_id=record.conversation_id,
        prompt=record.prompt,
        run_id=record.run_id,
    )
    return fold(turn, record.events)


def fold(turn: Turn, events: Iterable[TurnEvent]) -> Turn:
    """Fold events, in any order, into a turn. Pure and idempotent."""
    seen = set(turn.seen)
    fresh = [event for event in events if is_new(event, seen)]
    if not fresh:
        return turn
    run_id = turn.run_id or next((e.run_id for e in fresh if e.run_id), None)
    turn = replace(turn, run_id=run_id)
    log, replay = _extended(turn, filter(_belongs_in_log, fresh))
    numbered = [event for event in fresh if event.run_id in (None, run_id)]
    contiguous, after_gap = _count(turn, numbered)
    drafts = grow(turn.drafts, [e for e in fresh if isinstance(e, TextDelta)])
    turn = replace(
        turn,
        log=log,
        replay=replay,
        drafts=tuple(draft for draft in drafts if not replay.has_message(draft.message_id)),
        seen=frozenset(seen),
        contiguous_seq=contiguous,
        seqs_after_gap=after_gap,
        last_event_id=_last_event_id(turn, numbered),
        last_at_ms=max(
            (t for t in (turn.last_at_ms, *(e.at_ms for e in fresh if not is_ours(e))) if t),
            default=None,
        ),
    )
    return _derive(turn)


def unseen(turn: Turn, events: Iterable[TurnEvent]) -> list[TurnEvent]:
    """Return the events that the turn does not contain yet, for example of a replay."""
    return [
        event
        for event in events
        if isinstance(event, TextDelta | Heartbeat) or not _has_seen(event, turn.seen)
    ]


def drop_history_duplicates(
    events: Iterable[TurnEvent], among: Iterable[TurnEvent] = ()
) -> tuple[TurnEvent, ...]:
    """Return the events without messages of the history that the stream also contained.

    ``among`` are other events of the same conversation to look at.
    """
    events = tuple(events)
    if not any(isinstance(event, AgentMessage) and event.from_history for event in events):
        return events
    streamed = {
        (event.run_id, event.text.strip())
        for event in (*among, *events)
        if isinstance(event, AgentMessage) and not event.from_history
    }
    return tuple(
        event
        for event in events
        if not (
            isinstance(event, AgentMessage)
            and event.from_history
            and (event.run_id, event.text.strip()) in streamed
        )
    )


def is_new(event: TurnEvent, seen: set[str]) -> bool:
    """Return True if an event has not been seen, and record it as seen.

    One source may send an event without its id (then ``key`` is run and number) and another with
    it; the number then shows that they are the same. Pieces of text have offsets instead.
    """
    if isinstance(event, TextDelta | Heartbeat):
        return True
    if _has_seen(event, seen):
        return False
    number = _number(event)
    seen |= {event.key, number if event.event_id is None else f"~{number}"}
    return True


def _has_seen(event: TurnEvent, seen: AbstractSet[str]) -> bool:
    number = _number(event)
    nameless = event.event_id is None or event.key == number
    return event.key in seen or number in seen or (nameless and f"~{number}" in seen)


def _number(event: TurnEvent) -> str:
    """Return the event's number within its run; its key if it has none."""
    numbered = event.run_id and event.seq is not None
    return f"{event.run_id}#{event.seq}" if numbered else event.key


def _belongs_in_log(event: TurnEvent) -> bool:
    """Return True if the turn is rebuilt from the event; the timeline reads others elsewhere."""
    match event:
        case TextDelta() | Heartbeat() | LogLine() | StreamInterrupted() | UnknownEvent():
            return False
        case (
            TurnStarted()
            | TurnFinished()
            | AgentMessage()
            | SkillStarted()
            | SkillProgress()
            | SkillFinished()
            | ApprovalRequested()
            | ApprovalResolved()
            | ConnectionRequested()
            | ConnectionResolved()
            | UsageReported()
            | HaltRequested()
            | StreamLost()
            | StreamResumed()
        ):
            return True


def _extended(turn: Turn, events: Iterable[TurnEvent]) -> tuple[tuple[TurnEvent, ...], StepReducer]:
    """Return the log with new events, and the reduced state after it."""
    place = partial(_place, turn.run_id)
    new = sorted(events, key=place)
    if not new:
        return turn.log, turn.replay
    known, replay = turn.log, turn.replay.copy()
    if known and place(new[0]) < place(known[-1]):
        known, replay, new = (), StepReducer(), sorted((*known, *new), key=place)
    for event in new:
        replay.apply(event)
    return (*known, *new), replay


def _place(run_id: RunId | None, event: TurnEvent) -> tuple[bool, int, bool, int, str]:
    """Return a total order: by number, then events without one by time, then by name.

    Events of the history come last, after those of the stream that they may repeat. Numbers
    count within a run: those of a continuing run sort after the turn's own. A break comes after the
    event that was the last one before it.
    """
    later = event.run_id not in (None, run_id)
    at = event.at_ms if event.at_ms is not None else _UNPLACED
    if isinstance(event, StreamLost | StreamResumed) and event.after_seq is not None:
        return later, event.after_seq, True, at, event.key
    seq = event.seq if event.seq is not None else _UNPLACED
    return later, seq, isinstance(event, AgentMessage) and event.from_history, at, event.key


def is_ours(event: TurnEvent) -> bool:
    """Return True for the events with which we record a break; their times are estimates."""
    return isinstance(event, StreamLost | StreamResumed)


def _count(turn: Turn, events: list[TurnEvent]) -> tuple[int, frozenset[int]]:
    contiguous = turn.contiguous_seq
    numbers = {event.seq for event in events if event.seq is not None and event.seq > contiguous}
    after_gap = set(turn.seqs_after_gap) | numbers
    while contiguous + 1 in after_gap:
        contiguous += 1
        after_gap.discard(contiguous)
    return contiguous, frozenset(after_gap)


def _last_event_id(turn: Turn, events: list[TurnEvent]) -> str | None:
    """Return the last id before any gap in the turn's own run, as far as numbers tell.

    With a gap the older id stays, so that a reconnect also brings the missing events.
    """
    place = partial(_place, turn.run_id)
    numbered = sorted((e for e in events if e.event_id is not None), key=place)
    best = turn.last_event_id
    contiguous, _ = _count(turn, events)
    late = numbered and turn.log and place(numbered[0]) < place(turn.log[-1])
    if late or turn.has_gap:
        own = (e for e in turn.log if e.run_id in (None, turn.run_id))
        known = (e for e in own if e.event_id is not None)
        numbered = sorted((*known, *numbered), key=place)
    for event in numbered:
        if event.seq is None or event.seq <= contiguous:
            best = event.event_id
    return best


def _derive(turn: Turn) -> Turn:
    """Return the turn with all fields derived from its log and drafts."""
    replay = turn.replay
    written = [
        replay.draft(draft.message_id, draft.text, draft.at_ms)
        for draft in turn.drafts
        if draft.text.strip()
    ]
    finish, started = replay.finished, replay.started
    turn = replace(
        turn,
        steps=_with_drafts(_without_found(replay.steps(), turn, replay.missed), written),
        usage=replay.usage,
        halting=replay.halting and finish is None,
        outcome=finish.outcome if finish else None,
        started_ms=started.at_ms if started else None,
        ended_ms=finish.at_ms if finish else None,
    )
    return replace(turn, phase=_phase(turn, finish))


def _with_drafts(steps: tuple[Step, ...], written: list[TextStep]) -> tuple[Step, ...]:
    """Return the steps with unfinished messages in place: before steps that started later.

    All except the last of them will never be finished.
    """
    placed = list(steps)
    for draft in written:
        later = len(placed)
        while later and (_began_ms(placed[later - 1]) or 0) > (draft.at_ms or _UNPLACED):
            later -= 1
        placed.insert(later, draft)
    return tuple(placed)


def _without_found(
    steps: tuple[Step, ...], turn: Turn, missed: tuple[int, ...]
) -> tuple[Step, ...]:
    """Return the steps with the last break counting only the events that are missing still."""
    if not missed:
        return steps
    missing = len(set(turn.missing_seqs) & set(missed))
    over = [step for step in steps if isinstance(step, BreakStep) and step.is_over]
    return tuple(
        replace(step, missing=missing) if isinstance(step, BreakStep) and step is over[-1] else step
        for step in steps
    )


def _began_ms(step: Step) -> int | None:
    match step:
        case TextStep():
            return step.at_ms
        case SkillStep():
            return step.started_ms or step.ended_ms
        case _:
            return None


def _phase(turn: Turn, finish: TurnFinished | None) -> Phase:
    if finish:
        return "over"
    if turn.open_approvals:
        return "awaiting_approval"
    if turn.open_connections:
        return "awaiting_connection"
    return "working" if turn.seen or turn.drafts else "waiting"
