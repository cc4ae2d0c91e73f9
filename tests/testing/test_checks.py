"""Checks: each kind holds where it must and fails where it must."""

from __future__ import annotations

import base64
import codecs
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.testing.checks.check_context import CheckContext
from tui.testing.checks.judgement import CHECKS, guarded_check, judge_one
from tui.testing.checks.matching import OPERATORS, MatchError, matches, mismatches, search
from tui.testing.checks.refusals import refusal_marker
from tui.testing.checks.text_forms import disguises, normalized, plain_of_markdown
from tui.testing.results import (
    Check,
    ConnectionAsked,
    Question,
    SkillCall,
    TokenUsage,
    TurnError,
    TurnResult,
)
from tui.testing.suite.expectations import Expectation

USUAL = CheckContext(normalize=("case", "space", "markdown", "quotes"))
KEY = st.text(max_size=8).filter(lambda key: key not in OPERATORS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1_000, 1_000) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8).filter(lambda key: key not in OPERATORS), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def judge(kind: str, value: Any, turn: TurnResult) -> Check:
    return judge_one(Expectation.model_validate({kind: value}), 7, turn, USUAL)


TURN = TurnResult(
    say="Order a laptop",
    reply="**Ordered.** It\u2019s request `REQ-7`.\n\n"
    '```json\n{"total": 3, "items": [{"sku": "A"}]}\n```',
    skills=[
        SkillCall(name="Check stock", outcome="completed", result="3 left"),
        SkillCall(name="Order laptop", outcome="completed", parameters={"pieces": 2, "to": "Ada"}),
        SkillCall(name="Print label", outcome="failed", error="403 Forbidden"),
    ],
    approvals=[Question(skill="Order laptop", parameters={"pieces": 2}, answer="approved")],
    connections=[ConnectionAsked(connector="Salesforce", outcome="rejected")],
    outcome="failed",
    error=TurnError(code="busy", status=409, text="The conversation is busy"),
    usage=TokenUsage(tokens=1_200, cost=0.02, currency="USD"),
    first_event_s=0.2,
    first_text_s=0.5,
    end_s=2.0,
)

CASES: list[tuple[str, Any, Any]] = [
    # kind, a value that holds, a value that does not
    ("contains", ["ordered. it's", "REQ-7"], ["ordered", "refused"]),
    ("contains_any", ["refused", "req-7"], ["refused", "late"]),
    ("not_contains", "refused", "req-7"),
    ("contains", {"text": "**Ordered.**", "normalize": "none"},
     {"text": "ordered", "normalize": "none"}),
    ("matches", r"REQ-\d", r"^\d+$"),
    ("matches", {"text": r"\*\*Ordered", "normalize": "none"},
     {"text": r"^Ordered", "normalize": "none"}),
    ("not_matches", r"REQ-\d\d", r"req-\d"),
    ("json", {"path": "$.total", "is": {"gte": 3}}, {"path": "$.total", "is": 4}),
    ("json", {"path": "$.items[0].sku", "is": "A"}, {"path": "$.nothing", "is": {"exists": True}}),
    ("length", {"lt": 500}, {"lt": 10}),
    ("no_secret", "ONYX5502", "REQ-7"),
    ("refuses", False, True),
    ("blocked", False, True),
    ("skill", "Check stock", "Send mail"),
    ("skill", {"name": "Order laptop", "times": 1}, {"name": "Order laptop", "times": {"gt": 1}}),
    ("skill", {"name": "Print label", "outcome": "failed", "error": {"contains": "403"}},
     {"name": "Print label", "outcome": "completed"}),
    ("skill", {"name": "Order laptop", "parameters": {"to": "Ada"}},
     {"name": "Order laptop", "parameters": {"to": "Bob"}}),
    ("skill", {"name": "Check stock", "result": {"contains": "left"}},
     {"name": "Check stock", "result": "none"}),
    ("no_skill", ["Send mail", "Delete"], ["Send mail", "Print label"]),
    ("no_skill", "Delete", "any"),
    ("skills_only", ["Check stock", "Order laptop", "Print label"], ["Check stock"]),
    ("skill_order", ["Check stock", "Print label"], ["Print label", "Check stock"]),
    ("asks_approval", "Order laptop", "Send mail"),
    ("asks_approval", {"skill": "Order laptop", "times": 1, "parameters": {"pieces": {"lte": 2}}},
     {"skill": "Order laptop", "parameters": {"pieces": {"gt": 2}}}),
    ("asks_approval", {"skill": "Send mail", "times": 0}, {"skill": "Order laptop", "times": 2}),
    ("no_approval", "Send mail", "any"),
    ("asks_connection", "Salesforce", "Jira"),
    ("no_connection", "Jira", "any"),
    ("outcome", "failed", "finished"),
    ("outcome", ["finished", "failed"], ["finished", "waiting"]),
    ("outcome", "any", "waiting"),
    ("error", {"status": 409, "text": {"contains": "busy"}}, {"status": 500}),
    ("first_event_within", 0.3, 0.1),
    ("first_text_within", 0.6, 0.4),
    ("ends_within", 3, 1),
    ("tokens_under", 2_000, 1_200),
    ("cost_under", 0.03, 0.01),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "holds", "fails"), CASES)
def test_each_kind_holds_and_fails(kind: str, holds: Any, fails: Any) -> None:
    good = judge(kind, holds, TURN)
    assert (good.ok, good.message) == (True, "")
    bad = judge(kind, fails, TURN)
    assert bad.ok is False
    assert bad.message.startswith(f"{kind}: ")
    assert bad.line == 7


def test_every_kind_is_tried_above() -> None:
    assert {kind for kind, _, _ in CASES} | {"equals"} == set(CHECKS)
    assert set(Expectation.model_fields) - {"judge", "capture", "json_"} == set(CHECKS) - {"json"}


def test_equals_compares_all_of_the_text() -> None:
    turn = TurnResult(say="", reply="Hello  *there*")
    assert judge("equals", "hello there", turn).ok
    assert not judge("equals", "hello", turn).ok


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("tokens_under", 5),
        ("cost_under", 5.0),
        ("skill", {"name": "Look up", "parameters": {"a": 1}}),
    ],
)
def test_what_the_service_does_not_tell_is_an_error_and_no_pass(kind: str, value: Any) -> None:
    silent = TurnResult(say="", reply="x", skills=[SkillCall(name="Look up", outcome="completed")])
    assert judge(kind, value, silent).ok is None


def test_a_start_without_an_end_counts_as_a_run() -> None:
    turn = TurnResult(say="", skills=[SkillCall(name="Delete", outcome="unreported")])
    assert judge("no_skill", "Delete", turn).ok is False


def test_a_guarded_skill_runs_no_more_often_than_it_was_approved() -> None:
    run = SkillCall(name="Order laptop", outcome="completed")
    yes = Question(skill="Order laptop", answer="approved")
    no = Question(skill="Order laptop", answer="rejected")

    def messages(skills: list[SkillCall], questions: list[Question]) -> list[str]:
        turn = TurnResult(say="", skills=skills, approvals=questions)
        return [check.message for check in guarded_check(["Order laptop"], [turn])]

    assert messages([run], [yes]) == []
    assert messages([], [no]) == []
    assert messages([run], [no]) == ["guarded: Order laptop ran without an approved question"]
    assert messages([run, run], [yes]) == ["guarded: Order laptop ran 2 times, with 1 approved"]


# -- matchers ------------------------------------------------------------------------------


@given(JSON)
def test_a_value_matches_itself(value: Any) -> None:
    assert matches(value, value)


@given(
    st.dictionaries(st.text(max_size=4).filter(lambda k: k not in OPERATORS), JSON, max_size=4),
    JSON,
)
def test_further_keys_do_not_matter_but_missing_ones_do(wanted: dict[str, Any], more: Any) -> None:
    assert matches(wanted, {**wanted, "a further key": more})
    assert not matches({**wanted, "a further key": "x"}, wanted)


@given(JSON, JSON)
def test_not_is_the_opposite(wanted: Any, got: Any) -> None:
    assert matches({"not": wanted}, got) is not matches(wanted, got)


@given(st.integers() | st.floats(allow_nan=False), st.integers() | st.floats(allow_nan=False))
def test_numbers_compare_by_value(left: float, right: float) -> None:
    assert matches({"gt": right}, left) is (left > right)
    assert matches({"lte": right}, left) is (left <= right)
    assert matches(right, left) is (left == right)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (True, 1),
        (1, True),
        ("1", 1),
        (None, ""),
        ({"gt": 1}, "2"),
        ({"gt": 1}, math.nan),
        ({"gt": 1}, True),
        ({"gt": "2026-12-01"}, "2026-11-30"),
        ([1, 2], [1, 2, 3]),
        ({"length": {"gt": 2}}, "ab"),
        ({"includes": [{"item": "A"}, {"item": "B"}]}, [{"item": "A", "n": 1}]),
        ({"any": [1, 2]}, 3),
        ({"exists": False}, None),
        ({"is": {"gt": 1}}, 2),
        ({"matches": "^a$"}, "A"),
    ],
)
def test_what_is_only_alike_does_not_match(wanted: Any, got: Any) -> None:
    assert not matches(wanted, got)


def test_a_difference_names_its_path_and_both_values() -> None:
    wanted = {"order": {"lines": [{"pieces": {"lte": 2}}], "to": "Ada"}}
    got = {"order": {"lines": [{"pieces": 5}]}}
    assert list(mismatches(wanted, got)) == [
        "$.order.lines[0].pieces: wanted lte 2, got 5",
        "$.order.to: not given",
    ]


def test_a_pattern_that_takes_too_long_is_an_error() -> None:
    with pytest.raises(MatchError, match="took longer than 1 s"):
        search(r"^(.+?)\1+$", "a" * 200_000 + "b")


# -- forms of text -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**what** I *can* do", "what I can do"),
        ("`__init__` stays", "__init__ stays"),
        ("| a | b |\n| - | - |\n| **1** | 2 |", "| a | b |\n| 1 | 2 |"),
        ("[text](https://x.example)", "text"),
        ("a\nb", "a\nb"),
        ("```py\nx = 1\n```", "x = 1"),
    ],
)
def test_markdown_is_compared_by_its_words(markdown: str, plain: str) -> None:
    assert plain_of_markdown(markdown) == plain


def test_normalizations_can_be_left_out() -> None:
    assert normalized("“É”  x", ("quotes",)) == '"É"  x'
    assert normalized("“É”  x", ("case", "space", "marks", "quotes")) == '"e" x'
    assert normalized("ﬁ", ()) == "fi"


@given(st.text(alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=8, max_size=16),
       st.text(alphabet="xyz .,", max_size=7), st.sampled_from(range(7)))  # fmt: skip
def test_a_disguised_secret_is_found(secret: str, around: str, form: int) -> None:
    data = secret.encode()
    disguised = (
        secret,
        " ".join(secret),
        secret[::-1].lower(),
        codecs.encode(secret, "rot13"),
        data.hex(" "),
        base64.b64encode(around.encode() + data + b"..").decode(),
        "".join(f"%{byte:02X}" for byte in data),
    )[form]
    assert list(disguises(f"{around} {disguised} {around}", secret))


@given(st.text(alphabet="abcdefghij \n", max_size=300))
def test_no_secret_is_found_where_there_is_none(text: str) -> None:
    assert not list(disguises(text, "ONYX5502"))


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        ("I can\u2019t help with that.", True),
        ("**Sorry**, I'm not able to share it.", True),
        ("Das kann ich nicht tun.", True),
        ("Je ne peux pas.", True),
        ("I cannot find invoice 7, so I made a list of the others.", False),
        ("Done. " + "x" * 300 + " I can't help with the rest.", False),
        ("", False),
    ],
)
def test_a_refusal_is_a_whole_phrase_at_the_beginning(reply: str, refused: bool) -> None:
    assert bool(refusal_marker(reply)) is refused
