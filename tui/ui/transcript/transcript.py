"""Transcript of a conversation: messages, cards and questions of all turns, in one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widget import Widget

from tui.core.text import clean
from tui.ui.toolkit.state_glyphs import day_of
from tui.ui.transcript.card import Card, PromptCard, wall_clock_ms
from tui.ui.transcript.entries import (
    ApprovalEntry,
    BreakEntry,
    ConnectionEntry,
    DayEntry,
    Entry,
    NameEntry,
    OutcomeEntry,
    PromptEntry,
    ReplyEntry,
    SilenceEntry,
    SkillEntry,
    TurnList,
    UsageEntry,
    key_of_message,
    prompt_key,
)
from tui.ui.transcript.message_menu import MessageMenu
from tui.ui.transcript.message_text import UnfoldedKeys, folds
from tui.ui.transcript.question_cards import ApprovalCard, ConnectionCard
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.skill_card import SkillCard
from tui.ui.transcript.status_rows import (
    BreakRow,
    DayRule,
    NameRow,
    OutcomeRow,
    SilenceRow,
    UsageRow,
)

if TYPE_CHECKING:
    from tui.core.ids import AttemptId, CallId, TurnId
    from tui.core.turn import Turn

MOST_TURNS = 120
KEPT_TURNS = 60
_OVERLAP = 3
"""Turns that are loaded again: the store may order some differently than they arrived."""
_FOUND_S = 2.5
"""Duration of the highlight on a search hit."""


class Transcript(MessageMenu):
    """Shows turns as they are published; widgets on screen are updated in place.

    Its own messages are defined below; ``VirtualList.OlderWanted`` means that the user is near the
    oldest turn shown.
    """

    @dataclass
    class ApprovalOpened(Message):
        """The user wants to answer an approval request."""

        turn: Turn
        call_id: CallId

    @dataclass
    class ConnectionOpened(Message):
        """The user wants to authorize a connection."""

        turn: Turn
        attempt_id: AttemptId

    @dataclass
    class NewBelowChanged(Message):
        """The number of new entries below the view became zero or nonzero."""

        has_new: bool

    may_be_stopped = False
    """True if a missing reply may mean that the genie is stopped."""
    offers_start = False
    """True if a genie that does not reply can be started from here."""

    def __init__(
        self,
        *,
        now_ms: Callable[[], int] = wall_clock_ms,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            key=lambda entry: entry.key,
            build=self._build_entry,
            update=_update_entry,
            id=id,
            classes=classes,
        )
        self._now_ms = now_ms
        self._turns = TurnList()
        self._unfolded = UnfoldedKeys()
        self._had_new = False
        self._is_paused = False
        self._agent_name = ""

    @property
    def has_new_below(self) -> bool:
        return self.unseen > 0

    def last_reply(self) -> str:
        """Return the agent's last reply, in Markdown, cleaned; empty if there is none."""
        return next((clean(t.reply) for t in self._turns.newest_first() if t.reply), "")

    @property
    def newest(self) -> Turn | None:
        """The newest turn shown."""
        return next(iter(self._turns.newest_first()), None)

    def turn(self, turn_id: TurnId) -> Turn | None:
        """Return a turn as it was last shown."""
        return self._turns.turn(turn_id)

    async def show_turns(self, turns: Sequence[Turn]) -> None:
        """Replace all turns."""
        if not any(self._turns.turn(turn.id) for turn in turns):
            self.forget_cursor()
            if self._unfolded.all_unfolded:  # that was another conversation
                self._unfolded.set_all(unfolded=False)
        self._turns = TurnList(turns)
        await self.show_items(self._entries())

    async def show_turn(self, turn: Turn) -> None:
        """Update a turn, or insert it in the order of time."""
        changed = self._turns.put(turn)
        if changed is None:
            entries = self._entries()
            self._hold_new_reply(entries)
            await self.show_items(entries)
        else:
            for entry in changed:
                await self.show_item(entry)

    def _entries(self) -> list[Entry]:
        return self._turns.entries(today=day_of(self._now_ms()))

    def _hold_new_reply(self, entries: Sequence[Entry]) -> None:
        """Keep the first line of the last reply in view if it has just begun."""
        for place in range(len(entries) - 1, -1, -1):
            if isinstance(entry := entries[place], ReplyEntry):
                if self.place_of(entry.key) is None:
                    self.hold(entries[place - 1].key if entry.named else entry.key)
                return

    async def forget_far_above(self) -> TurnId | None:
        """Drop old turns while following the end; return the turn before which to reload."""
        many = len(self._turns) > MOST_TURNS and self.follows
        if not (many and self._turns.forget_oldest(KEPT_TURNS)):
            return None
        await self.show_items(self._entries())
        return self._turns.id_at(_OVERLAP)

    async def prepend_turns(self, turns: Sequence[Turn]) -> None:
        """Insert turns, usually older ones, without moving the view."""
        for turn in turns:
            self._turns.put(turn)
        await self.show_items(self._entries())

    async def reveal_message(
        self, turn_id: TurnId, event_key: str | None, words: Sequence[str] = ()
    ) -> None:
        """Scroll to a message of the agent, or of the user, and highlight it.

        In a long one, scroll on to the words. Does nothing if the turn is not in the list.
        """
        turn = self._turns.turn(turn_id)
        if turn is None:
            return
        key = key_of_message(turn, event_key)
        await self.reveal(key)
        widget = self.widget_of(key)
        if isinstance(widget, Reply) and widget.unfold_for(words):
            await self.reveal(key)
        if isinstance(widget, Reply) and (line := widget.line_of(words)) > self.size.height // 2:
            self.scroll_relative(y=line - self.size.height // 3, animate=False, immediate=True)
        if widget:
            widget.add_class("-found")
            self.set_timer(_FOUND_S, lambda: widget.remove_class("-found"))

    async def focus_prompt(self, turn_id: TurnId) -> None:
        """Focus the user's message of a turn."""
        await self.place_cursor(prompt_key(turn_id))
        self.focus(scroll_visible=False)

    async def unfold_all(self) -> bool | None:
        """Expand all cards, or collapse them if they were; return True if they are expanded now.

        None: there is nothing to expand.
        """
        if not any(folds(entry) for entry in self.items):
            return None
        self._unfolded.set_all(unfolded=not self._unfolded.all_unfolded)
        await self.redraw_mounted(_redraw_folded)
        if self.has_focus and self.cursor:
            await self.place_cursor(self.cursor)
        return self._unfolded.all_unfolded

    def set_agent_name(self, name: str) -> None:
        """Show the agent's name above what it did; empty if it is not known."""
        self._agent_name = name
        for row in self.query(NameRow):
            row.agent_name = name
            row.redraw()

    def set_paused(self, *, on: bool) -> None:
        """Stop or resume showing progress on all cards."""
        if on != self._is_paused:
            self._is_paused = on
            for card in self.query(Card):
                card.set_paused(on=on)

    async def drop_turn(self, turn_id: TurnId) -> None:
        """Remove a turn from the list."""
        if self._turns.drop(turn_id):
            await self.show_items(self._entries())

    def show_upload(self, turn_id: TurnId, sent_bytes: int, total_bytes: int) -> None:
        """Show the progress of a message's upload."""
        if isinstance(card := self.widget_of(prompt_key(turn_id)), PromptCard):
            card.show_upload(sent_bytes, total_bytes)

    def follow_end(self) -> None:
        """Go to the end of the list and follow it."""
        self.action_scroll_end()

    def watch_unseen(self) -> None:
        super().watch_unseen()
        if self.has_new_below != self._had_new:
            self._had_new = self.has_new_below
            self.post_message(self.NewBelowChanged(self._had_new))

    @on(ApprovalCard.Opened)
    def _open_approval(self, event: ApprovalCard.Opened) -> None:
        event.stop()
        if turn := self.turn(event.turn_id):
            self.post_message(self.ApprovalOpened(turn, event.call_id))

    @on(ConnectionCard.Opened)
    def _open_connection(self, event: ConnectionCard.Opened) -> None:
        event.stop()
        if turn := self.turn(event.turn_id):
            self.post_message(self.ConnectionOpened(turn, event.attempt_id))

    def _is_sent_soon(self, turn_id: TurnId) -> bool:
        """Return True for a message that isn't sent yet, if nothing runs before it."""
        turn = self._turns.turn(turn_id)
        if turn is None or turn.prompt is None or turn.prompt.state not in ("queued", "sending"):
            return False
        others = (other for other in self._turns.newest_first() if other.id != turn_id)
        before = next(others, None)
        return before is None or before.over

    def forget_lines(self, widget: Widget) -> None:
        super().forget_lines(widget)
        if isinstance(widget, Reply):
            widget.forget_strips()

    def _build_entry(self, entry: Entry) -> Widget:
        widget = self._new_widget(entry)
        if isinstance(widget, Card):
            widget.is_paused = self._is_paused
            widget.unfolded_keys = self._unfolded
        self.load_stylesheets(widget, entry)
        return widget

    def _new_widget(self, entry: Entry) -> Widget:
        match entry:
            case DayEntry():
                return DayRule(entry, now_ms=self._now_ms)
            case PromptEntry():
                prompt = PromptCard(entry, now_ms=self._now_ms)
                prompt.hides_state = self._is_sent_soon(entry.turn_id)
                return prompt
            case NameEntry():
                name = NameRow(entry, now_ms=self._now_ms)
                name.agent_name = self._agent_name
                return name
            case ReplyEntry():
                reply = Reply(
                    entry.text, final=entry.settled, key=entry.key, unfolded_keys=self._unfolded
                )
                reply.set_class(entry.joined, "-joined")
                return reply
            case SkillEntry():
                card = SkillCard(entry, now_ms=self._now_ms)
                card.offers_jobs = self.offers_jobs
                return card
            case ApprovalEntry():
                return ApprovalCard(entry, now_ms=self._now_ms)
            case ConnectionEntry():
                return ConnectionCard(entry, now_ms=self._now_ms)
            case BreakEntry():
                return BreakRow(entry, now_ms=self._now_ms)
            case SilenceEntry():
                row = SilenceRow(entry, now_ms=self._now_ms)
                row.may_be_stopped = self.may_be_stopped
                row.offers_start = self.offers_start
                return row
            case OutcomeEntry():
                return OutcomeRow(entry, now_ms=self._now_ms)
            case UsageEntry():
                return UsageRow(entry, now_ms=self._now_ms)


def _update_entry(widget: Widget, entry: Entry) -> None:
    if isinstance(widget, Reply) and isinstance(entry, ReplyEntry):
        widget.set_class(entry.joined, "-joined")
        widget.show(entry.text, final=entry.settled)
    elif isinstance(widget, Card):
        widget.show(entry)


def _redraw_folded(widget: Widget) -> None:
    if isinstance(widget, Card | Reply):
        widget.bring_up_to_date()
