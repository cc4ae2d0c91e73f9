"""Which entries of a conversation one stops at, and what can be taken from each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.core.text import clean
from tui.ui.widgets.entries import (
    ApprovalEntry,
    ConnectionEntry,
    Entry,
    PromptEntry,
    ReplyEntry,
    SkillEntry,
)

if TYPE_CHECKING:
    from tui.ui.widgets.headed import Deed


def is_stop(entry: Entry) -> bool:
    """Whether there is something to be done with an entry: messages, and what unfolds or asks."""
    match entry:
        case PromptEntry() | ReplyEntry():
            return True
        case SkillEntry(step=step):
            return bool(step.result or step.error)
        case ApprovalEntry(step=step):
            return step.waiting
        case ConnectionEntry(step=step):
            return step.waiting
        case _:
            return False


def is_prompt(entry: Entry) -> bool:
    """Whether the user said it."""
    return isinstance(entry, PromptEntry)


def stop_beside(
    entries: Sequence[Entry],
    place: int,
    direction: int,
    wanted: Callable[[Entry], bool] = is_stop,
) -> Entry | None:
    """The next wanted entry above (-1) or below (1) a place; None if there is none."""
    places = range(place - 1, -1, -1) if direction < 0 else range(place + 1, len(entries))
    return next((entries[n] for n in places if wanted(entries[n])), None)


def words_of(entry: Entry | None) -> str:
    """What was said, in Markdown or as it was typed, clean; empty if it is no message."""
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
    """When it was said, as far as known and not shown anyway."""
    match entry:
        case ReplyEntry(at_ms=at_ms):
            return at_ms
        case _:
            return None


def deeds_with(entry: Entry | None) -> tuple[Deed, ...]:
    """What can be done with an entry. Asked often, so it only looks at the text."""
    words = _raw(entry)
    if not words or words.isspace():
        return ()
    links: tuple[Deed, ...] = ("links",) if "://" in words or "www." in words else ()
    if isinstance(entry, PromptEntry):
        return ("copy", "edit", "quote", *links, "view")
    code: tuple[Deed, ...] = ("code",) if "```" in words or "~~~" in words else ()
    return ("copy", "markdown", *code, "quote", *links, "view")


def quoted(words: str) -> str:
    """A text as a Markdown quotation."""
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
