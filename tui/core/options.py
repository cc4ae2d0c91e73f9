"""Options of a conversation that a service lets users choose, described as data.

A backend says which options there are and what they mean; the interface makes a form of them and
the commands make flags, and neither needs to know what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

OptionKind = Literal["text", "number", "choice", "switch", "tags"]
OptionValue = str | int | bool | tuple[str, ...] | None
"""By kind: text and choice ``str``, number ``int``, switch ``bool``, tags a tuple of words.

None is "as the service thinks best"; an empty text or tuple means the same.
"""

OptionValues = Mapping[str, OptionValue]
"""Values by the options' names; what is not named has its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values that are on offer."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that can be chosen. All texts are clean."""

    name: str
    """What the service calls it: the key in ``OptionValues``."""
    label: str
    kind: OptionKind
    default: OptionValue = None
    """Value that the service uses where nothing is sent; for a conversation that exists, the
    present value."""
    help: str = ""
    """One sentence; empty where the label says it all."""
    choices: tuple[Choice, ...] = ()
    """For ``choice`` all that is allowed; for ``tags`` those known to exist; else empty."""
    required: bool = False
    """It needs a value; without a default the user must give one."""
    clearable: bool = False
    """Although it has a default, it can be left to the service."""
    advanced: bool = False
    """Few people need it: show it folded, or last."""
    least: int | None = None
    """For ``number``: the smallest value allowed."""
    most: int | None = None


def problems_with(options: Iterable[Option], values: OptionValues) -> dict[str, str]:
    """What is wrong with a form, by option name: a sentence each; empty when it can be sent."""
    found = ((option.name, _problem(option, values)) for option in options)
    return {name: problem for name, problem in found if problem}


def without_empty(values: OptionValues) -> dict[str, OptionValue]:
    """Return the values that are not left to the service."""
    return {name: value for name, value in values.items() if not is_empty(value)}


def changed(options: Iterable[Option], values: OptionValues) -> dict[str, OptionValue]:
    """Return the values that differ from the defaults; an empty one is None or ``()``."""
    found: dict[str, OptionValue] = {}
    for option in options:
        value = values.get(option.name, option.default)
        same = value == option.default and type(value) is type(option.default)
        if not same and not (is_empty(value) and is_empty(option.default)):
            found[option.name] = (
                (() if option.kind == "tags" else None) if is_empty(value) else value
            )
    return found


def is_empty(value: OptionValue) -> bool:
    """Tell whether a value leaves the choice to the service."""
    return value is None or value == "" or value == ()


def _problem(option: Option, values: OptionValues) -> str:
    value = values.get(option.name, option.default)
    if is_empty(value):
        return f"{option.label} is needed." if option.required else ""
    if option.kind == "choice" and all(value != choice.value for choice in option.choices):
        return f"{option.label} is none of those on offer."
    if option.kind == "number":
        return _number_problem(option, value)
    return ""


def _number_problem(option: Option, value: OptionValue) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"{option.label} is a whole number."
    if option.least is not None and value < option.least:
        return f"{option.label} is at least {option.least}."
    if option.most is not None and value > option.most:
        return f"{option.label} is at most {option.most}."
    return ""
