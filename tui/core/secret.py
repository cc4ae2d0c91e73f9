"""A secret among settings. Pydantic's ``SecretStr`` does the same, but the first paint would have
to wait until pydantic is loaded; from the session on, secrets are those."""

from __future__ import annotations


class Secret:
    """Text that is shown by no ``repr``, ``str`` or traceback, only when it is asked for."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

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
