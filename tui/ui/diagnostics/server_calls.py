"""Show recent requests to the service, and copy their IDs for support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.ui.app.messages import CopyText
from tui.ui.chat.controller import Controller

if TYPE_CHECKING:
    from tui.core.diagnostics import ServerCall


class ServerCalls(Controller):
    """Controller that shows the newest requests and copies the ID of the last one."""

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            "f12",
            "requests",
            "Requests",
            tooltip="Show recent requests and their IDs",
            show=False,
            priority=True,
            id="support.requests",
        ),
        Binding(
            "shift+f12,f24",
            "copy_request_id",
            "Copy ID",
            tooltip="Copy the last request ID",
            show=False,
            priority=True,
            id="support.copy_request_id",
        ),
    )

    def show(self) -> None:
        """Show the newest requests."""
        from tui.ui.diagnostics.request_log_view import RequestsView

        self.context.ask(RequestsView(self._calls))

    def copy_last_id(self) -> None:
        """Copy the ID of the newest request that has one."""
        named = (call.request_id for call in reversed(self._calls()) if call.request_id)
        if found := next(named, None):
            self.context.post(CopyText(found, f"request ID {found}"))
        else:
            self.context.notify("No request ID yet.")

    def _calls(self) -> Sequence[ServerCall]:
        return self.context.access.session.calls if self.context.access else ()
