"""Secrets in results: masked by value, in encoded forms too, and by what they look like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

from tui.core.redaction import redact, secret_forms

_M = TypeVar("_M", bound=BaseModel)


class ResultMask:
    """Masks what a run found, once, before it is stored or reported."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """``secrets`` are values that are known."""
        self._known = [form for secret in secrets for form in secret_forms(secret)]

    def masked(self, result: _M) -> _M:
        """Return a result whose texts hold no secret."""
        return type(result).model_validate(self.value(result.model_dump(by_alias=True)))

    def value(self, value: Any) -> Any:
        """Return a value of JSON whose texts hold no secret."""
        match value:
            case str():
                return redact(value, self._known)
            case list() | tuple():
                return [self.value(item) for item in value]
            case dict():
                return {key: self.value(item) for key, item in value.items()}
            case _:
                return value
