"""Options written as ``NAME=VALUE``, as commands take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from tui.core.options import Choice, Option, OptionValue, problems_with

_SWITCH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_MOST_NAMES = 12
"""How many values an error lists where none is close."""


class OptionProblem(ValueError):
    """An option that can't be used; the message is one sentence with the closest valid name."""


def read_options(options: Sequence[Option], texts: Iterable[str]) -> dict[str, OptionValue]:
    """Return the values that texts such as ``max_turns=5`` stand for.

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
    """Return the value that is meant by a value or a label; any text where none are known."""
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


def _name_of(choice: Choice) -> str:
    """Return what a user would write: the label, unless the value says the same."""
    same = choice.label.lower() == choice.value.lower()
    return choice.value if same else choice.label


def _closest(written: str, names: Sequence[str]) -> str:
    by_case = {name.lower(): name for name in names}
    close = get_close_matches(written.lower(), by_case, n=1)
    if close:
        return f"Did you mean '{by_case[close[0]]}'?"
    listed = ", ".join(names[:_MOST_NAMES])
    return f"Use one of: {listed}{', …' if len(names) > _MOST_NAMES else ''}."
