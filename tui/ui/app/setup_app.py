"""App of the first run: the set-up screen alone."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.ui.app.base import BaseApp
from tui.ui.app.stylesheets import STYLES
from tui.ui.setup.screen import SetupScreen, SetupServices

if TYPE_CHECKING:
    from tui.config import Preferences


class SetupApp(BaseApp[str]):
    """Returns the name of the saved profile, empty for the demo; None if the user left."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        STYLES / f"{name}.tcss" for name in ("base", "composer", "modals", "setup")
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", tooltip="Quit", priority=True, id="app.quit")
    ]

    def __init__(
        self, path: Path, help_: SetupServices, *, preferences: Preferences | None = None
    ) -> None:
        super().__init__(preferences)
        self._path = path
        self._help = help_

    def on_mount(self) -> None:
        self.push_screen(SetupScreen(self._path, self._help), self.exit)
