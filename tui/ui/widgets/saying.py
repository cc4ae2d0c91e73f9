"""Which entries of a conversation one stops at, and what can be taken from each."""

from __future__ import annotations

from collections.abc import Sequence

from tui.core.text import clean
from tui.ui.widgets.entries import (
    ApprovalEntry,
    ConnectionEntry,
    Entry,
    PromptEntry,
    ReplyEntry,
    SkillEntry,
)
from tui.ui.widgets.headed import Deed

STOPS = (PromptEntry, ReplyEntry, SkillEntry, ApprovalEntry, ConnectionEntry)


def stop_beside(
    entries: Sequence[Entry],
    place: int,
    direction: int,
    kinds: tuple[type[Entry], ...] = STOPS,
) -> Entry | None:
    """The next entry of some kinds above (-1) or below (1) a place; None if there is none."""
    places = range(place - 1, -1, -1) if direction < 0 else range(place + 1, len(entries))
    return next((entries[n] for n in places if isinstance(entries[n], kinds)), None)


def words_of(entry: Entry | None) -> str:
    """What was said, in Markdown or as it was typed, clean; empty if it is no message."""
    match entry:
        case PromptEntry(prompt=prompt):
            return clean(prompt.text).strip("\n")
        case ReplyEntry(text=text):
            return clean(text).strip("\n")
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
    """What can be done with an entry."""
    words = words_of(entry)
    if not words:
        return ()
    links: tuple[Deed, ...] = ("links",) if "://" in words or "www." in words else ()
    if isinstance(entry, PromptEntry):
        return ("copy", "edit", "quote", *links, "view")
    code: tuple[Deed, ...] = ("code",) if "```" in words or "~~~" in words else ()
    return ("copy", "markdown", *code, "quote", *links, "view")


def quoted(words: str) -> str:
    """A text as a Markdown quotation."""
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
