"""Vim's registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Register(NamedTuple):
    """Text that was deleted or yanked."""

    text: str
    is_linewise: bool = False


class Registers:
    """Registers by name. ``copy`` sends a text to the clipboard; ``pasted`` returns it."""

    def __init__(
        self, copy: Callable[[str], object] = lambda text: None, pasted: Callable[[], str] = str
    ) -> None:
        self._copy = copy
        self._pasted = pasted
        self._registers: dict[str, Register] = {}
        self._unnamed = '"'
        """Register that was written last."""

    def get(self, name: str) -> Register:
        """Return a register; the unnamed one is the one written last."""
        if name in ("+", "*"):
            text = self._pasted()
            return Register(text.removesuffix("\n"), text.endswith("\n"))
        name = self._unnamed if name in ("", '"') else name.lower()
        return self._registers.get(name, Register(""))

    def yank(self, name: str, content: Register) -> None:
        self._put(name, "0", content)

    def delete(self, name: str, content: Register, *, is_large: bool) -> None:
        """Store a deleted text. ``is_large``: it goes to the numbered registers, shifting them."""
        if is_large and name != "_":
            for number in range(9, 1, -1):
                if before := self._registers.get(str(number - 1)):
                    self._registers[str(number)] = before
            self._registers["1"] = content
        self._put(name, "1" if is_large else "-", content)

    def _put(self, name: str, usual: str, content: Register) -> None:
        if name == "_":
            return
        if name in ("+", "*"):
            self._copy(content.text + "\n" * content.is_linewise)
            name = ""
        if name.isupper():
            name = name.lower()
            content = _joined(self._registers.get(name), content)
        self._unnamed = name if name not in ("", '"') else usual
        self._registers[self._unnamed] = content


def _joined(before: Register | None, added: Register) -> Register:
    if before is None:
        return added
    lines = before.is_linewise or added.is_linewise
    return Register(before.text + "\n" * lines + added.text, lines)
