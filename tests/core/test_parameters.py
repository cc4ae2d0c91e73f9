"""Rows of an approval question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.masking import MASK
from tui.core.parameters import (
    MAX_ROWS,
    MAX_VALUE_CHARS,
    ParameterRow,
    in_brief,
    parameter_rows,
)
from tui.core.text import clean

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


def shown(rows: tuple[ParameterRow, ...]) -> list[tuple[int, str, str]]:
    return [(row.depth, row.label, row.value) for row in rows]


def test_parameter_rows_follow_the_schema_and_then_other_values() -> None:
    schema = ({"name": "b", "label": "Second letter"}, {"name": "a"})
    rows = parameter_rows(schema, {"extra": 1, "a": "first", "b": "second"})
    assert shown(rows) == [(0, "Second letter", "second"), (0, "a", "first"), (0, "extra", "1")]


def test_without_a_schema_parameter_names_are_the_labels() -> None:
    assert shown(parameter_rows((), {"cost_centre": "4200"})) == [(0, "cost_centre", "4200")]


def test_nested_parameters_are_indented_below_their_label() -> None:
    schema = (
        {
            "name": "items",
            "label": "Articles",
            "type": "array",
            "properties": [{"name": "sku", "label": "Number"}],
        },
    )
    rows = parameter_rows(schema, {"items": [{"sku": "A"}, {"sku": "B"}], "tags": ["x"]})
    assert shown(rows) == [
        (0, "Articles", "2 items"),
        (1, "1", ""),
        (2, "Number", "A"),
        (1, "2", ""),
        (2, "Number", "B"),
        (0, "tags", ""),
        (1, "1", "x"),
    ]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, "absent", "not set"),
        ("", "empty", "empty text"),
        (" \n", "empty", "empty text"),
        ({}, "empty", "empty"),
        ([], "empty", "empty list"),
        (True, "value", "yes"),
        (0, "value", "0"),
        (2.5, "value", "2.5"),
    ],
)
def test_a_missing_parameter_differs_from_an_empty_one(value: Any, form: str, text: str) -> None:
    (row,) = parameter_rows((), {"field": value})
    assert (row.form, row.value) == (form, text)


def test_a_parameter_without_a_value_is_shown_as_not_given() -> None:
    (row,) = parameter_rows(({"name": "notes", "label": "Notes"},), {})
    assert (row.label, row.form) == ("Notes", "absent")


@pytest.mark.parametrize(
    "name", ["password", "apiKey", "api_key", "CLIENT-SECRET", "authToken", "dbPassword", "pwd"]
)
def test_secret_parameters_are_detected_by_their_names(name: str) -> None:
    (row,) = parameter_rows((), {name: "hunter2"})
    assert (row.form, row.value) == ("secret", MASK)


@pytest.mark.parametrize("name", ["max_tokens", "keyboard", "secretary", "passenger"])
def test_similar_parameter_names_are_no_secrets(name: str) -> None:
    (row,) = parameter_rows((), {name: "plain"})
    assert row.value == "plain"


def test_a_password_field_is_masked_at_any_depth() -> None:
    schema = (
        {
            "name": "logins",
            "type": "array",
            "properties": [{"name": "word", "control_type": "password"}],
        },
    )
    rows = parameter_rows(schema, {"logins": [{"word": "hunter2"}], "secret": {"deep": "hunter2"}})
    assert "hunter2" not in str(rows)


def test_html_is_removed_from_hints() -> None:
    schema = ({"name": "a", "hint": 'See <a href="https://x.invalid">the <b>list</b></a>. 1 < 2'},)
    (row,) = parameter_rows(schema, {"a": 1})
    assert row.hint == "See the list. 1 < 2"


def test_long_values_and_labels_are_not_truncated() -> None:
    text = "word " * 60_000
    (row,) = parameter_rows((), {"a" * 500: text})
    assert row == ParameterRow(label="a" * 500, value=text)


@pytest.mark.parametrize("depth", [1, 9, 60, 900])
def test_parameters_of_any_depth_are_reached(depth: int) -> None:
    nested: Any = "the end"
    for level in range(depth):
        nested = {"in": nested} if level % 2 else [nested]
    rows = parameter_rows((), {"out": nested})
    assert len(rows) == depth + 1
    assert (rows[-1].depth, rows[-1].value) == (depth, "the end")


def test_parameters_beyond_the_limit_are_counted() -> None:
    many = parameter_rows((), {"list": list(range(30_000))})
    assert len(many) == MAX_ROWS + 1
    assert many[-1].form == "cut"
    value, told = parameter_rows((), {"a": "x" * (MAX_VALUE_CHARS + 5)})
    assert len(value.value) == MAX_VALUE_CHARS
    assert (told.form, told.value) == ("cut", "5 more characters not shown.")


def test_invisible_unicode_characters_are_made_visible() -> None:
    (row,) = parameter_rows((), {"to\u200b": "bob\u00ad@\u202ex.example"})
    assert (row.label, row.value) == ("to\ufffd", "bob\ufffd@\ufffdx.example")


def test_the_summary_has_a_line_for_each_parameter() -> None:
    values = {"none": None, "to": {"street": "High St", "city": "Ely"}, "text": "a\nb", "more": 1}
    brief = in_brief(parameter_rows((), values), 2)
    assert shown(brief) == [(0, "to", "High St, Ely"), (0, "text", "a b")]


@settings(max_examples=60, deadline=None)
@given(schema=st.lists(JSON, max_size=4) | JSON, values=st.dictionaries(st.text(), JSON))
def test_any_parameters_are_sanitized(schema: Any, values: dict[str, Any]) -> None:
    for row in parameter_rows(schema, values):
        assert row.label == clean(row.label)
        assert row.value == clean(row.value)
        assert row.hint == clean(row.hint)
