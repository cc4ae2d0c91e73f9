"""Changes through the Developer API: confirmed, sent one at a time, reported."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content
from textual.widgets import Static

from tui.core.errors import BackendError
from tui.core.text import clean_line
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.state_glyphs import BAD, muted
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.studio.developer_client import DeveloperClient
    from tui.ui.studio.connection import StudioConnection
    from tui.ui.textual_fixes.screens import SafeScreen

Change: TypeAlias = Callable[["DeveloperClient"], Awaitable[object]]


class StatusLine(Static):
    """Shows progress or an error."""

    def tell(self, sentence: str) -> None:
        self.update(muted(clean_line(sentence, 400)))
        self.display = bool(sentence)

    def fail(self, error: BackendError) -> None:
        """Show an error until another message replaces it."""
        self.update(Content.assemble("✗ ", line(error.sentence(), 800)).stylize(BAD))
        self.display = True


class ChangeRunner:
    """Sends changes, one at a time, so that the result of each is known."""

    def __init__(
        self,
        screen: SafeScreen[None],
        studio: StudioConnection,
        status: StatusLine,
        read_again: Callable[[], object],
    ) -> None:
        """``read_again`` reloads the state after a change."""
        self.screen = screen
        self.studio = studio
        self.status = status
        self._read_again = read_again
        self.busy = False

    def ask(self, question: str, yes: str, change: Change, told: str) -> None:
        """Run a change after a confirmation."""

        def answered(sure: bool | None) -> None:
            if sure:
                self.run(change, told)

        self.screen.app.push_screen(ConfirmModal(question, yes=yes, danger=True), answered)

    def run(self, change: Change, told: str, *, meanwhile: str = "Working…") -> None:
        """Run a change, report it, and reload the state."""
        if self.busy:
            self.screen.app.bell()
        else:
            self.busy = True
            self.screen.run_worker(
                self._run(change, told, meanwhile), group="change", exit_on_error=False
            )

    async def _run(self, change: Change, told: str, meanwhile: str) -> None:
        self.status.tell(meanwhile)
        try:
            await change(await self.studio.client())
        except BackendError as error:
            self.status.fail(error)
        else:
            self.status.tell(told)
            self._read_again()
        finally:
            self.busy = False
