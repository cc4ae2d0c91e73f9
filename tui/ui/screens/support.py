"""What support asks for: the requests that were made, and their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.ui.requests import CopyText
from tui.ui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from tui.core.calls import ServerCall


class SupportScreen(ReadingScreen):
    """Two keys, and so two commands of the palette."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f12",
            "requests",
            "Requests",
            tooltip="Show the requests to the service and their ids",
            show=False,
            priority=True,
            id="support.requests",
        ),
        Binding(
            "shift+f12,f24",
            "copy_request_id",
            "Copy id",
            tooltip="Copy the last request id",
            show=False,
            priority=True,
            id="support.copy_request_id",
        ),
    ]

    def action_requests(self) -> None:
        """Show the newest requests."""
        from tui.ui.modals.requests import RequestsView

        self.app.push_screen(RequestsView(self._calls))

    def action_copy_request_id(self) -> None:
        """Copy the id of the newest request that has one."""
        named = (call.request_id for call in reversed(self._calls()) if call.request_id)
        if found := next(named, None):
            self.post_message(CopyText(found, f"The request id {found}"))
        else:
            self.notify("No request has an id yet.", markup=False)

    def _calls(self) -> Sequence[ServerCall]:
        return self.access.session.calls if self.access else ()
