"""Reading: opening the session, the list of conversations, and the one that is on screen."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.css.query import NoMatches
from textual.timer import Timer
from textual.widget import MountError
from textual.worker import Worker, WorkerState

from tui.core.account import login_helps
from tui.core.errors import BackendError
from tui.core.redact import words_of
from tui.ui.drafts import Drafts
from tui.ui.notices import Notice, of_failed_start
from tui.ui.requests import SignInNeeded
from tui.ui.screens.layout import ThreePanes
from tui.ui.shelf import Shelf
from tui.ui.widgets.sidebar import Sidebar

if TYPE_CHECKING:
    from tui.chat.session import Session
    from tui.core.ids import ConversationId
    from tui.core.turn import Turn

_LIST_PAUSE_S = 0.1
_LONGEST_SWITCH_S = 0.5
"""After which keys are taken again, however busy the disk is."""


@dataclass(frozen=True, slots=True)
class Access:
    """What there is once the session is open."""

    session: Session
    drafts: Drafts
    shelf: Shelf


class ReadingScreen(ThreePanes):
    """What can be done without saying anything.

    The transcript's messages are handled by name: importing its class would delay the first paint.
    """

    access: Access | None = None
    _list_timer: Timer | None = None
    _reaching = False

    @abstractmethod
    def announce(self, conversation_id: ConversationId) -> None:
        """Take notice of the questions of a conversation that has been read."""

    @property
    @abstractmethod
    def written(self) -> str:
        """What is in the composer, as it is kept."""

    @abstractmethod
    async def write(self, kept: str) -> None:
        """Have another draft in the composer."""

    @abstractmethod
    async def keep_draft(self) -> None:
        """Make the composer's text safe."""

    @abstractmethod
    async def take_up(self, kept: str) -> bool:
        """Go on with a draft and what was written before the session was open, if anything."""

    @property
    @abstractmethod
    def is_sending(self) -> bool:
        """Whether a message is on its way from the composer to the outbox."""

    @abstractmethod
    async def all_sent(self) -> None:
        """Wait until all messages that were sent are in the outbox."""

    @abstractmethod
    def send_held(self) -> None:
        """Send what was to be sent before the session was open."""

    @abstractmethod
    def show_state(self) -> None:
        """Draw what the desk says."""

    @property
    def opened(self) -> Access:
        """The session and what goes with it, for what runs only after it was opened."""
        assert self.access is not None
        return self.access

    def title_of(self, conversation_id: ConversationId) -> str:
        """What a conversation is called, as far as it is listed or on screen."""
        found = self.access.shelf.of(conversation_id) if self.access else None
        return found.name if found else ""

    # -- the session -----------------------------------------------------------------------

    def on_mount(self) -> None:
        self.call_after_refresh(self._start)

    async def _start(self) -> None:
        await self.run_action("app.dress")
        try:
            await self.furnish()
        except (MountError, NoMatches):
            return  # the app was left in the meantime
        await self.run_action("app.connect")

    def connected(self, session: Session) -> None:
        """The session is open."""
        self.access = Access(session, Drafts(session), Shelf(session))
        self.desk.session_state = "open"
        self.desk.failed_start = None
        self.desk.reached()
        self._begin_session()

    def not_connected(self, error: BackendError) -> None:
        """The session cannot be opened; Ctrl+R tries again."""
        self.access = None
        self.desk.session_state = "failed"
        self.desk.failed_start = of_failed_start(error)
        self.desk.complain(self.desk.failed_start)
        self.show_state()

    def fail(self, error: BackendError) -> None:
        """Note that a call failed, and ask for a login where nothing else helps."""
        self.desk.fail(error)
        self.want_login(error)

    def complain(self, text: str) -> None:
        """Say why something cannot be done."""
        self.desk.complain(Notice(tone="refusal", text=text))
        self.show_state()

    def want_login(self, error: BackendError) -> None:
        """Ask for a login if the failure says that nobody is signed in any more."""
        if login_helps(error):
            self.post_message(SignInNeeded(error))

    def resume(self) -> None:
        """Go on after a login with everything that has been waiting for it."""
        self.desk.dismiss()
        for conversation_id in self.desk.board.at_work():
            self.opened.session.retry_now(conversation_id)
        self.refresh_list()
        self.show_state()

    async def clear(self) -> None:
        """Put everything away that belongs to a session which is about to end."""
        await self._switch_to(None)
        self.access = None
        self.desk.board.clear()
        self.sidebar.show((), None)

    @work(group="open", exclusive=True, exit_on_error=False)
    async def _begin_session(self) -> None:
        """Show the list, and go on where the user was interrupted."""
        access = self.opened
        conversations = await access.shelf.read()
        self._list_conversations()
        self.refresh_list()
        self.composer.remember(await access.session.recall())
        draft = await access.drafts.read(None)
        access.drafts.hold(None, draft)
        written = await self.take_up(draft)
        self.learn_agent(None)
        self.send_held()
        self.show_state()
        if conversations and not written:
            newest = max(conversations, key=lambda item: item.updated_ms or 0).id
            turns = await access.session.turns(newest)
            if (turns and not turns[-1].over) or await access.session.draft(newest):
                await self._open(newest)

    @work(group="refresh", exclusive=True, exit_on_error=False)
    async def refresh_list(self) -> None:
        access = self.opened
        try:
            await access.shelf.refresh()
            self.desk.reached()
        except BackendError as error:
            self.fail(error)
        self.show_state()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A task of ours failed in a way it did not foresee: say so, and go on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            self.log.error(error)
            if isinstance(error, BackendError):
                self.fail(error)
            else:
                self.desk.complain(Notice(tone="problem", text=words_of(error)))
            self.show_state()

    # -- which conversation ----------------------------------------------------------------

    @on(Sidebar.Opened)
    def _open_chosen(self, event: Sidebar.Opened) -> None:
        self.action_focus_composer()
        self.go_to(event.conversation_id)

    @work(group="open", exclusive=True, exit_on_error=False)
    async def go_to(self, conversation_id: ConversationId) -> None:
        """Show another conversation."""
        await self._open(conversation_id)

    async def _open(self, conversation_id: ConversationId) -> None:
        """Show a conversation from the store, then bring it up to what the server knows."""
        await self._switch_to(conversation_id)
        await self._show_conversation(conversation_id)
        await self._catch_up(conversation_id)

    async def _catch_up(self, conversation_id: ConversationId) -> None:
        """Bring what is shown of a conversation up to what the server knows."""
        access = self.opened
        await access.session.mark_read(conversation_id)
        self.list_soon()
        self.desk.attend(conversation_id)
        try:
            await access.session.sync(conversation_id)
            self.desk.reached()
        except BackendError as error:
            self.fail(error)
        else:
            if self.conversation.newest is None:  # else the user looks at older turns
                await self._show_conversation(conversation_id)
        if self.desk.current == conversation_id and self.conversation.oldest is None:
            self.greet(on=True)
        self.show_state()

    async def _switch_to(self, conversation_id: ConversationId | None) -> None:
        """Exchange what the composer holds, and note which conversation is on screen."""
        access = self.opened
        await self.all_sent()
        draft = await access.drafts.read(conversation_id)
        while not access.drafts.is_safe(self.written):
            await access.drafts.keep(self.written)
        access.drafts.hold(conversation_id, draft)
        self.desk.current = access.session.watched = conversation_id
        await self.write(draft)
        self.conversation.expect()
        self.greet(on=conversation_id is None)
        if conversation_id is None:
            await self.conversation.show(())
        self._list_conversations()
        self.learn_agent(conversation_id)
        self.show_state()

    @work(group="agent", exclusive=True, exit_on_error=False)
    async def learn_agent(self, conversation_id: ConversationId | None) -> None:
        """Show the name that the service has for the agent of what is on screen."""
        try:
            agent = await self.opened.session.agent(conversation_id)
        except BackendError:
            return  # the name that is shown has to do; other calls say what is wrong
        if agent.name:
            self.call_agent(agent.name)

    async def _show_conversation(self, conversation_id: ConversationId) -> None:
        self.conversation.expect()
        turns = await self.opened.session.turns(conversation_id)
        await self._show_turns(conversation_id, turns)

    async def _show_turns(
        self, conversation_id: ConversationId, turns: Sequence[Turn], *, goes_on: bool = False
    ) -> None:
        """Show turns that were read while they were expected; ``goes_on``: newer ones follow."""
        for turn in turns:
            self.desk.board.note(turn)
        await self.conversation.show(turns, goes_on=goes_on)
        await self._show_timeline(conversation_id, turns, goes_on=goes_on)
        self.announce(conversation_id)

    async def _show_timeline(
        self, conversation_id: ConversationId, turns: Sequence[Turn], *, goes_on: bool = False
    ) -> None:
        """Show what happened up to the last of these turns, or up to now."""
        if self.timeline:
            session = self.opened.session
            until_ms = turns[-1].last_at_ms if turns and goes_on else None
            self.timeline.show_events(
                await session.timeline(conversation_id, until_ms),
                record_from_ms=session.record_from_ms,
                begun_ms=_begun_ms(turns),
            )

    @on(Sidebar.NewWanted)
    async def _new_wanted(self) -> None:
        await self.run_action("new_conversation")

    async def action_new_conversation(self) -> None:
        """Begin another conversation; what is typed meanwhile waits, since it is for that one."""
        self.action_focus_composer()
        if self.access and (self.desk.current is not None or self.is_sending):
            there = asyncio.Event()
            self._go_to_new(there)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_SWITCH_S):
                    await there.wait()

    @work(group="open", exclusive=True, exit_on_error=False)
    async def _go_to_new(self, there: asyncio.Event) -> None:
        try:
            await self._switch_to(None)
        finally:
            there.set()

    async def on_window_older_wanted(self) -> None:
        self._read_older()

    @work(group="older", exclusive=True, exit_on_error=False)
    async def _read_older(self) -> None:
        """Show the turns before the oldest one, from the store, else from the server."""
        current, before = self.desk.current, self.conversation.oldest
        if current is None or before is None:
            return
        session = self.opened.session
        turns = await session.turns(current, before)
        if not turns and await session.read_older(current):
            turns = await session.turns(current, before)
        if self.desk.current == current and self.conversation.oldest == before:
            await self.conversation.prepend(turns)

    # -- the list --------------------------------------------------------------------------

    def list_soon(self) -> None:
        """Read the list again, once for all changes of the next moment."""
        if self._list_timer is None and self.access:
            self._list_timer = self.set_timer(_LIST_PAUSE_S, self._list_again)

    @work(group="list", exclusive=True, exit_on_error=False)
    async def _list_again(self) -> None:
        self._list_timer = None
        if self.access:
            await self.access.shelf.read()
            self._list_conversations()

    def _list_conversations(self) -> None:
        if self.access:
            self.sidebar.show(self.access.shelf.conversations, self.desk.current)
            self.show_state()

    @on(Sidebar.MoreWanted)
    def _reach(self, event: Sidebar.MoreWanted) -> None:
        if self.access and not self._reaching:
            self._reach_further(everything=event.everything)

    @work(group="reach", exit_on_error=False)
    async def _reach_further(self, *, everything: bool) -> None:
        access = self.opened
        self._reaching = True
        try:
            shelf = access.shelf
            if await (shelf.reach_all() if everything else shelf.reach_further()):
                self._list_conversations()
        finally:
            self._reaching = False


def _begun_ms(turns: Sequence[Turn]) -> int | None:
    """When the first of these turns began."""
    prompts = (turn.prompt for turn in turns)
    return next((prompt.at_ms for prompt in prompts if prompt and prompt.at_ms), None)
