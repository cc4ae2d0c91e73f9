"""Keys that are pressed before there is anything to take them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.events import Key, Paste

Handle = Callable[[Key | Paste], Awaitable[None]]


class EarlyKeys:
    """Holds keys and pastes until a widget has the focus; Textual would drop them.

    They are handled in the order in which they came, before those that come later.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._held: list[Key | Paste] = []
        self._ready = False

    def hold(self, event: Key | Paste) -> bool:
        """Keep an event for later; False if it can be handled now."""
        if not self._ready:
            self._held.append(event)
        return not self._ready

    async def release(self) -> None:
        """Handle what was held; from now on nothing is."""
        while self._held:
            await self._handle(self._held.pop(0))
        self._ready = True
