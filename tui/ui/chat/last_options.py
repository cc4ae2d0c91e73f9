"""Options of the newest conversation, stored as the defaults of the next one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tui.core.options import Option, OptionValue, OptionValues, problems_with
from tui.system.private_files import make_folder, replace_text

_ONCE = frozenset({"title"})
"""Options that differ for each conversation."""


class LastOptions:
    """File with the last options per profile. Read and write errors are ignored."""

    def __init__(self, path: Path, place: str) -> None:
        """``place`` is the name of the agent's profile."""
        self._path = path
        self._place = place

    def read(self) -> dict[str, OptionValue]:
        """Return the last options; empty if there are none. Reads the disk."""
        kept = self._all().get(self._place)
        found = kept if isinstance(kept, dict) else {}
        return {
            str(name): tuple(map(str, value)) if isinstance(value, list) else value
            for name, value in found.items()
            if isinstance(value, str | int | list) or value is None
        }

    def save(self, values: OptionValues) -> None:
        """Store options. Writes to the disk."""
        mine = {name: value for name, value in values.items() if name not in _ONCE}
        text = json.dumps({**self._all(), self._place: mine}, ensure_ascii=False, indent=1)
        try:
            make_folder(self._path.parent)
            replace_text(self._path, text)
        except OSError:
            pass  # the user is asked again

    def _all(self) -> dict[str, object]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}


def still_fitting(options: Iterable[Option], values: OptionValues) -> dict[str, OptionValue]:
    """Return the values that are still valid: services change what they offer."""
    fitting: dict[str, OptionValue] = {}
    for option in options:
        value = values.get(option.name)
        if option.name not in values or option.name in _ONCE or not _is_of(option, value):
            continue
        if option.choices and isinstance(value, tuple):
            known = {choice.value for choice in option.choices}
            value = tuple(word for word in value if word in known)
        if not problems_with([option], {option.name: value}):
            fitting[option.name] = value
    return fitting


def _is_of(option: Option, value: OptionValue) -> bool:
    """Return True if a value has the option's type."""
    match option.kind:
        case "text" | "choice":
            return value is None or isinstance(value, str)
        case "number":
            return value is None or (isinstance(value, int) and not isinstance(value, bool))
        case "switch":
            return isinstance(value, bool)
        case "tags":
            return value is None or isinstance(value, tuple)
