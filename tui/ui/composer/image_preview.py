"""Preview of a picture before it is sent."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.core.text import clean_line
from tui.ui.terminal.images import CannotShow, picture_of
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog

_AROUND = (8, 10)
"""Columns and lines of the screen around the picture."""


class PictureView(SafeModal[None]):
    """Shows a picture as large as the screen allows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3,q,enter", "leave", "Close", id="picture.close", tooltip="Close"),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        with Dialog(clean_line(self._path.name, 60), id="picture"):
            yield Static(id="picture-pixels")
            yield Static(id="picture-about")

    def on_resize(self, event: events.Resize) -> None:
        self._draw(event.size.width - _AROUND[0], event.size.height - _AROUND[1])

    @work(group="picture", exclusive=True, exit_on_error=False)
    async def _draw(self, columns: int, lines: int) -> None:
        try:
            picture = await asyncio.to_thread(picture_of, self._path, columns, lines)
        except CannotShow as problem:
            self._show_text(Content.styled(str(problem), "$warning"))
            return
        if self.app.no_color:
            self._show_text(Content(f"{picture.about}. Pictures need color support."))
            return
        pixels = self.query_one("#picture-pixels", Static)
        pixels.styles.width = picture.columns
        pixels.update(picture.pixels)
        self._show_text(Content(picture.about))

    def _show_text(self, about: Content) -> None:
        self.query_one("#picture-about", Static).update(about.stylize_before("$muted"))

    def action_leave(self) -> None:
        self.dismiss(None)
