"""One conversation on screen: its messages, its timeline, and paging in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, TurnId
    from tui.core.records import Hit
    from tui.core.turn import Turn
    from tui.ui.chat.context import ChatContext
    from tui.ui.timeline.timeline_pane import TimelinePane
    from tui.ui.transcript.conversation_pane import ConversationPane


class ConversationView:
    """Load turns and events, and show them.

    ``announce`` is called with each conversation that was loaded, for its open questions.
    """

    def __init__(
        self,
        context: ChatContext,
        conversation: ConversationPane,
        timeline: TimelinePane,
        announce: Callable[[ConversationId], None],
    ) -> None:
        self._context = context
        self._announce = announce
        self.conversation = conversation
        self.timeline = timeline

    def show_welcome(self, *, on: bool) -> None:
        """Show the welcome and an empty timeline, or a conversation."""
        self.conversation.show_welcome(on=on)
        self.timeline.show_welcome(on=on)

    def set_paused(self, *, on: bool) -> None:
        """Stop or resume showing progress."""
        self.conversation.set_paused(on=on)
        self.timeline.set_paused(on=on)

    def follow_end(self) -> None:
        """Scroll to the end of the conversation and follow it."""
        if self.conversation.transcript:
            self.conversation.transcript.follow_end()

    async def show(self, conversation_id: ConversationId) -> None:
        """Show the newest turns of a conversation."""
        self.conversation.hold_updates()
        turns = await self._context.opened.session.history.turns(conversation_id)
        await self._show_turns(conversation_id, turns)

    async def _show_turns(
        self, conversation_id: ConversationId, turns: Sequence[Turn], *, goes_on: bool = False
    ) -> None:
        """Show turns that were loaded; ``goes_on``: newer ones follow."""
        for turn in turns:
            self._context.chat_state.active_turns.note(turn)
        await self.conversation.show(turns, goes_on=goes_on)
        self.timeline.note_turns(turns)
        await self._show_timeline(conversation_id, turns, goes_on=goes_on)
        self._announce(conversation_id)

    async def _show_timeline(
        self, conversation_id: ConversationId, turns: Sequence[Turn], *, goes_on: bool
    ) -> None:
        """Show the events up to the last of these turns, or up to now."""
        if self.timeline.timeline:
            session = self._context.opened.session
            until_ms = turns[-1].last_at_ms if turns and goes_on else None
            self.timeline.show_events(
                await session.history.timeline(conversation_id, until_ms),
                record_from_ms=session.history.record_from_ms,
                begun_ms=_begun_ms(turns),
            )

    # -- search hits -----------------------------------------------------------------------

    async def show_hit(self, hit: Hit) -> bool:
        """Show the turns around a message; return False for a title, or if the message is gone."""
        transcript = self.conversation.transcript
        if hit.turn_id is None or transcript is None:
            return False
        self.conversation.hold_updates()
        session = self._context.opened.session
        turns, goes_on = await session.history.turns_around(hit.conversation_id, hit.turn_id)
        if not turns:
            return False
        await self._show_turns(hit.conversation_id, turns, goes_on=goes_on)
        timeline = self.timeline.timeline
        if timeline and (turn := transcript.turn(hit.turn_id)):
            timeline.reveal(hit.event_key, turn.run_id)
        await transcript.reveal_message(hit.turn_id, hit.event_key, hit.words)
        return True

    async def show_message(self, turn_id: TurnId) -> None:
        """Scroll to a message of the user in this conversation, and focus it."""
        transcript, where = self.conversation.transcript, self._context.current
        if transcript is None or where is None:
            return
        if transcript.turn(turn_id):
            await transcript.reveal_message(turn_id, None)
        elif not await self.show_hit(_hit_at(where, turn_id)):
            self._context.notify("This message is no longer stored on this machine.")
            return
        await transcript.focus_prompt(turn_id)

    # -- older and newer turns -------------------------------------------------------------

    def read_older(self) -> None:
        """Show the turns before the oldest one, from the store, else from the server."""
        self._context.run_exclusive("older", self._read_older)

    async def _read_older(self) -> None:
        current, before = self._context.current, self.conversation.oldest
        if current is None or before is None:
            return
        session = self._context.opened.session
        turns = await session.history.turns(current, before)
        if not turns and await session.history.read_older(current):
            turns = await session.history.turns(current, before)
        if self._context.current == current and self.conversation.oldest == before:
            await self.conversation.prepend(turns)
            self.timeline.note_turns(turns)

    def read_newer(self) -> None:
        """Show the turns after the newest one shown."""
        self._context.run_exclusive("newer", self._read_newer)

    async def _read_newer(self) -> None:
        current, after = self._context.current, self.conversation.newest
        if current is None or after is None:
            return
        turns, goes_on = await self._context.opened.session.history.turns_after(current, after)
        if self._context.current == current and self.conversation.newest == after:
            await self.conversation.append(turns, goes_on=goes_on)
            self.timeline.note_turns(turns)
            await self._lengthen_timeline(current, turns, goes_on=goes_on)

    async def _lengthen_timeline(
        self, conversation_id: ConversationId, turns: Sequence[Turn], *, goes_on: bool
    ) -> None:
        """Append the events of later turns without scrolling."""
        if self.timeline.timeline:
            until_ms = turns[-1].last_at_ms if turns and goes_on else None
            session = self._context.opened.session
            self.timeline.lengthen(await session.history.timeline(conversation_id, until_ms))

    def go_to_end(self) -> None:
        """Go from older turns to the newest ones."""
        self._context.run_exclusive("newer", self._go_to_end)

    async def _go_to_end(self) -> None:
        if self._context.current:
            await self.show(self._context.current)
            self.follow_end()


def _hit_at(conversation_id: ConversationId, turn_id: TurnId) -> Hit:
    from tui.core.records import Hit

    return Hit(
        conversation_id=conversation_id, title="", source="user", snippet="", turn_id=turn_id
    )


def _begun_ms(turns: Sequence[Turn]) -> int | None:
    """Return the start of the first of these turns."""
    prompts = (turn.prompt for turn in turns)
    return next((prompt.at_ms for prompt in prompts if prompt and prompt.at_ms), None)
