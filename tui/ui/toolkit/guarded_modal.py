"""Modals that cannot be answered by accident."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.events import Key, Paste, Resize
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget

from tui.ui.keys.labels import bound_to
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.toolkit.dialog import lines_around

DEAF_S = 0.4
"""Time in seconds after drawing during which a modal ignores keys and clicks."""
TYPING_S = 1.0
"""The same after a letter that is no answer: the user is typing, and the next may be one."""
CHANGED_S = 2.0
"""The same after a question has changed while it was open."""
_LATEST_S = 2.0
"""Time after which a modal is drawn again if no draw was reported."""

_AIR_LINES = 2
"""Empty lines around the box."""
_LEAST_BODY_LINES = 2

ResultT = TypeVar("ResultT")


class GuardedModal(ModalScreen[ResultT], SafeScreen[ResultT]):
    """Modal that ignores its own actions until the user has had time to see it.

    A user who is typing or double-clicking when it appears must not answer an unread question, and
    no letter of that text counts as an answer. Until then its answers are dim (class ``-deaf``);
    closing it without an answer works at any time.
    """

    AUTO_FOCUS = ""
    low_under: ClassVar[int] = 16
    """Window height in lines below which there is no room for a margin."""
    leaving: ClassVar[frozenset[str]] = frozenset()
    """Actions that close it and decide nothing: they work from the start."""
    compact_under: ClassVar[int] = 0
    """Window height in lines below which parts of a dialog have no edges."""
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
        self._listens_later: Timer | None = None

    def on_mount(self) -> None:
        self._set_height(self.app.size.height)
        self.ready_parts()
        self._show_deafness()
        self.call_after_refresh(self._note_drawn)
        self.set_timer(_LATEST_S, self._draw_at_last)

    def on_resize(self, event: Resize) -> None:
        self._fit()
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave room for the answers, however many lines the title has."""
        self._set_height(self.size.height)
        for body in self.query(".modal--box > .modal--body").results(Widget):
            body.styles.max_height = self.room_for(body)

    def _set_height(self, lines: int) -> None:
        """Choose the style of a dialog for a window of this height."""
        self.set_class(lines < self.low_under, "-low")
        self.set_class(lines < self.compact_under, "-compact")

    def room_for(self, body: Widget) -> int:
        """Return the lines available to a body, by the last layout of everything else."""
        air = 0 if self.has_class("-low") or self.has_class("-compact") else _AIR_LINES
        return max(_LEAST_BODY_LINES, self.size.height - lines_around(body) - air)

    @property
    def is_drawn(self) -> bool:
        """True once the user has had a chance to see it."""
        return self._drawn_s is not None

    @property
    def is_deaf(self) -> bool:
        """True while it is too early for an answer."""
        return self._drawn_s is None or self._clock_s() < self._deaf_until_s

    def on_key(self, event: Key) -> None:
        if event.is_printable and not bound_to(self, event.key):
            self._be_deaf(TYPING_S)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # A click begun before the modal closed must not close the screen below it.
        is_ours = hasattr(self, f"action_{action}") and not hasattr(ModalScreen, f"action_{action}")
        too_early = self.is_deaf and not self.leaves(action, parameters)
        if is_ours and (too_early or not self.is_active):
            return False
        return super().check_action(action, parameters)

    def leaves(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Return True for an action that closes it and decides nothing, such as a No."""
        return action in self.leaving or (action, *parameters) == ("answer", False)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll contents taller than the window."""
        for body in self.query(".modal--body").results(Widget):
            body.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by the visible lines but one: none is skipped, also if one less fits then."""
        for body in self.query(".modal--body").results(Widget):
            body.scroll_relative(y=pages * max(1, body.size.height - 1), animate=False)

    def action_scroll_to(self, end: int) -> None:
        """Scroll to the top (0) or the end (1)."""
        for body in self.query(".modal--body").results(Widget):
            body.scroll_to(y=end * body.max_scroll_y, animate=False)

    def gives_back(self, event: Key | Paste) -> bool:
        """Pass on a key or a paste that is meant for something else; return True if passed on."""
        return False

    def _draw_at_last(self) -> None:
        """Draw now: Textual drops callbacks after a refresh when a batch of updates ends."""
        if self._drawn_s is None:
            self.refresh(layout=True)
            self._note_drawn()

    def ready_parts(self) -> None:
        """Prepare what ``compose`` made, also after it has made other contents."""

    async def recompose(self) -> None:
        await super().recompose()
        if self.is_attached:
            self.ready_parts()

    def ask_again(self) -> None:
        """Draw other contents and ignore answers until they have been seen."""
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
        self._show_deafness()

    @property
    def deaf_for_s(self) -> float:
        """Seconds until answers are accepted, as far as known; 0: now."""
        return max(0.0, self._deaf_until_s - self._clock_s())

    def _show_deafness(self) -> None:
        """Show if it is too early for an answer, now and when that ends."""
        if not self.is_attached:
            return
        if self._listens_later:
            self._listens_later.stop()
        wait_s = self.deaf_for_s
        self._listens_later = self.set_timer(wait_s, self._show_deafness) if wait_s else None
        self.set_class(self.is_deaf or wait_s > 0, "-deaf")
        self.show_state()

    def show_state(self) -> None:
        """Show if keys answer, in a text that fits."""
