"""YAML with the place of each value.

Only ``true``, ``false``, ``null``, decimal numbers and text are read: with YAML 1.1 as it stands,
``on``, ``NO``, ``12:30`` and ``0123`` would turn into something that was not written. Anchors,
tags, merge keys and keys that occur twice are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the document."""
Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

LARGEST_BYTES = 10_000_000
_DEEPEST = 60
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlError(Exception):
    """The text is no YAML of this kind."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Value of a YAML text, and where its parts are."""

    value: Value
    places: Mapping[Path, Place]
    """Place of the value; of an entry of a mapping, of its key."""

    def place_of(self, path: Path) -> Place:
        """Return the place of a value, or of the nearest value around it that is written here."""
        for end in range(len(path), -1, -1):
            if place := self.places.get(path[:end]):
                return place
        return Place(1, 1)


def read_yaml(text: str) -> YamlDocument:
    """Parse one document. Raises ``YamlError``."""
    try:
        return _Reader(text).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        raise YamlError(place, error.problem or "can't be read as YAML") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise YamlError(Place(line, column), "character that YAML doesn't allow") from None


@dataclass(slots=True)
class _Reader:
    text: str
    places: dict[Path, Place] = field(default_factory=dict)
    _events: Iterator[yaml.Event] = field(init=False)

    def read(self) -> YamlDocument:
        self._events = yaml.parse(self.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        value: Value = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise YamlError(_place(event), "a file holds one document; remove the '---'")
                value = self._value(next(self._events), ())
        return YamlDocument(value, self.places)

    def _value(self, event: yaml.Event, path: Path) -> Value:
        if len(path) > _DEEPEST:
            raise YamlError(_place(event), "nested too deeply")
        self.places.setdefault(path, _place(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(
                _place(event), "anchors (& and *) aren't supported; write the value out"
            )
        if (tag := getattr(event, "tag", None)) not in (None, "!"):
            raise YamlError(_place(event), f"tags aren't supported; remove {tag}")
        match event:
            case yaml.ScalarEvent():
                return _scalar(event)
            case yaml.SequenceStartEvent():
                return self._items(path)
            case yaml.MappingStartEvent():
                return self._entries(path)
            case _:
                raise YamlError(_place(event), "can't be read as YAML")

    def _items(self, path: Path) -> list[Value]:
        items: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _entries(self, path: Path) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in entries:
                first = self.places[(*path, key)].line
                raise YamlError(_place(event), f"key '{key}' is there already, in line {first}")
            self.places[(*path, key)] = _place(event)
            entries[key] = self._value(next(self._events), (*path, key))
        return entries

    def _key(self, event: yaml.Event) -> str:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(
                _place(event), "anchors (& and *) aren't supported; write the value out"
            )
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlError(_place(event), "a key must be text")
        if event.value == "<<" and not event.style:
            raise YamlError(_place(event), "merge keys (<<) aren't supported; write the keys out")
        return str(event.value)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _scalar(event: yaml.ScalarEvent) -> Value:
    text: str = event.value
    if event.style:  # quoted, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 300 else text
    return float(text) if _FLOAT.fullmatch(text) else text
