"""Agent runs numbered as by a server: builders of events, and random runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    HaltRequested,
    LogLine,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    StreamLost,
    StreamResumed,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.ids import AttemptId, CallId, ConversationId, MessageId, RunId, TurnId
from tui.core.turn import Turn

RUN = RunId("run-1")
OTHER_RUN = RunId("run-2")
EMPTY = Turn(id=TurnId("t"), conversation_id=ConversationId("c"))


def numbered(*events: TurnEvent, run_id: RunId = RUN, prefix: str = "e") -> list[TurnEvent]:
    """Number events as a run does: ids, ``seq`` from 1, a second apart."""
    return [
        replace(
            e, key=f"{prefix}{n}", event_id=f"{prefix}{n}", seq=n, run_id=run_id, at_ms=n * 1000
        )
        for n, e in enumerate(events, 1)
    ]


def without_id(event: TurnEvent) -> TurnEvent:
    """Return an event as another way brings it: its run and number, but no id."""
    return replace(event, key=f"{event.run_id}#{event.seq}", event_id=None)


def started() -> TurnStarted:
    return TurnStarted(key="")


def finished() -> TurnFinished:
    return TurnFinished(key="")


def said(text: str, message_id: str | None = None) -> AgentMessage:
    return AgentMessage(key="", text=text, message_id=MessageId(message_id) if message_id else None)


def read(
    text: str, message_id: str, at_ms: int | None = None, run_id: RunId | None = None
) -> AgentMessage:
    """Return a message as the history has it."""
    return AgentMessage(
        key=f"message:{message_id}",
        text=text,
        message_id=MessageId(message_id),
        at_ms=at_ms,
        run_id=run_id,
        from_history=True,
    )


def piece(offset: int, text: str, message_id: str = "m", at_ms: int | None = None) -> TextDelta:
    name = MessageId(message_id)
    return TextDelta(key=f"d{offset}", message_id=name, offset=offset, text=text, at_ms=at_ms)


def pieces(text: str, message_id: str = "m", size: int = 3) -> list[TurnEvent]:
    """Return the pieces in which a message is streamed."""
    return [piece(at, text[at : at + size], message_id) for at in range(0, len(text), size)]


def skill_started(skill: str, call_id: str | None = None) -> SkillStarted:
    return SkillStarted(key="", skill=skill, call_id=CallId(call_id) if call_id else None)


def progress(
    share: float | None = None, message: str = "", skill: str = "", call_id: str | None = None
) -> SkillProgress:
    call = CallId(call_id) if call_id else None
    return SkillProgress(key="", skill=skill, call_id=call, share=share, message=message)


def skill_ended(skill: str, call_id: str | None = None) -> SkillFinished:
    call = CallId(call_id) if call_id else None
    return SkillFinished(key="", skill=skill, call_id=call, outcome="completed")


def asks(skill: str, call: str = "call-1", amount: int = 1) -> ApprovalRequested:
    parameters = {"amount": amount}
    return ApprovalRequested(key="", call_id=CallId(call), skill=skill, parameters=parameters)


def wants_connection(attempt: str = "a-1") -> ConnectionRequested:
    return ConnectionRequested(key="", attempt_id=AttemptId(attempt), connector="Jira")


def decided(call: str = "call-1") -> ApprovalResolved:
    """Return a decision of the user's, which has no number."""
    return ApprovalResolved(key=f"local:{call}", call_id=CallId(call), decision="rejected")


def connected(attempt: str = "a-1") -> ConnectionResolved:
    attempt_id = AttemptId(attempt)
    return ConnectionResolved(key=f"local:{attempt}", attempt_id=attempt_id, outcome="authorized")


def lost(after_seq: int | None = 1, number: int = 1) -> StreamLost:
    """Return the break of the connection after an event of the run."""
    return StreamLost(key=f"local:lost:{number}", run_id=RUN, after_seq=after_seq, seen_ms=5_000)


def resumed(after_seq: int | None = 1, number: int = 1, **fields: Any) -> StreamResumed:
    """Return the end of a break, after another event of the run."""
    at = {"run_id": RUN, "after_seq": after_seq, "seen_ms": 11_100, "lost_for_ms": 6_100}
    return StreamResumed(key=f"local:resumed:{number}", **{**at, **fields})


SKILLS = st.sampled_from(["Find", "Order", "Notify"])
CALLS = st.sampled_from(["call-1", "call-2"])
MAYBE_CALLS = st.one_of(st.none(), CALLS)
"""Two calls of one skill at once; some servers name none."""
MAYBE_SHARES = st.one_of(st.none(), st.floats(0, 1))
TEXTS = st.sampled_from(["Hello", "Done.", "**Yes**"])
MESSAGES = st.one_of(
    st.builds(said, TEXTS), st.builds(said, TEXTS, st.sampled_from(["m-1", "m-2", "m-3"]))
)
BODIES = st.one_of(
    st.builds(skill_started, SKILLS, MAYBE_CALLS),
    st.builds(skill_ended, SKILLS, MAYBE_CALLS),
    st.builds(progress, MAYBE_SHARES, st.sampled_from(["", "Reading"]), SKILLS, MAYBE_CALLS),
    st.builds(progress, MAYBE_SHARES),
    MESSAGES,
    st.builds(asks, SKILLS, CALLS, st.integers(1, 2)),
    st.builds(wants_connection, st.sampled_from(["a-1", "a-2"])),
    st.just(ConnectionResolved(key="", attempt_id=None, outcome="failed")),
    st.just(HaltRequested(key="")),
    st.builds(LogLine, key=st.just(""), name=st.just("note")),
    st.builds(UnknownEvent, key=st.just(""), kind=st.just("new.kind")),
    st.builds(UsageReported, key=st.just(""), input_tokens=st.integers(0, 9)),
)
TIMES = st.one_of(st.none(), st.integers(1, 9_000))
LOCAL: list[TurnEvent] = [decided("call-1"), decided("call-2"), connected("a-1")]


@st.composite
def runs(draw: st.DrawFn, *, complete: bool = True) -> list[TurnEvent]:
    """Return a run, with what other ways bring: pieces of text, decisions, the history.

    Some messages are streamed in pieces, one of which never becomes a message, and a second run
    may go on with the turn. ``complete``: the run is over.
    """
    body = draw(st.lists(BODIES, max_size=12))
    events = numbered(started(), *body, *([finished()] if complete else []))
    if draw(st.booleans()):
        other = [started(), *draw(st.lists(BODIES, max_size=4))]
        events += numbered(*other, run_id=OTHER_RUN, prefix="o")
    messages = [e for e in events if isinstance(e, AgentMessage)]
    history = [
        read(m.text, m.message_id or f"h-{n}", draw(TIMES), m.run_id)
        for n, m in enumerate({m.message_id or m.key: m for m in messages}.values())
    ]
    streamed = [pieces(m.text, m.message_id) for m in messages if m.message_id]
    breaks = draw(st.lists(st.integers(0, 12), max_size=2, unique=True))
    unfinished = pieces("An answer that never ends", "m-9")
    return [
        *events,
        *(piece for message in streamed for piece in message),
        *draw(st.sampled_from([[], unfinished])),
        *(lost(after, after) for after in breaks),
        *(resumed(after + 1, after, missing=(after,)) for after in breaks),
        *draw(st.sampled_from([[], history])),
        *draw(st.lists(st.sampled_from(LOCAL), unique_by=lambda event: event.key)),
    ]


@st.composite
def batches(draw: st.DrawFn, events: list[TurnEvent]) -> list[list[TurnEvent]]:
    """Return events in any order, some of them more than once, in several batches."""
    again = draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    order = draw(st.permutations([*events, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=5)))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
