"""Tags of conversations: words that the user gives them on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.core.text import clean_line

_LONGEST = 24
_MOST = 8


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags in what the user typed, in lower case, each once: ``#Urgent, net``."""
    words = clean_line(text.replace(",", " ").replace("#", " "), 400).casefold().split()
    return tuple(dict.fromkeys(word[:_LONGEST] for word in words))[:_MOST]


def shown_tags(tags: Iterable[str]) -> str:
    """Return tags as they are shown and typed: ``#urgent #net``."""
    return " ".join(f"#{tag}" for tag in tags)


def split_query(query: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of a query, and the beginnings of tags in it, without ``#``."""
    words = query.casefold().split()
    text = tuple(word for word in words if not word.startswith("#"))
    return text, tuple(word[1:] for word in words if word.startswith("#"))


def has_tags(tags: Sequence[str], begun: Iterable[str]) -> bool:
    """Return True if for each of these beginnings there is a tag."""
    return all(any(tag.startswith(start) for tag in tags) for start in begun)
