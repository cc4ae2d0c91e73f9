"""Suspend the app while another program runs, such as the user's editor."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textual.app import App

from tui.core.draft import typed_text
from tui.core.text import clean_line
from tui.system.browser import program_environment


@contextmanager
def suspended(app: App[Any]) -> Iterator[None]:
    """Lend the terminal to another program; the app keeps running and is redrawn afterwards.

    Raises ``SuspendNotSupported`` where there is no terminal, and errors of the block.
    """
    failure: BaseException | None = None
    with app.suspend():
        # An error that left this block would leave the terminal suspended.
        try:
            yield
        except BaseException as error:
            failure = error
    app.screen.refresh(layout=True)
    if failure is not None:
        raise failure


_USUAL = ("nano", "vim", "vi")


class EditorFailed(Exception):
    """The editor failed and the text is unchanged; ``str(error)`` is a sentence with the reason."""


def editor_command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return ``$VISUAL``, else ``$EDITOR``, else a usual editor. Raises ``EditorFailed``."""
    for name in ("VISUAL", "EDITOR"):
        if value := environ.get(name, "").strip():
            try:
                return shlex.split(value)
            except ValueError as error:
                raise EditorFailed(f"Couldn't parse ${name}: {error}.") from error
    if found := next(filter(shutil.which, _USUAL), None):
        return [found]
    raise EditorFailed("No editor found. Set $VISUAL or $EDITOR.")


async def edited(text: str, command: Sequence[str]) -> str:
    """Return the text after the user has changed it in an editor that has the terminal.

    The temporary file is readable by the user alone, and removed afterwards. Raises
    ``EditorFailed``.
    """
    with tempfile.TemporaryDirectory(prefix="genie-tui-") as folder:
        path = Path(folder, "message.md")
        await asyncio.to_thread(path.write_text, f"{text}\n", encoding="utf-8")
        name = clean_line(Path(command[0]).name, 40)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, str(path), env=program_environment()
            )
            status = await process.wait()
        except OSError as error:
            raise EditorFailed(f"Couldn't start {name}: {error.strerror}.") from error
        if status != 0:
            raise EditorFailed(f"{name} exited with status {status}. Your text is unchanged.")
        try:
            changed = await asyncio.to_thread(path.read_text, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EditorFailed(f"Couldn't read the text that {name} saved.") from error
        return typed_text(changed).removesuffix("\n")
