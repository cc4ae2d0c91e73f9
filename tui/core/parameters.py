"""Parameters of a skill call, as rows for an approval.

Source: Headless API, ``skill.confirmation_required`` (``skill_parameters`` and
``skill_parameter_schema``: a list of fields, of which objects and arrays have ``properties``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Literal

from tui.core.masking import MASK, is_secret
from tui.core.text import clean_line, revealed

if TYPE_CHECKING:
    from tui.core.events import Json

MAX_ROWS = 20_000
MAX_VALUE_CHARS = 2_000_000
_LONGEST_LABEL = 2_000

RowForm = Literal["value", "secret", "absent", "empty", "group", "cut"]
"""``absent``: not given. ``empty``: given, but empty. ``group``: the rows below, one level deeper,
belong to it. ``cut``: a sentence about the rows left out.
"""

_ABSENT = object()
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """One row of the question, cleaned and with secrets masked."""

    label: str
    value: str = ""
    """Can have several lines."""
    hint: str = ""
    depth: int = 0
    form: RowForm = "value"


def parameter_rows(schema: Sequence[Json], values: Json) -> tuple[ParameterRow, ...]:
    """Return every parameter in the order of the schema, then those missing in the schema.

    Never raises, whatever the input and however deep. Rows beyond ``MAX_ROWS`` or
    ``MAX_VALUE_CHARS`` are left out, and a row of the form ``cut`` says so.
    """
    rows = tuple(islice(_walk(schema, values), MAX_ROWS + 1))
    if len(rows) <= MAX_ROWS:
        return rows
    return (*rows[:MAX_ROWS], _cut("More parameters not shown.", 0))


def in_brief(rows: Sequence[ParameterRow], limit: int) -> tuple[ParameterRow, ...]:
    """Return the first meaningful top-level rows, each on one line with everything below it."""
    telling = (
        ParameterRow(label=row.label, value=clean_line(_all_of(rows, place)), form=row.form)
        for place, row in enumerate(rows)
        if row.depth == 0 and row.form in ("value", "secret", "group")
    )
    return tuple(islice(telling, limit))


def _all_of(rows: Sequence[ParameterRow], place: int) -> str:
    """Return the value of a row, or the values of a group."""
    if rows[place].form != "group":
        return rows[place].value[:400]
    depth = rows[place].depth
    below = takewhile(lambda row: row.depth > depth, rows[place + 1 :])
    return ", ".join(row.value[:100] for row in below if row.form in ("value", "secret"))


_Named = tuple["Json", str, object]
"""Field of the schema, its name, and its value."""


def _walk(schema: object, values: Json) -> Iterator[ParameterRow]:
    """Yield the rows of all parameters, those of an object or list below its own."""
    within = [_fields(schema, values)]
    while within:
        field, name, value = next(within[-1], (None, "", None))
        if field is None:
            within.pop()
            continue
        depth = len(within) - 1
        row = _row(field, name, value, depth)
        yield row
        if row.form == "group":
            within.append(_inside(field, value))
        elif isinstance(value, str) and len(value) > MAX_VALUE_CHARS:
            rest = len(value) - MAX_VALUE_CHARS
            yield _cut(f"{rest:,} more characters than can be shown.", depth)


def _fields(schema: object, values: Mapping[str, Any]) -> Iterator[_Named]:
    named: set[str] = set()
    for field in schema if isinstance(schema, Sequence) else ():
        if isinstance(field, Mapping) and isinstance(name := field.get("name"), str):
            if name not in named:
                yield field, name, values.get(name, _ABSENT)
            named.add(name)
    yield from (({}, str(name), value) for name, value in values.items() if name not in named)


def _inside(field: Json, value: object) -> Iterator[_Named]:
    """Yield the entries of an object or list that is not empty."""
    if isinstance(value, Mapping):
        yield from _fields(field.get("properties"), value)
    elif isinstance(value, list):
        item = {key: field[key] for key in ("properties", "control_type") if key in field}
        yield from ((item, str(number), part) for number, part in enumerate(value, start=1))


def _row(field: Json, name: str, value: object, depth: int) -> ParameterRow:
    label = _line(field.get("label")) or _line(name)
    hint = _TAG.sub("", _line(field.get("hint")))
    form, text = _scalar(value)
    if value is not _ABSENT and value is not None and is_secret(field, name):
        form, text = "secret", MASK
    return ParameterRow(label=label, hint=hint, value=text, depth=depth, form=form)


def _scalar(value: object) -> tuple[RowForm, str]:
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


def _line(value: object) -> str:
    return clean_line(revealed(value), _LONGEST_LABEL) if isinstance(value, str) else ""


def _cut(sentence: str, depth: int) -> ParameterRow:
    return ParameterRow(label="…", value=sentence, depth=depth, form="cut")
