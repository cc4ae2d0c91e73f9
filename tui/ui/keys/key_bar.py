"""Bottom line with the keys that work for the focused widget."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from tui.ui.keys.labels import UNBOUND, key_name
from tui.ui.toolkit.text import spread

_GAP = 3
_REST_S = 0.2
_LEAST = (
    "conversation.new",
    "message.attach",
    "composer.newline",
    "pane.timeline",
)
"""Ids of the keys that give way first where there is no room for all."""
_PALETTE = "app.commands"
"""Id of the key that gives way last, since every other command can be found with it."""


class KeyBar(Widget):
    """All shown bindings of the focused widget and its screen, as one clickable line.

    It is blank behind a dialog, where none of them works.
    """

    left_out: frozenset[str] = frozenset()
    """Ids of keys that are not needed now, since what they show is on the screen."""
    mode: reactive[str] = reactive("")
    """Name of the keys' mode, shown first; empty for the usual one."""
    _drawn: tuple[Binding, ...] = ()
    _resting = False
    _asked = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look_again)
        self.app.screen_change_signal.subscribe(self, lambda _: self.refresh())

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
        self._drawn = self._shown() if self.screen.is_active else ()
        if not self._drawn:
            return Content("")
        *others, last = self._drawn
        help_ = self._label(last)
        mode = Content.styled(self.mode, "bold reverse")
        before = Content.assemble(mode, " " * _GAP) if self.mode else Content("")
        room = width - before.cell_length - help_.cell_length - _GAP
        row = Content.assemble(before, self._fitting(others, room))
        return spread(row, help_, width, gap=_GAP)

    def leave_out(self, names: frozenset[str]) -> None:
        """Set the ids of keys that are not needed now."""
        if names != self.left_out:
            self.left_out = names
            self.refresh()

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
            if item.enabled and item.binding.id not in self.left_out:
                shown.setdefault(item.binding.action, item.binding)
        return tuple(shown.values())

    def _fitting(self, bindings: list[Binding], width: int) -> Content:
        """Join the labels, without the least important ones if there is no room for all."""
        kept = list(bindings)
        while True:
            row = Content(" " * _GAP).join([self._label(binding) for binding in kept])
            if row.cell_length <= width or not kept:
                return row
            others = [b for b in kept if b.id != _PALETTE] or kept
            least = next((b for name in _LEAST for b in others if b.id == name), others[-1])
            kept.remove(least)

    def _label(self, binding: Binding) -> Content:
        key = binding.key_display or key_name(binding.key)
        press = Style.from_meta({"@click": f"app.simulate_key({binding.key!r})"})
        return Content.assemble((key, "bold"), (f" {binding.description}", "$muted")).stylize(press)
