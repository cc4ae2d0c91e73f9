"""Secrets of this process: their type in settings, and their values, to be masked anywhere."""

from __future__ import annotations

import re

_DEVELOPER_TOKEN = re.compile(r"wrka\w{2}-")
_CLIENT_KEY = re.compile(r"[0-9a-fA-F]{64}")


def is_developer_token(credential: str) -> bool:
    """Return True for a token of the Developer API: ``wrkaus-...`` and other regions."""
    return bool(_DEVELOPER_TOKEN.match(credential))


def is_client_key(credential: str) -> bool:
    """Return True for the API key of a genie client: 64 hexadecimal digits."""
    return bool(_CLIENT_KEY.fullmatch(credential))


_SHORTEST = 8
"""A shorter secret would also mask ordinary words."""
_MOST = 100
_held: dict[str, None] = {}


def hold_secret(value: str) -> None:
    """Mask a value from now on in everything that :func:`tui.core.redaction.redact` sees."""
    value = value.strip()
    if len(value) >= _SHORTEST:
        _held.pop(value, None)
        _held[value] = None
        if len(_held) > _MOST:
            del _held[next(iter(_held))]


def held_secrets() -> tuple[str, ...]:
    """Return the newest secrets of this process, the longest first."""
    return tuple(sorted(_held, key=len, reverse=True))


class Secret:
    """Text hidden from ``repr``, ``str`` and tracebacks; read it explicitly."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        hold_secret(value)

    def get_secret_value(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __str__(self) -> str:
        return "**********"
