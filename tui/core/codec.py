"""Convert events to JSON and back, for the store and for ``ask --json``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_args

from tui.core.events import TurnEvent, UnknownEvent


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_TYPES: dict[str, type[TurnEvent]] = {_snake(kind.__name__): kind for kind in get_args(TurnEvent)}
_NAMES: dict[type, str] = {kind: name for name, kind in _TYPES.items()}

_TUPLES = ("schema", "missing")
"""Fields that JSON has as lists."""


def type_name(event: TurnEvent) -> str:
    """Return the event's name in JSON: its class in snake case, such as ``skill_started``."""
    return _NAMES[type(event)]


def to_json(event: TurnEvent) -> dict[str, Any]:
    """Return a JSON object with ``type`` and every field that differs from its default."""
    out: dict[str, Any] = {"type": type_name(event)}
    for spec in fields(event):
        value = getattr(event, spec.name)
        if value != _default(spec):
            out[spec.name] = value
    return out


def from_json(data: Mapping[str, Any]) -> TurnEvent:
    """Return the event described by the output of :func:`to_json`.

    An event of a newer version that this one cannot read becomes an :class:`UnknownEvent`, so that
    a downgrade never loses a row. Raises ``KeyError`` without a ``key``.
    """
    kind = _TYPES.get(str(data.get("type")), UnknownEvent)
    known = {spec.name for spec in fields(kind)}
    values = {
        name: tuple(value) if name in _TUPLES else value
        for name, value in data.items()
        if name in known
    }
    if kind is UnknownEvent:
        values.setdefault("kind", str(data.get("type")))
    make: Callable[..., TurnEvent] = kind
    try:
        return make(**values)
    except TypeError:
        raw = data.get("raw", {})
        return UnknownEvent(key=data["key"], kind=str(data.get("type")), raw=raw)


def _default(spec: Field[Any]) -> Any:
    if spec.default_factory is not MISSING:
        return spec.default_factory()
    return spec.default
