"""Stop the agent, or stop waiting for it; usage of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.ids import is_local
from tui.core.ports import Capability
from tui.ui.chat.controller import Controller
from tui.ui.keys.labels import key_for
from tui.ui.keys.registry import DEFAULT_KEYS

if TYPE_CHECKING:
    from tui.core.turn import Turn
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.composer.composer import Composer


class TurnControl(Controller):
    """Stop and stop-waiting actions; the composer's border shows if the agent can be stopped."""

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            DEFAULT_KEYS["turn.stop_waiting"],
            "stop_waiting",
            "Stop waiting",
            tooltip="Stop waiting; the agent keeps working",
            show=False,
            priority=True,
            id="turn.stop_waiting",
        ),
        Binding(
            DEFAULT_KEYS["turn.halt"],
            "halt",
            "Stop",
            tooltip="Ask the agent to stop",
            priority=True,
            id="turn.halt",
        ),
    )

    def __init__(self, context: ChatContext, composer: Composer, view: ConversationView) -> None:
        super().__init__(context)
        self._composer = composer
        self._view = view
        self._usage_of: object = None
        """Conversation and newest turn of the last usage total."""

    def check_action(self, action: str) -> bool:
        if action == "stop_waiting":
            return self.context.chat_state.is_recovering
        return action != "halt" or self._stoppable() is not None

    def _stoppable(self) -> Turn | None:
        current = self.context.current
        can_halt = current and Capability.HALT in self.context.can
        return (
            self.context.chat_state.active_turns.stoppable(current)
            if current and can_halt
            else None
        )

    def halt(self) -> None:
        """Ask the agent to stop; the request stays visible until the turn ends."""
        if turn := self._stoppable():
            self.context.run("halt", self.context.opened.session.conversations.halt, turn)

    def stop_waiting(self) -> None:
        """Stop following a turn in recovery until the user looks again; the server continues it."""
        self.context.run("stop waiting", self._stop_waiting)

    async def _stop_waiting(self) -> None:
        access, current = self.context.access, self.context.current
        if access and current:
            await access.session.stop_waiting(current)
            self.context.chat_state.stop_waiting(current)
            self.context.show_state()

    # -- display ---------------------------------------------------------------------------

    def show_stop(self) -> None:
        """Offer to stop the agent, or show that it was asked to."""
        current = self.context.current
        if self._stoppable():
            self._composer.show_stop("offered", key_for(self.context.app, "turn.halt"))
        elif current and self.context.chat_state.active_turns.is_stopping(current):
            self._composer.show_stop("asked")
        else:
            self._composer.show_stop("")

    def show_usage(self) -> None:
        """Show the conversation's usage above the timeline."""
        transcript = self._view.conversation.transcript
        newest = transcript.newest if transcript else None
        shown = (self.context.current, newest and (newest.id, newest.usage))
        if shown != self._usage_of:
            self._usage_of = shown
            self.context.run_exclusive("usage", self._sum_usage)

    async def _sum_usage(self) -> None:
        current, access = self.context.current, self.context.access
        total = None
        counts = Capability.REPORT_USAGE in self.context.can
        if access and counts and current and not is_local(current):
            total = await access.session.history.total_usage(current)
        self._view.timeline.show_total(total)
