"""What a skill is about to be called with, as rows that a person can judge.

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
from tui.core.text import clean, clean_line

if TYPE_CHECKING:
    from tui.core.events import Json

MAX_ROWS = 400
MAX_DEPTH = 8
MAX_VALUE_CHARS = 20_000

RowForm = Literal["value", "secret", "absent", "empty", "group", "cut"]
"""``absent``: not given. ``empty``: given, with nothing in it. ``group``: the rows below, one level
deeper, belong to it. ``cut``: a sentence about what is not shown."""

_ABSENT = object()
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow:
    """One line of the question, cleaned and with secrets masked."""

    label: str
    value: str = ""
    """May have several lines."""
    hint: str = ""
    depth: int = 0
    form: RowForm = "value"


def parameter_rows(schema: Sequence[Json], values: Json) -> tuple[ParameterRow, ...]:
    """Every parameter in the order of the schema, then those that the schema does not name.

    Never raises, whatever the wire brought. What exceeds ``MAX_ROWS``, ``MAX_DEPTH`` or
    ``MAX_VALUE_CHARS`` is left out, and a row or the value's last line says so.
    """
    rows = tuple(islice(_fields(schema, values, 0), MAX_ROWS + 1))
    if len(rows) <= MAX_ROWS:
        return rows
    return (*rows[:MAX_ROWS], _cut("More parameters than can be shown.", 0))


def in_brief(rows: Sequence[ParameterRow], limit: int) -> tuple[ParameterRow, ...]:
    """The first rows of the top level that say something, each on one line with all below it."""
    telling = (
        ParameterRow(label=row.label, value=clean_line(_all_of(rows, place)), form=row.form)
        for place, row in enumerate(rows)
        if row.depth == 0 and row.form in ("value", "secret", "group")
    )
    return tuple(islice(telling, limit))


def _all_of(rows: Sequence[ParameterRow], place: int) -> str:
    """The value of a row, or the values of a group."""
    if rows[place].form != "group":
        return rows[place].value[:400]
    depth = rows[place].depth
    below = takewhile(lambda row: row.depth > depth, rows[place + 1 :])
    return ", ".join(row.value[:100] for row in below if row.form in ("value", "secret"))


def _fields(schema: object, values: Mapping[str, Any], depth: int) -> Iterator[ParameterRow]:
    named: set[str] = set()
    for field in schema if isinstance(schema, Sequence) else ():
        if isinstance(field, Mapping) and isinstance(name := field.get("name"), str):
            if name not in named:
                yield from _rows(field, name, values.get(name, _ABSENT), depth)
            named.add(name)
    for name, value in values.items():
        if name not in named:
            yield from _rows({}, str(name), value, depth)


def _rows(field: Json, name: str, value: object, depth: int) -> Iterator[ParameterRow]:
    label = _line(field.get("label")) or clean_line(name, 80)
    hint = clean_line(_TAG.sub("", _line(field.get("hint"), 600)), 300)
    if value is not _ABSENT and value is not None and is_secret(field, name):
        yield ParameterRow(label=label, hint=hint, value=MASK, depth=depth, form="secret")
    elif isinstance(value, Mapping | list) and value:
        count = f"{len(value)} items" if isinstance(value, list) and len(value) > 1 else ""
        yield ParameterRow(label=label, hint=hint, value=count, depth=depth, form="group")
        yield from _inside(field, value, depth + 1)
    else:
        form, text = _scalar(value)
        yield ParameterRow(label=label, hint=hint, value=text, depth=depth, form=form)


def _inside(field: Json, value: object, depth: int) -> Iterator[ParameterRow]:
    """The rows of a non-empty object or array."""
    if depth > MAX_DEPTH:
        yield _cut("Nested deeper than can be shown.", depth)
    elif isinstance(value, Mapping):
        yield from _fields(field.get("properties"), value, depth)
    elif isinstance(value, list):
        item = {key: field[key] for key in ("properties", "control_type") if key in field}
        for number, part in enumerate(value, start=1):
            yield from _rows(item, str(number), part, depth)


def _scalar(value: object) -> tuple[RowForm, str]:
    if value is _ABSENT or value is None:
        return "absent", "not given"
    if isinstance(value, bool):
        return "value", "yes" if value else "no"
    if isinstance(value, Mapping | list):
        return "empty", "empty list" if isinstance(value, list) else "empty"
    text = clean(str(value)[: MAX_VALUE_CHARS + 1])
    if not text.strip():
        return "empty", "empty text"
    if len(text) > MAX_VALUE_CHARS:
        rest = len(str(value)) - MAX_VALUE_CHARS
        text = f"{text[:MAX_VALUE_CHARS]}\n… {rest:,} more characters, not shown"
    return "value", text


def _line(value: object, limit: int = 80) -> str:
    return clean_line(value, limit) if isinstance(value, str) else ""


def _cut(sentence: str, depth: int) -> ParameterRow:
    return ParameterRow(label="…", value=sentence, depth=depth, form="cut")
