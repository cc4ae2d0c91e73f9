"""What the cards of the transcript have in common."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Generic, Protocol, TypeVar

from textual.content import Content

from tui.ui.base import BaseApp
from tui.ui.transcript.unfolded import UnfoldedKeys
from tui.ui.widgets.looks import BUSY_STILL, OPEN_END, SPINNER_FRAME_MS, spinner
from tui.ui.widgets.rows import RowsView

_CALM_TICK_S = 10.0
"""Where motion is not wanted, time that passes is shown this often."""


class Keyed(Protocol):
    """An entry with an identity."""

    @property
    def key(self) -> str: ...


EntryT = TypeVar("EntryT", bound=Keyed)


def wall_clock_ms() -> int:
    return int(time.time() * 1000)


class Card(RowsView, Generic[EntryT]):
    """Draws one entry, and takes its place when it changes. A single widget, whatever it shows."""

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """Clicking on a card must not take the keyboard away from the composer."""

    tick_s: float | None = None
    """How often the drawing changes by itself; None: never."""

    at_rest = False
    """Nobody follows what it shows, so that nothing about it may look as if it went on."""

    def __init__(self, entry: EntryT, *, now_ms: Callable[[], int] = wall_clock_ms) -> None:
        super().__init__()
        self.entry = entry
        self.now_ms = now_ms
        self.unfolded_keys = UnfoldedKeys()
        """Those of the whole transcript, where the card is in one."""

    def attend(self) -> None:
        """Bring classes, focus and ``tick_s`` in line with the entry."""

    def show(self, entry: EntryT) -> None:
        """Take a newer state of the same entry."""
        self.entry = entry
        self.bring_up_to_date()

    @property
    def unfolded(self) -> bool:
        """True if the user wants to see all there is."""
        return self.entry.key in self.unfolded_keys

    def toggle_unfolded(self) -> None:
        """Show all there is, or only what is most important."""
        self.unfolded_keys.toggle(self.entry.key)
        self.bring_up_to_date()

    def on_mount(self) -> None:
        self._attend()

    def automatic_refresh(self) -> None:
        """Tick, unless something is in front: that would be drawn anew as a whole each time."""
        if self.screen.is_active:
            super().automatic_refresh()
            self._attend()

    def rest(self, *, on: bool) -> None:
        """Stop, or go on, showing that something is under way."""
        if on != self.at_rest:
            self.at_rest = on
            self.bring_up_to_date()

    def busy_glyph(self) -> Content:
        """What says that something is under way; it stands still where motion is not wanted."""
        if self.at_rest:
            return OPEN_END
        moves = self.app.animation_level != "none"
        return spinner(self.now_ms()) if moves else BUSY_STILL

    @property
    def busy_tick_s(self) -> float | None:
        if self.at_rest:
            return None
        ours = self.app if isinstance(self.app, BaseApp) else None
        if ours and ours.preferences.reduced_motion:
            return _CALM_TICK_S
        still = self.app.animation_level == "none" or (ours and ours.terminal.remote)
        return 1.0 if still else SPINNER_FRAME_MS / 1000

    def bring_up_to_date(self) -> None:
        """Draw the card again after something about it has changed."""
        if not self.is_attached:
            return
        self._attend()
        self.redraw()

    def _attend(self) -> None:
        self.attend()
        self.set_class(getattr(self.entry, "joined", False), "-joined")
        if self.auto_refresh != self.tick_s:
            self.auto_refresh = self.tick_s
