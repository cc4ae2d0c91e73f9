"""Terminal driver: reads input, skips repeated output, restores the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual import constants
from textual.app import App, ScreenError

from tui.system.input.arrival_times import Arrivals
from tui.system.input.decoder import charset_of
from tui.system.input.paste_detector import Event, Report
from tui.system.input.terminal_input import TerminalInput
from tui.system.logs import note
from tui.system.terminal_guard import RESTORE, TerminalGuard
from tui.ui.terminal.output_diff import OutputDiff
from tui.ui.terminal.terminal_events import TerminalEvents
from tui.ui.textual_fixes.linux_driver import OpenLinuxDriver
from tui.ui.textual_fixes.terminal_input import SYNC_END, SYNC_START

if TYPE_CHECKING:
    from tui.system.terminal import Terminal

_SWITCH_S = 0.001
"""Longest time in seconds that this thread waits for the drawing one, several times per key."""
_LONGEST_WAIT_S = 0.1
"""Longest time that the end of the program waits for the reading thread."""
_LONGEST_START_S = 3.0
"""Time after which keys are handled although nothing has the focus."""
_READ_BYTES = 65_536
_REDRAW_S = 0.25


class TerminalApp(Protocol):
    """App that reports its knowledge of the terminal."""

    terminal: Terminal
    window_title: str

    @property
    def restore_cursor(self) -> str: ...


class GenieDriver(OpenLinuxDriver):
    """Textual's Linux driver, adapted to our apps."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._owner = cast("TerminalApp", app)
        self.shown = OutputDiff()
        self._before = ""
        """Sequence to write before the next output, if any."""
        restore = RESTORE + self._owner.terminal.restore_title + self._owner.restore_cursor
        self._guard = TerminalGuard(self.fileno, self.output_fileno, restore)
        self._suspended = False
        """Stopped by SIGTSTP: SIGCONT restores the screen."""
        self._ours: list[Any] | None = None
        """Terminal settings while the app has it."""
        self._early: list[Event] | None = []
        """Input from before the app could handle it; None once it can."""
        self._began_s = monotonic()
        self._redraw: asyncio.TimerHandle | None = None
        self._handle_signals()

    # -- output ----------------------------------------------------------------------------

    def write(self, data: str) -> None:
        if data.startswith("\x1b]") and not self._owner.terminal.titled:
            return  # a text console may print unknown sequences
        if data == SYNC_START:
            self._before = data
        elif data == SYNC_END and self._before:
            self._before = ""  # a frame without changes
        elif needed := self.shown.needed(data):
            self.put(self._before + needed)
            self._before = ""

    def put(self, data: str) -> None:
        """Send the terminal these characters, whatever is on the screen."""
        super().write(data)

    # -- input -----------------------------------------------------------------------------

    def run_input_thread(self) -> None:
        """Read the terminal until ``exit_event`` is set. No input ends the thread."""
        self._guard.watch()
        sys.setswitchinterval(_SWITCH_S)
        events = TerminalEvents(lambda: self.app.size)
        arrivals = Arrivals(self.fileno)
        while not self.exit_event.is_set():
            terminal = TerminalInput(charset_of(os.environ), constants.ESCAPE_DELAY)
            try:
                self._pass_on_all(terminal, arrivals, events)
            except Exception as error:  # a bug of ours: continue with the next byte
                note("input lost", error=error)

    def _pass_on_all(
        self, terminal: TerminalInput, arrivals: Arrivals, events: TerminalEvents
    ) -> None:
        while not self.exit_event.is_set():
            deadline_s = terminal.deadline_s
            wait_s = _LONGEST_WAIT_S if deadline_s is None else deadline_s - monotonic()
            arrival = arrivals.wait(min(wait_s, _LONGEST_WAIT_S))
            if arrival is None:
                self._pass_on(events, terminal.expire(monotonic()))
                continue
            arrivals.note_read()
            if not (data := self._read()):
                self.exit_event.wait()  # no more input can come
                return
            self._pass_on(events, terminal.feed(data, arrival.latest_s, arrival.earliest_s))

    def _read(self) -> bytes:
        """Return the bytes typed; empty at the end of a file, or if the terminal is gone."""
        try:
            return os.read(self.fileno, _READ_BYTES)
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)
            return b""

    def _pass_on(self, events: TerminalEvents, happened: Iterable[Event]) -> None:
        """Pass on events; input from before anything had the focus goes to the first widget."""
        for event in happened:
            if self._early is not None and not isinstance(event, Report):
                self._early.append(event)
            else:
                self.handle_input(events, event)
        if self._early and self._is_listening():
            early, self._early = self._early, None
            for event in early:
                self.handle_input(events, event)

    def handle_input(self, events: TerminalEvents, event: Event) -> None:
        """Give the app what came from the terminal."""
        try:
            for message in events.messages(event):
                self.process_message(message)
        except Exception as error:  # lose only this event, whatever it was
            note("event lost", error=error)

    def _is_listening(self) -> bool:
        try:
            return self.app.focused is not None or monotonic() > self._began_s + _LONGEST_START_S
        except ScreenError:  # there is no screen yet
            return False

    # -- start and end ---------------------------------------------------------------------

    def start_application_mode(self) -> None:
        if self.is_reading:
            return
        self.shown.forget()
        self._guard.take()
        super().start_application_mode()
        if not self.is_reading:  # in the background: the terminal belongs to another program
            self._guard.given_back()
            return
        self.attrs_before = self._guard.before
        with suppress(termios.error):
            self._ours = termios.tcgetattr(self.fileno)
        self.write(self._owner.terminal.save_title + self._owner.window_title)
        self.flush()

    def stop_application_mode(self) -> None:
        if self._owner.window_title:
            self.write(self._owner.terminal.restore_title)
        if self._owner.restore_cursor:
            self.write(self._owner.restore_cursor)
        super().stop_application_mode()
        self._guard.given_back()

    def give_back(self) -> None:
        """Restore the terminal if a crash has left it changed."""
        self._guard.give_back()

    # -- signals ---------------------------------------------------------------------------

    def _handle_signals(self) -> None:
        """Replace Textual's handlers, which start one more reader for each SIGCONT.

        They run in the event loop, since their work is not safe at arbitrary points.
        """
        for number in (signal.SIGQUIT, signal.SIGABRT):
            signal.signal(number, self._die)
        self.loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        self.loop.add_signal_handler(signal.SIGCONT, self._continue)

    def _die(self, number: int, _: object) -> None:
        """End at once, as the signal asks, but with the terminal restored."""
        self._guard.give_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _suspend(self) -> None:
        if self.handles_suspend and not self._suspended:
            self.suspend_application_mode()
            self._suspended = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continue(self) -> None:
        """Resume after SIGTSTP. After SIGSTOP everything is set up, but may not be visible."""
        if not self.handles_suspend:
            return  # the terminal is lent
        if not self._suspended:
            self._redraw_soon()
            return
        self.resume_application_mode()
        if self.is_reading:
            self._suspended = False
            self.send_message(self.SignalResume())

    def _redraw_soon(self) -> None:
        """Draw again once the signals have stopped: there may be many in a second."""
        if self._redraw:
            self._redraw.cancel()
        self._redraw = self.loop.call_later(_REDRAW_S, self._draw_again)

    def _draw_again(self) -> None:
        """Draw everything, and restore modes that a shell may have changed."""
        self._redraw = None
        if not self.is_reading or os.tcgetpgrp(self.fileno) != os.getpgrp():
            return
        with suppress(termios.error):
            if self._ours and termios.tcgetattr(self.fileno) != self._ours:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._ours)
        self.enable_bracketed_paste()
        self.shown.forget()
        self.app.refresh(layout=True)
