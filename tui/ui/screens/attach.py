"""Which file goes with the next message?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.ui.files import LARGEST_FILE, completions, typed_path
from tui.ui.text import line


class AttachScreen(ModalScreen[Path | None]):
    """A path with completion. Returns what was typed, which need not exist; None: no file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", tooltip="Attach nothing", id="attach.cancel"),
        Binding(
            "tab",
            "complete",
            "Complete",
            priority=True,
            tooltip="Complete the path",
            id="attach.complete",
        ),
        Binding(
            "down",
            "move(1)",
            "Next",
            show=False,
            priority=True,
            id="attach.next",
        ),
        Binding(
            "up",
            "move(-1)",
            "Previous",
            show=False,
            priority=True,
            id="attach.previous",
        ),
    ]
    AUTO_FOCUS = "Input"

    def compose(self) -> ComposeResult:
        with Vertical(id="attach") as box:
            box.border_title = Content(" Attach a file ")
            box.border_subtitle = Content(" Tab completes · Enter attaches · Esc ")
            yield Input(placeholder=f"Path of a file, at most {LARGEST_FILE}")
            yield OptionList(id="paths", compact=True)
            yield Static(Content("Or drop a file on the terminal."), id="attach-hint")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._look_up("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._look_up(event.value)

    @work(group="completions", exclusive=True, exit_on_error=False)
    async def _look_up(self, text: str) -> None:
        found = await asyncio.to_thread(completions, text)
        paths = self.query_one(OptionList)
        paths.set_options(Option(line(path), id=path) for path in found)
        paths.highlighted = 0 if found else None

    def action_move(self, step: int) -> None:
        paths = self.query_one(OptionList)
        paths.action_cursor_down() if step > 0 else paths.action_cursor_up()

    def action_complete(self) -> None:
        if option := self.query_one(OptionList).highlighted_option:
            self._put(option.id or "")

    def _put(self, path: str) -> None:
        field = self.query_one(Input)
        field.value = path
        field.cursor_position = len(path)

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        self._put(event.option_id or "")
        self._finish()

    @on(Input.Submitted)
    def _finish(self) -> None:
        """A folder is entered, anything else is the answer."""
        path = typed_path(self.query_one(Input).value)
        if self.query_one(Input).value and path.is_dir():
            self._put(f"{self.query_one(Input).value.rstrip('/')}/")
        elif self.query_one(Input).value.strip():
            self.dismiss(path)
