"""Diff of two configurations, to show a full replacement before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tui.core.json_values import write_json
from tui.core.text import clean_line

Kind = Literal["added", "removed", "changed", "kept"]

SIGNS: Mapping[Kind, str] = {"added": "+", "removed": "-", "changed": "~", "kept": " "}


@dataclass(frozen=True, slots=True)
class Change:
    """Value of a configuration, before and after; the missing side is empty."""

    kind: Kind
    what: str
    """Path of the value, such as ``filters[HATE].strength``."""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        values = {
            "added": self.after,
            "changed": f"{self.before} → {self.after}",
        }.get(self.kind, self.before)
        return f"{SIGNS[self.kind]} {self.what}: {values}"


def diff(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the values of both, those of ``after`` first and in its order, then removed ones.

    ``before`` None: there was nothing. Entries of a list are matched by their ``type`` or
    ``name``, plain ones by their value, so that a new order alone is no change.
    """
    old, new = _values(before or {}), _values(after)
    found = [_change(what, old.get(what), value) for what, value in new.items()]
    lost = [Change("removed", what, value) for what, value in old.items() if what not in new]
    return (*found, *lost)


def has_changes(found: tuple[Change, ...]) -> bool:
    return any(change.kind != "kept" for change in found)


def _change(what: str, before: str | None, after: str) -> Change:
    if before is None:
        return Change("added", what, after=after)
    return Change("kept" if before == after else "changed", what, before, after)


def _values(configuration: Mapping[str, Any]) -> dict[str, str]:
    return dict(_leaves("", configuration)) if configuration else {}


def _leaves(place: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping() if value:
            for key, inner in value.items():
                name = clean_line(str(key), 60)
                yield from _leaves(f"{place}.{name}" if place else name, inner)
        case list() | tuple() if value:
            seen: dict[str, int] = {}
            for entry in value:
                name = _name(entry)
                seen[name] = seen.get(name, 0) + 1
                mark = name if seen[name] == 1 else f"{name} #{seen[name]}"
                yield from _entry(f"{place}[{mark}]", entry)
        case _:
            yield place, _shown(value)


def _entry(place: str, entry: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields of a list entry, except the one that identifies it."""
    if not isinstance(entry, Mapping):
        yield place, _shown(entry)
        return
    rest = {key: value for key, value in entry.items() if key != _key(entry)}
    if rest:
        yield from _leaves(place, rest)
    else:
        yield place, "yes"


def _name(entry: Any) -> str:
    if isinstance(entry, Mapping):
        key = _key(entry)
        return _shown(entry[key]) if key else ""
    return _shown(entry)


def _key(entry: Mapping[str, Any]) -> str:
    return next((key for key in ("type", "name") if isinstance(entry.get(key), str)), "")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else write_json(value, ensure_ascii=False)
    return clean_line(text, 120)
