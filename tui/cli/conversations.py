"""``genie-tui conversations``."""

from __future__ import annotations

import asyncio
import json

import click

from tui.cli.codes import failure_of
from tui.cli.options import Target
from tui.core.errors import BackendError
from tui.core.records import Conversation
from tui.core.text import ago, clean_line


def run_conversations(target: Target, *, as_json: bool, limit: int) -> int:
    """Print the newest ``limit`` conversations, from the server where it answers."""
    rows, now_ms = asyncio.run(_read(target, limit))
    if as_json:
        click.echo(json.dumps([_row(item) for item in rows], ensure_ascii=False, indent=2))
        return 0
    for item in rows:
        age = ago(item.updated_ms, now_ms) if item.updated_ms else ""
        click.echo(f"{item.id}  {age:>4}  {clean_line(item.name, 100)}")
    if not rows:
        click.echo("No conversations yet.", err=True)
    return 0


async def _read(target: Target, limit: int) -> tuple[list[Conversation], int]:
    from tui.chat.kit import SystemClock

    async with target.place().connect(lambda update: None) as session:
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
