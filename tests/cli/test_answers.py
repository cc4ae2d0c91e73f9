"""Options that approve or reject skill calls in advance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cli.approval_options import ApprovalOptions, PlannedDecision
from tui.cli.exit_codes import CommandFailure

NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() and "=" not in name)


@given(NAMES, st.text(max_size=20).map(str.strip))
def test_a_name_as_it_is_written_is_always_understood(name: str, reason: str) -> None:
    assert ApprovalOptions(approve=(name,)).to(name) == PlannedDecision("approved")
    rejecting = ApprovalOptions(reject=(f"{name}={reason}",), approve_all=True)
    assert rejecting.to(name) == PlannedDecision("rejected", reason or None)


@given(NAMES)
def test_named_skills_win_over_all(name: str) -> None:
    assert ApprovalOptions(approve=(name,), reject_all=True).to(name) == PlannedDecision("approved")
    assert ApprovalOptions(reject=(name,), approve_all=True).to(name) == PlannedDecision("rejected")


@pytest.mark.parametrize("skill", ["Order Laptop", "ORDER LAPTOP", " order  laptop "])
def test_case_and_spacing_do_not_matter(skill: str) -> None:
    assert ApprovalOptions(approve=("order laptop",)).to(skill) == PlannedDecision("approved")


def test_a_name_may_have_an_equals_sign() -> None:
    assert ApprovalOptions(reject=("a=b=too dear",)).to("a=b") == PlannedDecision(
        "rejected", "too dear"
    )
    assert ApprovalOptions(reject=("a=b",)).to("a=b") == PlannedDecision("rejected")


def test_what_could_be_either_of_two_skills_decides_neither() -> None:
    answers = ApprovalOptions(approve=("order laptop",), reject_all=True)
    twins = {"Order laptop", "Order Laptop"}
    assert answers.to("Order laptop", twins) is None
    assert "'Order laptop'" in answers.hint("Order laptop", twins)
    assert ApprovalOptions(approve=("Order laptop",)).to("Order laptop", twins) == PlannedDecision(
        "approved"
    )


def test_answers_that_differ_in_case_alone_decide_only_what_is_written_exactly() -> None:
    answers = ApprovalOptions(approve=("order laptop",), reject=("ORDER LAPTOP=no",))
    assert answers.to("order laptop") == PlannedDecision("approved")
    assert answers.to("ORDER LAPTOP") == PlannedDecision("rejected", "no")
    assert answers.to("Order laptop") is None
    assert answers.hint("Order laptop")


def test_no_option_means_no_answer_and_no_hint() -> None:
    assert ApprovalOptions().to("Order laptop") is None
    assert ApprovalOptions(approve=("Book hotel",)).hint("Order laptop") == ""


@pytest.mark.parametrize("reject", ["a", "a=reason"])
def test_the_same_name_in_both_is_refused(reject: str) -> None:
    with pytest.raises(CommandFailure, match="both"):
        ApprovalOptions(approve=("a",), reject=(reject,))
