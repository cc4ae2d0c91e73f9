"""The line at the bottom: the keys that work for what has the focus."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from tui.ui.keys import UNBOUND, short_key_name
from tui.ui.text import spread

_GAP = 3


class KeyBar(Widget):
    """All shown bindings of the focused widget and its screen, as one clickable line."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._redraw)

    def _redraw(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    def render(self) -> Content:
        width = self.size.width
        *others, help_ = self._labels() or [Content("")]
        row = _fitting(others, width - help_.cell_length - _GAP)
        return spread(row, help_, width, gap=_GAP)

    def _labels(self) -> list[Content]:
        """Each key with what it does: those of the focus first, those of the app last."""
        active = [
            item
            for item in self.screen.active_bindings.values()
            if item.binding.show and item.binding.key != UNBOUND
        ]
        nodes = [self.screen.focused, self.screen, self.app]
        active.sort(key=lambda item: nodes.index(item.node) if item.node in nodes else 0)
        shown: dict[str, Binding] = {}
        for item in active:
            if item.enabled:
                shown.setdefault(item.binding.action, item.binding)
        return [self._label(binding) for binding in shown.values()]

    def _label(self, binding: Binding) -> Content:
        key = binding.key_display or short_key_name(binding.key)
        press = Style.from_meta({"@click": f"app.simulate_key({binding.key!r})"})
        return Content.assemble((key, "bold"), (f" {binding.description}", "$soft")).stylize(press)


def _fitting(labels: Iterable[Content], width: int) -> Content:
    """As many labels as there is room for, whole ones only."""
    row = Content("")
    for label in labels:
        longer = Content.assemble(row, " " * _GAP, label) if row else label
        if longer.cell_length > width:
            break
        row = longer
    return row
