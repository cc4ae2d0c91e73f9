"""Waiting: messages that can still be changed, and turns that nobody wants to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from tui.core.draft import Draft
from tui.core.ids import is_local
from tui.core.ports import Can
from tui.ui.key_registry import DEFAULT_KEYS
from tui.ui.keys import key_for
from tui.ui.screens.writing import WritingScreen
from tui.ui.widgets.timeline_head import TimelineHead

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, TurnId
    from tui.core.turn import Turn
    from tui.ui.widgets.prompt_card import PromptCard


class WaitingScreen(WritingScreen):
    """What can be done about a message before it is sent, and about a turn that is brought back."""

    _usage_of: object = None
    """The conversation and the newest turn whose usage was added up last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "alt+up",
            "edit_waiting",
            "Change",
            tooltip="Change the last message that waits",
            show=False,
            priority=True,
            id="message.edit",
        ),
        Binding(
            DEFAULT_KEYS["turn.stop_waiting"],
            "stop_waiting",
            "Stop waiting",
            tooltip="Stop waiting for the agent",
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
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action == "edit_waiting":
            return bool(self._unsent())
        if action == "stop_waiting":
            return self.desk.recovers
        if action == "halt":
            return self._stoppable() is not None
        return super().check_action(action, parameters)

    # -- messages --------------------------------------------------------------------------

    def _unsent(self) -> list[Turn]:
        current = self.desk.current
        return self.desk.board.unsent(current) if current else []

    def action_edit_waiting(self) -> None:
        """Change the last message that waits here to be sent."""
        for turn in self._unsent()[-1:]:
            if turn.prompt:
                self._edit(turn.id, turn.prompt.text)

    def on_prompt_card_edit_wanted(self, event: PromptCard.EditWanted) -> None:
        self._edit(event.turn_id, event.text)

    def _edit(self, turn_id: TurnId, text: str) -> None:
        from tui.ui.modals.writing import EditModal

        where = self.desk.current

        def changed(words: str | None) -> None:
            if words is not None and words != text and where is not None:
                self._revise(where, turn_id, words)

        self.app.push_screen(EditModal(text), changed)

    @work(group="send", exit_on_error=False)
    async def _revise(self, where: ConversationId, turn_id: TurnId, words: str) -> None:
        if not await self.opened.session.edit(where, turn_id, words):
            await self.take_back(Draft(words))
            self.complain("It was sent before you changed it. Your words are below.")

    # -- turns -----------------------------------------------------------------------------

    def show_stop(self) -> None:
        """Offer to stop the agent, or say that it was asked to."""
        current = self.desk.current
        if self._stoppable():
            self.composer.show_stop("offered", key_for(self.app, "turn.halt"))
        elif current and self.desk.board.is_stopping(current):
            self.composer.show_stop("asked")
        else:
            self.composer.show_stop("")

    def show_usage(self) -> None:
        """Say above the timeline what the conversation has used."""
        transcript = self.conversation.transcript
        newest = transcript.newest if transcript else None
        shown = (self.desk.current, newest and (newest.id, newest.usage))
        if shown != self._usage_of:
            self._usage_of = shown
            self._sum_usage()

    @work(group="usage", exclusive=True, exit_on_error=False)
    async def _sum_usage(self) -> None:
        current, access = self.desk.current, self.access
        counts = access is not None and Can.REPORT_USAGE in access.session.can
        total = None
        if access and counts and current and not is_local(current):
            total = await access.session.total_usage(current)
        self.query_one(TimelineHead).total = total

    def _stoppable(self) -> Turn | None:
        can = self.access.session.can if self.access else Can.NOTHING
        current = self.desk.current
        return self.desk.board.stoppable(current) if current and Can.HALT in can else None

    @work(group="halt", exit_on_error=False)
    async def action_halt(self) -> None:
        """Ask for the end of the turn; that it was asked for stays visible until it comes."""
        if turn := self._stoppable():
            await self.opened.session.halt(turn)

    @work(group="stop waiting", exit_on_error=False)
    async def action_stop_waiting(self) -> None:
        """Leave a turn that is being brought back to the server, until the user looks again."""
        if self.access and (current := self.desk.current):
            await self.access.session.stop_waiting(current)
            self.desk.leave_alone(current)
            self.show_state()
