"""Mask secrets in the parameters of a skill before an event is shown or exported.

The only place that decides which parameter is a secret. Everything that draws, prints or exports
an event uses :func:`masked_event`; the store keeps the values, and a decision never sends
parameters back. Source: Headless API, ``skill_parameter_schema``: fields with a ``control_type``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from tui.core.events import ApprovalRequested, Event, Json

MASK = "••••••••"
MAX_DEPTH = 60

_E = TypeVar("_E", bound=Event)
_TOO_DEEP = "… more levels not shown"
_SECRET_CONTROLS = frozenset({"password", "secret"})
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_SECRET_WORDS = frozenset(
    {"authorization", "credential", "credentials", "passcode", "passphrase", "passwd", "password"}
    | {"pwd", "secret", "token", "apikey", "accesskey", "privatekey", "secretkey"}
)
_HELD_BY_A_FIELD = frozenset({"value", "default", "default_value"})


def is_secret(field: Json, name: str) -> bool:
    """Return True if the schema says password, or the name (``apiKey``, ``client_secret``, …)."""
    if _has_secret_control(field):
        return True
    words = [word.lower() for word in _WORD.findall(name[:200])]
    pairs = (first + second for first, second in pairwise(words))
    return not _SECRET_WORDS.isdisjoint((*words, *pairs))


def _has_secret_control(field: Json) -> bool:
    return str(field.get("control_type")).lower() in _SECRET_CONTROLS


def masked_event(event: _E) -> _E:
    """Return the event for display: parameters and raw payload with secret values masked."""
    if isinstance(event, ApprovalRequested):
        return replace(
            event,
            raw=masked(event.raw, event.schema),
            parameters=masked(event.parameters, event.schema),
            schema=masked(event.schema),
        )
    return replace(event, raw=masked(event.raw))


def masked(value: Any, schema: Any = ()) -> Any:
    """Return a JSON value with every secret replaced by ``MASK``.

    The schema, given or found in the value itself, or the name marks a secret. It is masked at any
    depth, also in texts that are JSON; None stays None.
    """
    return _masked(value, frozenset((*_secrets_of(schema), *_secrets_of(value))), 0)


def _secrets_of(value: Any, depth: int = 0) -> Iterator[str]:
    """Return the names of the secret fields of every schema in a value."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        name = value.get("name")
        if isinstance(name, str) and _has_secret_control(value):
            yield name
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _secrets_of(inner, depth + 1)
    elif isinstance(value, str) and (held := _read(value)) is not None:
        yield from _secrets_of(held, depth + 1)


def _masked(value: Any, secrets: frozenset[str], depth: int) -> Any:
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    match value:
        case Mapping():
            hidden = _hidden(value, secrets)
            return {
                name: MASK
                if name in hidden and inner is not None
                else _masked(inner, secrets, depth + 1)
                for name, inner in value.items()
            }
        case list() | tuple():
            return type(value)(_masked(inner, secrets, depth + 1) for inner in value)
        case str() if (held := _read(value)) is not None:
            hidden_in = _masked(held, secrets, depth + 1)
            return value if hidden_in == held else json.dumps(hidden_in, ensure_ascii=False)
        case _:
            return value


def _hidden(value: Json, secrets: frozenset[str]) -> frozenset[str]:
    """Return the names in an object that have secret values."""
    hidden = {key for key in value if key in secrets or is_secret({}, key)}
    name = value.get("name")
    if isinstance(name, str) and (name in secrets or is_secret(value, name)):
        hidden |= _HELD_BY_A_FIELD
    return frozenset(hidden)


def _read(text: str) -> Any:
    """Return the object or list that a text contains as JSON, or None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return held if isinstance(held, dict | list) else None
