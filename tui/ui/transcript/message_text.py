"""Time and actions of a message, and its text for copying."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from tui.core.text import clean
from tui.ui.markdown.folded import folds as folds_as_json
from tui.ui.toolkit.state_glyphs import MUTED, clock_time
from tui.ui.transcript.entries import (
    ApprovalEntry,
    ConnectionEntry,
    Entry,
    PromptEntry,
    ReplyEntry,
    SkillEntry,
)

FOLD_LINES = 20
"""Lines of a collapsed message of the user."""


def is_stop(entry: Entry) -> bool:
    """Return True if the cursor stops at an entry: messages, expandable cards and questions."""
    match entry:
        case PromptEntry() | ReplyEntry():
            return True
        case SkillEntry(steps=steps):
            return any(step.result or step.error for step in steps)
        case ApprovalEntry(step=step):
            return step.waiting
        case ConnectionEntry(step=step):
            return step.waiting
        case _:
            return False


def folds(entry: Entry) -> bool:
    """Return True if an entry can be expanded and collapsed."""
    match entry:
        case PromptEntry(prompt=prompt):
            return is_long(prompt.text)
        case SkillEntry(steps=steps):
            return any(step.result or step.error for step in steps)
        case ReplyEntry(text=text, settled=settled):
            return folds_as_json(text, final=settled)
        case _:
            return False


def is_long(text: str) -> bool:
    """Return True if a message of the user is collapsed at common widths."""
    return text.count("\n") >= FOLD_LINES or len(text) > FOLD_LINES * 40


def is_prompt(entry: Entry) -> bool:
    """Return True if it is a message of the user."""
    return isinstance(entry, PromptEntry)


def stop_beside(
    entries: Sequence[Entry],
    place: int,
    direction: int,
    wanted: Callable[[Entry], bool] = is_stop,
) -> Entry | None:
    """Return the next wanted entry above (-1) or below (1) a position; None if there is none."""
    places = range(place - 1, -1, -1) if direction < 0 else range(place + 1, len(entries))
    return next((entries[n] for n in places if wanted(entries[n])), None)


def words_of(entry: Entry | None) -> str:
    """Return the message's source without control characters; empty if it is no message."""
    return clean(_raw(entry)).strip("\n")


def _raw(entry: Entry | None) -> str:
    match entry:
        case PromptEntry(prompt=prompt):
            return prompt.text
        case ReplyEntry(text=text):
            return text
        case _:
            return ""


def said_ms(entry: Entry | None) -> int | None:
    """Return the time of a message that does not show it itself, if known."""
    match entry:
        case ReplyEntry(at_ms=at_ms, named=False):
            return at_ms
        case _:
            return None


def actions_on(entry: Entry | None) -> tuple[MessageAction, ...]:
    """Return the actions on an entry. Called often, so it only looks at the text."""
    words = _raw(entry)
    if not words or words.isspace():
        return ()
    links: tuple[MessageAction, ...] = ("links",) if "://" in words or "www." in words else ()
    if isinstance(entry, PromptEntry):
        return ("copy", "edit", "quote", *links, "view", "test")
    code: tuple[MessageAction, ...] = ("code",) if "```" in words or "~~~" in words else ()
    return ("copy", "markdown", *code, "quote", *links, "view")


def quoted(words: str) -> str:
    """Return a text as a Markdown quotation."""
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))


MessageAction = Literal["copy", "markdown", "code", "edit", "quote", "links", "view", "test"]
"""Action on a message."""

_CLICKED: tuple[MessageAction, ...] = ("copy", "edit", "quote", "links", "markdown", "view")
"""Actions shown as links, the most useful first: as many as there is room for."""
_GAP = 2
_EDGES = 6


class MessageWithHeader(Widget):
    """Message that shows its time and the actions on it."""

    @dataclass
    class ActionWanted(Message):
        """The user clicked on an action."""

        widget: Widget
        action: MessageAction

    def show_head(self, at_ms: int | None = None, actions: tuple[MessageAction, ...] = ()) -> None:
        """Show time and actions at the right of the first row."""
        raise NotImplementedError

    def head_of(self, at_ms: int | None, actions: tuple[MessageAction, ...]) -> Content | None:
        """Return time and actions, as many as there is room for; None without any."""
        parts = [*([Content.styled(clock_time(at_ms), MUTED)] if at_ms else [])]
        room = (self.outer_size.width or 80) - _EDGES - sum(part.cell_length for part in parts)
        for mark in self._marks(actions):
            room -= mark.cell_length + _GAP
            if room < 0:
                break
            parts.insert(len(parts) - bool(at_ms), mark)
        return Content(" " * _GAP).join(parts) if parts else None

    def _marks(self, actions: tuple[MessageAction, ...]) -> Iterator[Content]:
        for action in _CLICKED:
            if action in actions:
                click = Style.from_meta({"@click": ("do", (action,))})
                yield Content.styled(action, "$accent underline").stylize(click)

    def action_do(self, action: MessageAction) -> None:
        """Request the action."""
        self.post_message(self.ActionWanted(self, action))


class UnfoldedKeys:
    """Keys of expanded entries; kept while their widgets are not mounted."""

    def __init__(self) -> None:
        self.all_unfolded = False
        """True after all were expanded: then an entry is, unless it was collapsed since."""
        self._toggled: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return (key in self._toggled) != self.all_unfolded

    def toggle(self, key: str) -> None:
        """Expand or collapse an entry."""
        self._toggled ^= {key}

    def set_all(self, *, unfolded: bool) -> None:
        """Expand or collapse all entries, also those that are still to come."""
        self.all_unfolded = unfolded
        self._toggled.clear()
