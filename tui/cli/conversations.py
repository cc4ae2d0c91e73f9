"""``genie-tui conversations``, with and without ``--search``."""

from __future__ import annotations

import asyncio

import click

from tui.cli.codes import failure_of
from tui.cli.options import Target
from tui.core.errors import BackendError
from tui.core.records import Conversation, Hit
from tui.core.text import ago, clean_line, json_text


def run_conversations(target: Target, *, as_json: bool, limit: int) -> int:
    """Print the newest ``limit`` conversations, from the server where it answers."""
    rows, now_ms = asyncio.run(_read(target, limit))
    if as_json:
        click.echo(json_text([_row(item) for item in rows], indent=2))
        return 0
    for item in rows:
        age = ago(item.updated_ms, now_ms) if item.updated_ms else ""
        click.echo(f"{item.id}  {age:>4}  {clean_line(item.name, 100)}")
    if not rows:
        click.echo("No conversations yet.", err=True)
    return 0


def run_search(target: Target, words: str, *, as_json: bool, limit: int) -> int:
    """Print where words stand in what is stored; exit code 0 also when they stand nowhere."""
    hits, now_ms = asyncio.run(_search(target, words, limit))
    if as_json:
        click.echo(json_text([_hit_row(hit) for hit in hits], indent=2))
        return 0
    for hit in hits:
        age = ago(hit.at_ms, now_ms) if hit.at_ms else ""
        click.echo(f"{hit.conversation_id}  {age:>4}  {_title(hit)}")
        if hit.source != "title":
            who = "You: " if hit.source == "user" else ""
            click.echo(f"      {who}{_highlighted(hit)}")
    if not hits:
        click.echo("Nothing found in what is kept on this machine.", err=True)
    return 0


async def _search(target: Target, words: str, limit: int) -> tuple[list[Hit], int]:
    from tui.system.clock import SystemClock

    async with target.place().connect(lambda update: None, one_shot=True) as session:
        if target.demo:  # nothing of it is stored before its list is read
            await session.refresh_conversations()
        return list(await session.search(words, limit)), SystemClock().now_ms()


def _title(hit: Hit) -> str:
    if hit.source == "title":
        return _highlighted(hit)
    return clean_line(hit.title, 100) or "New conversation"


def _highlighted(hit: Hit) -> str:
    """The snippet with its words in bold; click takes that away where there is no terminal."""
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


async def _read(target: Target, limit: int) -> tuple[list[Conversation], int]:
    from tui.system.clock import SystemClock

    async with target.place().connect(lambda update: None, one_shot=True) as session:
        try:
            cursor = await session.refresh_conversations()
            known = await session.conversations(limit)
            while cursor and len(known) < limit:
                cursor = await session.refresh_conversations(cursor)
                known = await session.conversations(limit)
        except BackendError as error:
            raise failure_of(error) from error
        return list(known), SystemClock().now_ms()


def _row(item: Conversation) -> dict[str, object]:
    return {
        "id": item.id,
        "title": item.title,
        "first_text": item.first_text,
        "created_ms": item.created_ms,
        "updated_ms": item.updated_ms,
        "unread": item.unread,
    }
