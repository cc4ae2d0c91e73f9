"""Base class of the apps: theme, keys, terminal, and crash reports without secrets."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import Monochrome, NoColor
from textual.notifications import SeverityLevel
from textual.reactive import reactive

from tui.config import Preferences
from tui.core.text import clean_line
from tui.system.terminal import (
    ASK_ATTRIBUTES,
    Terminal,
    cell_pixels,
    terminal_of,
)
from tui.ui.keys.labels import key_name
from tui.ui.keys.ordering import drain_pending
from tui.ui.terminal.clipboard import sequences
from tui.ui.terminal.filters import Colourless, NoEdges, NoLinks, PlainGlyphs, SixteenColours
from tui.ui.terminal.terminal_events import as_typed
from tui.ui.textual_fixes.app import (
    ResultT,
    SafeApp,
    driver_of,
    line_filters,
    set_clipboard,
    use_256_colours,
)
from tui.ui.textual_fixes.caches import share_backgrounds
from tui.ui.theme.names import FOLLOW
from tui.ui.theme.themes import THEMES, choose, tokens

if TYPE_CHECKING:
    from tui.ui.app.messages import BackgroundSeen, ColoursSeen, CursorWanted, SettingChanged
    from tui.ui.terminal.images import PictureProtocol

_GRAVITY: dict[SeverityLevel, str] = {"warning": "! ", "error": "✕ "}


QUIT_AGAIN_S = 2.0
"""Time within which a second Ctrl+C quits."""
_LONGEST_NOTICE = 600
"""In characters; a longer notice would cover the screen."""


class BaseApp(SafeApp[ResultT]):
    """App that follows the user's preferences on any terminal."""

    TITLE = "genie-tui"
    takes_sixel: reactive[bool] = reactive(False)
    """True if the terminal draws pictures as sixels."""

    def __init__(
        self,
        preferences: Preferences | None = None,
        terminal: Terminal | None = None,
        save_setting: Callable[[str, str | int], None] | None = None,
    ) -> None:
        super().__init__()
        share_backgrounds()
        self.preferences = preferences or Preferences()
        self.terminal = terminal or terminal_of(os.environ)
        self._save_setting = save_setting
        self.last_key_s = float("-inf")
        """Time of the last key press, on the monotonic clock."""
        self._asked_to_quit_s = float("-inf")
        """Time of the last Ctrl+C that nothing else took."""
        self._asked_for_sixel = False
        self._cursor = ""
        """Escape sequence that set the shape of the cursor last."""
        self.window_title = ""
        """Escape sequence that set the title of the terminal's window; empty if none did."""
        for own in THEMES:
            self.register_theme(own)
        self._dark = self.terminal.dark
        self._is_preview = False
        self._filter_lines()
        self.theme_problem = self._take_theme(dark=self.terminal.dark)
        self.stylesheet.set_variables(self.get_css_variables())
        self._first_theme: str | None = self.theme
        if self.preferences.reduced_motion:
            self.animation_level = "none"

    def end_on_signals(self, end: Callable[[int], None]) -> None:
        """Call ``end`` with the return code when the terminal closes or a signal ends the program.

        Not outside the main thread (tests, embedding), and not on systems without such signals.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, end, 128 + number)

    # -- colours ---------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.watch(self, "theme", self._keep_theme, init=False)
        self.app_resume_signal.subscribe(self, lambda _: self.write_to_terminal(self._cursor))
        if self.theme_problem:
            self.notify(self.theme_problem, markup=False, severity="warning")

    @property
    def chosen_theme(self) -> str:
        """The theme that the user chose; ``FOLLOW`` if it follows the terminal."""
        follows = self.preferences.theme in ("", FOLLOW) and self.theme == self.theme_for(FOLLOW)
        return FOLLOW if follows else self.theme

    def theme_for(self, name: str) -> str:
        """Return the theme that is shown if the user chooses this one."""
        return choose(name, self.available_themes, dark=self._dark, colours=self.colours)[0]

    def preview_theme(self, name: str) -> None:
        """Show a theme, or follow the terminal, without saving it."""
        self._is_preview = True
        self.theme = self.theme_for(name)
        self._is_preview = False

    def choose_theme(self, name: str) -> None:
        """Show a theme, or follow the terminal, and save it."""
        self.preview_theme(name)
        self._keep_theme(name)

    def _keep_theme(self, name: str) -> None:
        """Save the theme that the user has just chosen."""
        if self._is_preview or name == self.preferences.theme:
            return
        self.preferences = replace(self.preferences, theme=name)
        self._keep("theme", name)

    def on_setting_changed(self, event: SettingChanged) -> None:
        self._keep(event.key, event.value)

    def _keep(self, key: str, value: str | int) -> None:
        """Save a setting for the next start, if possible."""
        if self._save_setting is None:
            return
        try:
            self._save_setting(key, value)
        except Exception as problem:
            self.notify(clean_line(str(problem), 400), markup=False, severity="warning")

    def _take_theme(self, *, dark: bool | None) -> str:
        """Apply the wanted theme, or the one that suits the terminal; return a warning, if any."""
        self.theme, problem = choose(
            self.preferences.theme, self.available_themes, dark=dark, colours=self.colours
        )
        return problem

    @property
    def colours(self) -> int:
        """Number of colours of the terminal; 0 if it has none, or none are wanted."""
        return 0 if self.no_color else self.terminal.colours

    def _filter_lines(self) -> None:
        filters = line_filters(self)
        if self.no_color:
            grey = [f for f in filters if isinstance(f, Monochrome | NoColor)]
            for greys in grey:
                filters.remove(greys)  # greys count as colours
            filters.append(Colourless())
        elif self.colours == 16:
            filters.append(SixteenColours())
        if not self.terminal.links:
            filters.append(NoLinks())
        filters.append(PlainGlyphs(self.terminal.glyphs))

    def refresh_css(self, animate: bool = True) -> None:
        """Parse the style sheets again, unless they are being parsed for the first theme only now.

        Setting it asks for this, and would have all of them parsed twice before the first paint.
        """
        first, self._first_theme = self._first_theme, None
        if self.theme != first:
            super().refresh_css(animate)

    def on_background_seen(self, event: BackgroundSeen) -> None:
        """Follow the terminal's background, unless the user has chosen a theme."""
        self._dark = event.dark
        self._follow_terminal()

    def on_colours_seen(self, event: ColoursSeen) -> None:
        """Use more colours than the terminal's name promises."""
        if not self.terminal.guesses_colours or self.no_color:
            return
        self.terminal = replace(self.terminal, colours=event.count, guesses_colours=False)
        use_256_colours(self)
        filters = line_filters(self)
        for few in [f for f in filters if isinstance(f, SixteenColours)]:
            filters.remove(few)
        self._follow_terminal()
        self.draw_anew()

    def _follow_terminal(self) -> None:
        if self.preferences.theme in ("", FOLLOW):
            self.preview_theme(FOLLOW)

    def watch_theme(self) -> None:
        """Draw no edges in a theme of the terminal's own colors, whatever the terminal can do."""
        filters = line_filters(self)
        for edges in [f for f in filters if isinstance(f, NoEdges)]:
            filters.remove(edges)
        if self.current_theme.ansi:
            filters.insert(0, NoEdges())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return tokens(self.current_theme)

    async def on_event(self, event: events.Event) -> None:
        event = as_typed(event)
        if isinstance(event, events.Key):
            self.last_key_s = monotonic()
        if isinstance(event, events.Resize | events.AppFocus):
            shown = getattr(driver_of(self), "shown", None)
            if shown is not None:
                shown.forget()  # the terminal may have changed its screen
        if isinstance(event, events.Key) and self.focused and self._comes_first(event):
            await drain_pending(self.focused)
        await super().on_event(event)

    def _comes_first(self, event: events.Key) -> bool:
        """Return True if Textual would handle a key before those pressed earlier."""
        if event.is_forwarded or event.is_printable:
            return False
        active = self.screen.active_bindings.get(event.key)
        return active is not None and active.binding.priority

    # -- the terminal ----------------------------------------------------------------------

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from tui.ui.terminal.driver import GenieDriver

        return GenieDriver

    def write_to_terminal(self, sequence: str) -> None:
        """Write a sequence that moves no cell; does nothing without a terminal of our own."""
        driver = driver_of(self)
        if sequence and driver and not (self.is_headless or self.is_web):
            driver.write(sequence)
            driver.flush()

    def on_sixel_seen(self) -> None:
        self.takes_sixel = True

    def picture_way(self) -> tuple[PictureProtocol, tuple[int, int]]:
        """Return how to draw a picture now, and the size of a cell in pixels.

        The terminal is asked when the first picture is shown; :attr:`takes_sixel` changes with its
        answer.
        """
        driver, way = driver_of(self), self.terminal.pictures
        output_fd = getattr(driver, "output_fileno", None)
        cell = cell_pixels(output_fd) if output_fd is not None and not self.is_headless else None
        if cell is None or way == "cells" or not self.colours:
            return "cells", (1, 2)
        if way == "ask" and not self._asked_for_sixel:
            self._asked_for_sixel = True
            self.write_to_terminal(ASK_ATTRIBUTES)
        return "kitty" if way == "kitty" else "sixel" if self.takes_sixel else "cells", cell

    def draw_anew(self) -> None:
        """Draw everything again: something else was drawn over it."""
        if shown := getattr(driver_of(self), "shown", None):
            shown.forget()
        self.refresh(layout=True)

    def on_cursor_wanted(self, event: CursorWanted) -> None:
        """Show a cursor as a bar, where the terminal has one."""
        sequence = "" if self.is_headless or self.is_web else self.terminal.cursor(event.shape)
        event.widget.set_class(bool(sequence) and event.shape == "bar", "-bar-cursor")
        if sequence != self._cursor:
            self._cursor = sequence
            self.write_to_terminal(sequence)

    @property
    def restore_cursor(self) -> str:
        """Sequence that undoes what this app may do to the terminal's cursor."""
        return self.terminal.restore_cursor if self.preferences.vim else ""

    def set_window_title(self, text: str) -> None:
        """Set the title of the terminal's window; the old one comes back when the app ends."""
        sequence = self.terminal.title(text)
        if sequence != self.window_title:
            self.window_title = sequence
            self.write_to_terminal(sequence)

    # -- notices ---------------------------------------------------------------------------

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notice in the corner; its severity shows without colours, too."""
        glyph, message = _GRAVITY.get(severity, ""), _shortened(message)
        title, message = (f"{glyph}{title}", message) if title else ("", f"{glyph}{message}")
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    # -- keys ------------------------------------------------------------------------------

    def action_help_quit(self) -> None:
        """Quit at the second Ctrl+C in a row; the first one, which nothing else takes, says so."""
        now_s = monotonic()
        if now_s - self._asked_to_quit_s <= QUIT_AGAIN_S:
            self.call_later(self.run_action, "quit")
            return
        self._asked_to_quit_s = now_s
        self.show_hint("Press Ctrl+C again to quit", QUIT_AGAIN_S)

    def show_hint(self, text: str, seconds: float) -> None:
        """Show a hint about a key that was pressed."""
        self.notify(f"{text}.", timeout=seconds)

    def on_load(self) -> None:
        self.set_keymap(dict(self.preferences.keys))

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or key_name(binding.key)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text to the terminal's clipboard, also through tmux and screen."""
        set_clipboard(self, text)
        if driver := driver_of(self):
            for sequence in sequences(text):
                driver.write(sequence)

    # -- crashes ---------------------------------------------------------------------------

    async def run_async(self, *args: Any, **options: Any) -> ResultT | None:
        try:
            return await super().run_async(*args, **options)
        finally:
            if give_back := getattr(driver_of(self), "give_back", None):
                give_back()


def _shortened(message: str) -> str:
    """Cut the middle out of a very long message: its end has the cause."""
    half = _LONGEST_NOTICE // 2
    return message if len(message) <= _LONGEST_NOTICE else f"{message[:half]}…{message[-half:]}"
