"""Approval question as a document: the reason first, then every parameter in a form for people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from tui.core.masking import MASK, is_secret
from tui.core.parameter_format import FormattedValue, formatted
from tui.core.parameters import (
    Parameter,
    ParameterGrid,
    ParameterRow,
    RowForm,
    fields,
    hint_of,
    label_of,
    scalar,
    walk,
)
from tui.core.text import plural

if TYPE_CHECKING:
    from tui.core.events import Json

_LONG_TEXT = 80
"""Characters from which a text can be the reason, whatever its name is."""
_REASONS = frozenset(["explanation", "justification", "purpose", "rationale", "reason", "why"])
_WORD = re.compile(r"[a-z]+")
_NONE = "\u2013"
_MOST_COLUMNS = 6
_MOST_ITEMS = 1_000
_LONGEST_CELL = 60
_MOST_JOINED = 20
_LONGEST_JOINED = 300


@dataclass(frozen=True, slots=True)
class ApprovalDocument:
    """Content of an approval question, cleaned and with secrets masked."""

    reason: ParameterRow | None
    """Text that says why; it is not among the rows."""
    rows: tuple[ParameterRow, ...]


def approval_document(schema: Sequence[Json], values: Json, today: date) -> ApprovalDocument:
    """Return the document of a skill's parameters. Never raises, whatever the input."""
    rows = walk(schema, values, partial(_row, today=today))
    place = _reason_in(rows, schema, values)
    if place is None:
        return ApprovalDocument(None, rows)
    return ApprovalDocument(rows[place], (*rows[:place], *rows[place + 1 :]))


def _reason_in(rows: Sequence[ParameterRow], schema: object, values: Json) -> int | None:
    """Return the position of the row that says why: by its name, else the longest text."""
    at_top = (place for place, row in enumerate(rows) if row.depth == 0 and row.form != "cut")
    texts = [
        (place, parameter, parameter.value)
        for place, parameter in zip(at_top, fields(schema, values), strict=False)
        if isinstance(parameter.value, str) and rows[place].form == "value"
        if _is_as_sent(rows[place], parameter.value)
    ]
    for place, parameter, text in texts:
        words = {
            *_WORD.findall(parameter.name[:200].lower()),
            *_WORD.findall(rows[place].label[:200].lower()),
        }
        if not _REASONS.isdisjoint(words) and not text.isdigit():
            return place
    long = [(len(text), -place) for place, _, text in texts if len(text) >= _LONG_TEXT]
    return -max(long)[1] if long else None


def _is_as_sent(row: ParameterRow, value: str) -> bool:
    """Return True if a text is not shown in another form, as short ones can be."""
    return len(value) > _LONG_TEXT or row.value == scalar(value)[1]


def _row(parameter: Parameter, *, today: date) -> ParameterRow:
    value, field, hint = parameter.value, parameter.field, hint_of(parameter)
    form, text = scalar(value)
    shown = FormattedValue(text)
    if not parameter.is_given:
        shown = FormattedValue(_NONE, note="not given")
    elif is_secret(field, parameter.name):
        form, shown = "secret", FormattedValue(MASK)
    elif isinstance(value, list) and value:
        return _list_row(parameter, value, today)
    elif form == "group":
        shown = FormattedValue("")
    elif form == "value":
        shown = formatted(parameter, text, today)
    return _row_of(parameter, shown, form, hint)


def _row_of(
    parameter: Parameter,
    shown: FormattedValue,
    form: RowForm,
    hint: str,
    grid: ParameterGrid | None = None,
) -> ParameterRow:
    return ParameterRow(
        label=label_of(parameter),
        value=shown.text,
        hint=f"{shown.note} · {hint}" if shown.note and hint else shown.note or hint,
        depth=parameter.depth,
        form=form,
        raw=shown.raw,
        grid=grid,
    )


# -- lists ---------------------------------------------------------------------------------


def _list_row(parameter: Parameter, value: Sequence[object], today: date) -> ParameterRow:
    """Return a list as a table, in one line, or else as a group."""
    field, hint = parameter.field, hint_of(parameter)
    if (grid := _grid(field, value, today)) is not None:
        hints = " · ".join(filter(None, (hint, *_column_hints(field))))
        return _row_of(parameter, FormattedValue(""), "table", hints, grid)
    count = plural(len(value), "item")
    if (joined := _joined(field, value, today)) is not None:
        return _row_of(parameter, replace(joined, note=count), "value", hint)
    return _row_of(parameter, FormattedValue(count if len(value) > 1 else ""), "group", hint)


def _joined(field: Json, values: Sequence[object], today: date) -> FormattedValue | None:
    """Return short values in one line; None if it would not be clear where each one ends."""
    if len(values) > _MOST_JOINED or not all(_is_plain(value) for value in values):
        return None
    sent = [scalar(value)[1] for value in values]
    shown = [_choice_or_sent(field, value, today) for value in values]
    texts = [part.text for part in shown]
    if any("," in text or text != text.strip() or "\n" in text or not text for text in texts):
        return None
    if len(joined := ", ".join(texts)) > _LONGEST_JOINED:
        return None
    return FormattedValue(joined, raw="" if sent == texts else ", ".join(sent))


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, int | float) and not isinstance(value, bool)


def _choice_or_sent(field: Json, value: object, today: date) -> FormattedValue:
    choices = {key: field[key] for key in ("pick_list",) if key in field}
    if isinstance(value, str):
        return formatted(Parameter(choices, "", value), scalar(value)[1], today)
    return FormattedValue(scalar(value)[1])


def _grid(field: Json, items: Sequence[object], today: date) -> ParameterGrid | None:
    """Return objects with the same simple fields as a table; None if they are not."""
    if len(items) > _MOST_ITEMS:
        return None
    columns: dict[str, Parameter] = {}
    cells: list[dict[str, ParameterRow]] = []
    for item in items:
        if not isinstance(item, Mapping) or not item:
            return None
        cells.append({})
        for parameter in fields(field.get("properties"), item):
            if parameter.is_given and isinstance(parameter.value, Mapping | list):
                return None
            cell = replace(_row(parameter, today=today), label="", hint="")
            if len(cell.value) + len(cell.raw) > _LONGEST_CELL or "\n" in cell.value:
                return None
            columns.setdefault(parameter.name, parameter)
            if len(columns) > _MOST_COLUMNS:
                return None
            cells[-1][parameter.name] = cell
    absent = ParameterRow(label="", value=_NONE, form="absent")
    rows = tuple(tuple(row.get(name, absent) for name in columns) for row in cells)
    numbers = frozenset(
        number
        for number, name in enumerate(columns)
        if all(_holds_number(item, name) for item in items)
    )
    return ParameterGrid(tuple(map(label_of, columns.values())), numbers, rows)


def _holds_number(item: object, name: str) -> bool:
    value = item.get(name) if isinstance(item, Mapping) else None
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _column_hints(field: Json) -> list[str]:
    found = fields(field.get("properties"), {})
    return [f"{label_of(column)}: {hint}" for column in found if (hint := hint_of(column))]
