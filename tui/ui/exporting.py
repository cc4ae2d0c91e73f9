"""Writing a conversation to a file, from the app."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from tui.core.errors import BackendError
from tui.core.json_values import read_json, write_json
from tui.core.text import clean_line, size, utf8_size
from tui.system.file_scope import check_path
from tui.ui.paths import shown_path

if TYPE_CHECKING:
    from tui.core.events import Json
    from tui.core.ids import ConversationId
    from tui.engine.session import Session
    from tui.export import Format


Form: TypeAlias = "Format | Literal['bundle']"
"""``bundle``: what the service itself makes of a conversation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write, and where; what is there is to be replaced."""

    form: Form
    path: Path


class CannotRead(Exception):
    """A file that holds no conversations. ``str(error)`` is a sentence."""


async def export(
    session: Session, conversation_id: ConversationId, agent: str, wanted: Wanted
) -> str:
    """Write it, as the server has it or else as far as it is stored; a sentence that says so.

    Raises ``tui.export.CannotWrite``; for a bundle also ``BackendError``.
    """
    from tui.export import render, write

    if wanted.form == "bundle":
        return await _export_bundle(session, conversation_id, wanted.path)
    note = ""
    try:
        await session.history.fetch_everything(conversation_id)
    except BackendError as error:
        note = f" Only what is stored here, since: {error}"
    chronicle = await session.history.chronicle(conversation_id, agent)
    text = await asyncio.to_thread(render, chronicle, wanted.form)
    await asyncio.to_thread(write, wanted.path, text)
    return f"{shown_path(wanted.path)} ({size(utf8_size(text))}).{note}"


async def _export_bundle(session: Session, conversation_id: ConversationId, path: Path) -> str:
    from tui.export import write

    bundle = await session.conversations.export_bundle(conversation_id)
    text = write_json(bundle, ensure_ascii=False, indent=2) + "\n"
    await asyncio.to_thread(write, path, text)
    return f"{shown_path(path)} ({size(utf8_size(text))})."


def read_bundle(path: Path) -> Json:
    """The bundle in a file. Touches the disk. Raises ``CannotRead``."""
    name = clean_line(path.name, 80)
    try:
        check_path(path)
        bundle = read_json(path.read_bytes())
    except OSError as error:
        raise CannotRead(f"{name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise CannotRead(f"{name} is no bundle: it is not JSON.") from error
    if not isinstance(bundle, dict):
        raise CannotRead(f"{name} is no bundle: it is JSON of another kind.")
    return bundle
