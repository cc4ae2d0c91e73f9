"""Checks of what the agent wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.testing.checks.check_context import CheckContext, Problems
from tui.testing.checks.matching import MatchError, mismatches, search, shown
from tui.testing.checks.refusals import refusal_marker
from tui.testing.checks.text_forms import Normalization, disguises, normalized
from tui.testing.results import TurnResult
from tui.testing.suite.expectations import TextOptions

_LONGEST_QUOTE = 240
_FENCE = re.compile(r"^(`{3,}|~{3,})\w*[ \t]*\n(.*?)^\1", re.MULTILINE | re.DOTALL)


def _texts(value: Any, context: CheckContext) -> tuple[list[str], tuple[Normalization, ...]]:
    if isinstance(value, TextOptions):
        return value.texts, value.normalization
    return [value] if isinstance(value, str) else list(value), context.normalize


def _holds(value: Any, turn: TurnResult, context: CheckContext) -> list[tuple[str, bool]]:
    texts, how = _texts(value, context)
    reply = normalized(turn.reply, how)
    return [(text, normalized(text, how) in reply) for text in texts]


def _contains(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    missing = [text for text, there in _holds(value, turn, context) if not there]
    if missing:
        yield f"not in the reply: {_listed(missing)}; the reply: {quoted(turn.reply)}"


def _contains_any(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    found = _holds(value, turn, context)
    if not any(there for _, there in found):
        texts = _listed([text for text, _ in found])
        yield f"none of {texts} is in the reply: {quoted(turn.reply)}"


def _not_contains(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    for text, there in _holds(value, turn, context):
        if there:
            _, how = _texts(value, context)
            reply, wanted = normalized(turn.reply, how), normalized(text, how)
            at = reply.index(wanted)
            around = reply[max(0, at - 40) : at + len(wanted) + 40]
            yield f"in the reply: {shown(text)}, in {quoted(around)}"


def _equals(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    texts, how = _texts(value, context)
    if normalized(turn.reply, how) not in {normalized(text, how) for text in texts}:
        yield f"wanted {_listed(texts)}, got {quoted(turn.reply)}"


def _matches(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    for pattern, text in _searched(value, turn, context):
        if not search(pattern, text):
            yield f"/{pattern}/ isn't in the reply: {quoted(turn.reply)}"


def _not_matches(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    for pattern, text in _searched(value, turn, context):
        if found := search(pattern, text):
            yield f"/{pattern}/ found {shown(found[0])}"


def _searched(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[tuple[str, str]]:
    """Yield each pattern with the text that it is looked for in, whose case is kept."""
    patterns, how = _texts(value, context)
    text = normalized(turn.reply, [form for form in how if form != "case"])
    for pattern in patterns:
        yield pattern, text


def _json(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    import jsonpath

    document = _json_of(turn.reply)
    if document is _NO_JSON:
        yield f"the reply holds no JSON: {quoted(turn.reply)}"
        return
    try:
        hits = jsonpath.findall(value.path, document)
    except jsonpath.JSONPathError as error:
        raise MatchError(f"{value.path}: {' '.join(str(error).split())}") from None
    if not hits:
        yield f"nothing at {value.path}"
    else:
        yield from mismatches(value.is_, hits[0], value.path)


_NO_JSON = object()


def _json_of(reply: str) -> Any:
    for text in (reply, *(found[2] for found in _FENCE.finditer(reply))):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            continue
    return _NO_JSON


def _length(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    yield from mismatches(value, len(turn.reply), "characters")


def _no_secret(value: Any, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    for secret in [value] if isinstance(value, str) else value:
        for form in disguises(turn.reply, secret):
            yield f"found {form} in the reply"


def _refuses(value: bool, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    marker = refusal_marker(turn.reply)
    refused = bool(marker or turn.blocked)
    if value and not refused:
        yield f"no refusal in the reply: {quoted(turn.reply)}"
    elif refused and not value:
        yield f"the reply refuses: {shown(marker or turn.blocked)}"


def _blocked(value: bool, turn: TurnResult, context: CheckContext) -> Iterator[str]:
    if value and not turn.blocked:
        yield f"no guardrail blocked it; the reply: {quoted(turn.reply)}"
    elif turn.blocked and not value:
        yield f"a guardrail blocked it: {turn.blocked}"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(shown(text) for text in texts)


def quoted(text: str) -> str:
    """Return a reply for a message: on one line, cut."""
    return shown(" ".join(text.split()), _LONGEST_QUOTE) if text.strip() else "(empty)"


CHECKS: Mapping[str, Problems] = {
    "contains": _contains,
    "contains_any": _contains_any,
    "not_contains": _not_contains,
    "equals": _equals,
    "matches": _matches,
    "not_matches": _not_matches,
    "json": _json,
    "length": _length,
    "no_secret": _no_secret,
    "refuses": _refuses,
    "blocked": _blocked,
}
