"""Base class of the chat screen's parts that are not widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from textual.binding import Binding

    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.slash_registry import SlashCommand


class Controller:
    """Feature of the chat screen: its keys, when they are active, and its slash commands.

    The screen binds ``KEYS``, whichever widget has the focus, and calls the controller from its
    actions.
    """

    KEYS: ClassVar[Sequence[Binding]] = ()

    def __init__(self, context: ChatContext) -> None:
        self.context = context

    def check_action(self, action: str) -> bool:
        """Return False for an action of this controller that would do nothing now."""
        return True

    def slash_commands(self) -> Sequence[SlashCommand]:
        """Return the slash commands that accept an argument and are available now."""
        return ()
