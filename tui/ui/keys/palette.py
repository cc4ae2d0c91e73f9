"""Command palette: all available bindings and commands without a key."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode

from tui.ui.keys.labels import UNBOUND
from tui.ui.keys.registry import group_position
from tui.ui.toolkit.text import spread

_WIDEST_ROW = 68


class KeyCommands(Provider):
    """Provider of the bindings that work on the screen below."""

    async def discover(self) -> Hits:
        for name, node, binding in self._bindings():
            yield DiscoveryHit(
                self._row(Content(name), binding), partial(self._run, node, binding), text=name
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, node, binding in self._bindings():
            score = matcher.match(name)
            if score > 0:
                row = self._row(matcher.highlight(name), binding)
                yield Hit(score, row, partial(self._run, node, binding), text=name)

    def _bindings(self) -> Iterator[tuple[str, DOMNode, Binding]]:
        seen = {"command_palette"}
        active = sorted(self.screen.active_bindings.values(), key=lambda item: _rank(item.binding))
        for node, binding, enabled, _ in active:
            offered = binding.show or binding.tooltip
            if enabled and offered and binding.action not in seen:
                seen.add(binding.action)
                yield binding.tooltip or binding.description, node, binding

    def _row(self, name: Content, binding: Binding) -> Content:
        shown = "" if binding.key == UNBOUND else self.app.get_key_display(binding)
        key = Content.styled(shown, "$muted")
        return spread(name, key, min(_WIDEST_ROW, self.app.size.width * 92 // 100 - 8))

    async def _run(self, node: DOMNode, binding: Binding) -> None:
        await self.app.run_action(binding.action, node)


def _rank(binding: Binding) -> tuple[bool, int, bool]:
    """Sort key: common commands first, commands of the app and hidden ones last."""
    id_ = binding.id or ""
    return id_.startswith("app."), group_position(id_), not binding.show
