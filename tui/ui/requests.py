"""What widgets and modals ask the app to do for them."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

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
class SignInNeeded(Message):
    """Nobody is signed in any more: nothing goes on before somebody is."""

    error: BackendError
