"""Options of a new conversation: what a form may send."""

from __future__ import annotations

import pytest

from tui.core.options import Choice, Option, OptionValue, chosen, problems_with

AGENT = Option(
    name="agent_id",
    label="Agent",
    kind="choice",
    required=True,
    choices=(Choice(value="ag-1", label="Ifrit"), Choice(value="ag-2", label="Marid")),
)
TURNS = Option(name="max_turns", label="Turns", kind="number", default=5, least=1, most=50)
TAGS = Option(name="skill_tags", label="Skill tags", kind="tags")
MEMORY = Option(name="auto_memory", label="Memory", kind="switch", default=False)
FORM = (AGENT, TURNS, TAGS, MEMORY)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("agent_id", None, "Agent is needed."),
        ("agent_id", "", "Agent is needed."),
        ("agent_id", "ag-3", "Agent is none of those on offer."),
        ("agent_id", "ag-2", None),
        ("max_turns", 0, "Turns is at least 1."),
        ("max_turns", 51, "Turns is at most 50."),
        ("max_turns", "many", "Turns is a whole number."),
        ("max_turns", True, "Turns is a whole number."),
        ("max_turns", None, None),
        ("skill_tags", ("incident",), None),
    ],
)
def test_a_form_says_what_is_wrong_with_it(
    name: str, value: OptionValue, problem: str | None
) -> None:
    problems = problems_with(FORM, {"agent_id": "ag-1", name: value})
    assert problems == ({name: problem} if problem else {})


def test_what_is_left_empty_is_left_to_the_service() -> None:
    values = {"agent_id": "ag-1", "skill_tags": ()}
    assert chosen(FORM, values) == {"agent_id": "ag-1", "max_turns": 5, "auto_memory": False}
