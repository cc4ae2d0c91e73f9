"""Finding: the search over everything that was said, and the way to a message that was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from tui.ui.screens.reading import ReadingScreen
from tui.ui.slash import takes

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.records import Hit
    from tui.core.turn import Turn


class FindingScreen(ReadingScreen):
    """Goes to any message, however far back it is, and from there on in both directions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+f",
            "search",
            "Search",
            tooltip="Search everything that was said",
            show=False,
            priority=True,
            id="search.open",
        ),
    ]

    _searched = ""
    """The words of the last search."""

    @takes("WORDS", "Search everything that was said")
    def command_search(self, words: str) -> None:
        self._searched = words or self._searched
        self.action_search()

    # -- searching -------------------------------------------------------------------------

    def action_search(self) -> None:
        """Search all conversations, beginning with the words of the last search."""
        from tui.ui.modals.search import Found, SearchModal

        if self.access is None:
            self.notify("The search works as soon as the session is open.")
            return

        def chosen(found: Found | None) -> None:
            if found is not None:
                self._searched = found.words
                if found.hit:
                    self.composer.focus()
                    self.go_to_hit(found.hit)

        session = self.access.session
        self.app.push_screen(SearchModal(session.search, self.clock, self._searched), chosen)

    @work(group="open", exclusive=True, exit_on_error=False)
    async def go_to_hit(self, hit: Hit) -> None:
        """Show the conversation in which something was found, at the message."""
        where = hit.conversation_id
        if where != self.desk.current:
            await self._switch_to(where)
        if not await self._show_hit(hit):
            await self._show_conversation(where)
        await self._catch_up(where)

    async def _show_hit(self, hit: Hit) -> bool:
        """Show the turns around a message; False for a title, or if the message is gone."""
        transcript = self.conversation.transcript
        if hit.turn_id is None or transcript is None:
            return False
        self.conversation.expect()
        session = self.opened.session
        turns, goes_on = await session.turns_around(hit.conversation_id, hit.turn_id)
        if not turns:
            return False
        await self._show_turns(hit.conversation_id, turns, goes_on=goes_on)
        if self.timeline and (turn := transcript.turn(hit.turn_id)):
            self.timeline.reveal(hit.event_key, turn.run_id)
        await transcript.reveal_message(hit.turn_id, hit.event_key, hit.words)
        return True

    # -- from there to the end -------------------------------------------------------------

    def on_window_newer_wanted(self) -> None:
        self._read_newer()

    @work(group="newer", exclusive=True, exit_on_error=False)
    async def _read_newer(self) -> None:
        """Show the turns after the newest one shown."""
        current, after = self.desk.current, self.conversation.newest
        if current is None or after is None:
            return
        turns, goes_on = await self.opened.session.turns_after(current, after)
        if self.desk.current == current and self.conversation.newest == after:
            await self.conversation.append(turns, goes_on=goes_on)
            await self._lengthen_timeline(current, turns, goes_on=goes_on)

    async def _lengthen_timeline(
        self, conversation_id: ConversationId, turns: Sequence[Turn], *, goes_on: bool
    ) -> None:
        """Add what happened in turns that follow those shown; what is in view stays there."""
        if self.timeline:
            until_ms = turns[-1].last_at_ms if turns and goes_on else None
            events = await self.opened.session.timeline(conversation_id, until_ms)
            self.timeline.lengthen(events)

    def on_window_end_wanted(self) -> None:
        self._go_to_end()

    @work(group="newer", exclusive=True, exit_on_error=False)
    async def _go_to_end(self) -> None:
        """Leave the older turns for the newest ones."""
        if self.desk.current:
            await self._show_conversation(self.desk.current)
            self.action_follow_end()
