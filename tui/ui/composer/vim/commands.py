"""Grammar of Vim's commands: keys to a command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.ui.composer.vim.objects import NAMES

REGISTERS = frozenset('"-_+*0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
OPERATORS = frozenset({"d", "c", "y", ">", "<", "g~", "gu", "gU"})
MOTIONS = frozenset(
    {"h", "j", "k", "l", "w", "b", "e", "W", "B", "E", "0", "^", "$", "G", "%", "{", "}", ";", ","}
    | {"+", "-", "_", "|", "gg", "ge", "gE", "g_", " ", "backspace"}
    | {"left", "right", "up", "down", "home", "end"}
)
_FINDS = frozenset("fFtT")
_NORMAL = frozenset("xXr~JpPuoOaAiIsSDCY.vV") | {"gJ", "gv", "ctrl+r"}
_VISUAL = frozenset("xXr~JpPoOsSDCYRuUvV") | {"gJ"}
_TAKES_CHARACTER = _FINDS | {"r"}

_LARGEST_COUNT = 9_999
_CHARACTERS = {"enter": "\n", "tab": "\t"}
"""Characters of keys that have a name."""


@dataclass(frozen=True, slots=True)
class VimCommand:
    """Complete command."""

    name: str
    """Operator, motion or other command."""
    count: int | None = None
    register: str = ""
    motion: str = ""
    """Motion of an operator; its own name for whole lines; ``iw`` and the like for objects."""
    character: str = ""
    """Character of ``f``, ``r`` and the like, also of an operator's motion."""

    @property
    def times(self) -> int:
        return self.count or 1


class Incomplete(Exception):
    """More keys are needed."""


class Unknown(Exception):
    """The keys are no command."""


class _Keys:
    """Keys that are read one after the other."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [*keys]

    def take(self) -> str:
        if not self._keys:
            raise Incomplete
        return self._keys.pop(0)

    def count(self) -> int | None:
        digits = ""
        while self._keys and self._keys[0] in "0123456789" and (digits or self._keys[0] != "0"):
            digits += self._keys.pop(0)
        if not self._keys:
            raise Incomplete
        return min(int(digits[:4]), _LARGEST_COUNT) if digits else None

    def character(self) -> str:
        key = _CHARACTERS.get(key := self.take(), key)
        if len(key) != 1:
            raise Unknown
        return key

    def name(self) -> str:
        """Take a key, or two for those that start with ``g``."""
        key = self.take()
        return key + self.take() if key == "g" else key


def parse(keys: Sequence[str], *, is_visual: bool = False) -> VimCommand:
    """Return the command of some keys. Raises ``Incomplete`` or ``Unknown``."""
    rest = _Keys(keys)
    count, register = rest.count(), ""
    name = rest.name()
    if name == '"':
        register = rest.character()
        if register not in REGISTERS:
            raise Unknown
        count = _product(count, rest.count())
        name = rest.name()
    if is_visual and name in ("i", "a"):
        return VimCommand("select", count, register, motion=_object(name, rest))
    if name in OPERATORS:
        return _operator(name, count, register, rest, is_visual=is_visual)
    if name in MOTIONS:
        return VimCommand(name, count, register)
    if name not in (_VISUAL if is_visual else _NORMAL) | _FINDS:
        raise Unknown
    character = rest.character() if name in _TAKES_CHARACTER else ""
    return VimCommand(name, count, register, character=character)


def _operator(
    name: str, count: int | None, register: str, rest: _Keys, *, is_visual: bool
) -> VimCommand:
    if is_visual:
        return VimCommand(name, count, register)
    count = _product(count, rest.count())
    motion = rest.name()
    if motion == name or (len(name) == 2 and motion == name[1]):  # dd, guu
        return VimCommand(name, count, register, motion=name)
    if motion in ("i", "a"):
        return VimCommand(name, count, register, motion=_object(motion, rest))
    if motion in _FINDS:
        return VimCommand(name, count, register, motion, rest.character())
    if motion not in MOTIONS:
        raise Unknown
    return VimCommand(name, count, register, motion)


def _object(kind: str, rest: _Keys) -> str:
    name = rest.take()
    if name not in NAMES:
        raise Unknown
    return kind + name


def _product(one: int | None, other: int | None) -> int | None:
    return min((one or 1) * (other or 1), _LARGEST_COUNT) if one or other else None
