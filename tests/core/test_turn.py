"""The reducer: any order, any repetition, the same turn."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    Heartbeat,
    LogLine,
    SkillFinished,
    SkillStarted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.ids import AttemptId, CallId, ConversationId, MessageId, RunId, TurnId
from tui.core.replay import Replay
from tui.core.steps import ApprovalStep, ConnectionStep, SkillStep, TextStep
from tui.core.turn import Turn, fold, reduce, without_echoes

RUN = RunId("run-1")
EMPTY = Turn(id=TurnId("t"), conversation_id=ConversationId("c"))


def numbered(*events: TurnEvent) -> list[TurnEvent]:
    """Events as a run numbers them: ids, ``seq`` from 1, a second apart."""
    return [
        replace(e, key=f"e{n}", event_id=f"e{n}", seq=n, run_id=RUN, at_ms=n * 1000)
        for n, e in enumerate(events, 1)
    ]


def started() -> TurnStarted:
    return TurnStarted(key="")


def finished() -> TurnFinished:
    return TurnFinished(key="")


def said(text: str, message_id: str | None = None) -> AgentMessage:
    return AgentMessage(key="", text=text, message_id=MessageId(message_id) if message_id else None)


def skill_started(skill: str) -> SkillStarted:
    return SkillStarted(key="", skill=skill)


def skill_ended(skill: str) -> SkillFinished:
    return SkillFinished(key="", skill=skill, outcome="completed")


def asks(skill: str, call: str = "call-1") -> ApprovalRequested:
    return ApprovalRequested(key="", call_id=CallId(call), skill=skill)


def wants_connection(attempt: str = "a-1") -> ConnectionRequested:
    return ConnectionRequested(key="", attempt_id=AttemptId(attempt), connector="Jira")


SKILLS = st.sampled_from(["Find", "Order", "Notify"])
BODIES = st.one_of(
    st.builds(skill_started, SKILLS),
    st.builds(skill_ended, SKILLS),
    st.builds(said, st.sampled_from(["Hello", "Done.", "**Yes**"])),
    st.builds(asks, SKILLS, st.sampled_from(["call-1", "call-2"])),
    st.builds(wants_connection, st.sampled_from(["a-1", "a-2"])),
    st.builds(LogLine, key=st.just(""), name=st.just("note")),
    st.builds(UnknownEvent, key=st.just(""), kind=st.just("new.kind")),
    st.builds(UsageReported, key=st.just(""), input_tokens=st.integers(0, 9)),
)


@st.composite
def runs(draw: st.DrawFn) -> list[TurnEvent]:
    """A whole run, with decisions of our own (without numbers) and messages from the history."""
    body = draw(st.lists(BODIES, max_size=12))
    events = numbered(started(), *body, finished())
    messages = [e for e in events if isinstance(e, AgentMessage)]
    history = [
        replace(m, key=f"m{i}", event_id=None, seq=None, message_id=MessageId(f"m{i}"),
                from_history=True)
        for i, m in enumerate(messages)
    ]  # fmt: skip
    decision = ApprovalResolved(key="local", call_id=CallId("call-1"), decision="rejected")
    return [
        *events,
        *draw(st.sampled_from([[], history])),
        *draw(st.sampled_from([[], [decision]])),
    ]


@given(run=runs(), data=st.data())
def test_any_order_and_any_repetition_end_in_the_same_turn(
    run: list[TurnEvent], data: st.DataObject
) -> None:
    straight = fold(EMPTY, run)
    shuffled = data.draw(st.permutations(run + data.draw(st.lists(st.sampled_from(run)))))
    cut = data.draw(st.integers(0, len(shuffled)))
    one_by_one = EMPTY
    for event in shuffled[:cut]:
        one_by_one = reduce(one_by_one, event)
    assert fold(one_by_one, shuffled[cut:]) == straight


@given(data=st.data())
def test_a_turn_that_goes_on_in_another_run_is_the_same_in_any_order(data: st.DataObject) -> None:
    first = numbered(started(), said("One."), wants_connection())
    other = numbered(started(), said("Two."), skill_started("Find"), skill_ended("Find"))
    second = [
        replace(e, key=f"o{n}", event_id=f"o{n}", run_id=RunId("run-2"))
        for n, e in enumerate(other, 1)
    ]
    turn = replace(EMPTY, run_id=RUN)
    straight = fold(turn, [*first, *second])
    assert [type(step) for step in straight.steps] == [
        TextStep,
        ConnectionStep,
        TextStep,
        SkillStep,
    ]
    assert (straight.last_event_id, straight.through, straight.has_gap) == ("e3", 3, False)
    shuffled = data.draw(st.permutations([*first, *second]))
    cut = data.draw(st.integers(0, len(shuffled)))
    assert fold(fold(turn, shuffled[:cut]), shuffled[cut:]) == straight


@given(run=runs(), data=st.data())
def test_replaying_a_prefix_changes_nothing(run: list[TurnEvent], data: st.DataObject) -> None:
    turn = fold(EMPTY, run)
    assert fold(turn, run[: data.draw(st.integers(0, len(run)))]) is turn


@given(run=runs())
def test_a_finished_turn_leaves_nothing_open(run: list[TurnEvent]) -> None:
    turn = fold(EMPTY, run)
    assert turn.over
    assert not turn.open_approvals
    assert not turn.open_connections
    assert not any(isinstance(s, SkillStep) and s.status == "running" for s in turn.steps)


@given(text=st.text(max_size=60), data=st.data())
def test_pieces_of_text_join_in_any_order_and_overlap(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))) | {0, len(text)})
    pieces = [
        TextDelta(key=f"d{a}", message_id=MessageId("m"), offset=a, text=text[a:b])
        for a, b in pairwise(cuts)
    ]
    again = data.draw(st.lists(st.sampled_from(pieces))) if pieces else []
    turn = fold(EMPTY, data.draw(st.permutations(pieces + again)))
    assert turn.reply == (text if text.strip() else "")  # white space alone is not a message


def test_a_message_settles_the_text_that_was_streamed() -> None:
    delta = TextDelta(key="d", message_id=MessageId("m"), offset=0, text="Hel")
    turn = fold(EMPTY, [delta, *numbered(started(), said("Hello", "m"))])
    assert [step.text for step in turn.steps if isinstance(step, TextStep)] == ["Hello"]
    assert all(step.settled for step in turn.steps if isinstance(step, TextStep))


def test_a_message_read_from_the_history_is_the_one_that_was_streamed() -> None:
    live = numbered(started(), said("Done."), said("Done."), finished())
    history = [
        AgentMessage(key=f"m{n}", message_id=MessageId(f"m{n}"), text="Done. ", from_history=True)
        for n in (1, 2)
    ]
    turn = fold(EMPTY, [*live, *history])
    assert [step.text for step in turn.steps if isinstance(step, TextStep)] == ["Done.", "Done."]


def test_a_message_that_only_the_history_has_is_added_at_the_end() -> None:
    live = numbered(started(), said("One moment"), wants_connection())
    reply = AgentMessage(key="m2", message_id=MessageId("m2"), text="Found it", from_history=True)
    turn = fold(EMPTY, [*live, reply])
    assert turn.reply == "One moment\n\nFound it"
    assert not turn.open_connections


def test_an_event_that_came_without_its_id_is_known_again_by_its_number() -> None:
    ask = replace(asks("Order"), key="run-1#2", run_id=RUN, seq=2)
    stored = replace(asks("Order"), key="e2", event_id="e2", run_id=RUN, seq=2)
    turn = fold(EMPTY, [ask])
    assert fold(turn, [stored]) is turn


def test_parallel_calls_that_announce_one_start_show_every_end() -> None:
    turn = fold(EMPTY, numbered(skill_started("Find"), *[skill_ended("Find")] * 3))
    skills = [step for step in turn.steps if isinstance(step, SkillStep)]
    assert [step.status for step in skills] == ["completed"] * 3
    assert [step.started_ms for step in skills] == [1000, None, None]


def test_a_skill_that_runs_has_been_approved_whoever_did_it() -> None:
    turn = fold(EMPTY, numbered(asks("Order"), skill_started("Order")))
    [approval] = [step for step in turn.steps if isinstance(step, ApprovalStep)]
    assert approval.decision == "approved"
    assert turn.phase == "working"


@pytest.mark.parametrize(
    ("events", "phase"),
    [
        ([], "waiting"),
        ([started()], "working"),
        ([started(), asks("Order")], "awaiting_approval"),
        ([started(), wants_connection()], "awaiting_connection"),
        ([started(), asks("Order"), finished()], "over"),
    ],
)
def test_the_phase_follows_from_the_events(events: list[TurnEvent], phase: str) -> None:
    assert fold(EMPTY, numbered(*events)).phase == phase


def test_a_connection_that_was_authorised_is_settled() -> None:
    done = ConnectionResolved(key="l", attempt_id=AttemptId("a-1"), outcome="authorized")
    turn = fold(EMPTY, [*numbered(started(), wants_connection()), done])
    [step] = [step for step in turn.steps if isinstance(step, ConnectionStep)]
    assert step.outcome == "authorized"
    assert turn.phase == "working"


def test_a_gap_is_seen_and_the_reconnect_goes_on_before_it() -> None:
    events = numbered(started(), skill_started("Find"), skill_ended("Find"), said("Done"))
    turn = fold(EMPTY, [events[0], events[3]])
    assert turn.has_gap
    assert turn.last_event_id == "e1"
    whole = fold(turn, events)
    assert not whole.has_gap
    assert whole.last_event_id == "e4"


def test_the_timeline_shows_a_message_once_whichever_ways_it_came() -> None:
    live = numbered(started(), said("Done."))
    echo = AgentMessage(key="m1", run_id=RUN, text="Done.", from_history=True)
    other = AgentMessage(key="m2", run_id=RUN, text="More.", from_history=True)
    assert without_echoes([*live, echo, other]) == (*live, other)
    assert without_echoes([echo, other], among=live) == (other,)


def test_heartbeats_leave_no_trace() -> None:
    turn = fold(EMPTY, numbered(started()))
    beaten = fold(turn, [Heartbeat(key="ping", run_id=RUN)])
    assert beaten.seen == turn.seen
    assert beaten.steps == turn.steps


def test_an_event_costs_the_same_however_long_the_turn_is(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Counter[str]()
    take = Replay.take

    def count(replay: Replay, event: TurnEvent) -> None:
        taken[event.key] += 1
        take(replay, event)

    monkeypatch.setattr(Replay, "take", count)
    turn, events = EMPTY, numbered(started(), *[skill_started("Find"), skill_ended("Find")] * 50)
    for event in events:
        turn = reduce(turn, event)
    assert set(taken.values()) == {1}
    assert turn == fold(EMPTY, events)


def test_what_was_written_is_not_kept_beside_the_whole_message() -> None:
    written = TextDelta(key="d", message_id=MessageId("m"), offset=0, text="Hel")
    turn = fold(EMPTY, [written, *numbered(replace(said("Hello"), message_id=MessageId("m")))])
    assert (turn.reply, turn.drafts) == ("Hello", ())
    assert reduce(turn, written).drafts == ()
