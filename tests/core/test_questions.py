"""Repeated questions: changed parameters, and the decision they keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui.core.events import ApprovalRequested, ApprovalResolved, SkillStarted, TurnEvent
from tui.core.ids import CallId, ConversationId, RunId, TurnId
from tui.core.questions import (
    MOST_CHANGES,
    changes,
    is_as_shown,
    question_name,
    same_question,
    shown_digest,
)
from tui.core.steps import ApprovalStep
from tui.core.turn import Turn, fold

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "b"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["to", "amount", "api_key"]), inner, max_size=3),
    ),
    max_leaves=6,
)
PARAMETERS = st.dictionaries(st.sampled_from(["to", "amount", "password"]), VALUES, max_size=3)
CALL = CallId("call-1")


def asks(parameters: Mapping[str, Any], seq: int = 1, **fields: Any) -> ApprovalRequested:
    return ApprovalRequested(
        key=f"e{seq}",
        run_id=RunId("run-1"),
        seq=seq,
        call_id=CALL,
        **{"skill": "Pay", "parameters": parameters, **fields},
    )


def steps(*events: TurnEvent) -> list[ApprovalStep]:
    turn = Turn(id=TurnId("t"), conversation_id=ConversationId("c"), run_id=RunId("run-1"))
    return [s for s in fold(turn, events).steps if isinstance(s, ApprovalStep)]


def test_changed_parameters_are_listed_with_their_old_values() -> None:
    schema = ({"name": "amount", "label": "Amount"}, {"name": "to", "label": "Recipient"})
    before = asks({"amount": 1, "to": {"name": "Bob"}, "memo": "x"}, schema=schema)
    after = asks({"amount": 1_000_000, "to": {"name": "Mallory"}, "note": "y"}, schema=schema)
    assert [str(change) for change in changes(before, after)] == [
        "Amount: 1 → 1000000",
        "Recipient / name: Bob → Mallory",
        "note: not set → y",
        "memo: x → not set",
    ]


def test_another_skill_counts_as_a_change() -> None:
    assert str(changes(asks({}), asks({}, skill="Delete all"))[0]) == "Skill: Pay → Delete all"


@given(before=PARAMETERS, after=PARAMETERS)
def test_a_change_is_reported_exactly_if_parameters_differ(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    one, other = asks(before), asks(after)
    assert bool(changes(one, other)) != same_question(one, other)
    assert same_question(one, asks(before))
    assert len(changes(one, other)) <= MOST_CHANGES


@given(secret=st.text(min_size=6), other=st.text(min_size=6))
def test_digest_and_changes_reveal_no_secret(secret: str, other: str) -> None:
    one, two = asks({"password": secret}), asks({"password": other})
    assert shown_digest(one) == shown_digest(two)
    told = "".join(map(str, changes(one, two)))
    assert told in ("", "Hidden values: earlier ones → new ones")


def test_a_missing_schema_is_no_change() -> None:
    with_schema = asks({"amount": 1}, schema=({"name": "amount", "label": "Amount"},))
    assert same_question(with_schema, asks({"amount": 1}))


@given(versions=st.lists(PARAMETERS, min_size=1, max_size=4), data=st.data())
def test_the_newest_parameters_are_asked_about_in_any_event_order(
    versions: list[dict[str, Any]], data: st.DataObject
) -> None:
    events = [asks(parameters, seq) for seq, parameters in enumerate(versions, 1)]
    [step] = steps(*data.draw(st.permutations(events)))
    assert step.key == "e1"
    assert step.waiting
    assert same_question(step.request, events[-1])
    different = [i for i in range(1, len(events)) if not same_question(events[i - 1], events[i])]
    assert step.revision == len(different)
    assert (step.asked_first is None) == (not different)


def test_a_decision_on_shown_parameters_differs_from_an_outdated_one() -> None:
    one, two = asks({"amount": 1}), asks({"amount": 2}, 2)
    decided = ApprovalResolved(
        key="d", call_id=CALL, decision="approved", shown_digest=shown_digest(one)
    )
    assert is_as_shown(*steps(one, decided))
    assert not is_as_shown(*steps(one, two, decided))
    assert is_as_shown(*steps(one, two, replace(decided, shown_digest=shown_digest(two))))
    assert is_as_shown(*steps(one, two, replace(decided, shown_digest=None)))


def test_a_repeated_call_is_another_approval() -> None:
    ran = SkillStarted(key="s", run_id=RunId("run-1"), seq=2, skill="Pay", call_id=CALL)
    decided = ApprovalResolved(
        key="d", call_id=CALL, decision="approved", shown_digest=shown_digest(asks({"amount": 1}))
    )
    first, second = steps(asks({"amount": 1}), ran, asks({"amount": 2}, 3), decided)
    assert (first.decision, second.decision) == ("approved", None)
    assert second.waiting


def test_a_change_without_a_number_updates_the_same_approval_after_the_skill_ran() -> None:
    ran = SkillStarted(key="s", run_id=RunId("run-1"), seq=2, skill="Pay", call_id=CALL)
    change = replace(asks({"amount": 2}), key="again", seq=None)
    decided = ApprovalResolved(
        key="d", call_id=CALL, decision="approved", shown_digest=shown_digest(change)
    )
    [step] = steps(asks({"amount": 1}), change, ran, decided)
    assert (step.decision, step.revision) == ("approved", 1)
    assert is_as_shown(step)


def test_changed_parameters_and_other_runs_make_another_approval_key() -> None:
    [step], [changed] = steps(asks({})), steps(asks({}), asks({"a": 1}, 2))
    other = replace(step, request=replace(step.request, run_id=RunId("run-2")))
    assert len({question_name(step), question_name(changed), question_name(other)}) == 3
