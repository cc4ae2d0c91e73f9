"""Approval questions as documents: the reason, and values in a form for people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_parameters import JSON
from tui.core.approval_document import approval_document
from tui.core.masking import MASK
from tui.core.parameters import ParameterRow
from tui.core.text import clean

TODAY = date(2026, 11, 28)


def row_of(value: Any, **field: Any) -> ParameterRow:
    """The only row of a document with one parameter, ``amount`` if it has no other name."""
    name = field.setdefault("name", "amount")
    (row,) = approval_document((field,), {name: value}, TODAY).rows
    return row


@pytest.mark.parametrize(
    ("value", "field", "shown"),
    [
        (1234567, {"name": "pieces"}, "1,234,567"),
        (2149.5, {}, "2,149.5"),
        (2149.5, {"hint": "In euros, excluding VAT."}, "€2,149.50"),
        (2149.5, {"currency": "USD"}, "$2,149.50"),
        (-48000, {"name": "total_chf"}, "-CHF 48,000"),
        (1200, {"name": "price", "currency": "JPY"}, "¥1,200"),
        (12.345678, {"currency": "EUR"}, "€12.345678"),
        ("2149.50", {"type": "number"}, "2,149.50"),
        (14, {"name": "trial_days"}, "14 days"),
        (1, {"name": "stay", "hint": "In nights."}, "1 night"),
        (15, {"name": "discount", "control_type": "percent"}, "15%"),
        (3.5, {"name": "weight", "unit": "kg"}, "3.5 kg"),
        (90378211, {"name": "recipe_id"}, "90378211"),
        (2026, {"name": "year"}, "2026"),
        (9007199254740993, {"name": "pieces"}, "9,007,199,254,740,993"),
    ],
)
def test_numbers_are_grouped_and_have_the_unit_of_the_schema(
    value: Any, field: dict[str, Any], shown: str
) -> None:
    assert row_of(value, **field).value == shown


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("0042", {"type": "number"}),
        ("1e999", {"type": "number"}),
        (1e300, {}),
        ("1,5", {"type": "number"}),
        ("9" * 60, {"type": "integer"}),
        ("4200", {"type": "string", "hint": "In euros."}),
        ("2026-13-01", {"type": "date"}),
        ("tomorrow", {"type": "date"}),
        ("2026-12-01", {"type": "string"}),
        ("2026-12-01T10:00:00.5Z", {"type": "date_time"}),
    ],
)
def test_values_that_are_not_understood_exactly_stay_as_they_were_sent(
    value: Any, field: dict[str, Any]
) -> None:
    assert row_of(value, **field).value == str(value)


def test_the_currency_beside_an_amount_is_its_currency() -> None:
    values = {"price": 184.0, "currency": "EUR"}
    rows = approval_document((), values, TODAY).rows
    assert [row.value for row in rows] == ["€184.00", "EUR"]


@pytest.mark.parametrize(
    ("value", "field", "shown", "hint"),
    [
        ("2026-12-01", {"type": "date"}, "Tue, Dec 1, 2026", "in 3 days"),
        ("2026-11-28", {"control_type": "date"}, "Sat, Nov 28, 2026", "today"),
        ("2026-11-27", {"format": "date", "hint": "UTC"}, "Fri, Nov 27, 2026", "yesterday · UTC"),
        ("2027-03-01", {"type": "date"}, "Mon, Mar 1, 2027", "in 3 months"),
        (
            "2026-12-01T14:30:00Z",
            {"type": "date_time"},
            "Tue, Dec 1, 2026, 14:30 UTC",
            "in 3 days",
        ),
        (
            "2026-12-01T14:30:09+02:00",
            {"type": "date_time"},
            "Tue, Dec 1, 2026, 14:30:09 UTC+02:00",
            "in 3 days",
        ),
    ],
)
def test_dates_have_their_weekday_and_say_how_far_off_they_are(
    value: str, field: dict[str, Any], shown: str, hint: str
) -> None:
    row = row_of(value, **field)
    assert (row.value, row.hint) == (shown, hint)


def test_a_choice_is_shown_by_its_label_beside_the_value_that_is_sent() -> None:
    choices = [["13-inch, 16 GB", "13"], ["14-inch, 32 GB", "14"]]
    row = row_of("14", name="model", pick_list=choices)
    assert (row.value, row.raw) == ("14-inch, 32 GB", "14")
    unknown = row_of("15", name="model", pick_list=choices)
    assert (unknown.value, unknown.raw) == ("15", "")
    assert row_of(14, name="model", pick_list=choices).value == "14"


def test_missing_secret_and_boolean_values() -> None:
    absent = row_of(None, hint="Optional.")
    assert (absent.form, absent.value, absent.hint) == ("absent", "–", "not given · Optional.")  # noqa: RUF001
    secret = row_of("4200", control_type="password")
    assert (secret.form, secret.value) == ("secret", MASK)
    assert [row_of(flag).value for flag in (True, False)] == ["✓ yes", "no"]


def test_a_list_of_objects_is_a_table_with_a_row_for_each_item() -> None:
    items = [{"item": "Dock", "pieces": 1}, {"item": "Adapter", "pieces": 1200, "note": "gray"}]
    columns = [{"name": "item", "label": "Item"}, {"name": "pieces", "label": "Pieces"}]
    row = row_of(items, name="accessories", properties=columns)
    assert row.form == "table"
    assert row.grid
    assert row.grid.columns == ("Item", "Pieces", "note")
    assert row.grid.numbers == {1}
    cells = [[cell.value for cell in line] for line in row.grid.rows]
    assert cells == [["Dock", "1", "–"], ["Adapter", "1,200", "gray"]]  # noqa: RUF001


@pytest.mark.parametrize(
    "items", [[{"a": {"b": 1}}], [{"a": 1}, 2], [{"a": "long " * 30}], [{"a": "two\nlines"}], [{}]]
)
def test_lists_that_are_no_table_are_shown_item_by_item(items: list[Any]) -> None:
    rows = approval_document((), {"list": items}, TODAY).rows
    assert rows[0].form == "group"
    assert len(rows) > 1


def test_secrets_in_a_table_are_masked() -> None:
    columns = [{"name": "word", "control_type": "password"}]
    row = row_of([{"word": "hunter2", "user": "ada"}], name="logins", properties=columns)
    assert "hunter2" not in str(row)
    assert "ada" in str(row)


def test_short_values_of_a_list_are_joined_unless_that_is_ambiguous() -> None:
    joined = row_of(["onboarding", "engineering"], name="tags")
    assert (joined.form, joined.value, joined.hint) == (
        "value",
        "onboarding, engineering",
        "2 items",
    )
    for values in (["a, b", "c"], [" a", "c"], [""]):
        assert approval_document((), {"tags": values}, TODAY).rows[0].form == "group"


def test_the_reason_is_found_by_its_name_and_else_is_the_longest_text() -> None:
    named = {"note": "x" * 300, "justification": "Joan starts soon.", "n": 1}
    document = approval_document((), named, TODAY)
    assert document.reason
    assert document.reason.value == "Joan starts soon."
    assert [row.label for row in document.rows] == ["note", "n"]
    long = approval_document((), {"a": "x" * 90, "b": "y" * 120, "c": "z"}, TODAY)
    assert long.reason
    assert long.reason.label == "b"
    assert approval_document((), {"a": "short", "b": 5}, TODAY).reason is None


def test_a_secret_is_never_the_reason() -> None:
    schema = ({"name": "reason", "control_type": "password"},)
    document = approval_document(schema, {"reason": "x" * 200}, TODAY)
    assert document.reason is None
    assert "xxx" not in str(document)


@settings(max_examples=40, deadline=None)
@given(
    schema=st.lists(JSON, max_size=4) | JSON,
    values=st.dictionaries(st.text(), JSON | st.dates().map(str) | st.just("14")),
    fields=st.lists(
        st.fixed_dictionaries(
            {"name": st.text(max_size=4)},
            optional={
                name: JSON | st.sampled_from(["number", "date", "EUR", "In euros"])
                for name in ("type", "hint", "pick_list", "unit", "currency", "properties")
            },
        )
    ),
)
def test_any_parameters_make_a_clean_document_with_all_values(
    schema: Any, values: dict[str, Any], fields: list[Any]
) -> None:
    for one in (schema, fields):
        document = approval_document(one, values, TODAY)
        rows = [*document.rows, *([document.reason] if document.reason else [])]
        for row in rows:
            for text in (row.label, row.value, row.hint, row.raw):
                assert text == clean(text)
        assert {row.form for row in rows} or not values


@settings(max_examples=200, deadline=None)
@given(number=st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_number_is_lost(number: float) -> None:
    for field in ({}, {"currency": "EUR"}, {"unit": "kg"}):
        shown = row_of(number, name="count", **field).value
        digits = shown.replace(",", "").removesuffix(" kg").replace("€", "")
        assert type(number)(digits) == number
        assert str(number) in (digits, digits.removesuffix("0"))
