"""Process priority keys in the order in which they were pressed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

from tui.ui.keys.labels import bound_to

_LONGEST_S = 0.5
"""Time limit after which a key is handled anyway, so that no hung widget blocks quitting."""


async def drain_pending(focused: Widget) -> None:
    """Wait until a widget and its ancestors have handled their pending messages.

    Textual handles priority keys as soon as they are read, before letters and Enter that the
    focused widget has not handled yet. The messages that those cause go up to the screen.
    """
    around = [node for node in focused.ancestors_with_self if isinstance(node, Widget)]
    with suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_S):
            for node in (focused, *around):  # first the keys, then the messages that they caused
                await _idle(node)


async def act_at_once(app: App[Any], key: str, node: DOMNode) -> bool:
    """Run the binding of a key at a node; return False if there is none.

    Textual would pass such a key up to the screen first, and letters typed or pasted right after it
    would overtake it; a priority binding would overtake earlier keys.
    """
    for binding in bound_to(node, key):
        if not binding.priority and await app.run_action(binding.action, node):
            return True
    return False


async def _idle(node: Widget) -> None:
    idle = asyncio.Event()
    if node.call_later(idle.set):
        await idle.wait()
