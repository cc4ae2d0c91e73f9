"""Variables in the values of a suite: ``${name}``, ``${name:-default}`` and ``$${`` for a literal.

They are replaced once, after the file was parsed, so that a value is never read as YAML or as
another variable: attack texts arrive at the agent as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tui.core.text import closest

_VARIABLE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][\w.-]*?)(?::-(?P<default>[^}]*))?\}")
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
"""Around the name of a capture until its value is known. Unicode reserves them for a program's own
use; values that hold them are rejected."""
_CAPTURE = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


class UnknownVariable(Exception):
    """A variable without a value. The text is a clause for the user."""


def replace_variables(
    text: str, values: Mapping[str, object], captures: Collection[str] = ()
) -> object:
    """Return the text with its variables replaced; a text that is one variable keeps the type.

    ``captures`` are names that get their values while the case runs. Raises ``UnknownVariable``.
    """
    if _OPEN in text or _CLOSE in text:
        raise UnknownVariable("holds U+FDD0 or U+FDD1, which no text can hold")
    whole = _VARIABLE.fullmatch(text)
    if whole and whole["name"] and whole["name"] not in captures:
        return _value(whole, values, captures)

    def value(found: re.Match[str]) -> str:
        if found["name"] is None:
            return "${"
        if found["name"] in captures:
            return f"{_OPEN}{found['name']}{_CLOSE}"
        return as_text(_value(found, values, captures))

    return _VARIABLE.sub(value, text)


def replace_captures(text: str, captured: Mapping[str, str]) -> str:
    """Return the text with captures of earlier turns. Raises ``UnknownVariable``."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in captured:
            raise UnknownVariable(f"'{found[1]}' wasn't captured by an earlier turn")
        return captured[found[1]]

    return _CAPTURE.sub(value, text)


def as_text(value: object) -> str:
    """Return a value as it is written in YAML."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ``; did you mean '...'?``, or nothing if no known word is close."""
    near = closest(word, known)
    return f"; did you mean '{near}'?" if near else ""


def _value(found: re.Match[str], values: Mapping[str, object], captures: Collection[str]) -> object:
    name, default = found["name"], found["default"]
    if name in values:
        return values[name]
    if default is not None:
        return default
    known = [*values, *captures]
    if name.startswith("env.") and not any(other.startswith("env.") for other in known):
        raise UnknownVariable(f"variable '{name}' isn't listed under 'env'")
    raise UnknownVariable(f"unknown variable '{name}'{did_you_mean(name, known)}")
