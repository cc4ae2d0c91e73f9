"""The text in other places than the composer: behind a chip, in a file, in the user's editor."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from tui.system.private_files import make_folder, open_file
from tui.ui.screens.writing import WritingScreen
from tui.ui.widgets.composer import Composer

_KEPT_S = 30 * 24 * 3600
"""How long a paste that was attached is kept as a file, in case its message still waits."""
_AT_ONCE_S = 0.5


class PastingScreen(WritingScreen):
    """Large pastes and long texts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "alt+e",
            "open_editor",
            "Editor",
            tooltip="Write in your editor ($VISUAL, $EDITOR)",
            show=False,
            id="composer.editor",
        ),
    ]

    _lent = False
    """Whether an editor has the terminal."""

    # -- pastes ----------------------------------------------------------------------------

    @on(Composer.PasteOpened)
    def _show_paste(self, event: Composer.PasteOpened) -> None:
        from tui.ui.modals.pasted import Answer, PastedModal

        def answered(answer: Answer | None) -> None:
            if answer == "attach":
                self._attach_paste(event.label, event.text)
            elif answer:
                self.composer.swap_chip(event.label, event.text if answer == "unfold" else "")
            self.composer.focus()

        self.app.push_screen(PastedModal(event.text, takes_files=self.takes_files), answered)

    @work(group="attach", exit_on_error=False)
    async def _attach_paste(self, label: str, text: str) -> None:
        """Make a file of a paste, and attach that in its place."""
        path = await asyncio.to_thread(_keep, text)
        self.composer.swap_chip(label, path.name)
        self.attach([path])

    # -- the user's editor -----------------------------------------------------------------

    def action_open_editor(self) -> None:
        """Hand the terminal to an editor; what the agent does meanwhile is not missed."""
        if not self._lent:
            self._lent = True
            self._edit_elsewhere()

    @work(group="editor", exit_on_error=False)
    async def _edit_elsewhere(self) -> None:
        from tui.ui.editor import EditorFailed, edited, editor_command
        from tui.ui.lending import terminal_lent

        before, began_s = self.composer.message, time.monotonic()
        try:
            await self.keep_draft()
            command = editor_command()
            with terminal_lent(self.app):
                after = await edited(before, command)
        except EditorFailed as problem:
            self.complain(str(problem))
        except SuspendNotSupported:
            self.complain("An editor cannot be opened here.")
        else:
            self._take_edited(before, after, time.monotonic() - began_s)
        finally:
            self._lent = False
        self.composer.focus()

    def _take_edited(self, before: str, after: str, took_s: float) -> None:
        if after != before:
            self.composer.put_edited(after)
        elif took_s < _AT_ONCE_S:
            self.notify("The editor came back at once. Some must be told to wait: code --wait")


def _keep(text: str) -> Path:
    """A paste as a file that only the user can read; old ones are removed."""
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
