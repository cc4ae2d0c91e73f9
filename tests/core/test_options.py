"""Options of a new conversation: validation of the form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.options import (
    Option,
    OptionChoice,
    OptionProblem,
    OptionValue,
    changed,
    problems_with,
    read_options,
    without_empty,
)

AGENT = Option(
    name="agent_id",
    label="Agent",
    kind="choice",
    required=True,
    choices=(OptionChoice(value="ag-1", label="Ifrit"), OptionChoice(value="ag-2", label="Marid")),
)
TURNS = Option(name="max_turns", label="Turns", kind="number", default=5, least=1, most=50)
TAGS = Option(name="skill_tags", label="Skill tags", kind="tags")
MEMORY = Option(name="auto_memory", label="Memory", kind="switch", default=False)
FORM = (AGENT, TURNS, TAGS, MEMORY)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("agent_id", None, "Agent is required."),
        ("agent_id", "", "Agent is required."),
        ("agent_id", "ag-3", "Agent must be one of the choices."),
        ("agent_id", "ag-2", None),
        ("max_turns", 0, "Turns must be at least 1."),
        ("max_turns", 51, "Turns must be at most 50."),
        ("max_turns", "many", "Turns must be a whole number."),
        ("max_turns", True, "Turns must be a whole number."),
        ("max_turns", None, None),
        ("skill_tags", ("incident",), None),
    ],
)
def test_invalid_options_have_an_error_message(
    name: str, value: OptionValue, problem: str | None
) -> None:
    problems = problems_with(FORM, {"agent_id": "ag-1", name: value})
    assert problems == ({name: problem} if problem else {})


def test_empty_options_are_not_sent() -> None:
    values = {"agent_id": "ag-1", "skill_tags": (), "title": "", "auto_memory": False}
    assert without_empty(values) == {"agent_id": "ag-1", "auto_memory": False}


VALUES = {
    "agent_id": st.sampled_from(["ag-1", "ag-2"]),
    "max_turns": st.none() | st.integers(1, 50),
    "skill_tags": st.lists(st.text("abc", min_size=1), unique=True).map(tuple),
    "auto_memory": st.booleans(),
}


@given(st.fixed_dictionaries({}, optional=VALUES), st.fixed_dictionaries(VALUES))
def test_changed_options_lead_from_the_defaults_to_the_values(
    values: dict[str, OptionValue], defaults: dict[str, OptionValue]
) -> None:
    form = [replace(option, default=defaults[option.name]) for option in FORM]
    found = changed(form, values)
    assert {**defaults, **found} == {**defaults, **values}
    assert not changed(form, defaults)
    assert found.keys() <= values.keys()


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        ([], {}),
        (["max_turns=7"], {"max_turns": 7}),
        (["agent_id=marid", "auto_memory=Yes"], {"agent_id": "ag-2", "auto_memory": True}),
        (["agent_id=ag-1"], {"agent_id": "ag-1"}),
        (["skill_tags=a, b", "skill_tags=b,c"], {"skill_tags": ("a", "b", "c")}),
        (["skill_tags="], {"skill_tags": ()}),
        (["max_turns="], {"max_turns": None}),
    ],
)
def test_options_are_parsed_from_text(texts: list[str], values: dict[str, OptionValue]) -> None:
    assert read_options(FORM, texts) == values


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("max_turn=3", "There's no option 'max_turn'. Did you mean 'max_turns'?"),
        ("MAX_TURNS=3", "There's no option 'MAX_TURNS'. Did you mean 'max_turns'?"),
        (
            "zzz=3",
            "There's no option 'zzz'. Use one of: agent_id, max_turns, skill_tags, auto_memory.",
        ),
        ("max_turns", "'max_turns' needs a value: write max_turns=VALUE."),
        ("max_turns=99", "Turns must be at most 50."),
        ("max_turns=ten", "Turns must be a whole number."),
        ("auto_memory=maybe", "'auto_memory' is true or false, not 'maybe'."),
        ("agent_id=Ifritt", "'Ifritt' isn't a value of 'agent_id'. Did you mean 'Ifrit'?"),
        ("agent_id=", "Agent is required."),
    ],
)
def test_an_unknown_option_suggests_the_closest_one(text: str, problem: str) -> None:
    with pytest.raises(OptionProblem) as caught:
        read_options(FORM, [text])
    assert str(caught.value) == problem
