"""Bottom line with the keys that work for the focused widget."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from tui.ui.keys.labels import UNBOUND, short_key_name
from tui.ui.toolkit.text import spread

_GAP = 3
_REST_S = 0.2


class KeyBar(Widget):
    """All shown bindings of the focused widget and its screen, as one clickable line."""

    _drawn: tuple[Binding, ...] = ()
    _resting = False
    _asked = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look_again)

    def _look_again(self, screen: Screen[object]) -> None:
        """Update the keys at once, but at most at intervals: each piece of a reply asks for it."""
        if not self.is_attached or screen is not self.screen:
            return
        if self._resting:
            self._asked = True
            return
        if self._shown() != self._drawn:
            self.refresh()
        self._resting = True
        self.set_timer(_REST_S, self._rest)

    def _rest(self) -> None:
        self._resting = False
        if self._asked:
            self._asked = False
            self._look_again(self.screen)

    def render(self) -> Content:
        width = self.size.width
        self._drawn = self._shown()
        *others, help_ = [self._label(binding) for binding in self._drawn] or [Content("")]
        row = _fitting(others, width - help_.cell_length - _GAP)
        return spread(row, help_, width, gap=_GAP)

    def _shown(self) -> tuple[Binding, ...]:
        """Bindings to show: those of the focused widget first, those of the app last."""
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
        return tuple(shown.values())

    def _label(self, binding: Binding) -> Content:
        key = binding.key_display or short_key_name(binding.key)
        press = Style.from_meta({"@click": f"app.simulate_key({binding.key!r})"})
        return Content.assemble((key, "bold"), (f" {binding.description}", "$muted")).stylize(press)


def _fitting(labels: Iterable[Content], width: int) -> Content:
    """Join as many whole labels as fit."""
    row = Content("")
    for label in labels:
        longer = Content.assemble(row, " " * _GAP, label) if row else label
        if longer.cell_length > width:
            break
        row = longer
    return row
