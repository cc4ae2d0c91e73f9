"""What widgets and modals ask the app to do for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.core.errors import BackendError


@dataclass
class OpenLink(Message):
    """The user wants to see an http(s) address in the browser."""

    url: str


@dataclass
class CopyText(Message):
    """The user wants a text on the clipboard."""

    text: str
    what: str
    """What it is, for the note that it was copied: ``The link``."""


@dataclass
class BackgroundSeen(Message):
    """The terminal has told what is behind our text."""

    dark: bool


@dataclass
class Attention(Message):
    """Something has happened that the user waits for; ``text`` says what in a few words."""

    text: str


@dataclass
class Titled(Message):
    """What the terminal's window is to be called."""

    text: str


@dataclass
class JobsWanted(Message):
    """The user wants to see the recipe behind a skill, and its jobs."""

    skill_id: str
    name: str


@dataclass
class GenieWanted(Message):
    """The user wants to talk to another genie."""

    genie: str
    """Its handle."""
    name: str


@dataclass
class SignInNeeded(Message):
    """Nobody is signed in any more: nothing goes on before somebody is."""

    error: BackendError
