"""Turn reducer: any order, any repetition, the same turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.runs import (
    EMPTY,
    OTHER_RUN,
    RUN,
    asks,
    batches,
    finished,
    lost,
    numbered,
    piece,
    pieces,
    read,
    resumed,
    runs,
    said,
    skill_ended,
    skill_started,
    started,
    wants_connection,
    without_id,
)
from tui.core.event_labels import resumed_parts
from tui.core.events import (
    AgentMessage,
    ConnectionResolved,
    HaltRequested,
    Heartbeat,
    LogLine,
    StreamInterrupted,
    TextDelta,
    TurnEvent,
    UnknownEvent,
    UsageReported,
)
from tui.core.ids import AttemptId, ConversationId, MessageId, RunId, TurnId
from tui.core.records import Prompt, TurnRecord
from tui.core.step_reducer import StepReducer
from tui.core.steps import ApprovalStep, BreakStep, ConnectionStep, SkillStep, TextStep
from tui.core.turn import Turn, drop_history_duplicates, fold, turn_of, unseen
from tui.core.usage import Usage


def folded(turn: Turn, parts: Iterable[Iterable[TurnEvent]]) -> Turn:
    """Fold batches of events one after the other."""
    for part in parts:
        turn = fold(turn, part)
    return turn


@given(run=runs(), data=st.data())
def test_any_order_and_any_repetition_end_in_the_same_turn(
    run: list[TurnEvent], data: st.DataObject
) -> None:
    turn = replace(EMPTY, run_id=RUN)
    assert folded(turn, data.draw(batches(run))) == fold(turn, run)


@given(run=runs(complete=False), data=st.data())
def test_a_duplicate_event_with_and_without_its_id_counts_once_in_any_order(
    run: list[TurnEvent], data: st.DataObject
) -> None:
    turn = replace(EMPTY, run_id=RUN)
    both = [*run, *(without_id(event) for event in run if event.seq is not None)]
    assert shown(folded(turn, data.draw(batches(both)))) == shown(fold(turn, run))


def shown(turn: Turn) -> tuple[object, ...]:
    """Return what does not depend on the way by which an event came."""
    steps = [
        (step.request.skill, step.request.parameters, step.revision, step.decision, step.expired)
        if isinstance(step, ApprovalStep)
        else replace(step, key="")
        for step in turn.steps
    ]
    return (
        steps,
        turn.phase,
        turn.usage,
        turn.contiguous_seq,
        turn.seqs_after_gap,
        turn.last_at_ms,
        turn.reply,
    )


@given(data=st.data())
def test_a_turn_continued_in_another_run_is_the_same_in_any_order(data: st.DataObject) -> None:
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
    assert (straight.last_event_id, straight.contiguous_seq, straight.has_gap) == ("e3", 3, False)
    shuffled = data.draw(st.permutations([*first, *second]))
    cut = data.draw(st.integers(0, len(shuffled)))
    assert fold(fold(turn, shuffled[:cut]), shuffled[cut:]) == straight


@given(run=runs(), data=st.data())
def test_replaying_duplicate_events_changes_nothing(
    run: list[TurnEvent], data: st.DataObject
) -> None:
    turn = fold(EMPTY, run)
    again = run[: data.draw(st.integers(0, len(run)))]
    assert fold(turn, again) == turn
    assert fold(turn, [event for event in again if not isinstance(event, TextDelta)]) is turn


@given(run=runs())
def test_a_finished_turn_has_no_open_steps(run: list[TurnEvent]) -> None:
    turn = fold(EMPTY, run)
    assert turn.over
    assert not turn.open_approvals
    assert not turn.open_connections
    assert not any(isinstance(s, SkillStep) and s.status == "running" for s in turn.steps)


@given(text=st.text(max_size=60), other=st.text(max_size=9), data=st.data())
def test_text_deltas_join_in_any_order_batch_and_overlap(
    text: str, other: str, data: st.DataObject
) -> None:
    starts = data.draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0}
    ends = [*sorted(starts)[1:], len(text)]
    parts = [
        piece(start, text[start : end + data.draw(st.integers(0, 2))])
        for start, end in zip(sorted(starts), ends, strict=True)
    ]
    beside = pieces(other, "n", 2)
    turn = folded(EMPTY, data.draw(batches([*parts, *beside])))
    written = {draft.message_id: draft.text for draft in turn.drafts}
    assert written.get(MessageId("m"), "") == text
    assert written.get(MessageId("n"), "") == other
    assert all(draft.pending == () for draft in turn.drafts)
    # White space alone is not a message.
    assert sorted(step.text for step in turn.steps if isinstance(step, TextStep)) == sorted(
        part for part in (text, other) if part.strip()
    )


@given(lost=st.integers(0, 3), data=st.data())
def test_text_deltas_after_a_missing_one_wait_for_it(lost: int, data: st.DataObject) -> None:
    parts = [piece(at, "Hello world!"[at : at + 3], at_ms=at) for at in (0, 3, 6, 9)]
    rest = [part for part in parts if part.offset != 3 * lost]
    turn = folded(EMPTY, data.draw(batches(list[TurnEvent](rest))))
    assert turn.reply == "Hello world!"[: 3 * lost]
    assert fold(turn, [parts[lost]]).reply == "Hello world!"


@given(count=st.integers(1, 9), data=st.data())
def test_a_reconnect_resumes_after_the_last_event_before_a_gap(
    count: int, data: st.DataObject
) -> None:
    run = numbered(*[skill_started("Find")] * count)
    came = data.draw(st.lists(st.sampled_from(run), min_size=1, unique_by=lambda event: event.key))
    turn = folded(EMPTY, data.draw(batches(came)))
    numbers = {event.seq for event in came}
    through = next(n for n in range(count + 1) if n + 1 not in numbers)
    assert turn.contiguous_seq == through
    assert turn.seqs_after_gap == {n for n in numbers if n is not None and n > through}
    assert turn.has_gap == (len(numbers) > through)
    assert turn.last_event_id == (f"e{through}" if through else None)
    assert turn.last_at_ms == max(event.at_ms or 0 for event in came)
    assert turn.run_id == RUN


@given(run=runs(), data=st.data())
def test_new_events_change_a_turn_and_duplicates_do_not(
    run: list[TurnEvent], data: st.DataObject
) -> None:
    came = data.draw(st.lists(st.sampled_from(run), unique_by=lambda event: event.key))
    turn = fold(EMPTY, came)
    fresh = unseen(turn, run)
    kept = [event for event in came if not isinstance(event, TextDelta)]
    assert [event for event in run if event not in kept] == fresh
    assert fold(turn, [event for event in run if event not in fresh]) is turn


def test_events_of_another_run_are_not_added_to_the_turn() -> None:
    turn = fold(EMPTY, numbered(started()))
    turn = fold(turn, numbered(started(), said("Two"), run_id=OTHER_RUN, prefix="o"))
    assert (turn.run_id, turn.contiguous_seq, turn.last_event_id) == (RUN, 1, "e1")


def test_a_duplicate_of_an_event_with_an_id_is_detected_by_its_number() -> None:
    [event] = numbered(asks("Order"))
    turn = fold(EMPTY, [event])
    assert fold(turn, [without_id(event)]) is turn
    assert fold(turn, [replace(event, key="run-1#1", event_id="other")]) is turn
    assert unseen(turn, [without_id(event)]) == []


def test_events_with_different_ids_are_different_although_they_share_a_number() -> None:
    [one] = numbered(said("One"))
    two = replace(said("Two"), key="e2", event_id="e2", seq=1, run_id=RUN)
    assert fold(fold(EMPTY, [one]), [two]).reply == "One\n\nTwo"


def test_events_without_a_number_are_deduplicated_by_their_keys() -> None:
    one, two = read("One", "m1", run_id=RUN), read("Two", "m2", run_id=RUN)
    assert fold(EMPTY, [one, two]).reply == "One\n\nTwo"
    first, second = replace(said("One"), key="k1", seq=1), replace(said("Two"), key="k2", seq=1)
    assert fold(EMPTY, [first, second]).reply == "One\n\nTwo"


def test_events_are_ordered_by_number_and_not_by_time() -> None:
    run = [replace(e, at_ms=9_000 - (e.at_ms or 0)) for e in numbered(*map(said, "abc"))]
    assert fold(EMPTY, reversed(run)).reply == "a\n\nb\n\nc"


def test_history_messages_are_ordered_by_time_after_the_others() -> None:
    history = [read("late", "a", 3_000), read("early", "b", 2_000), read("timeless", "0")]
    ours = replace(said("ours"), key="z", at_ms=4_000)
    turn = fold(EMPTY, [*history, ours, *numbered(said("live"))])
    assert turn.reply.split("\n\n") == ["live", "ours", "early", "late", "timeless"]


def test_an_event_without_number_has_the_newest_id() -> None:
    ping = LogLine(key="x", event_id="x", name="note")
    turn = fold(EMPTY, [*numbered(started(), said("Hi")), ping])
    assert turn.last_event_id == "x"
    assert fold(EMPTY, [ping]).last_event_id == "x"


def test_an_event_without_id_leaves_the_newest_id_as_it_is() -> None:
    first, second = numbered(started(), said("Hi"))
    assert fold(EMPTY, [first, without_id(second)]).last_event_id == "e1"


def test_an_event_without_id_that_fills_a_gap_lets_a_reconnect_resume_after_the_gap() -> None:
    first, second, third = numbered(started(), said("Hi"), said("Bye"))
    assert folded(EMPTY, [[first, third], [without_id(second)]]).last_event_id == "e3"


def test_an_id_without_a_number_stays_the_newest_when_numbered_events_come_late() -> None:
    first, second = numbered(started(), said("Hi"))
    apart = replace(said("Bye"), key="x", event_id="x")
    assert folded(EMPTY, [[first, apart], [second]]).last_event_id == "x"


def test_a_turn_is_rebuilt_from_its_record() -> None:
    prompt = Prompt(text="Hello", at_ms=1)
    events = tuple(numbered(started(), said("Hi")))
    record = TurnRecord(
        id=TurnId("t-7"),
        conversation_id=ConversationId("c-7"),
        prompt=prompt,
        run_id=RUN,
        events=events,
    )
    turn = turn_of(record)
    assert (turn.id, turn.conversation_id, turn.prompt, turn.run_id) == (
        "t-7",
        "c-7",
        prompt,
        RUN,
    )
    assert turn.log == events
    assert turn_of(replace(record, events=())).run_id == RUN


def test_a_turn_has_the_fields_of_its_events() -> None:
    used = UsageReported(key="", input_tokens=3, output_tokens=4)
    run = numbered(started(), used, HaltRequested(key=""), said("Hi"), finished())
    turn = fold(EMPTY, run[:4])
    assert (turn.halting, turn.outcome, turn.reason) == (True, None, "")
    assert (turn.started_ms, turn.ended_ms) == (1_000, None)
    assert turn.usage == Usage(input_tokens=3, output_tokens=4)
    failed = replace(run[4], outcome="failed", reason="No credit.")
    turn = fold(turn, [failed])
    assert (turn.halting, turn.outcome, turn.reason) == (False, "failed", "No credit.")
    assert (turn.started_ms, turn.ended_ms, turn.phase) == (1_000, 5_000, "over")


def test_the_log_of_a_turn_has_only_events_that_rebuild_it() -> None:
    note = LogLine(key="", name="note")
    broken = StreamInterrupted(key="")
    new = UnknownEvent(key="", kind="new")
    run = numbered(started(), note, broken, new, said("Hi"))
    turn = fold(EMPTY, [*run, piece(0, "A"), Heartbeat(key="ping")])
    assert turn.log == (run[0], run[4])


@pytest.mark.parametrize(
    ("at_ms", "place"), [(500, 0), (1_000, 1), (2_999, 1), (3_000, 2), (6_000, 2), (None, 3)]
)
def test_an_unfinished_message_is_ordered_before_later_steps(at_ms: int | None, place: int) -> None:
    run = numbered(said("One"), started(), skill_started("Find"), started(), started())
    ended = replace(skill_ended("Order"), key="e7", seq=7, at_ms=7_000, run_id=RUN)
    turn = fold(EMPTY, [*run, ended, piece(0, "Draft", at_ms=at_ms)])
    assert [type(step) for step in turn.steps].count(TextStep) == 2
    [found] = [n for n, step in enumerate(turn.steps) if step.key == "text:m"]
    assert found == place


def test_an_unfinished_message_is_ordered_after_steps_without_a_time() -> None:
    run = numbered(asks("Order"), skill_started("Find"))
    turn = fold(EMPTY, [*run, piece(0, "Draft", at_ms=1_500)])
    assert [type(step) for step in turn.steps] == [ApprovalStep, TextStep, SkillStep]


def test_an_unfinished_message_has_the_time_of_its_first_delta() -> None:
    turn = fold(EMPTY, [piece(0, "He", at_ms=1_000), piece(2, "llo", at_ms=2_000)])
    assert turn.steps == (
        TextStep(key="text:m", text="Hello", message_id=MessageId("m"), settled=False, at_ms=1_000),
    )
    assert turn.phase == "working"


def test_a_whole_message_replaces_the_streamed_text() -> None:
    delta = TextDelta(key="d", message_id=MessageId("m"), offset=0, text="Hel")
    turn = fold(EMPTY, [delta, *numbered(started(), said("Hello", "m"))])
    assert [step.text for step in turn.steps if isinstance(step, TextStep)] == ["Hello"]
    assert all(step.settled for step in turn.steps if isinstance(step, TextStep))


def test_a_history_message_is_no_duplicate_of_the_streamed_one() -> None:
    live = numbered(started(), said("Done."), said("Done."), finished())
    history = [
        AgentMessage(key=f"m{n}", message_id=MessageId(f"m{n}"), text="Done. ", from_history=True)
        for n in (1, 2)
    ]
    turn = fold(EMPTY, [*live, *history])
    assert [step.text for step in turn.steps if isinstance(step, TextStep)] == ["Done.", "Done."]


def test_a_message_only_in_the_history_is_added_at_the_end() -> None:
    live = numbered(started(), said("One moment"), wants_connection())
    reply = AgentMessage(key="m2", message_id=MessageId("m2"), text="Found it", from_history=True)
    turn = fold(EMPTY, [*live, reply])
    assert turn.reply == "One moment\n\nFound it"
    assert not turn.open_connections


def test_a_duplicate_of_an_event_without_an_id_is_detected_by_its_number() -> None:
    ask = replace(asks("Order"), key="run-1#2", run_id=RUN, seq=2)
    stored = replace(asks("Order"), key="e2", event_id="e2", run_id=RUN, seq=2)
    for nameless in (ask, replace(ask, key="digest")):
        turn = fold(EMPTY, [nameless])
        assert fold(turn, [stored]) is turn


def test_parallel_skill_calls_with_one_start_show_every_end() -> None:
    turn = fold(EMPTY, numbered(skill_started("Find"), *[skill_ended("Find")] * 3))
    skills = [step for step in turn.steps if isinstance(step, SkillStep)]
    assert [step.status for step in skills] == ["completed"] * 3
    assert [step.started_ms for step in skills] == [1000, None, None]


def test_a_running_skill_counts_as_approved() -> None:
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
def test_the_phase_of_a_turn_follows_from_its_events(events: list[TurnEvent], phase: str) -> None:
    assert fold(EMPTY, numbered(*events)).phase == phase


def test_an_authorized_connection_is_settled() -> None:
    done = ConnectionResolved(key="l", attempt_id=AttemptId("a-1"), outcome="authorized")
    turn = fold(EMPTY, [*numbered(started(), wants_connection()), done])
    [step] = [step for step in turn.steps if isinstance(step, ConnectionStep)]
    assert step.outcome == "authorized"
    assert turn.phase == "working"


def test_a_gap_is_detected_and_a_reconnect_resumes_before_it() -> None:
    events = numbered(started(), skill_started("Find"), skill_ended("Find"), said("Done"))
    turn = fold(EMPTY, [events[0], events[3]])
    assert turn.has_gap
    assert turn.last_event_id == "e1"
    whole = fold(turn, events)
    assert not whole.has_gap
    assert whole.last_event_id == "e4"


def test_the_timeline_shows_a_duplicate_message_once() -> None:
    live = numbered(started(), said("Done."))
    echo = AgentMessage(key="m1", run_id=RUN, text="Done.", from_history=True)
    other = AgentMessage(key="m2", run_id=RUN, text="More.", from_history=True)
    assert drop_history_duplicates([*live, echo, other]) == (*live, other)
    assert drop_history_duplicates([echo, other], among=live) == (other,)


def test_heartbeats_change_nothing_in_a_turn() -> None:
    turn = fold(EMPTY, numbered(started()))
    beaten = fold(turn, [Heartbeat(key="ping", run_id=RUN)])
    assert beaten.seen == turn.seen
    assert beaten.steps == turn.steps


def test_the_cost_of_an_event_is_independent_of_the_length_of_the_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    applied = Counter[str]()
    apply = StepReducer.apply

    def count(replay: StepReducer, event: TurnEvent) -> None:
        applied[event.key] += 1
        apply(replay, event)

    monkeypatch.setattr(StepReducer, "apply", count)
    turn, events = EMPTY, numbered(started(), *[skill_started("Find"), skill_ended("Find")] * 50)
    for event in events:
        turn = fold(turn, [event])
    assert set(applied.values()) == {1}
    assert turn == fold(EMPTY, events)


def test_text_deltas_are_dropped_when_the_whole_message_arrives() -> None:
    written = TextDelta(key="d", message_id=MessageId("m"), offset=0, text="Hel")
    turn = fold(EMPTY, [written, *numbered(replace(said("Hello"), message_id=MessageId("m")))])
    assert (turn.reply, turn.drafts) == ("Hello", ())
    assert fold(turn, [written]).drafts == ()


# Breaks of the connection


def test_a_break_stands_where_it_was_whatever_was_caught_up_afterwards() -> None:
    run = numbered(started(), said("One"), skill_started("Find"), said("Two"), finished())
    before = fold(EMPTY, [*run[:2], lost(after_seq=2)])
    assert before.open_break is not None
    assert [type(step) for step in before.steps] == [TextStep, BreakStep]
    after = fold(before, [*run[2:], resumed(after_seq=5, caught_up=3)])
    assert after.open_break is None
    assert [type(step) for step in after.steps] == [TextStep, BreakStep, SkillStep, TextStep]
    step = after.steps[1]
    assert isinstance(step, BreakStep)
    assert (step.lost_for_ms, step.caught_up, step.missing, step.is_short) == (6_100, 3, 0, False)
    assert resumed_parts(step) == ("Resumed after 6.1 s", "3 events caught up", "nothing lost")


def test_events_without_numbers_have_their_break_between_them_by_time() -> None:
    one, two = (replace(said(text), key=text, at_ms=at) for text, at in (("One", 10), ("Two", 30)))
    cut = replace(lost(after_seq=None), at_ms=20)
    turn = fold(EMPTY, [two, cut, one])
    assert [type(step) for step in turn.steps] == [TextStep, BreakStep, TextStep]


def test_a_break_tells_what_is_missing_until_it_is_found() -> None:
    run = numbered(started(), said("One"), said("Two"), said("Three"), finished())
    cut = [lost(after_seq=1), resumed(after_seq=5, missing=(2, 3))]
    turn = fold(EMPTY, [run[0], *run[3:], *cut])
    [step] = [step for step in turn.steps if isinstance(step, BreakStep)]
    assert resumed_parts(step)[-1] == "2 events missing"
    assert turn.missing_seqs == (2, 3)
    turn = fold(turn, [run[1]])
    [step] = [step for step in turn.steps if isinstance(step, BreakStep)]
    assert resumed_parts(step)[-1] == "1 event missing"
    [step] = [s for s in fold(turn, [run[2]]).steps if isinstance(s, BreakStep)]
    assert resumed_parts(step)[-1] == "nothing lost"


def test_an_end_without_its_events_is_not_called_complete() -> None:
    turn = fold(EMPTY, [*numbered(started()), lost(), resumed(complete=False)])
    [step] = turn.steps
    assert isinstance(step, BreakStep)
    assert resumed_parts(step) == ("Resumed after 6.1 s", "some events may be missing")


def test_the_estimated_times_of_a_break_do_not_move_the_position_of_a_replay() -> None:
    turn = fold(EMPTY, numbered(started(), said("One")))
    cut = replace(lost(after_seq=2), at_ms=99_000)
    assert fold(turn, [cut, replace(resumed(2), at_ms=99_900)]).last_at_ms == turn.last_at_ms
