"""Actions on large pastes: show, expand, or attach as a file."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui.system.private_files import make_folder, open_file

if TYPE_CHECKING:
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.attachments import Attachments
    from tui.ui.composer.composer import Composer

_KEPT_S = 30 * 24 * 3600
"""Life of the file of an attached paste, in case its message is still queued."""


class Pastes:
    """Show a paste that is a chip in the composer, and replace or remove the chip."""

    def __init__(self, context: ChatContext, composer: Composer, files: Attachments) -> None:
        self._context = context
        self._composer = composer
        self._files = files

    def show(self, label: str, text: str) -> None:
        """Show a paste, and apply the user's choice."""
        from tui.ui.composer.paste_modal import Answer, PastedModal

        def answered(answer: Answer | None) -> None:
            if answer == "attach":
                self._context.run("attach", self._attach, label, text)
            elif answer:
                self._composer.swap_chip(label, text if answer == "unfold" else "")
            self._composer.focus()

        self._context.ask(PastedModal(text, takes_files=self._files.are_taken), answered)

    async def _attach(self, label: str, text: str) -> None:
        """Write a paste to a file, and attach that instead."""
        path = await asyncio.to_thread(_keep, text)
        self._composer.swap_chip(label, path.name)
        self._files.attach([path])


def _keep(text: str) -> Path:
    """Write a paste to a file that only the user can read; remove old ones."""
    from tui.config import data_dir

    folder = data_dir() / "pasted"
    make_folder(folder)
    for old in folder.glob("pasted-*.txt"):
        if old.stat().st_mtime < time.time() - _KEPT_S:
            old.unlink(missing_ok=True)
    path = folder / f"pasted-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}.txt"
    with os.fdopen(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w") as file:
        file.write(text)
    return path
