"""Decode JSON to records of ``tui.studio``, by the types of their fields. Nothing here raises.

A meaningless value counts as missing. Texts are cleaned; ids and secrets stay as received, unless
they contain characters that no valid one has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tui.api.coerce import epoch_ms, id_of, int_of, object_of, text_of
from tui.studio.models import Instant, SecretText, StudioModel

R = TypeVar("R", bound=StudioModel)
_Reader = Callable[[object], Any]


def decode(kind: type[R], value: object) -> R:
    """Return a record for any value; a list of one object reads as the object."""
    raw = object_of(value[0] if isinstance(value, list) and value else value)
    found = {name: reader(raw.get(name)) for name, reader in _readers(cast(Any, kind)).items()}
    return kind(raw=raw, **{name: value for name, value in found.items() if value is not None})


def find_rows(body: object, *names: str) -> list[Any] | None:
    """Return the list in a response: bare, or under one of the usual names; None if there is none.

    Source: Agent Studio API (bare, ``data``); Developer API pages (``items``, ``result.items``).
    """
    if isinstance(body, list):
        return body
    if not isinstance(body, dict):
        return None
    for name in (*names, "data", "items", "result"):
        if name in body:
            return find_rows(body[name], *names)
    return None


@cache
def _readers(kind: type[Any]) -> Mapping[str, _Reader]:
    hints = get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in fields(kind) if field.name != "raw"}


def _reader(hint: Any) -> _Reader:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _reader(next(kind for kind in inner if kind is not type(None)))
    if origin is tuple:
        return _list_reader(inner[0])
    if hint is Instant:
        return epoch_ms
    if hint is SecretText:
        return _secret
    if getattr(hint, "__supertype__", None) is str:
        return id_of
    if isinstance(hint, type) and issubclass(hint, StudioModel):
        return lambda value: decode(hint, value)
    return _PLAIN[origin or hint]


def _list_reader(kind: Any) -> _Reader:
    one = _reader(kind)
    wanted = dict if isinstance(kind, type) and issubclass(kind, StudioModel) else str

    def read_all(value: object) -> tuple[Any, ...]:
        rows = value if isinstance(value, list) else ()
        return tuple(one(row) for row in rows if isinstance(row, wanted))

    return read_all


def _secret(value: object) -> str | None:
    """Return a secret, also one inside an object such as ``{"token": {"value": "..."}}``."""
    if isinstance(value, dict):
        value = value.get("value") or value.get("token")
    return value if isinstance(value, str) and value.isprintable() else None


def _flag(value: object) -> bool:
    return value is True or value == "true"


_PLAIN: Mapping[Any, _Reader] = {
    str: text_of,
    int: int_of,
    bool: _flag,
    Mapping: object_of,
}
