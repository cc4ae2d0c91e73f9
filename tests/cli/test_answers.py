"""Options that approve or reject skill calls in advance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cli.approval_options import ApprovalOptions, PlannedDecision
from tui.cli.exit_codes import CommandFailure

NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() and "=" not in name)


@given(NAMES, st.text(max_size=20).map(str.strip))
def test_an_exact_skill_name_is_always_matched(name: str, reason: str) -> None:
    assert ApprovalOptions(approve=(name,)).to(name) == PlannedDecision("approved")
    rejecting = ApprovalOptions(reject=(f"{name}={reason}",), approve_all=True)
    assert rejecting.to(name) == PlannedDecision("rejected", reason or None)


@given(NAMES)
def test_named_skills_override_all(name: str) -> None:
    assert ApprovalOptions(approve=(name,), reject_all=True).to(name) == PlannedDecision("approved")
    assert ApprovalOptions(reject=(name,), approve_all=True).to(name) == PlannedDecision("rejected")


@pytest.mark.parametrize("skill", ["Order Laptop", "ORDER LAPTOP", " order  laptop "])
def test_case_and_spacing_of_skill_names_do_not_matter(skill: str) -> None:
    assert ApprovalOptions(approve=("order laptop",)).to(skill) == PlannedDecision("approved")


def test_a_skill_name_may_have_an_equals_sign() -> None:
    assert ApprovalOptions(reject=("a=b=too dear",)).to("a=b") == PlannedDecision(
        "rejected", "too dear"
    )
    assert ApprovalOptions(reject=("a=b",)).to("a=b") == PlannedDecision("rejected")


def test_an_ambiguous_skill_name_approves_neither() -> None:
    answers = ApprovalOptions(approve=("order laptop",), reject_all=True)
    twins = {"Order laptop", "Order Laptop"}
    assert answers.to("Order laptop", twins) is None
    assert "'Order laptop'" in answers.hint("Order laptop", twins)
    assert ApprovalOptions(approve=("Order laptop",)).to("Order laptop", twins) == PlannedDecision(
        "approved"
    )


def test_skill_names_that_differ_only_in_case_need_an_exact_match() -> None:
    answers = ApprovalOptions(approve=("order laptop",), reject=("ORDER LAPTOP=no",))
    assert answers.to("order laptop") == PlannedDecision("approved")
    assert answers.to("ORDER LAPTOP") == PlannedDecision("rejected", "no")
    assert answers.to("Order laptop") is None
    assert answers.hint("Order laptop")


def test_without_options_there_is_no_approval_and_no_hint() -> None:
    assert ApprovalOptions().to("Order laptop") is None
    assert ApprovalOptions(approve=("Book hotel",)).hint("Order laptop") == ""


@pytest.mark.parametrize("reject", ["a", "a=reason"])
def test_approving_and_rejecting_the_same_skill_is_an_error(reject: str) -> None:
    with pytest.raises(CommandFailure, match="both"):
        ApprovalOptions(approve=("a",), reject=(reject,))
