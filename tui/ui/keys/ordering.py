"""Keys are done in the order in which they were pressed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

from tui.ui.keys.labels import bound_to

_LONGEST_S = 0.5
"""After which a key is done all the same, so that no hung widget keeps somebody from leaving."""


async def drain_pending(focused: Widget) -> None:
    """Wait until a widget, and what is around it, have done what was to be done so far.

    Textual does keys with priority as soon as they are read, before letters and Enter that the
    focus has not got round to. What it makes of those goes up to the screen as messages.
    """
    around = [node for node in focused.ancestors_with_self if isinstance(node, Widget)]
    with suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_S):
            for node in (focused, *around):  # first the keys, then the messages they led to
                await _idle(node)


async def act_at_once(app: App[Any], key: str, node: DOMNode) -> bool:
    """Do what a key is bound to at a node; False if that is nothing.

    Left to Textual, such a key would go up to the screen first, and letters typed or pasted
    right behind it would overtake it; one with priority would overtake those before it.
    """
    for binding in bound_to(node, key):
        if not binding.priority and await app.run_action(binding.action, node):
            return True
    return False


async def _idle(node: Widget) -> None:
    idle = asyncio.Event()
    if node.call_later(idle.set):
        await idle.wait()
