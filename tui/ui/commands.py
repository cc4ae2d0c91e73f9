"""The command palette: everything that has a key, and what has none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode


class KeyCommands(Provider):
    """The bindings that work on the screen below, found by what they say."""

    async def discover(self) -> Hits:
        for name, node, binding in self._bindings():
            yield DiscoveryHit(
                Content(name), partial(self._run, node, binding), text=name, help=self._key(binding)
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, node, binding in self._bindings():
            score = matcher.match(name)
            if score > 0:
                yield Hit(
                    score,
                    Content(name),
                    partial(self._run, node, binding),
                    text=name,
                    help=self._key(binding),
                )

    def _bindings(self) -> Iterator[tuple[str, DOMNode, Binding]]:
        seen = {"app.command_palette", "command_palette"}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            palette = binding.show or binding.tooltip
            if enabled and palette and binding.description and binding.action not in seen:
                seen.add(binding.action)
                yield binding.tooltip or binding.description, node, binding

    def _key(self, binding: Binding) -> str:
        return self.app.get_key_display(binding)

    async def _run(self, node: DOMNode, binding: Binding) -> None:
        await self.app.run_action(binding.action, node)
