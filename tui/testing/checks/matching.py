"""Matchers: a wanted value, or operators, against a value that the agent gave."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping

import regex

from tui.core.text import plural

REGEX_LIMIT_S = 1.0
_MISSING = object()


class MatchError(Exception):
    """A matcher that can't be applied. The text is a clause for the user."""


def mismatches(wanted: object, got: object, path: str = "$") -> Iterator[str]:
    """Yield a clause for each difference; nothing if the value matches.

    A scalar must be equal, by value for numbers; an object is compared by the keys that it names;
    a list pair by pair. An object of operators only (``gt``, ``contains`` ...) applies these.
    """
    if isinstance(wanted, dict) and wanted and wanted.keys() <= OPERATORS.keys():
        for name, operand in wanted.items():
            yield from _operator(name, operand, got, path)
    elif got is _MISSING:
        yield f"{path}: not given"
    elif isinstance(wanted, dict):
        if not isinstance(got, Mapping):
            yield f"{path}: wanted an object, got {shown(got)}"
            return
        for key, inner in wanted.items():
            yield from mismatches(inner, got.get(key, _MISSING), f"{path}.{key}")
    elif isinstance(wanted, list):
        yield from _list(wanted, got, path)
    elif not _equal(wanted, got):
        yield f"{path}: wanted {shown(wanted)}, got {shown(got)}"


def matches(wanted: object, got: object) -> bool:
    """Return True if a value matches."""
    return next(mismatches(wanted, got), None) is None


def shown(value: object, longest: int = 120) -> str:
    """Return a value as JSON, cut."""
    if value is _MISSING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def search(pattern: str, text: str, *, ignore_case: bool = True) -> regex.Match[str] | None:
    """Search with a limit of time. Raises ``MatchError``."""
    flags = regex.IGNORECASE if ignore_case else 0
    try:
        return regex.search(pattern, text, flags=flags, timeout=REGEX_LIMIT_S, concurrent=True)
    except TimeoutError:
        raise MatchError(f"/{pattern}/ took longer than {REGEX_LIMIT_S:g} s") from None
    except regex.error as error:
        raise MatchError(f"/{pattern}/ isn't a regular expression: {error}") from None


def _list(wanted: list[object], got: object, path: str) -> Iterator[str]:
    if not isinstance(got, list | tuple):
        yield f"{path}: wanted a list, got {shown(got)}"
    elif len(wanted) != len(got):
        yield f"{path}: wanted {plural(len(wanted), 'item')}, got {len(got)}"
    else:
        for index, (inner, item) in enumerate(zip(wanted, got, strict=True)):
            yield from mismatches(inner, item, f"{path}[{index}]")


def _equal(wanted: object, got: object) -> bool:
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return wanted == got
    return type(wanted) is type(got) and wanted == got


def _operator(name: str, operand: object, got: object, path: str) -> Iterator[str]:
    if got is _MISSING and name not in ("exists", "not"):
        yield f"{path}: not given"
    elif not OPERATORS[name](operand, got):
        yield f"{path}: wanted {name} {shown(operand)}, got {shown(got)}"


def _compared(compare: Callable[[float, float], bool]) -> Callable[[object, object], bool]:
    def holds(operand: object, got: object) -> bool:
        left, right = _number(got), _number(operand)
        if right is not None:
            return left is not None and compare(left, right)
        return isinstance(operand, str) and isinstance(got, str) and _text_compared(operand, got)

    def _text_compared(operand: str, got: str) -> bool:
        # dates and times as ISO text sort like text
        return compare(float((got > operand) - (got < operand)), 0.0)

    return holds


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or math.isnan(value):
        return None
    return value


def _contains(operand: object, got: object) -> bool:
    if isinstance(got, str):
        return isinstance(operand, str) and operand.casefold() in got.casefold()
    return isinstance(got, list | tuple) and any(matches(operand, item) for item in got)


def _includes(operand: object, got: object) -> bool:
    wanted = operand if isinstance(operand, list) else [operand]
    return isinstance(got, list | tuple) and all(
        any(matches(inner, item) for item in got) for inner in wanted
    )


def _length(operand: object, got: object) -> bool:
    return isinstance(got, str | list | tuple | Mapping) and matches(operand, len(got))


OPERATORS: Mapping[str, Callable[[object, object], bool]] = {
    "gt": _compared(lambda got, limit: got > limit),
    "gte": _compared(lambda got, limit: got >= limit),
    "lt": _compared(lambda got, limit: got < limit),
    "lte": _compared(lambda got, limit: got <= limit),
    "contains": _contains,
    "matches": lambda operand, got: (
        isinstance(got, str) and search(str(operand), got, ignore_case=False) is not None
    ),
    "any": lambda operand, got: isinstance(operand, list) and any(matches(o, got) for o in operand),
    "not": lambda operand, got: got is _MISSING or not matches(operand, got),
    "exists": lambda operand, got: (got is not _MISSING) is bool(operand),
    "includes": _includes,
    "length": _length,
    "is": _equal,
}
"""Operators by name; ``is`` compares with a value that would look like an operator."""
