"""Sanitize external text before it leaves this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

from tui.core import codec
from tui.core.events import (
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    TurnEvent,
)
from tui.core.masking import MASK, masked_event
from tui.core.redaction import redact
from tui.core.text import clean, clean_line

_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_SHORTEST_SECRET = 6
"""Shorter secret parameters are masked only as parameters: ``admin`` is also a word."""


class Sanitizer:
    """Removes control characters and secrets from a conversation's texts.

    Secrets are values that look like one, the values of secret parameters wherever they are
    repeated, and the links that authorise a connection.
    """

    def __init__(self, events: Iterable[TurnEvent]) -> None:
        found = {clean(secret) for event in events for secret in _secrets_of(event)}
        self._known = sorted(found, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return text of any length, with its line breaks."""
        return redact(clean(text), self._known)

    def line(self, text: str, limit: int = 200) -> str:
        """Return text on one line."""
        return clean_line(self.text(text), limit)

    def event(self, event: TurnEvent) -> dict[str, Any]:
        """Return an event as JSON, complete except for secrets."""
        data: dict[str, Any] = self.value(codec.to_json(masked_event(event)))
        if isinstance(event, ApprovalResolved) and event.shown_digest:
            data["shown_digest"] = self.digest(event.shown_digest)
        return data

    def digest(self, digest: str) -> str:
        """Return a digest of displayed text, which looks like a secret but is not one."""
        return digest if _DIGEST.fullmatch(digest) else self.line(digest, 80)

    def value(self, value: Any) -> Any:
        """Return a JSON value with all its texts sanitized."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.text(str(name)): self.value(inner) for name, inner in value.items()}
            case list() | tuple():
                return [self.value(inner) for inner in value]
            case float() if not isfinite(value):
                return str(value)
            case _:
                return value


def _secrets_of(event: TurnEvent) -> Iterator[str]:
    match event:
        case ConnectionRequested(url=str(url)):
            yield url
        case ApprovalRequested():
            hidden = masked_event(event)
            for value in _hidden(event.parameters, hidden.parameters):
                if len(value) >= _SHORTEST_SECRET:
                    yield value
        case _:
            pass


def _hidden(value: Any, shown: Any) -> Iterator[str]:
    """Yield the texts in a value that were masked."""
    if shown == MASK:
        yield from _texts(value)
    elif isinstance(value, str) and isinstance(shown, str) and value != shown:
        yield from _hidden(json.loads(value), json.loads(shown))  # an object inside a string
    elif isinstance(value, Mapping) and isinstance(shown, Mapping):
        for name, inner in value.items():
            yield from _hidden(inner, shown.get(name))
    elif isinstance(value, list | tuple) and isinstance(shown, list | tuple):
        for inner, inner_shown in zip(value, shown, strict=False):
            yield from _hidden(inner, inner_shown)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
        case _:
            pass
