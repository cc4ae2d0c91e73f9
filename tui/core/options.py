"""Options of a conversation that a service lets users choose, as data and as ``NAME=VALUE``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.core.text import did_you_mean

OptionKind = Literal["text", "number", "choice", "switch", "tags"]
OptionValue = str | int | bool | tuple[str, ...] | None
"""Value by kind: text and choice ``str``, number ``int``, switch ``bool``, tags a tuple of words.

None is "as the service thinks best"; an empty text or tuple means the same.
"""

OptionValues = Mapping[str, OptionValue]
"""Values by option name; a missing name means the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionChoice:
    """One of the available values."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a conversation. All texts are clean."""

    name: str
    """Name at the service: the key in ``OptionValues``."""
    label: str
    kind: OptionKind
    default: OptionValue = None
    """Value that the service uses if nothing is sent; for an existing conversation, the current
    value."""
    help: str = ""
    """One sentence; empty if the label says it all."""
    choices: tuple[OptionChoice, ...] = ()
    """For ``choice`` all allowed values; for ``tags`` the known ones; else empty."""
    required: bool = False
    """A value is required; without a default the user must give one."""
    clearable: bool = False
    """It has a default, but can also be left to the service."""
    advanced: bool = False
    """Rarely needed: show it collapsed, or last."""
    least: int | None = None
    """For ``number``: the smallest allowed value."""
    most: int | None = None


def problems_with(options: Iterable[Option], values: OptionValues) -> dict[str, str]:
    """Return the problems of a form, by option name, one sentence each; empty if it is valid."""
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
    """Return True if a value leaves the choice to the service."""
    return value is None or value == "" or value == ()


def _problem(option: Option, values: OptionValues) -> str:
    value = values.get(option.name, option.default)
    if is_empty(value):
        return f"{option.label} is required." if option.required else ""
    if option.kind == "choice" and all(value != choice.value for choice in option.choices):
        return f"{option.label} must be one of the choices."
    if option.kind == "number":
        return _number_problem(option, value)
    return ""


def _number_problem(option: Option, value: OptionValue) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"{option.label} must be a whole number."
    if option.least is not None and value < option.least:
        return f"{option.label} must be at least {option.least}."
    if option.most is not None and value > option.most:
        return f"{option.label} must be at most {option.most}."
    return ""


_SWITCH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_MOST_NAMES = 12
"""Number of values that an error lists if none is similar."""


class OptionProblem(ValueError):
    """An option that can't be used; the message is one sentence with the closest valid name."""


def read_options(options: Sequence[Option], texts: Iterable[str]) -> dict[str, OptionValue]:
    """Return the values of texts such as ``max_turns=5``.

    An option with several values takes them with commas between, or repeated. Raises
    ``OptionProblem``.
    """
    known = {option.name: option for option in options}
    values: dict[str, OptionValue] = {}
    for text in texts:
        name, equals, written = (part.strip() for part in text.partition("="))
        option = known.get(name)
        if option is None:
            raise OptionProblem(f"There's no option '{name}'. {_closest(name, list(known))}")
        if not equals:
            raise OptionProblem(f"'{name}' needs a value: write {name}=VALUE.")
        value = _value(option, written)
        earlier = values.get(name)
        if isinstance(value, tuple) and isinstance(earlier, tuple):
            value = tuple(dict.fromkeys((*earlier, *value)))
        values[name] = value
    problems = problems_with((known[name] for name in values), values)
    for problem in problems.values():
        raise OptionProblem(problem)
    return values


def _value(option: Option, written: str) -> OptionValue:
    match option.kind:
        case "tags":
            words = dict.fromkeys(word.strip() for word in written.split(",") if word.strip())
            return tuple(_offered(option, word) for word in words)
        case _ if not written:
            return None
        case "choice":
            return _offered(option, written)
        case "switch":
            return _switch(option, written)
        case "number":
            return int(written) if written.isascii() and written.isdigit() else written
        case "text":
            return written


def _switch(option: Option, written: str) -> bool:
    value = _SWITCH.get(written.lower())
    if value is None:
        raise OptionProblem(f"'{option.name}' is true or false, not '{written}'.")
    return value


def _offered(option: Option, written: str) -> str:
    """Return the value for a value or a label; any text if the values are unknown."""
    if not option.choices:
        return written
    for choice in option.choices:
        if written == choice.value:
            return written
    labelled = [choice for choice in option.choices if choice.label.lower() == written.lower()]
    if len(labelled) == 1:
        return labelled[0].value
    names = [_name_of(choice) for choice in option.choices]
    raise OptionProblem(f"'{written}' isn't a value of '{option.name}'. {_closest(written, names)}")


def _name_of(choice: OptionChoice) -> str:
    """Return the text that a user would write: the label, unless the value says the same."""
    same = choice.label.lower() == choice.value.lower()
    return choice.value if same else choice.label


def _closest(written: str, names: Sequence[str]) -> str:
    if hint := did_you_mean(written, names):
        return hint
    listed = ", ".join(names[:_MOST_NAMES])
    return f"Use one of: {listed}{', …' if len(names) > _MOST_NAMES else ''}."
