"""Agents of a service, found by what a person calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.core.text import did_you_mean

_HANDLE = "gin-"
_MOST_SHOWN = 10


class UnknownAgent(Exception):
    """No agent of this name. The text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class KnownAgents:
    """Agents by handle or ID, with their names."""

    names: Mapping[str, str]
    are_all: bool = False
    """True if the service has no other ones."""

    def find(self, wanted: str) -> str:
        """Return the handle or ID of an agent named by it, or by its name, case ignored.

        Raises ``UnknownAgent``, with the closest name.
        """
        if wanted in self.names:
            return wanted
        same = [key for key, name in self.names.items() if name.casefold() == wanted.casefold()]
        if len(same) == 1:
            return same[0]
        if same:
            raise UnknownAgent(
                f"{len(same)} agents are called '{wanted}'. Use {' or '.join(same)}."
            )
        if wanted.startswith(_HANDLE) and not self.are_all:
            return wanted  # the service knows
        raise UnknownAgent(f"There's no agent '{wanted}'. {self._advice(wanted)}")

    def _advice(self, wanted: str) -> str:
        known = [word for pair in self.names.items() for word in pair if word]
        if hint := did_you_mean(wanted, known):
            return hint
        if not self.are_all:
            return "Use its handle (gin-...): without a developer token names can't be looked up."
        shown = sorted({name or key for key, name in self.names.items()})[:_MOST_SHOWN]
        return f"There are: {', '.join(shown)}." if shown else "There are none."
