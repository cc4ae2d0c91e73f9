"""Data about an agent, apart from its conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Agent of a conversation."""

    id: str = ""
    name: str = ""
    """On one line; empty if the service doesn't tell."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested first message."""

    title: str
    outcome: str
    """What the user will see, in a few words."""
    text: str
    """Message that it sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """Content of an empty conversation."""

    description: str = ""
    """One sentence about the agent."""
    suggestions: tuple[Suggestion, ...] = ()
    """The most impressive first: a small window shows only some."""
    note: str = ""
    """Last line, such as how to continue after the demo."""


class GenieSource(NamedTuple):
    """Place where the choice of a genie is stored."""

    path: str = ""
    """Configuration file; empty if there is none."""
    overruled_by: str = ""
    """Environment variable that names another genie, and wins at the next start."""
