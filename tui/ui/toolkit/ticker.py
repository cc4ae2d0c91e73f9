"""One timer for everything that moves on the screen."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary, WeakSet

from tui.ui.app.base import BaseApp

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.timer import Timer

FRAME_S = 0.125
_REMOTE_S = 0.5
"""Over SSH, where each frame is sent through the network."""
_STILL_S = 1.0
"""Without animation only the durations change."""
_CALM_S = 10.0
"""With reduced motion."""
STEP_MS = 500
"""Bars and durations move in steps of this time: each fourth frame."""
_AFTER_KEY_S = 0.03


class Ticking(Protocol):
    """Widget that moves."""

    def tick(self) -> None:
        """Draw the next frame."""

    @property
    def is_attached(self) -> bool: ...

    @property
    def screen(self) -> Screen[object]: ...


class Ticker:
    """Timer that runs while any widget moves, so that all move in step.

    A frame waits if a key was pressed just before it: the key's effect is drawn first. Widgets
    behind another screen do not move, since all of that would be drawn again.
    """

    def __init__(self, app: App[object]) -> None:
        self._app = app
        self._widgets: WeakSet[Ticking] = WeakSet()
        self._timer: Timer | None = None

    def follow(self, widget: Ticking, *, on: bool) -> None:
        """Start or stop moving a widget; one that was removed stops by itself."""
        if on:
            self._widgets.add(widget)
            if self._timer is None:
                self._timer = self._app.set_interval(self._frame_s(), self._tick)
        else:
            self._widgets.discard(widget)
            self._rest()

    @property
    def runs(self) -> bool:
        """True while the timer runs."""
        return self._timer is not None

    def _frame_s(self) -> float:
        ours = self._app if isinstance(self._app, BaseApp) else None
        if ours and ours.preferences.reduced_motion:
            return _CALM_S
        if self._app.animation_level == "none":
            return _STILL_S
        return _REMOTE_S if ours and ours.terminal.remote else FRAME_S

    def _tick(self) -> None:
        ours = self._app if isinstance(self._app, BaseApp) else None
        if ours and monotonic() - ours.last_key_s < _AFTER_KEY_S:
            self._app.set_timer(_AFTER_KEY_S, self._draw)
        else:
            self._draw()

    def _draw(self) -> None:
        for widget in list(self._widgets):
            if not widget.is_attached:
                self._widgets.discard(widget)
            elif widget.screen.is_active:
                widget.tick()
        self._rest()

    def _rest(self) -> None:
        if not self._widgets and self._timer is not None:
            self._timer.stop()
            self._timer = None


_TICKERS: WeakKeyDictionary[App[object], Ticker] = WeakKeyDictionary()


def ticker_of(app: App[object]) -> Ticker:
    """Return the timer that all widgets of an app share."""
    if app not in _TICKERS:
        _TICKERS[app] = Ticker(app)
    return _TICKERS[app]


def stepped(now_ms: int) -> int:
    """Return the time at which bars and durations are drawn."""
    return now_ms - now_ms % STEP_MS
