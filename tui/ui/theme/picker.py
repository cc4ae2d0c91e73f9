"""Theme picker with a live preview: the conversation beside it is drawn in each theme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.content import Content
from textual.style import Style
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.ui.keys.list_modal import ListModal
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.theme.names import FOLLOW
from tui.ui.theme.themes import GENIE_16, GENIE_16_LIGHT, GENIE_MONO, THEMES
from tui.ui.toolkit.dialog import Dialog, KeyHints
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from textual.theme import Theme

    from tui.ui.app.base import BaseApp

_LABELS = {
    FOLLOW: "Follow the terminal",
    "genie-dark": "Dark",
    "genie-light": "Light",
    "genie-ember": "Ember",
    "genie-mist": "Mist",
    "genie-contrast-dark": "High contrast dark",
    "genie-contrast-light": "High contrast light",
    GENIE_16.name: "16 colors",
    GENIE_16_LIGHT.name: "16 colors, light",
    GENIE_MONO.name: "No color",
}
_FEW_COLORS = 16
_COLUMNS, _FRAME = 40, 5
"""Width of the sheet, and of its edges, padding and scrollbar."""
_MOST_ROWS = 24
_AROUND_LIST = 10
"""Rows of the sheet besides its list."""


class ThemePicker(ListModal[None]):
    """List of themes. Moving in it previews, Enter keeps the theme, Esc returns to the old one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Back to the old theme", id="theme.leave"),
        Binding("enter", "keep", "Keep", tooltip="Keep the theme", id="theme.keep"),
    ]
    AUTO_FOCUS = "OptionList"
    app: BaseApp[object]

    def compose(self) -> ComposeResult:
        with Dialog("Theme", leave=f"back to {label_of(self.app.theme)}", id="themes"):
            yield SafeOptionList(id="themes-list", compact=True)
            yield KeyHints(("↑↓", "preview"), ("Enter", "keep"))

    def on_mount(self) -> None:
        self._old = self.app.chosen_theme
        self._shown = self._old
        self._names = [name for _, name in self._listed()]
        self._fill()

    def on_resize(self, event: events.Resize) -> None:
        self._fill()

    def _fill(self) -> None:
        rows = self.rows
        columns, height = self.app.size  # before the first layout, so that it is there at once
        rows.styles.max_height = min(_MOST_ROWS, max(1, height - _AROUND_LIST))
        width = min(_COLUMNS, columns * 96 // 100) - _FRAME
        rows.set_options(self._options(width))
        if self._shown in self._names:
            rows.highlighted = rows.get_option_index(self._shown)

    def _listed(self) -> Iterator[tuple[str, str]]:
        """Yield the themes with their group, ours first; those for few colors only where apt."""
        if self.app.colours == 0:
            yield "Genie", GENIE_MONO.name
            return
        yield "Genie", FOLLOW
        ours = [theme.name for theme in THEMES]
        for name in ours:
            for_few = name in (GENIE_16.name, GENIE_16_LIGHT.name)
            if name != GENIE_MONO.name and (not for_few or self.app.colours <= _FEW_COLORS):
                yield "Genie", name
        yield from (
            ("Others", name) for name in sorted(self.app.available_themes) if name not in ours
        )

    def _options(self, width: int) -> Iterator[Option]:
        last = ""
        for group, name in self._listed():
            if group != last:
                if last:
                    yield Option(Content(""), disabled=True)
                yield Option(Content.styled(group, "bold $accent"), disabled=True)
                last = group
            theme = self.app.get_theme(self.app.theme_for(name))
            label = Content.assemble("  ", line(label_of(name)))
            swatches = _swatches(theme) if theme else Content("")
            yield Option(spread(label, swatches, width), id=name)

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        name = event.option_id
        if name and name != self._shown and self.is_active:
            self._shown = name
            self.app.preview_theme(name)

    @on(OptionList.OptionSelected)
    def action_keep(self) -> None:
        """Keep the highlighted theme."""
        self.app.choose_theme(self._shown)
        self.dismiss()

    def action_leave(self) -> None:
        """Return to the theme before."""
        if self._shown != self._old:
            self.app.preview_theme(self._old)
        self.dismiss()


def label_of(name: str) -> str:
    """Return the name of a theme as people read it."""
    return _LABELS.get(name, name)


def _swatches(theme: Theme) -> Content:
    """Return three of a theme's colors, each two cells wide."""
    surface = theme.surface or theme.background or ("#1e1e1e" if theme.dark else "#e0e0e0")
    accent = theme.accent or theme.primary
    colors = (surface, accent, theme.success or theme.secondary or theme.primary)
    return Content.assemble(*(("  ", Style(background=Color.parse(color))) for color in colors))
