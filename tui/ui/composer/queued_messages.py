"""Queued, unconfirmed and rejected messages: edit, send again, cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.draft import Draft, parse
from tui.core.ids import is_local
from tui.ui.chat.controller import Controller
from tui.ui.composer.attachments import look_at

if TYPE_CHECKING:
    from tui.core.ids import ConversationId, TurnId
    from tui.core.turn import Turn
    from tui.engine.session import Session
    from tui.engine.updates import MessageRejected
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.composer.attachment_chips import AttachmentChips
    from tui.ui.composer.composer import Composer
    from tui.ui.composer.draft_saver import DraftSaver

_NOTHING = Draft()
_RESENDS = "Enter sends this as a new message; the API can't fork a conversation"
_RESENDS_S = 8.0


class QueuedMessages(Controller):
    """Actions on unsent messages; a canceled one returns to the front of the composer.

    ``list_again`` redraws the sidebar's list.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            "alt+up",
            "edit_waiting",
            "Edit",
            tooltip="Edit the last queued message",
            show=False,
            priority=True,
            id="message.edit",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        attached: AttachmentChips,
        *,
        drafts: DraftSaver,
        view: ConversationView,
        list_again: Callable[[], object],
    ) -> None:
        super().__init__(context)
        self._composer = composer
        self._attached = attached
        self._drafts = drafts
        self._view = view
        self._list_again = list_again
        self._told_of_resending = False

    def check_action(self, action: str) -> bool:
        return action != "edit_waiting" or bool(self._unsent())

    def _unsent(self) -> list[Turn]:
        current = self.context.current
        return self.context.chat_state.active_turns.unsent(current) if current else []

    # -- edit ------------------------------------------------------------------------------

    def edit_last(self) -> None:
        """Edit the last queued message of this conversation."""
        for turn in self._unsent()[-1:]:
            if turn.prompt:
                self.edit(turn.id, turn.prompt.text)

    def edit(self, turn_id: TurnId, text: str) -> None:
        """Ask for a new text of a queued message."""
        from tui.ui.toolkit.text_modal import EditModal

        where = self.context.current

        def changed(words: str | None) -> None:
            if words is not None and words != text and where is not None:
                self.context.run("send", self._revise, where, turn_id, words)

        self.context.ask(EditModal(text), changed)

    async def _revise(self, where: ConversationId, turn_id: TurnId, words: str) -> None:
        if not await self.context.opened.session.edit(where, turn_id, words):
            await self.prepend_to_composer(Draft(words))
            self.context.show_problem("The message was already sent. Your edit is in the composer.")

    def reword(self, turn_id: TurnId, text: str) -> None:
        """Edit a message: a queued one in place, others as a new message in the composer."""
        transcript = self._view.conversation.transcript
        turn = transcript.turn(turn_id) if transcript else None
        state = turn.prompt.state if turn and turn.prompt else "sent"
        if state == "queued":
            self.edit(turn_id, text)
        else:
            unsent = state in ("unconfirmed", "refused")
            self.context.run("send", self._reword, turn_id, text, unsent=unsent)

    async def _reword(self, turn_id: TurnId, text: str, *, unsent: bool) -> None:
        """Put the text into the composer; cancel the message if it was not sent."""
        draft: Draft | None = None
        if unsent and self.context.current:
            draft = await self.context.opened.session.withdraw(self.context.current, turn_id)
        elif not self._told_of_resending:
            self._told_of_resending = True
            self.context.hint(_RESENDS, _RESENDS_S)
        await self.prepend_to_composer(draft or Draft(text))

    # -- send again, or cancel -------------------------------------------------------------

    def send_again(self, turn_id: TurnId) -> None:
        """Send an unconfirmed message again."""
        if self.context.current:
            session = self.context.opened.session
            self.context.run("send", session.send_again, self.context.current, turn_id)

    def withdraw(self, turn_id: TurnId) -> None:
        """Cancel a message that was not sent, or may not have been."""
        self.context.run("send", self._withdraw, turn_id)

    async def _withdraw(self, turn_id: TurnId) -> None:
        if self.context.current:
            session = self.context.opened.session
            await self.prepend_to_composer(
                await session.withdraw(self.context.current, turn_id) or Draft()
            )

    async def prepend_to_composer(self, message: Draft, returned_before: Draft = _NOTHING) -> None:
        """Put a message that was not sent in front of the composer's text.

        ``returned_before``: the message returned just before it, which stays before it.
        """
        files = (*await look_at(message.paths), *self._attached.files)
        by_path = {str(picked.path): picked for picked in files}
        both = parse(self._drafts.written).with_returned(message, returned_before)
        self._composer.put(both.text)
        self._attached.show([by_path[path] for path in both.paths])
        await self._leave_deleted_conversation()
        await self._drafts.keep()
        self._composer.focus()

    async def _leave_deleted_conversation(self) -> None:
        """Leave a new conversation whose only message was canceled; the text stays."""
        access, current = self.context.opened, self.context.current
        if not current or not is_local(current) or await access.session.conversations.find(current):
            return
        kept = await access.drafts.read(None)
        self.context.chat_state.current = access.session.watched = None
        access.drafts.hold(None, kept)
        await self._drafts.write(parse(self._drafts.written).followed_by(parse(kept)).dump())
        self._view.show_welcome(on=True)
        await self._view.conversation.show(())
        self._list_again()

    # -- rejected by the service -----------------------------------------------------------

    def return_rejected(self, update: MessageRejected) -> None:
        """Return a rejected message for correction."""
        self.context.run("refusal", self._return_rejected, update, self.context.opened.session)

    async def _return_rejected(self, update: MessageRejected, session: Session) -> None:
        """Put it into the composer, or else the draft.

        The engine has put it into the draft already, but leaving the conversation at that moment
        may have overwritten it.
        """
        cid = update.conversation_id
        if cid == self.context.current:
            await self.prepend_to_composer(update.draft, update.returned_before)
            return
        kept = parse(await session.draft(cid))
        if update.draft.text not in kept.text:
            await session.save_draft(
                cid, kept.with_returned(update.draft, update.returned_before).dump()
            )
