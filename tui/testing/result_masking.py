"""Secrets in results: masked by value, in encoded forms too, and by what they look like."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from tui.core.redaction import redact

_M = TypeVar("_M", bound=BaseModel)


def masked(result: _M, secrets: Iterable[str] = ()) -> _M:
    """Return a result whose texts hold no secret; ``secrets`` are values that are known."""
    known = [form for secret in secrets for form in _forms(secret)]
    return type(result).model_validate(_masked(result.model_dump(by_alias=True), known))


def _masked(value: Any, known: list[str]) -> Any:
    match value:
        case str():
            return redact(value, known)
        case list() | tuple():
            return [_masked(item, known) for item in value]
        case dict():
            return {key: _masked(item, known) for key, item in value.items()}
        case _:
            return value


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it is and as encodings show it."""
    yield secret
    yield quote(secret, safe="")
    data = secret.encode()
    yield data.hex()
    yield base64.b64encode(data).decode().rstrip("=")
    yield base64.urlsafe_b64encode(data).decode().rstrip("=")
