"""Dialog with the newest requests to the service, and the request IDs for support."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.core.text import clean_line, duration
from tui.ui.app.messages import CopyText
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog, DialogHead, KeyHints
from tui.ui.toolkit.state_glyphs import BAD, DONE, FAILED, clock_time, muted
from tui.ui.toolkit.text import spread

if TYPE_CHECKING:
    from tui.core.diagnostics import ServerCall

_STATUS_CELLS = 4
_LEAST_PATH_CELLS = 16
_REFRESH_S = 1.0


class RequestsView(SafeModal[None]):
    """One row per request, newest first; ``calls`` returns them again each second."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy ID", id="requests.copy", tooltip="Copy the request ID"),
        Binding("l", "copy_line", "Copy line", id="requests.line", tooltip="Copy the request"),
        Binding("a", "copy_all", "Copy all", id="requests.all", tooltip="Copy all requests"),
        Binding("escape,q", "leave", "Close", id="requests.close", tooltip="Close"),
    ]

    def __init__(self, calls: Callable[[], Sequence[ServerCall]]) -> None:
        super().__init__()
        self._read = calls
        self._calls: Sequence[ServerCall] = ()

    def compose(self) -> ComposeResult:
        with Dialog("Requests", most_lines=24, classes="-wide"):
            yield SafeOptionList(compact=True, classes="modal--body")
            yield KeyHints(("c", "copy ID"), ("l", "copy line"), ("a", "copy all"))

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.call_after_refresh(self._fill)
        self.set_interval(_REFRESH_S, self._look)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    @property
    def chosen(self) -> ServerCall | None:
        """The request under the cursor."""
        place = self.query_one(OptionList).highlighted
        return self._calls[place] if place is not None and place < len(self._calls) else None

    def action_copy(self) -> None:
        """Copy the id of the request under the cursor."""
        if (call := self.chosen) and call.request_id:
            self.post_message(CopyText(call.request_id, "the request ID"))
        else:
            self.notify("The service returned no ID for this request.", severity="warning")

    def action_copy_line(self) -> None:
        """Copy what is known of the request under the cursor."""
        if call := self.chosen:
            self.post_message(CopyText(_line(call), "the request"))

    def action_copy_all(self) -> None:
        """Copy what is known of all requests, one line each."""
        lines = "\n".join(map(_line, reversed(self._calls)))
        self.post_message(CopyText(lines, "the list of requests"))

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _copy_chosen(self) -> None:
        self.action_copy()

    def _look(self) -> None:
        if len(self._read()) != len(self._calls) or [*self._read()][-1:] != [*self._calls][:1]:
            self._fill()

    def _fill(self) -> None:
        """Draw all rows; the cursor stays with its request."""
        before, rows = self.chosen, self.query_one(OptionList)
        self._calls = [*reversed(self._read())]
        width = max(20, rows.scrollable_content_region.width - 2)
        rows.set_options(Option(drawn(call, width)) for call in self._calls)
        places = {id(call): place for place, call in enumerate(self._calls)}
        rows.highlighted = places.get(id(before), 0) if self._calls else None
        count = f"  {len(self._calls)}" if self._calls else "  none yet"
        title = Content.assemble(("Requests", "bold"), muted(count))
        self.query_one(DialogHead).show(title=title)


def drawn(call: ServerCall, width: int) -> Content:
    """Return a request as one line: time, outcome, method and path, ID, duration.

    In narrow windows method and path are left out.
    """
    status = str(call.status) if call.status is not None else "-"
    left = Content.assemble(
        muted(clock_time(call.at_ms, seconds=True)),
        " ",
        FAILED if call.failed else DONE,
        " ",
        Content.styled(f"{status:<{_STATUS_CELLS}}", BAD if call.failed else ""),
    )
    name = clean_line(call.request_id or "no ID", 60)
    name_shown = Content.styled(name, "bold" if call.request_id else "$muted")
    took = muted(f"{duration(call.took_ms / 1000):>6}")
    method = f"{clean_line(call.method, 8):<5}"
    room = width - sum(part.cell_length for part in (left, name_shown, took)) - len(method) - 3
    if room < _LEAST_PATH_CELLS:
        return spread(Content.assemble(left, name_shown), took, width)
    path = _end_of(clean_line(call.path, 400), room)
    return spread(
        Content.assemble(left, method, path.pad_right(room - path.cell_length), "  ", name_shown),
        took,
        width,
    )


def _end_of(path: str, room: int) -> Content:
    """Return the end of a path, which is its most specific part."""
    return Content(path if len(path) <= room else "…" + path[len(path) - room + 1 :])


def _line(call: ServerCall) -> str:
    return f"{clock_time(call.at_ms, seconds=True)} {clean_line(call.line(), 600)}"
