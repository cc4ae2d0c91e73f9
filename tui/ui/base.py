"""What our apps share: the looks, the names of keys, and crashes that give nothing away."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App
from textual.binding import Binding

from tui.core.preferences import Preferences
from tui.core.redact import redact
from tui.ui.keys import key_name
from tui.ui.theme import THEMES, choose, tokens

ResultT = TypeVar("ResultT")


class BaseApp(App[ResultT]):
    """An app that looks and listens as its user prefers."""

    TITLE = "genie-tui"

    def __init__(self, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        for own in THEMES:
            self.register_theme(own)
        self.theme, self.theme_problem = choose(self.preferences.theme, self.available_themes)
        if self.preferences.reduced_motion:
            self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return tokens(self.current_theme)

    def on_load(self) -> None:
        self.set_keymap(dict(self.preferences.keys))

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or key_name(binding.key)

    def _fatal_error(self) -> None:
        """Show a crash without the values of local variables, which may be secrets."""
        import rich
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, suppress=[rich])
        for stack in traceback.trace.stacks:
            stack.exc_value = redact(stack.exc_value)
        self._exit_renderables.append(
            Segments(self.console.render(traceback, self.console.options))
        )
        self._close_messages_no_wait()
