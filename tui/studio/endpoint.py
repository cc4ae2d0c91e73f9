"""Description of an endpoint of the Developer API, shared by the client and the commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "integer", "flag", "texts", "json"]
Method = Literal["GET", "POST", "PUT", "DELETE"]

_PLACEHOLDER = re.compile(r":(\w+)")


@dataclass(frozen=True, slots=True)
class RequestField:
    """Field of a request. ``name`` is the wire's; ``a.b`` is ``b`` inside ``a``."""

    name: str
    help: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    option: str = ""
    """Name of the command's option; the last part of the name if empty."""
    positional: bool = False
    """It is a positional argument of commands."""
    in_query: bool = False
    """It goes into the query although the request has a body."""

    @property
    def option_name(self) -> str:
        return self.option or self.name.rpartition(".")[2].replace("_", "-")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Number of requests allowed within a number of seconds."""

    count: int
    seconds: float


STANDARD = RateLimit(60, 60)
LISTS = RateLimit(1000, 60)
ONE_A_SECOND = RateLimit(1, 1)


@dataclass(frozen=True, slots=True)
class Paging:
    """Paging of a list: by ``page`` number, or ``after`` the last id of the previous page."""

    largest: int
    """Rows per request."""
    size: str = "per_page"
    after: str = ""


Values = Mapping[str, object]
"""Values by field name; None is left out."""
Check = Callable[[Mapping[str, str], Values], Iterable[str]]
"""Returns the problems with the path parts and the values, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint, for the client and the commands."""

    command: str
    """Group and verb, such as ``genies list``."""
    method: Method
    path: str
    """The documented path, with ``:name`` for each id."""
    summary: str
    """One sentence, for the help of the command."""
    arguments: tuple[str, ...] = ()
    """Names of the path parameters in the usage of the command, in order."""
    query: tuple[RequestField, ...] = ()
    body: tuple[RequestField, ...] = ()
    columns: tuple[str, ...] = ()
    """Fields of the response that a table shows."""
    paging: Paging | None = None
    rate_limit: RateLimit = STANDARD
    confirm: str = ""
    """Question before a change that cannot be undone or affects others."""
    secret_field: str = ""
    """Name of the response's field that is shown only once."""
    check: Check | None = None

    @property
    def group(self) -> str:
        return self.command.partition(" ")[0]

    @property
    def verb(self) -> str:
        return self.command.partition(" ")[2]

    @property
    def fields(self) -> tuple[RequestField, ...]:
        return (*self.query, *self.body)

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(_PLACEHOLDER.findall(self.path))

    def fill_path(self, parts: Sequence[str], quote: Callable[[str], str]) -> str:
        """Return the path with its parts in place."""
        if len(parts) != len(self.placeholders):
            raise ValueError(f"{self.command} takes {len(self.placeholders)} parts of a path")
        rest: Iterator[str] = iter(parts)
        return _PLACEHOLDER.sub(lambda _: quote(next(rest)), self.path)

    def validate(self, parts: Sequence[str], values: Values) -> tuple[str, ...]:
        """Return the reasons why a request must not be sent, a sentence each."""
        missing = [
            f"{field.option_name} is required."
            for field in self.fields
            if field.required and values.get(field.name) is None
        ]
        empty = [
            f"{name} can't be empty."
            for name, part in zip(self.arguments, parts, strict=True)
            if not part.strip()
        ]
        named = dict(zip(self.placeholders, parts, strict=True))
        broken = self.check(named, values) if self.check else ()
        return (*empty, *missing, *self._idle(values), *broken)

    def _idle(self, values: Values) -> Iterator[str]:
        """Refuse an update without any field."""
        optional = self.method == "PUT" and self.body and not any(f.required for f in self.body)
        if optional and all(values.get(field.name) is None for field in self.body):
            yield "Nothing to update. Give at least one field."


def nested(fields: Sequence[RequestField], values: Values) -> dict[str, Any]:
    """Return the values of some fields as JSON; ``a.b`` is put inside ``a``."""
    made: dict[str, Any] = {}
    for field in fields:
        value = values.get(field.name)
        if value is None:
            continue
        *outer, name = field.name.split(".")
        place = made
        for part in outer:
            place = place.setdefault(part, {})
        place[name] = value
    return made


def unwrapped(answer: Any) -> Any:
    """Return the content of ``data`` or ``result``, or the response itself.

    An object with an id has ``data`` of its own, such as a row of a lookup table. A list of one
    object is the object. Source: Agent Studio API, Get a knowledge base by ID.
    """
    if isinstance(answer, Mapping) and "id" not in answer:
        inner = (answer.get(name) for name in ("data", "result"))
        answer = next((value for value in inner if isinstance(value, dict | list)), answer)
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], Mapping):
        return answer[0]
    return answer
