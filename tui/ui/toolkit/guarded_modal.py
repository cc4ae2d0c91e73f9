"""Modals that cannot be answered by accident."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.events import Key, Paste, Resize
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.ui.keys.labels import bound_to
from tui.ui.textual_fixes.screens import SafeModal

DEAF_S = 0.4
"""How long after it has been drawn a modal takes no answer, by key or by mouse."""
TYPING_S = 1.0
"""The same after a letter that is no answer: somebody is writing, and the next may be one."""
CHANGED_S = 2.0
"""The same after a question has changed while it was open."""
_LATEST_S = 2.0
"""When a modal that has not heard of having been drawn is drawn again."""

_AIR_LINES = 2
"""Lines around the box."""
_LEAST_BODY_LINES = 3

ResultT = TypeVar("ResultT")


class GuardedModal(SafeModal[ResultT]):
    """Takes no action of its own until the user has had time to see it.

    Whoever is typing, or clicks twice, when it appears must not answer a question unread, and no
    letter of what is being typed is an answer.
    """

    AUTO_FOCUS = ""
    low_under: ClassVar[int] = 16
    """Under how many lines a window leaves no room for air."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_body(-1)", "Scroll up", show=False, id="modal.up"),
        Binding("down", "scroll_body(1)", "Scroll down", show=False, id="modal.down"),
        Binding("pageup", "scroll_page(-1)", "Scroll up a page", show=False, id="modal.page_up"),
        Binding(
            "pagedown",
            "scroll_page(1)",
            "Scroll down a page",
            show=False,
            id="modal.page_down",
        ),
        Binding("home", "scroll_to(0)", "Scroll to the top", show=False, id="modal.home"),
        Binding("end", "scroll_to(1)", "Scroll to the end", show=False, id="modal.end"),
    ]

    def __init__(self, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock_s = clock_s
        self._drawn_s: float | None = None
        self._deaf_until_s = 0.0

    def on_mount(self) -> None:
        self.ready_parts()
        self.call_after_refresh(self._note_drawn)
        self.set_timer(_LATEST_S, self._draw_at_last)

    def on_resize(self, event: Resize) -> None:
        self._fit()
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave room for the answers, however many lines the title has."""
        low = self.size.height < self.low_under
        self.set_class(low, "-low")
        for body in self.query(".modal--body").results(Widget):
            body.styles.max_height = self.room_for(body)

    def room_for(self, body: Widget) -> int:
        """How many lines a body may take, as everything else was laid out last."""
        air = 0 if self.has_class("-low") else _AIR_LINES
        return max(_LEAST_BODY_LINES, self.size.height - _lines_around(body) - air)

    @property
    def is_drawn(self) -> bool:
        """Whether the user has had a chance to see it."""
        return self._drawn_s is not None

    @property
    def is_deaf(self) -> bool:
        """Whether it is too early for an answer."""
        return self._drawn_s is None or self._clock_s() < self._deaf_until_s

    def on_key(self, event: Key) -> None:
        if event.is_printable and not bound_to(self, event.key):
            self._be_deaf(TYPING_S)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # A click that was under way when the modal closed must not close what is below it.
        is_ours = hasattr(self, f"action_{action}") and not hasattr(ModalScreen, f"action_{action}")
        if is_ours and (self.is_deaf or not self.is_active):
            return False
        return super().check_action(action, parameters)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll what may be longer than the window."""
        for body in self.query(".modal--body").results(Widget):
            body.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by as many lines as are in view, so that none is left out."""
        for body in self.query(".modal--body").results(Widget):
            body.scroll_relative(y=pages * body.size.height, animate=False)

    def action_scroll_to(self, end: int) -> None:
        """Scroll to the top (0) or the end (1)."""
        for body in self.query(".modal--body").results(Widget):
            body.scroll_to(y=end * body.max_scroll_y, animate=False)

    def gives_back(self, event: Key | Paste) -> bool:
        """Pass on a key or a paste that is meant for something else; whether it was."""
        return False

    def _draw_at_last(self) -> None:
        """Textual forgets what was to come after a refresh when an update of many parts ends."""
        if self._drawn_s is None:
            self.refresh(layout=True)
            self._note_drawn()

    def ready_parts(self) -> None:
        """Make ready what ``compose`` made, also when it has made other contents."""

    async def recompose(self) -> None:
        await super().recompose()
        if self.is_attached:
            self.ready_parts()

    def ask_again(self) -> None:
        """Draw other contents and take no answer until they have been seen."""
        self._drawn_s = None
        self.refresh(recompose=True)
        self.call_after_refresh(self._note_drawn)
        self.set_timer(_LATEST_S, self._draw_at_last)
        self._be_deaf(CHANGED_S)

    def _note_drawn(self) -> None:
        self._drawn_s = self._clock_s()
        self._be_deaf(DEAF_S)

    def _be_deaf(self, for_s: float) -> None:
        self._deaf_until_s = max(self._deaf_until_s, self._clock_s() + for_s)


def _lines_around(body: Widget) -> int:
    """How many lines the other parts of a box take, as they were laid out last."""
    box = body.parent
    if not isinstance(box, Widget):
        return 0
    parts = [part for part in box.displayed_children if part is not body]
    lines = sum(part.outer_size.height + part.styles.margin.height for part in parts)
    return lines + body.styles.margin.height + box.gutter.height
