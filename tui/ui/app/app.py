"""The application: paints first, connects afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import ClassVar

from textual import on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.core.links import link_host
from tui.core.text import clean_line, size, utf8_size
from tui.system import gc_control
from tui.system.browser import open_at_home
from tui.ui.app.messages import Attention, CopyText, JobsWanted, OpenLink, Titled
from tui.ui.app.session_app import SessionApp
from tui.ui.app.stylesheets import first_sheets, later_sheets
from tui.ui.terminal.clipboard import is_too_large, save_copy


class GenieApp(SessionApp):
    """Conversation client for one agent: its theme, its keys and the requests of its screens."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [*first_sheets()]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+p",
            "command_palette",
            "Commands",
            tooltip="Find a command",
            priority=True,
            id="app.commands",
        ),
        Binding("ctrl+q", "quit", "Quit", tooltip="Quit", show=False, priority=True, id="app.quit"),
        Binding(
            "f1", "help", "Help", tooltip="Show all key bindings", priority=True, id="app.help"
        ),
    ]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Theme", "Change the color theme", self.action_change_theme)
        if self._account:
            yield SystemCommand("Sign in", "Sign in again, or as another user", self.sign_in)

    def action_dress(self) -> None:
        """Load the style sheets that the first paint did without."""
        gc_control.release()
        for path in later_sheets():
            self.stylesheet.read(path)
        self.stylesheet.parse()  # unlike reparse, keeps what the first paint has parsed
        self.stylesheet.update(self)

    @on(JobsWanted)
    def _show_jobs(self, event: JobsWanted) -> None:
        """Show the recipe and jobs of a skill; needs a developer token."""
        from tui.studio.models import recipe_of_skill
        from tui.ui.studio.jobs import JobsModal

        recipe = recipe_of_skill(event.skill_id)
        if recipe and self.studio.is_available:
            self.push_screen(JobsModal(self.studio, recipe, event.name))

    def action_command_palette(self) -> None:
        """Open the palette for what works on the current screen, or close it."""
        from tui.config import data_dir
        from tui.ui.keys.palette import CommandPalette, RecentCommands, commands_of

        if isinstance(self.screen, CommandPalette):
            self.screen.dismiss()
            return
        recent = RecentCommands(data_dir() / "recent-commands.json")
        self.push_screen(CommandPalette(commands_of(self, self.screen), recent))

    def search_themes(self) -> None:
        """Open the theme picker."""
        from tui.ui.theme.picker import ThemePicker

        if not isinstance(self.screen, ThemePicker):
            self.push_screen(ThemePicker())

    def action_help(self) -> None:
        from tui.ui.keys.help_screen import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        else:
            self.push_screen(HelpScreen(self.has_command, has_vim=self.preferences.vim))

    def action_open_link(self, href: str) -> None:
        """Open a web address in the browser, or copy it where there is no browser."""
        if link_host(href) is None:
            self.notify("Can't open this link: it isn't a web address.", severity="warning")
        elif not self.preferences.no_browser and open_at_home(href):
            self.notify(clean_line(href), title="Opened in your browser", markup=False)
        else:
            self.copy_to_clipboard(href)
            self.notify(
                clean_line(href, 400), title="No browser here. Link copied instead", markup=False
            )

    @on(OpenLink)
    def _open_link(self, event: OpenLink) -> None:
        self.action_open_link(event.url)

    @on(Attention)
    def _call_attention(self, event: Attention) -> None:
        """Send a desktop notification, if the user wants them and is elsewhere."""
        if self.preferences.notifications and not self.app_focus:
            self.write_to_terminal(self.terminal.notification(event.text))

    @on(Titled)
    def _name_window(self, event: Titled) -> None:
        self.set_window_title(event.text)

    @on(CopyText)
    def _copy(self, event: CopyText) -> None:
        """Copy a text to the terminal's clipboard and report it; the terminal may still refuse."""
        if is_too_large(event.text):
            self._save_copy(event)
            return
        self.copy_to_clipboard(event.text)
        much = size(utf8_size(event.text))
        self.notify(f"Copied {event.what} ({much}).", markup=False)

    def _save_copy(self, event: CopyText) -> None:
        """Save a text that terminals would drop to a file."""
        from tui.config import data_dir

        much = f"Too large for the clipboard: {event.what} ({size(utf8_size(event.text))})."
        try:
            path = save_copy(event.text, data_dir() / "copies")
        except OSError as error:
            text = f"{much} Couldn't save it to a file: {error.strerror or error}."
            self.notify(clean_line(text, 400), severity="warning", markup=False)
        else:
            self.notify(clean_line(f"{much} Saved to {path}", 600), timeout=15, markup=False)
