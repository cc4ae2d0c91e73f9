"""Stop the agent, or stop waiting for it; usage of the conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content

from tui.core.ids import is_local
from tui.core.ports import Capability
from tui.core.text import clean_line
from tui.ui.chat.controller import Controller
from tui.ui.chat.working_state import working_state
from tui.ui.keys.registry import DEFAULT_KEYS

if TYPE_CHECKING:
    from tui.core.ids import TurnId
    from tui.core.turn import Turn
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.chat.working_line import WorkingLine


_LEAVE_S = 2.0
"""Time after a stop request from which Esc stops waiting: not a second press of the same Esc."""


class TurnControl(Controller):
    """Stop and stop-waiting actions, and the working line, which offers them."""

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
            show=False,
            priority=True,
            id="turn.halt",
        ),
        Binding(
            DEFAULT_KEYS["turn.stop"],
            "stop_turn",
            "Stop",
            tooltip="Ask the agent to stop, with nothing open that Esc closes",
            id="turn.stop",
        ),
        Binding(
            DEFAULT_KEYS["turn.leave"],
            "leave_turn",
            "Stop waiting",
            tooltip="Stop waiting, with nothing open that Esc closes",
            id="turn.leave",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        view: ConversationView,
        *,
        line: WorkingLine,
        is_open: Callable[[], bool],
    ) -> None:
        """``is_open`` returns True while something is open that Esc closes."""
        super().__init__(context)
        self._view = view
        self._line = line
        self._is_open = is_open
        self._asked_s: dict[TurnId, float] = {}
        """Times at which the user asked to stop turns."""
        self._usage_of: object = None
        """Conversation and newest turn of the last usage total."""

    def check_action(self, action: str) -> bool:
        match action:
            case "halt":
                return self._stoppable() is not None
            case "stop_waiting":
                return self._is_waiting()
            case "stop_turn":
                return self._stoppable() is not None and not self._is_open()
            case "leave_turn":
                return self._stoppable() is None and self._leavable() and not self._is_open()
            case _:
                return True

    def _stoppable(self) -> Turn | None:
        current = self.context.current
        can_halt = current and Capability.HALT in self.context.can
        return (
            self.context.chat_state.active_turns.stoppable(current)
            if current and can_halt
            else None
        )

    def _is_waiting(self) -> bool:
        """Return True if the turn on screen is followed."""
        chat_state, current = self.context.chat_state, self.context.current
        if current is None or chat_state.stopped_waiting:
            return False
        return chat_state.recovery is not None or self._followed() is not None

    def _followed(self) -> Turn | None:
        current = self.context.current
        return self.context.chat_state.active_turns.followed(current) if current else None

    def _leavable(self) -> bool:
        """Return True if Esc may stop waiting, also a while after the agent was asked to stop.

        Not while it is the agent that waits: closing its question takes an Esc, and another one
        would stop what nobody sees.
        """
        turn, current = self._followed(), self.context.current
        if current and self.context.chat_state.active_turns.questions(current):
            return False
        asked_s = self._asked_s.get(turn.id) if turn else None
        passed_s = self.context.clock.monotonic_s() - asked_s if asked_s is not None else None
        return (passed_s is None or passed_s >= _LEAVE_S) and self._is_waiting()

    def halt(self) -> None:
        """Ask the agent to stop; the request stays visible until the turn ends."""
        if turn := self._stoppable():
            self._asked_s[turn.id] = self.context.clock.monotonic_s()
            self.context.screen.set_timer(_LEAVE_S, self.context.show_state)
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

    def show_line(self, *, behind_banner: bool) -> None:
        """Show in the working line what the agent does; the banner of an outage replaces it."""
        context = self.context
        state = working_state(
            context.chat_state,
            agent=clean_line(context.agent_name, 40) or "The agent",
            stop=self._offer(),
        )
        self._line.display = not behind_banner
        self._line.show(None if behind_banner else state)

    def announce(self, text: str, seconds: float) -> None:
        """Show a notice in the working line."""
        self._line.show_notice(Content(text), seconds)

    def _offer(self) -> tuple[str, str]:
        """Return the command that stops the agent, or the waiting for it, and its effect.

        While Esc would close something else, its own key is named.
        """
        if self._stoppable():
            return ("turn.halt" if self._is_open() else "turn.stop"), "to stop"
        if self._leavable():
            return ("turn.stop_waiting" if self._is_open() else "turn.leave"), "to stop waiting"
        return "", ""

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
