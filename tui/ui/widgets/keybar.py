"""The line at the bottom: the keys that work for what has the focus."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget


class KeyBar(Widget):
    """All shown bindings of the focused widget and its screen, as one clickable line."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._redraw)

    def _redraw(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    def render(self) -> Content:
        shown: dict[str, Content] = {}
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and enabled and binding.action not in shown:
                key = self.app.get_key_display(binding)
                label = Content.assemble((key, "bold"), (f" {binding.description}", "$soft"))
                press = Style.from_meta({"@click": f"app.simulate_key({binding.key!r})"})
                shown[binding.action] = label.stylize(press)
        return _fitting(list(shown.values()), self.size.width)


def _fitting(labels: list[Content], width: int) -> Content:
    """As many labels as there is room for, whole ones only."""
    row = Content("")
    for label in labels:
        longer = Content.assemble(row, "   ", label) if row else label
        if longer.cell_length > width:
            break
        row = longer
    return row
