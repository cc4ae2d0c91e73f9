"""Messages with which widgets and modals ask the app for something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.core.errors import BackendError
    from tui.system.terminal import CursorShape


@dataclass
class OpenLink(Message):
    """Request to show an http(s) address in the browser."""

    url: str


@dataclass
class CopyText(Message):
    """Request to copy a text to the clipboard."""

    text: str
    what: str
    """Subject of the note that it was copied: ``The link``."""


@dataclass
class BackgroundSeen(Message):
    """The terminal has reported its background."""

    dark: bool


@dataclass
class ColoursSeen(Message):
    """The terminal has reported that it has this many colours."""

    count: int


@dataclass
class SixelSeen(Message):
    """The terminal has reported that it draws pictures (sixel)."""


@dataclass
class Attention(Message):
    """Something that the user waits for has happened; ``text`` names it in a few words."""

    text: str


@dataclass
class CursorWanted(Message):
    """Request to show a widget's cursor as the terminal's bar, or as the widget draws it.

    Where the terminal has no such cursor, nothing changes.
    """

    widget: Widget
    shape: CursorShape


@dataclass
class Titled(Message):
    """New title for the terminal's window."""

    text: str


@dataclass
class JobsWanted(Message):
    """Request to show the recipe of a skill and its jobs."""

    skill_id: str
    name: str


@dataclass
class GenieWanted(Message):
    """Request to talk to another genie."""

    genie: str
    """The genie's handle."""
    name: str


@dataclass
class SignInNeeded(Message):
    """The user has been signed out and has to sign in to continue."""

    error: BackendError


@dataclass
class SettingChanged(Message):
    """Request to save a setting of the interface for the next start."""

    key: str
    value: str | int
