"""Conversation pane: the transcript, or the welcome of an empty conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from tui.ui.app.messages import CopyText
from tui.ui.welcome.welcome import Welcome

if TYPE_CHECKING:
    from tui.core.agents import Introduction
    from tui.core.ids import TurnId
    from tui.core.turn import Turn
    from tui.ui.transcript.card import PromptCard
    from tui.ui.transcript.message_actions import MessageActions
    from tui.ui.transcript.reply import Reply
    from tui.ui.transcript.transcript import Transcript


class ConversationPane(Container):
    """Show turns in order, however their loading and their changes overlap.

    The transcript is mounted by :meth:`mount_deferred` after the first paint: its imports are slow.
    For the same reason its messages are handled by name.
    """

    actions: MessageActions
    """Actions on messages; set before the pane is mounted."""

    def __init__(
        self, agent_name: str, introduction: Introduction, now_ms: Callable[[], int]
    ) -> None:
        super().__init__()
        self._agent_name = agent_name
        self.welcome = Welcome(agent_name, introduction, now_ms)
        self._now_ms = now_ms
        self._newer: dict[TurnId, Turn] | None = None
        self.transcript: Transcript | None = None
        self.oldest: TurnId | None = None
        """The first turn shown."""
        self.newest: TurnId | None = None
        """The last turn shown, if newer ones are stored."""

    def compose(self) -> ComposeResult:
        yield self.welcome.head
        yield Static(Content("↓ More below"), id="pill")

    def set_agent_name(self, name: str) -> None:
        """Show another agent's name; empty if it is not known."""
        self._agent_name = name
        self.welcome.head.set_agent_name(name)
        if self.transcript:
            self.transcript.set_agent_name(name)

    async def mount_deferred(self, *, offers_start: bool, offers_jobs: bool) -> None:
        """Mount the transcript.

        ``offers_start``: a genie that does not reply can be started from here. ``offers_jobs``: a
        skill's recipe and jobs can be shown.
        """
        from tui.ui.transcript.transcript import Transcript

        self.transcript = Transcript(now_ms=self._now_ms)
        self.transcript.set_agent_name(self._agent_name)
        self.transcript.offers_start = offers_start
        self.transcript.offers_jobs = offers_jobs
        self.transcript.display = False
        await self.mount(self.transcript, after=self.welcome.head)

    @property
    def shows_welcome(self) -> bool:
        """True if the welcome is shown."""
        return self.welcome.is_shown

    def show_welcome(self, *, on: bool) -> None:
        """Show the welcome, or the transcript."""
        self.welcome.show(on=on)
        if self.transcript:
            self.transcript.display = not on
        self.show_pill(False)

    @property
    def ends_in_silence(self) -> bool:
        """True if the last turn on screen has ended without a reply."""
        if not (self.transcript and self.transcript.items):
            return False  # asked for before the first paint, which must not wait for the import
        from tui.ui.transcript.entries import SilenceEntry

        return isinstance(self.transcript.items[-1], SilenceEntry)

    def show_pill(self, shown: bool) -> None:
        """Show or hide the hint that there are new messages below."""
        self.query_one("#pill").display = shown

    def hold_updates(self) -> None:
        """Collect changes that arrive while turns are being loaded, for :meth:`show`."""
        self._newer = {}

    async def show(self, turns: Sequence[Turn], *, goes_on: bool = False) -> None:
        """Show loaded turns, in their newest state.

        ``goes_on``: newer ones follow.
        """
        if self.transcript is None:
            return
        newer = self._newer or {}
        self._newer = None
        self.oldest = turns[0].id if turns else None
        self.newest = turns[-1].id if turns and goes_on else None
        self.transcript.goes_on = self.newest is not None
        await self.transcript.show_turns([newer.pop(turn.id, turn) for turn in turns])
        self.show_pill(self.transcript.has_new_below)
        for turn in newer.values():
            await self.update(turn)

    async def append(self, turns: Sequence[Turn], *, goes_on: bool) -> None:
        """Append newer turns; ``goes_on``: still newer ones follow."""
        if self.transcript is None:
            return
        await self.transcript.prepend_turns(turns)
        if goes_on:
            self.newest = turns[-1].id
        else:
            self.newest = None
            self.transcript.end_here()
            self.show_pill(self.transcript.has_new_below)

    async def prepend(self, turns: Sequence[Turn]) -> None:
        """Insert older turns above."""
        if self.transcript is not None and turns:
            self.oldest = turns[0].id
            await self.transcript.prepend_turns(turns)

    def shows(self, turn_id: TurnId) -> bool:
        """Return True if a state of the turn is shown, or kept while older turns are."""
        if self._newer is not None and turn_id in self._newer:
            return True
        return self.transcript is not None and self.transcript.turn(turn_id) is not None

    async def update(self, turn: Turn) -> None:
        """Show the newest state of a turn, or a new one."""
        if self._newer is not None:
            self._newer[turn.id] = turn
        elif self.transcript is not None:
            if self.newest is None or self.transcript.turn(turn.id):
                await self.transcript.show_turn(turn)
                self.oldest = await self.transcript.forget_far_above() or self.oldest
            else:
                self.show_pill(True)

    def show_upload(self, turn_id: TurnId, sent_bytes: int, total_bytes: int) -> None:
        """Show the progress of a message's upload."""
        if self.transcript is not None:
            self.transcript.show_upload(turn_id, sent_bytes, total_bytes)

    def set_paused(self, *, on: bool) -> None:
        """Stop or resume showing progress in the transcript."""
        if self.transcript is not None:
            self.transcript.set_paused(on=on)

    async def drop(self, turn_id: TurnId) -> None:
        """Remove a turn from the screen."""
        if self._newer is not None:
            self._newer.pop(turn_id, None)
        if self.transcript is not None:
            await self.transcript.drop_turn(turn_id)

    def scroll_page(self, direction: int) -> None:
        """Scroll the transcript up (-1) or down (1) by a page."""
        if self.transcript and self.transcript.display:
            if direction < 0:
                self.transcript.action_page_up()
            else:
                self.transcript.action_page_down()

    # -- actions of the user ---------------------------------------------------------------

    def on_transcript_new_below_changed(self, event: Transcript.NewBelowChanged) -> None:
        self.show_pill(event.has_new)

    def on_reply_copy_requested(self, event: Reply.CopyRequested) -> None:
        self.post_message(CopyText(event.text, "the code"))

    def on_message_menu_quoted(self, event: Transcript.Quoted) -> None:
        self.actions.quote(event.text)

    def on_message_menu_save_as_test_wanted(self, event: Transcript.SaveAsTestWanted) -> None:
        event.stop()
        self.actions.save_as_test(event.turn_id)

    def on_message_menu_reword_wanted(self, event: Transcript.RewordWanted) -> None:
        self.actions.unsent.reword(event.turn_id, event.text)

    def on_message_menu_links_wanted(self, event: Transcript.LinksWanted) -> None:
        self.actions.choose_link(event.links)

    def on_message_menu_code_wanted(self, event: Transcript.CodeWanted) -> None:
        self.actions.choose_code(event.blocks)

    def on_message_menu_view_wanted(self, event: Transcript.ViewWanted) -> None:
        self.actions.view(event.text)

    def on_prompt_card_edit_wanted(self, event: PromptCard.EditWanted) -> None:
        self.actions.unsent.edit(event.turn_id, event.text)

    def on_prompt_card_send_again(self, event: PromptCard.SendAgain) -> None:
        self.actions.unsent.send_again(event.turn_id)

    def on_prompt_card_withdrawn(self, event: PromptCard.Withdrawn) -> None:
        self.actions.unsent.withdraw(event.turn_id)
