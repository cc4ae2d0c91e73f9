"""``genie-tui conversations``, with and without ``--search``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import click

from tui.cli.exit_codes import failure_of
from tui.cli.options import Target
from tui.core.errors import BackendError
from tui.core.records import Conversation, Hit
from tui.core.tags import shown_tags
from tui.core.text import ago, clean_line, json_text

T = TypeVar("T")
_EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    """Rows to print, and whether there are more."""

    rows: Sequence[T]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """Conversations to list: the archived ones or the others, with all these tags."""

    archived: bool = False
    tags: tuple[str, ...] = ()


def run_conversations(target: Target, which: Filter, *, as_json: bool, limit: int) -> int:
    """Print the newest ``limit`` conversations, from the server where it answers."""
    found, now_ms = asyncio.run(_read(target, which, limit))
    if as_json:
        click.echo(json_text([_row(item) for item in found.rows], indent=2))
    else:
        for item in found.rows:
            age = ago(item.updated_ms, now_ms) if item.updated_ms else ""
            tags = f"  {clean_line(shown_tags(item.tags))}" if item.tags else ""
            click.echo(f"{item.id}  {age:>4}  {clean_line(item.name, 100)}{tags}")
        if not found.rows:
            none = "No matching conversations." if which != Filter() else "No conversations yet."
            click.echo(none, err=True)
    _tell_if_cut(found, "newest")
    return 0


def run_search(target: Target, words: str, *, as_json: bool, limit: int) -> int:
    """Print the search results in the stored conversations; exit code 0 also without any."""
    found, now_ms = asyncio.run(_search(target, words, limit))
    if as_json:
        click.echo(json_text([_hit_row(hit) for hit in found.rows], indent=2))
    else:
        _print_hits(found.rows, now_ms)
    _tell_if_cut(found, "best")
    return 0


def _print_hits(hits: Sequence[Hit], now_ms: int) -> None:
    for hit in hits:
        age = ago(hit.at_ms, now_ms) if hit.at_ms else ""
        click.echo(f"{hit.conversation_id}  {age:>4}  {_title(hit)}")
        if hit.source != "title":
            who = "You: " if hit.source == "user" else ""
            click.echo(f"      {who}{_highlighted(hit)}")
    if not hits:
        click.echo("No matches on this machine.", err=True)


def _tell_if_cut(found: _Found[Any], which: str) -> None:
    if found.has_more:
        count = len(found.rows)
        click.echo(f"Showing the {which} {count}. Use --limit to see more.", err=True)


async def _search(target: Target, words: str, limit: int) -> tuple[_Found[Hit], int]:
    from tui.system.clock import SystemClock

    async with target.place().connect(lambda update: None, one_shot=True) as session:
        if target.demo:  # before its list is loaded, the demo has stored nothing
            await session.conversations.refresh()
        hits = await session.history.search(words, limit + 1)
        return _Found(hits[:limit], len(hits) > limit), SystemClock().now_ms()


def _title(hit: Hit) -> str:
    if hit.source == "title":
        return _highlighted(hit)
    return clean_line(hit.title, 100) or "New conversation"


def _highlighted(hit: Hit) -> str:
    """Return the snippet with its matches in bold; click drops the style without a terminal."""
    text = ""
    done = 0
    for start, end in hit.marks:
        text += hit.snippet[done:start] + click.style(hit.snippet[start:end], bold=True)
        done = end
    return text + hit.snippet[done:]


def _hit_row(hit: Hit) -> dict[str, object]:
    return {
        "id": hit.conversation_id,
        "title": hit.title,
        "source": hit.source,
        "turn": hit.turn_id,
        "at_ms": hit.at_ms,
        "snippet": hit.snippet,
        "marks": hit.marks,
    }


async def _read(target: Target, which: Filter, limit: int) -> tuple[_Found[Conversation], int]:
    from tui.system.clock import SystemClock

    async with target.place().connect(lambda update: None, one_shot=True) as session:

        async def stored() -> Sequence[Conversation]:
            most = _EVERYTHING if which.tags else limit + 1
            listed = await session.conversations.stored(most, archived=which.archived)
            return [item for item in listed if set(which.tags) <= set(item.tags)]

        try:
            cursor = await session.conversations.refresh()
            known = await stored()
            if which != Filter():
                cursor = None  # the server knows neither tags nor the archive
            while cursor and len(known) < limit:
                cursor = await session.conversations.refresh(cursor)
                known = await stored()
        except BackendError as error:
            raise failure_of(error) from error
        has_more = bool(cursor) or len(known) > limit
        return _Found(known[:limit], has_more), SystemClock().now_ms()


def _row(item: Conversation) -> dict[str, object]:
    return {
        "id": item.id,
        "title": item.title,
        "first_text": item.first_text,
        "created_ms": item.created_ms,
        "updated_ms": item.updated_ms,
        "unread": item.unread,
        "archived": item.archived,
        "tags": item.tags,
    }
