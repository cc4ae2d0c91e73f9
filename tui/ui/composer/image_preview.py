"""Preview of a picture before it is sent."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.core.text import clean_line
from tui.ui.app.base import BaseApp
from tui.ui.terminal.images import CannotShow, Picture, picture_of
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
        self._picture: Picture | None = None
        """Picture that is displayed."""

    def compose(self) -> ComposeResult:
        with Dialog(clean_line(self._path.name, 60), id="picture"):
            yield Static(id="picture-pixels")
            yield Static(id="picture-about")

    def on_mount(self) -> None:
        self.watch(self.app, "takes_sixel", self._draw_again, init=False)

    def on_resize(self, event: events.Resize) -> None:
        self._draw_again()

    def _draw_again(self) -> None:
        width, height = self.app.size
        self._draw(width - _AROUND[0], height - _AROUND[1])

    @work(group="picture", exclusive=True, exit_on_error=False)
    async def _draw(self, columns: int, lines: int) -> None:
        pixels = self.query_one("#picture-pixels", Static)
        red, green, blue, *_ = pixels.background_colors[1]
        app = self.app
        protocol, cell = app.picture_way() if isinstance(app, BaseApp) else ("cells", (1, 2))
        draw = partial(picture_of, self._path, columns, lines, protocol, cell, (red, green, blue))
        try:
            picture = await asyncio.to_thread(draw)
        except CannotShow as problem:
            self._show_text(Content.styled(str(problem), "$warning"))
            return
        if self.app.no_color:
            self._show_text(Content(f"{picture.about}. Pictures need color support."))
            return
        self._clear()
        self._picture = picture
        pixels.styles.width, pixels.styles.height = picture.columns, picture.lines
        pixels.update(picture.pixels)
        self._show_text(Content(picture.about))
        self.call_after_refresh(self._draw_over)

    def _draw_over(self) -> None:
        """Let the terminal draw the picture over the cells that are left blank for it."""
        if self._picture and self._picture.over and self.is_current:
            place = self.query_one("#picture-pixels").content_region
            move = f"\x1b[{place.y + 1};{place.x + 1}H"
            # The mode switch, for a cursor that is hidden anyway, says that this is no frame.
            self._write(f"\x1b7{move}{self._picture.over}\x1b8\x1b[?25l")

    def _clear(self) -> None:
        """Remove the picture from the terminal, with all that is drawn over the cells."""
        if self._picture:
            self._write(self._picture.after)
            if not self._picture.after and self._picture.over and isinstance(self.app, BaseApp):
                self.app.draw_anew()  # what is drawn over sixels erases them
        self._picture = None

    def _write(self, sequence: str) -> None:
        if isinstance(self.app, BaseApp):
            self.app.write_to_terminal(sequence)

    def on_unmount(self) -> None:
        self._clear()

    def _show_text(self, about: Content) -> None:
        self.query_one("#picture-about", Static).update(about.stylize_before("$muted"))

    def action_leave(self) -> None:
        self.dismiss(None)
