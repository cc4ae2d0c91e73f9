"""External editor for the message."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import SuspendNotSupported
from textual.binding import Binding

from tui.ui.chat.controller import Controller

if TYPE_CHECKING:
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.composer import Composer
    from tui.ui.composer.draft_saver import DraftSaver

_AT_ONCE_S = 0.5


class ExternalEditor(Controller):
    """Suspend the app while an editor runs; the session keeps receiving updates."""

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            "alt+e",
            "open_editor",
            "Editor",
            tooltip="Edit in your editor ($VISUAL, $EDITOR)",
            show=False,
            id="composer.editor",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        drafts: DraftSaver,
        all_sent: Callable[[], Awaitable[object]],
    ) -> None:
        """``all_sent`` waits until submitted messages have left the composer."""
        super().__init__(context)
        self._all_sent = all_sent
        self._composer = composer
        self._drafts = drafts
        self._is_open = False

    def open(self) -> None:
        """Open the editor with the text, unless it is open."""
        if not self._is_open:
            self._is_open = True
            self.context.run("editor", self._edit)

    async def _edit(self) -> None:
        from tui.ui.terminal.suspend import EditorFailed, edited, editor_command, suspended

        await self._all_sent()
        before, began_s = self._composer.message, time.monotonic()
        try:
            await self._drafts.keep()
            command = editor_command()
            with suspended(self.context.app):
                after = await edited(before, command)
        except EditorFailed as problem:
            self.context.show_problem(str(problem))
        except SuspendNotSupported:
            self.context.show_problem("Can't open an editor here.")
        else:
            self._take_edited(before, after, time.monotonic() - began_s)
        finally:
            self._is_open = False
        self._composer.focus()

    def _take_edited(self, before: str, after: str, took_s: float) -> None:
        if after != before:
            self._composer.put_edited(after)
        elif took_s < _AT_ONCE_S:
            self.context.notify(
                "The editor exited immediately. GUI editors need a wait flag, for example "
                "code --wait"
            )
