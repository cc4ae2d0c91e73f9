"""Step reducer: the steps that the events of a turn make, each with all its details."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.runs import (
    EMPTY,
    MAYBE_SHARES,
    RUN,
    asks,
    finished,
    numbered,
    piece,
    progress,
    read,
    said,
    skill_ended,
    skill_started,
    started,
    wants_connection,
)
from tui.core.events import (
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    TurnEvent,
)
from tui.core.ids import AttemptId, CallId, MessageId
from tui.core.questions import shown_digest
from tui.core.steps import ApprovalStep, ConnectionStep, SkillStep, Step, TextStep
from tui.core.turn import Turn, fold


def turn_with(*events: TurnEvent) -> Turn:
    """Return the turn that numbered events make."""
    return fold(EMPTY, numbered(*events))


def approvals(turn: Turn) -> list[ApprovalStep]:
    return [step for step in turn.steps if isinstance(step, ApprovalStep)]


def connections(turn: Turn) -> list[ConnectionStep]:
    return [step for step in turn.steps if isinstance(step, ConnectionStep)]


def texts(turn: Turn) -> list[TextStep]:
    return [step for step in turn.steps if isinstance(step, TextStep)]


def skills(turn: Turn) -> list[SkillStep]:
    return [step for step in turn.steps if isinstance(step, SkillStep)]


def decision(call: str, digest: str | None = None) -> ApprovalResolved:
    return ApprovalResolved(
        key=f"local:{call}:{digest}",
        call_id=CallId(call),
        decision="rejected",
        reason="Too dear.",
        shown_digest=digest,
    )


def answer(attempt: str | None, key: str = "local") -> ConnectionResolved:
    attempt_id = AttemptId(attempt) if attempt else None
    return ConnectionResolved(key=key, attempt_id=attempt_id, outcome="authorized")


def test_each_kind_of_step_has_all_fields_of_its_event() -> None:
    begins = SkillStarted(key="", skill="Find", skill_id="s-1", call_id=CallId("call-1"))
    asked = asks("Order", "call-2")
    link = ConnectionRequested(
        key="",
        attempt_id=AttemptId("a-1"),
        connector="Jira",
        url="https://jira.example",
        expires_ms=99,
    )
    turn = turn_with(begins, said("Hello"), said("Again", "m-1"), asked, link)
    expected: tuple[Step, ...] = (
        SkillStep(
            key="e1", skill="Find", skill_id="s-1", call_id=CallId("call-1"), started_ms=1_000
        ),
        TextStep(key="e2", text="Hello", at_ms=2_000),
        TextStep(key="text:m-1", text="Again", message_id=MessageId("m-1"), at_ms=3_000),
        ApprovalStep(key="e4", request=numbered(*[asked] * 4)[3]),  # type: ignore[arg-type]
        ConnectionStep(
            key="e5",
            attempt_id=AttemptId("a-1"),
            connector="Jira",
            url="https://jira.example",
            expires_ms=99,
        ),
    )
    assert turn.steps == expected


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("completed", "completed"), ("failed", "failed"), ("stopped", "stopped")],
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_finished_skill_has_the_fields_of_both_events(
    outcome: str, status: str, announced: bool
) -> None:
    end = SkillFinished(
        key="",
        skill="Find",
        outcome=outcome,  # type: ignore[arg-type]
        skill_id="s-1",
        call_id=CallId("call-1"),
        error="No such item.",
        result="nothing",
    )
    turn = turn_with(skill_started("Find", "call-1") if announced else started(), end)
    assert turn.steps == (
        SkillStep(
            key="e1" if announced else "e2",
            skill="Find",
            skill_id="s-1",
            call_id=CallId("call-1"),
            status=status,  # type: ignore[arg-type]
            started_ms=1_000 if announced else None,
            ended_ms=2_000,
            error="No such item.",
            result="nothing",
        ),
    )


def test_two_calls_of_one_skill_end_each_by_its_id() -> None:
    begun = [skill_started("Find", "call-1"), skill_started("Find", "call-2")]
    turn = turn_with(*begun, skill_ended("Find", "call-2"))
    assert [step.status for step in skills(turn)] == ["running", "completed"]
    turn = turn_with(*begun, skill_ended("Find", "call-2"), skill_ended("Find"))
    assert [step.status for step in skills(turn)] == ["completed", "completed"]


def test_a_call_with_a_missing_id_is_matched_by_its_skill_name() -> None:
    turn = turn_with(skill_started("Order"), skill_started("Find"), skill_ended("Find", "call-1"))
    assert [step.status for step in skills(turn)] == ["running", "completed"]
    turn = turn_with(skill_started("Find", "call-1"), skill_ended("Find"))
    assert [step.status for step in skills(turn)] == ["completed"]


def test_a_skill_that_ran_in_a_finished_turn_without_an_end_is_unreported() -> None:
    turn = turn_with(skill_started("Find"), finished())
    assert [step.status for step in skills(turn)] == ["unreported"]


def test_the_first_start_of_a_turn_is_the_one_that_counts() -> None:
    assert turn_with(started(), started()).started_ms == 1_000


def test_a_streaming_message_is_final_when_the_turn_is_finished() -> None:
    draft = TextStep(key="text:m", text="Hi", message_id=MessageId("m"), settled=False, at_ms=9_000)
    run = numbered(started(), finished())
    turn = fold(EMPTY, [run[0], piece(0, "Hi", at_ms=9_000)])
    assert turn.steps == (draft,)
    assert fold(turn, [run[1]]).steps == (replace(draft, settled=True),)


def test_a_duplicate_message_id_replaces_its_text() -> None:
    turn = turn_with(said("Hel", "m-1"), said("Hello", "m-1"))
    assert turn.reply == "Hello"


def test_a_streamed_message_keeps_its_text_and_takes_the_id_of_the_history() -> None:
    turn = fold(EMPTY, [*numbered(said("Hello ")), read("Hello", "h-1", run_id=RUN)])
    [step] = texts(turn)
    assert (step.text, step.message_id, step.from_stream) == ("Hello ", "h-1", False)
    assert step.key == "e1"


def test_a_message_keeps_its_id_when_it_comes_again_from_the_history() -> None:
    turn = fold(EMPTY, [*numbered(said("Hello there", "m-1")), read("Hello", "m-1", run_id=RUN)])
    assert [(step.text, step.message_id) for step in texts(turn)] == [("Hello there", "m-1")]
    turn = fold(EMPTY, [*numbered(said("Hello")), *(read("Hello", f"h-{n}") for n in "12")])
    assert [step.message_id for step in texts(turn)] == ["h-1", "h-2"]


def test_a_message_of_the_history_matches_no_other_of_the_history() -> None:
    nameless = [replace(read("Hello", n), message_id=None) for n in "12"]
    assert [step.from_stream for step in texts(fold(EMPTY, nameless))] == [False, False]


def test_messages_with_the_same_words_are_two_where_both_were_streamed() -> None:
    assert len(texts(turn_with(said("Hello"), said("Hello")))) == 2
    assert len(texts(turn_with(said("Hello", "m-1"), said("Hello", "m-2")))) == 2
    assert len(texts(turn_with(said("Hello", "m-1"), said("Hello")))) == 2


def test_of_two_approvals_of_one_skill_the_running_one_is_approved() -> None:
    asked = [asks("Order", "call-1"), asks("Order", "call-2")]
    for event in (skill_started("Order", "call-2"), skill_ended("Order", "call-2")):
        turn = turn_with(*asked, event)
        assert [step.decision for step in approvals(turn)] == [None, "approved"]


def test_a_running_skill_without_a_call_id_approves_the_first_pending_approval() -> None:
    asked = [asks("Find", "call-0"), asks("Order", "call-1"), asks("Order", "call-2")]
    turn = turn_with(*asked, skill_ended("Order"))
    assert [step.decision for step in approvals(turn)] == [None, "approved", None]
    turn = turn_with(*asked, skill_started("Order"), skill_started("Order"))
    assert [step.decision for step in approvals(turn)] == [None, "approved", "approved"]


def test_a_rejected_approval_stays_rejected_although_the_skill_runs() -> None:
    turn = fold(EMPTY, numbered(asks("Order", "call-1")))
    turn = fold(turn, [replace(decision("call-1"), seq=2, run_id=RUN)])
    turn = fold(turn, [replace(e, key="e3", event_id="e3", seq=3) for e in ran_order()])
    assert [step.decision for step in approvals(turn)] == ["rejected"]


def ran_order() -> list[TurnEvent]:
    return numbered(skill_started("Order", "call-1"))


def test_a_duplicate_approval_with_the_same_parameters_is_one() -> None:
    [step] = approvals(turn_with(asks("Order"), asks("Order")))
    assert (step.key, step.revision, step.asked_first) == ("e1", 0, None)


def test_a_pending_approval_is_updated_by_changed_parameters() -> None:
    run = numbered(asks("Find", "call-0"), *(asks("Order", amount=n) for n in (1, 2, 3)))
    run += [replace(e, key="e5", event_id="e5", seq=5) for e in numbered(asks("Find", "call-3"))]
    turn = fold(EMPTY, run)
    [_, step, _] = approvals(turn)
    assert (step.key, step.request, step.asked_first) == ("e2", run[3], run[1])
    assert step.revision == 2
    assert step.waiting


def test_an_approval_is_updated_although_another_one_was_asked_meanwhile() -> None:
    turn = turn_with(asks("Order"), asks("Find", "call-2"), asks("Order", amount=2))
    assert [(step.key, step.revision) for step in approvals(turn)] == [("e1", 1), ("e2", 0)]


def test_an_approval_for_a_call_that_already_ran_is_a_new_one() -> None:
    turn = turn_with(asks("Order"), skill_started("Order", "call-1"), asks("Order", amount=2))
    assert [(step.key, step.decision) for step in approvals(turn)] == [
        ("e1", "approved"),
        ("e3", None),
    ]


def test_an_approval_without_a_number_updates_the_decided_numbered_one() -> None:
    run = numbered(asks("Order"), skill_started("Order", "call-1"))
    again = replace(asks("Order", amount=2), key="status", run_id=RUN)
    [step] = approvals(fold(EMPTY, [*run, again]))
    assert (step.revision, step.decision, step.request) == (1, "approved", again)
    third = replace(again, key="tatus", parameters={"amount": 3})
    [step] = approvals(fold(EMPTY, [*run, again, third]))
    assert (step.revision, step.asked_first) == (2, run[0])


def test_an_approval_without_a_number_is_new_where_the_decided_one_has_none_either() -> None:
    first = replace(asks("Order"), key="a", at_ms=1)
    done = replace(decision("call-1"), at_ms=2)
    second = replace(asks("Order", amount=2), key="b", at_ms=3)
    turn = fold(EMPTY, [first, done, second])
    assert [step.decision for step in approvals(turn)] == ["rejected", None]


def test_an_approval_decision_and_reason_are_stored_for_its_call_only() -> None:
    turn = fold(turn_with(asks("Order", "call-1"), asks("Order", "call-2")), [decision("call-2")])
    other, step = approvals(turn)
    assert other.waiting
    assert (step.decision, step.reason, step.shown_digest) == ("rejected", "Too dear.", None)


def test_an_approval_decision_counts_for_the_shown_parameters() -> None:
    run = numbered(asks("Order"), skill_started("Order", "call-1"), asks("Order", amount=2))
    question = run[2]
    assert isinstance(question, ApprovalRequested)
    digest = shown_digest(question)
    turn = fold(EMPTY, [*run, decision("call-1", digest)])
    assert [(step.decision, step.shown_digest) for step in approvals(turn)] == [
        ("approved", None),
        ("rejected", digest),
    ]


@pytest.mark.parametrize("digest", [None, "sha256:of something else"])
def test_an_approval_decision_without_known_question_counts_for_the_whole_call(
    digest: str | None,
) -> None:
    turn = turn_with(asks("Order"), skill_started("Order", "call-1"), asks("Order", amount=2))
    turn = fold(turn, [decision("call-1", digest)])
    assert [step.decision for step in approvals(turn)] == ["rejected", "rejected"]
    assert {step.shown_digest for step in approvals(turn)} == {digest}


def test_a_renewed_link_keeps_the_place_and_the_outcome_of_its_connection() -> None:
    run = numbered(wants_connection("a-1"), wants_connection("a-2"))
    renewed = replace(
        wants_connection("a-2"), key="e3", seq=3, run_id=RUN, url="https://new.example"
    )
    turn = fold(EMPTY, [*run, renewed])
    assert [(step.key, step.url) for step in connections(turn)] == [
        ("e1", None),
        ("e2", "https://new.example"),
    ]
    done = replace(answer("a-2"), seq=3, run_id=RUN)
    late = replace(renewed, key="e4", seq=4)
    turn = fold(EMPTY, [*run, done, late])
    assert [step.outcome for step in connections(turn)] == [None, "authorized"]


def test_a_connection_that_is_resolved_stays_as_it_was_resolved_first() -> None:
    turn = fold(turn_with(wants_connection("a-1")), [answer("a-1", "a")])
    turn = fold(turn, [replace(answer("a-1", "b"), outcome="failed")])
    assert [step.outcome for step in connections(turn)] == ["authorized"]


def test_a_connection_result_without_id_counts_for_the_newest_open_one() -> None:
    turn = fold(turn_with(wants_connection("a-1"), wants_connection("a-2")), [answer(None, "a")])
    assert [step.outcome for step in connections(turn)] == [None, "authorized"]
    turn = fold(turn, [answer(None, "b")])
    assert [step.outcome for step in connections(turn)] == ["authorized", "authorized"]


def test_a_result_of_another_connection_leaves_the_open_ones() -> None:
    turn = fold(turn_with(wants_connection("a-1"), wants_connection("a-2")), [answer("a-1")])
    assert [step.outcome for step in connections(turn)] == ["authorized", None]


def test_a_new_message_of_the_agent_expires_pending_connections() -> None:
    turn = turn_with(wants_connection("a-1"), said("Never mind."))
    assert [step.expired for step in connections(turn)] == [True]
    [step] = connections(fold(turn, [answer("a-1")]))
    assert (step.outcome, step.expired) == ("authorized", False)


def test_an_authorized_connection_does_not_expire_when_the_agent_replies() -> None:
    run = numbered(wants_connection("a-1"), said("Thank you."), said("Bye."))
    answered = replace(answer("a-1"), key="e2", seq=2, run_id=RUN)
    turn = fold(EMPTY, [run[0], answered, run[2]])
    assert [step.expired for step in connections(turn)] == [False]


def test_the_end_of_a_turn_expires_only_what_is_open() -> None:
    run = numbered(asks("Order"), wants_connection(), finished())
    closed = fold(EMPTY, run)
    assert all(step.expired for step in (*approvals(closed), *connections(closed)))
    answered = fold(EMPTY, [*run, decision("call-1"), answer("a-1")])
    assert not any(step.expired for step in (*approvals(answered), *connections(answered)))


# -- progress ------------------------------------------------------------------------------


def how_far(turn: Turn) -> list[tuple[float | None, str]]:
    return [(step.share, step.stage) for step in skills(turn)]


@given(told=st.lists(st.builds(progress, MAYBE_SHARES, st.sampled_from(["", "Read", "Write"]))))
def test_the_newest_progress_counts_also_where_it_is_lower(told: list[SkillProgress]) -> None:
    own = [replace(event, skill="Find") for event in told]
    turn = turn_with(started(), skill_started("Find"), *own)
    shares = [event.share for event in told if event.share is not None]
    words = [event.message for event in told if event.message]
    assert how_far(turn) == [(shares[-1] if shares else None, words[-1] if words else "")]


@given(st.permutations(range(6)), st.lists(st.integers(0, 5)))
def test_progress_in_any_order_and_repeated_is_the_same(order: list[int], again: list[int]) -> None:
    events = numbered(
        started(),
        skill_started("Find"),
        progress(0.2, "Read", "Find"),
        progress(0.9, "", "Find"),
        progress(0.5, "Write", "Find"),
        skill_started("Order"),
    )
    turn = fold(fold(EMPTY, [events[n] for n in order]), [events[n] for n in again])
    assert how_far(turn) == [(0.5, "Write"), (None, "")]


def test_progress_belongs_to_the_call_that_it_names() -> None:
    turn = turn_with(
        skill_started("Find", "call-1"),
        skill_started("Find", "call-2"),
        skill_started("Order"),
        progress(0.1, skill="Find", call_id="call-2"),
        progress(0.2, call_id="call-1"),
        progress(0.3, skill="Order"),
        progress(0.4, skill="Notify"),
    )
    assert [share for share, _ in how_far(turn)] == [0.2, 0.1, 0.3]


def test_progress_after_the_end_of_its_call_changes_nothing() -> None:
    events = [skill_started("Find"), progress(0.4, "Read", "Find"), skill_ended("Find")]
    ended = turn_with(*events)
    assert how_far(turn_with(*events, progress(0.8, "Write", "Find"))) == how_far(ended)
    assert how_far(ended) == [(0.4, "Read")]


def test_progress_after_the_end_of_the_turn_changes_nothing() -> None:
    turn = turn_with(skill_started("Find"), finished(), progress(0.8, "Write", "Find"))
    assert how_far(turn) == [(None, "")]


def test_progress_that_names_no_call_is_of_the_newest_or_of_the_next() -> None:
    turn = turn_with(
        progress(0.1),
        skill_started("Find"),
        skill_started("Order"),
        progress(0.2),
        skill_ended("Order"),
        progress(0.3),
        skill_ended("Find"),
        skill_started("Notify"),
    )
    assert [share for share, _ in how_far(turn)] == [0.3, 0.2, None]
