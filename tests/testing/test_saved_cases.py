"""Turns of the app, saved as cases that the runner accepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    SkillFinished,
    TurnEvent,
    TurnFinished,
)
from tui.core.ids import AttemptId, CallId, ConversationId, TurnId
from tui.core.records import Prompt
from tui.core.turn import Turn, fold
from tui.export.test_case import append_case
from tui.testing.suite.loading import load_suite


def turn_of(say: str, *events: TurnEvent) -> Turn:
    prompt = Prompt(text=say, at_ms=0)
    turn = Turn(id=TurnId("t"), conversation_id=ConversationId("c"), prompt=prompt)
    return fold(turn, events)


def ordered(**parameters: Any) -> Turn:
    call = CallId("call-1")
    schema = ({"name": "pin", "control_type": "password"},)
    return turn_of(
        "Order a laptop",
        ApprovalRequested(
            key="1", seq=1, call_id=call, skill="Order", parameters=parameters, schema=schema
        ),
        ApprovalResolved(key="2", seq=2, call_id=call, decision="rejected", reason="too dear"),
        SkillFinished(key="3", seq=3, skill="Check stock", outcome="completed"),
        AgentMessage(key="4", seq=4, text="## **Not** ordered: `too dear`\n\nAsk again."),
        TurnFinished(key="5", seq=5),
    )


def test_a_turn_becomes_a_case_with_what_happened(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    assert append_case(path, ordered(pieces=2, to="Ada", pin="4200")) == "order-a-laptop"
    assert "4200" not in path.read_text()
    [case] = load_suite(path, {}, {}).cases
    [turn] = case.spec.turns
    assert (turn.say, turn.answers[0].answer, turn.answers[0].reason) == (
        "Order a laptop", "reject", "too dear",
    )  # fmt: skip
    expected = [(e.kind, e.value) for e in turn.expectations]
    assert ("outcome", "finished") in expected
    assert ("skills_only", ["Check stock"]) in expected
    assert ("contains", "Not ordered: too dear") in expected
    [asks] = [value for kind, value in expected if kind == "asks_approval"]
    assert asks.parameters == {"pieces": 2, "to": "Ada", "pin": {"exists": True}}


def test_cases_are_added_and_what_was_edited_stays(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    append_case(path, ordered())
    path.write_text(path.read_text() + "    # my note\n")
    assert append_case(path, ordered()) == "order-a-laptop-2"
    assert "# my note" in path.read_text()
    assert [case.spec.id for case in load_suite(path, {}, {}).cases] == [
        "order-a-laptop", "order-a-laptop-2",
    ]  # fmt: skip


def test_a_turn_that_waits_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    asked = ConnectionRequested(key="1", seq=1, attempt_id=AttemptId("a"), connector="Jira")
    append_case(path, turn_of("my issues", asked))
    [turn] = load_suite(path, {}, {}).cases[0].spec.turns
    answer = turn.connection_answer("Jira")
    assert answer is not None
    assert ("outcome", "waiting") in [(e.kind, e.value) for e in turn.expectations]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))).filter(
    lambda text: bool(text.strip())
)


@given(TEXT, TEXT)
@example("say ${name} and $${x}", "|")
def test_any_text_is_read_back_as_it_was(say: str, reply: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "saved.yaml"
        finished = TurnFinished(key="2", seq=2)
        append_case(path, turn_of(say, AgentMessage(key="1", seq=1, text=reply), finished))
        assert load_suite(path, {}, {}).cases[0].spec.turns[0].say == say
