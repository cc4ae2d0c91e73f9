"""Parameters of a skill call, as rows for an approval.

Source: Headless API, ``skill.confirmation_required`` (``skill_parameters`` and
``skill_parameter_schema``: a list of fields, of which objects and arrays have ``properties``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Literal

from tui.core.masking import MASK, is_secret
from tui.core.text import clean_line, revealed

if TYPE_CHECKING:
    from tui.core.events import Json

MAX_ROWS = 20_000
MAX_VALUE_CHARS = 2_000_000
_LONGEST_LABEL = 2_000

RowForm = Literal["value", "secret", "absent", "empty", "group", "table", "cut"]
"""``absent``: not given. ``empty``: given, but empty. ``group``: the rows below, one level deeper,
belong to it. ``table``: the items are in ``grid``. ``cut``: a sentence about the rows left out.
"""

_ABSENT = object()
_OF_ITEMS = ("properties", "control_type", "pick_list")
"""Keys of a list's field that hold for its items."""
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")


@dataclass(frozen=True, slots=True)
class ParameterGrid:
    """Items of a list, one a row, with the same columns."""

    columns: tuple[str, ...]
    numbers: frozenset[int]
    """Columns that contain only numbers."""
    rows: tuple[tuple[ParameterRow, ...], ...]
    """Cells of each item; the labels of the cells are empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """One row of the question, cleaned and with secrets masked."""

    label: str
    value: str = ""
    """Can have several lines."""
    hint: str = ""
    depth: int = 0
    form: RowForm = "value"
    raw: str = ""
    """Value as it was sent, if it is shown as another text."""
    grid: ParameterGrid | None = None


def parameter_rows(schema: Sequence[Json], values: Json) -> tuple[ParameterRow, ...]:
    """Return every parameter in the order of the schema, then those missing in the schema.

    Never raises, whatever the input and however deep. Rows beyond ``MAX_ROWS`` or
    ``MAX_VALUE_CHARS`` are left out, and a row of the form ``cut`` says so.
    """
    return walk(schema, values, _plain_row)


def in_brief(rows: Sequence[ParameterRow], limit: int) -> tuple[ParameterRow, ...]:
    """Return the first meaningful top-level rows, each on one line with everything below it."""
    telling = (
        ParameterRow(label=row.label, value=clean_line(_all_of(rows, place)), form=row.form)
        for place, row in enumerate(rows)
        if row.depth == 0 and row.form in ("value", "secret", "group", "table")
    )
    return tuple(islice(telling, limit))


def _all_of(rows: Sequence[ParameterRow], place: int) -> str:
    """Return the value of a row, or the values of a group."""
    if (grid := rows[place].grid) is not None:
        cells = (cell.value for item in grid.rows for cell in item if cell.form != "absent")
        return ", ".join(islice(cells, 20))
    if rows[place].form != "group":
        return rows[place].value[:400]
    depth = rows[place].depth
    below = takewhile(lambda row: row.depth > depth, rows[place + 1 :])
    return ", ".join(row.value[:100] for row in below if row.form in ("value", "secret"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """Field of the schema with its value."""

    field: Json
    name: str
    value: object
    depth: int = 0
    beside: Json | None = None
    """Values of the object that contains it."""

    @property
    def is_given(self) -> bool:
        return self.value is not _ABSENT and self.value is not None


RowOf = Callable[[Parameter], ParameterRow]
"""Returns the row of a parameter; with the form ``group``, those of its parts follow."""


def walk(schema: object, values: Json, row_of: RowOf) -> tuple[ParameterRow, ...]:
    """Return the rows of all parameters within the limits."""
    rows = tuple(islice(_walk(schema, values, row_of), MAX_ROWS + 1))
    if len(rows) <= MAX_ROWS:
        return rows
    return (*rows[:MAX_ROWS], _cut("More parameters not shown.", 0))


def _walk(schema: object, values: Json, row_of: RowOf) -> Iterator[ParameterRow]:
    """Yield the rows of all parameters, those of an object or list below its own."""
    within = [fields(schema, values)]
    while within:
        parameter = next(within[-1], None)
        if parameter is None:
            within.pop()
            continue
        depth, value = len(within) - 1, parameter.value
        row = row_of(replace(parameter, depth=depth))
        yield row
        if row.form == "group":
            within.append(_inside(parameter.field, value))
        elif isinstance(value, str) and len(value) > MAX_VALUE_CHARS:
            rest = len(value) - MAX_VALUE_CHARS
            yield _cut(f"{rest:,} more characters not shown.", depth)


def fields(schema: object, values: Mapping[str, Any]) -> Iterator[Parameter]:
    """Yield the parameters of an object: those of the schema, then the others."""
    named: set[str] = set()
    for one in schema if isinstance(schema, Sequence) else ():
        if isinstance(one, Mapping) and isinstance(name := one.get("name"), str):
            if name not in named:
                yield Parameter(one, name, values.get(name, _ABSENT), beside=values)
            named.add(name)
    for name, value in values.items():
        if name not in named:
            yield Parameter({}, str(name), value, beside=values)


def _inside(field: Json, value: object) -> Iterator[Parameter]:
    """Yield the entries of an object or list that is not empty."""
    if isinstance(value, Mapping):
        yield from fields(field.get("properties"), value)
    elif isinstance(value, list):
        item = {key: field[key] for key in _OF_ITEMS if key in field}
        yield from (Parameter(item, str(number), part) for number, part in enumerate(value, 1))


def _plain_row(parameter: Parameter) -> ParameterRow:
    label, hint = label_of(parameter), hint_of(parameter)
    form, text = scalar(parameter.value)
    if parameter.is_given and is_secret(parameter.field, parameter.name):
        form, text = "secret", MASK
    return ParameterRow(label=label, hint=hint, value=text, depth=parameter.depth, form=form)


def label_of(parameter: Parameter) -> str:
    """Return the label of a parameter, or its name."""
    return one_line(parameter.field.get("label")) or one_line(parameter.name)


def hint_of(parameter: Parameter) -> str:
    """Return the hint of a parameter without HTML."""
    return _TAG.sub("", one_line(parameter.field.get("hint")))


def scalar(value: object) -> tuple[RowForm, str]:
    """Return the form and the text of a value that is shown as it was sent."""
    if value is _ABSENT or value is None:
        return "absent", "not set"
    if isinstance(value, bool):
        return "value", "yes" if value else "no"
    if isinstance(value, Mapping | list) and value:
        return "group", f"{len(value)} items" if isinstance(value, list) and len(value) > 1 else ""
    if isinstance(value, Mapping | list):
        return "empty", "empty list" if isinstance(value, list) else "empty"
    text = revealed(str(value)[:MAX_VALUE_CHARS])
    return ("value", text) if text.strip() else ("empty", "empty text")


def one_line(value: object) -> str:
    """Return a text of the schema in one line, with hidden characters made visible."""
    return clean_line(revealed(value), _LONGEST_LABEL) if isinstance(value, str) else ""


def _cut(sentence: str, depth: int) -> ParameterRow:
    return ParameterRow(label="…", value=sentence, depth=depth, form="cut")
