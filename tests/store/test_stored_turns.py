"""Stored events fold into the same turn as the live ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    Heartbeat,
    LogLine,
    SkillFinished,
    SkillStarted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UsageReported,
)
from tui.core.ids import CallId, ConversationId, MessageId, RunId, TurnId
from tui.core.turn import Turn, fold, turn_of
from tui.store import turn_writer, turns
from tui.store.migrate import migrate

HERE, ONE = ConversationId("here"), TurnId("one")
FOX, DOG = MessageId("fox"), MessageId("dog")
TEXTS = {FOX: "The quick brown fox", DOG: "jumps over the lazy dog \U0001f436"}


@st.composite
def pieces(draw: st.DrawFn) -> TextDelta:
    message_id = draw(st.sampled_from(list(TEXTS)))
    text = TEXTS[message_id]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    key = f"{message_id}:{start}:{end}"
    return TextDelta(key=key, message_id=message_id, offset=start, text=text[start:end])


WHOLE: list[TurnEvent] = [
    TurnStarted(key="start", at_ms=1),
    *(AgentMessage(key=f"all-{m}", text=text, message_id=m) for m, text in TEXTS.items()),
    AgentMessage(key="history", text=TEXTS[FOX], from_history=True),
    AgentMessage(key="plain", text="Done."),
    SkillStarted(key="go", skill="Refund"),
    SkillFinished(key="end", skill="Refund", outcome="completed"),
    ApprovalRequested(key="ask", skill="Refund", call_id=CallId("c")),
    ApprovalResolved(key="yes", call_id=CallId("c"), decision="approved"),
    UsageReported(key="usage", input_tokens=3),
    LogLine(key="log", name="note"),
    Heartbeat(key="ping"),
    TurnFinished(key="over", at_ms=90),
]


@st.composite
def batches(draw: st.DrawFn) -> list[list[TurnEvent]]:
    """Batches of one turn's events, in any order, with repeats; numbered throughout or not."""
    events = [*draw(st.lists(pieces(), max_size=12, unique_by=lambda p: p.key)), *WHOLE]
    if draw(st.booleans()):
        run_id = RunId("run")
        events = [
            e if isinstance(e, Heartbeat) else replace(e, run_id=run_id, seq=number)
            for number, e in enumerate(events, 1)
        ]
    return draw(st.lists(st.lists(st.sampled_from(events), max_size=8), max_size=8))


def essence(turn: Turn) -> Turn:
    """The turn without where to reconnect and the text of messages that are there as a whole."""
    return replace(turn, drafts=(), last_event_id=None, last_at_ms=None)


@settings(max_examples=75, deadline=None)
@given(batches())
def test_stored_events_fold_into_the_turn_that_was_seen(script: list[list[TurnEvent]]) -> None:
    seen = Turn(id=ONE, conversation_id=HERE)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        turn_writer.save(connection, "account", ONE, HERE, None, None)
        for batch in script:
            turn_writer.append(connection, "account", ONE, HERE, batch)
            seen = fold(seen, batch)
        record = turns.one(connection, "account", ONE)
        unfinished = turns.unfinished(connection, "account")
    assert record is not None
    assert essence(turn_of(record)) == essence(seen)
    assert bool(unfinished) is not seen.over
