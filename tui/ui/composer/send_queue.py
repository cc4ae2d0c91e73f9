"""Queue of messages on their way from the composer to the outbox."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.draft import unfold
from tui.ui.chat.banner_text import BannerText, not_sent
from tui.ui.composer.attachment_files import CannotAttach, messages

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, TurnId
    from tui.core.turn import Turn
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.composer.attachment_chips import AttachmentChips
    from tui.ui.composer.attachments import Attachments
    from tui.ui.composer.composer import Composer
    from tui.ui.composer.draft_saver import DraftSaver


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """Message to send: the whole text, and its stored form."""

    text: str
    kept: str
    is_written: bool
    """True while its text stays in the composer until it is safe."""


class SendQueue:
    """Send messages one after the other; each leaves the composer once it is in the outbox."""

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        attached: AttachmentChips,
        *,
        files: Attachments,
        drafts: DraftSaver,
        view: ConversationView,
        list_soon: Callable[[], object],
    ) -> None:
        self._context = context
        self._composer = composer
        self._attached = attached
        self._files = files
        self._drafts = drafts
        self._view = view
        self._list_soon = list_soon
        self._waiting: deque[_Outgoing] = deque()
        """Submitted messages that are not in the outbox yet, in order."""
        self._sending: asyncio.Future[None] | None = None
        """Done when the current message is in the outbox, or has failed."""

    @property
    def is_sending(self) -> bool:
        """True while a message is on its way to the outbox."""
        return self._sending is not None

    async def all_sent(self) -> None:
        """Wait until all submitted messages are in the outbox."""
        while self._sending:
            await asyncio.wait([self._sending])

    def send(self, kept: str, *, is_written: bool) -> None:
        """Send a text as soon as possible, after those submitted before.

        ``is_written``: its text is in the composer.
        """
        if not (text := unfold(kept)).strip():
            if self._attached.files and not self._waiting:
                self._context.show_problem("Add a message to send with the file.")
            return
        if self._context.access is None and not is_written and not self._composer.text:
            self._composer.start_with(kept, [kept])
            is_written = True
        self._waiting.append(_Outgoing(text, kept, is_written))
        if self._context.access is None:
            self._hold()
        else:
            self._send_next()

    def send_held(self) -> None:
        """Send the messages submitted before the session was open."""
        if self._waiting:
            self._context.chat_state.dismiss()
            self._send_next()

    def _hold(self) -> None:
        """Keep a message in the composer until the session is open."""
        self._drafts.save_early_draft()
        chat_state = self._context.chat_state
        waits = BannerText(tone="recovery", text="Sends as soon as genie-tui is online")
        chat_state.show_problem(
            not_sent(chat_state.failed_start) if chat_state.failed_start else waits
        )
        self._context.show_state()

    def _send_next(self) -> None:
        """Send the first waiting message, unless its text was changed since Enter."""
        while self._waiting and not self._sending:
            first = self._waiting[0]
            if first.is_written and first.kept not in self._composer.submitted:
                self._waiting.popleft()
                continue
            self._set_sending(asyncio.get_running_loop().create_future())
            self._context.run("send", self._send, first)

    def _set_sending(self, sending: asyncio.Future[None] | None) -> None:
        self._sending = sending
        self._drafts.is_sending = sending is not None

    async def _send(self, outgoing: _Outgoing) -> None:
        """Put a message into the outbox; once safe, it leaves the composer."""
        session, start = self._context.opened.session, self._context.current
        done = self._sending
        safe = False
        try:
            turns = await self._hand_over(outgoing.text, start)
            safe = True
            await self._sent(turns, outgoing.kept, start)
        except CannotAttach as problem:
            self._context.show_problem(str(problem))
        finally:
            self._set_sending(None)
            if safe:
                self._waiting.popleft()
                self._send_next()
            else:
                self._give_up()
            if done:
                done.set_result(None)
        self._composer.set_recallable(await session.recall())
        self._list_soon()

    def _give_up(self) -> None:
        """Leave the failed message, and those after it, in the composer."""
        self._waiting.clear()
        self._composer.leave()

    async def _hand_over(self, text: str, where: ConversationId | None) -> list[Turn]:
        """Put a text and the attached files into the outbox. Raises ``CannotAttach``."""
        turns: list[Turn] = []
        for part, one_file in messages(text, await self._files.to_send()):
            turns.append(await self._context.opened.session.send(where, part, one_file))
            where = turns[-1].conversation_id
        return turns

    async def _sent(self, turns: Sequence[Turn], kept: str, where: ConversationId | None) -> None:
        """Move a safe message from the composer to the conversation, in one frame."""
        session, chat_state = self._context.opened.session, self._context.chat_state
        if not self._shows(where):
            await session.save_draft(where, "")
            return
        current = chat_state.current = session.watched = session.named(turns[-1].conversation_id)
        chat_state.dismiss()
        with self._context.app.batch_update():
            self._composer.take_away(kept)
            self._attached.show(())
            self._view.show_welcome(on=False)
            for turn in turns:
                await self._show(turn.id)
        # The transcript lays itself out, and Textual discards what is drawn while a
        # batch is open.
        self._context.screen.refresh()
        if current and self._shows(current):
            self._composer.focus()
            self._view.follow_end()
            where = session.named(current) or current
            await self._context.opened.drafts.move(where, self._drafts.written)

    async def _show(self, turn_id: TurnId) -> None:
        """Show a sent message in its newest state; its turn can have ended meanwhile."""
        conversation = self._view.conversation
        newest = self._context.chat_state.active_turns.turn(turn_id)
        if newest is None and not conversation.shows(turn_id):
            ended = await self._context.opened.session.history.turn(turn_id)
            newest = None if conversation.shows(turn_id) else ended
        if newest:
            await conversation.update(newest)

    def _shows(self, conversation_id: ConversationId | None) -> bool:
        """Return True if a conversation is on screen, by its local or its real id."""
        named = self._context.opened.session.named
        return named(self._context.current) == named(conversation_id)
