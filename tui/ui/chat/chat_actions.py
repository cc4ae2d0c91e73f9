"""Global key bindings of the chat screen, and messages of its parts, for the controllers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events, on

from tui.ui.chat.conversation_options import ConversationOptions
from tui.ui.chat.conversation_skills import ConversationSkills
from tui.ui.chat.new_conversation import NewConversation
from tui.ui.chat.question_controller import QuestionController
from tui.ui.chat.session_lifecycle import SessionLifecycle
from tui.ui.chat.studio_actions import StudioActions
from tui.ui.chat.turn_control import TurnControl
from tui.ui.composer.attachments import Attachments
from tui.ui.composer.external_editor import ExternalEditor
from tui.ui.composer.queued_messages import QueuedMessages
from tui.ui.diagnostics.server_calls import ServerCalls
from tui.ui.search.search_controller import SearchController
from tui.ui.sidebar.import_file import ImportFile
from tui.ui.sidebar.organize import Organizer
from tui.ui.sidebar.sidebar import ConversationList, Sidebar
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.transcript.message_actions import MessageActions

if TYPE_CHECKING:
    from textual.binding import Binding

    from tui.ui.chat.chat_parts import ChatParts
    from tui.ui.transcript.transcript import Transcript

KEYS: Sequence[Binding] = (
    *SearchController.KEYS,
    *QueuedMessages.KEYS,
    *Attachments.KEYS,
    *TurnControl.KEYS,
    *ExternalEditor.KEYS,
    *Organizer.KEYS,
    *ConversationSkills.KEYS,
    *ImportFile.KEYS,
    *ConversationOptions.KEYS,
    *MessageActions.KEYS,
    *ServerCalls.KEYS,
    *StudioActions.KEYS,
    *QuestionController.KEYS,
    *NewConversation.KEYS,
    *SessionLifecycle.KEYS,
)
"""Bindings in the order of the footer and the palette."""


class ChatActions(SafeScreen[None]):
    """Actions of ``KEYS``, and handlers of messages that controllers answer.

    Textual looks for actions on the screen that has the bindings.
    """

    parts: ChatParts

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that would do nothing."""
        works = super().check_action(action, parameters)
        return works and self.parts.check_action(action)

    def action_answer(self) -> None:
        self.parts.questions.answer()

    def action_list_questions(self) -> None:
        self.parts.questions.list_questions()

    def action_revoke_approvals(self) -> None:
        self.parts.questions.revoke_approvals()

    async def action_new_conversation(self) -> None:
        await self.parts.new.begin()

    def action_search(self) -> None:
        self.parts.search.open()

    def action_attach(self) -> None:
        self.parts.files.choose()

    def action_open_editor(self) -> None:
        self.parts.editor.open()

    def action_edit_waiting(self) -> None:
        self.parts.queued.edit_last()

    def action_stop_waiting(self) -> None:
        self.parts.turn.stop_waiting()

    def action_halt(self) -> None:
        self.parts.turn.halt()

    def action_stop_turn(self) -> None:
        self.parts.turn.halt()

    def action_leave_turn(self) -> None:
        self.parts.turn.stop_waiting()

    def action_rename(self) -> None:
        self.parts.organizer.rename()

    def action_pin(self) -> None:
        self.parts.organizer.pin()

    def action_tags(self) -> None:
        self.parts.organizer.tag()

    def action_archive(self) -> None:
        self.parts.organizer.archive()

    async def action_list_archived(self) -> None:
        self.parts.organizer.list_archived()
        if not self.query_one(Sidebar).display:
            await self.run_action("toggle_pane('sidebar')")

    def action_export(self) -> None:
        self.parts.organizer.export()

    def action_delete(self) -> None:
        self.parts.organizer.delete()

    def action_skills(self) -> None:
        self.parts.skills.show_current()

    def action_wake(self) -> None:
        self.parts.skills.wake()

    def action_options(self) -> None:
        self.parts.options.show_current()

    def action_import(self) -> None:
        self.parts.imports.choose()

    def action_jump(self) -> None:
        self.parts.messages.jump()

    async def action_unfold_all(self) -> None:
        await self.parts.messages.unfold_all()

    def action_toggle_times(self) -> None:
        self.parts.messages.toggle_times()

    def action_copy_reply(self) -> None:
        self.parts.messages.copy_reply()

    def action_requests(self) -> None:
        self.parts.calls.show()

    def action_copy_request_id(self) -> None:
        self.parts.calls.copy_last_id()

    def action_studio(self) -> None:
        self.parts.studio.open()

    def action_switch_genie(self) -> None:
        self.parts.studio.switch_genie()

    def action_start_genie(self) -> None:
        self.parts.studio.start_genie()

    async def action_step_prompt(self, direction: int) -> None:
        await self.parts.messages.step_prompt(direction)

    async def action_retry(self) -> None:
        await self.parts.lifecycle.retry()

    def action_follow_end(self) -> None:
        self.parts.view.follow_end()

    # -- messages of the parts ---------------------------------------------------------------

    @on(Sidebar.NewWanted)
    async def _begin_new(self) -> None:
        await self.parts.new.begin()

    @on(Sidebar.MoreWanted)
    def _list_further(self, event: Sidebar.MoreWanted) -> None:
        self.parts.list.read_further(everything=event.everything)

    @on(ConversationList.MenuWanted)
    def _offer_row(self, event: ConversationList.MenuWanted) -> None:
        self.parts.organizer.offer(event.conversation_id, event.at)

    @on(events.Click, "#pill")
    def _follow_end(self) -> None:
        # Not in the pane: Textual bubbles no message of the transcript beyond its caller.
        self.parts.view.follow_end()

    def on_virtual_list_older_wanted(self) -> None:
        self.parts.view.read_older()

    def on_virtual_list_newer_wanted(self) -> None:
        self.parts.view.read_newer()

    def on_virtual_list_end_wanted(self) -> None:
        self.parts.view.go_to_end()

    def on_silence_row_start_wanted(self) -> None:
        self.parts.studio.start_genie()

    def on_transcript_approval_opened(self, event: Transcript.ApprovalOpened) -> None:
        self.parts.questions.open(event.turn, event.call_id)

    def on_transcript_connection_opened(self, event: Transcript.ConnectionOpened) -> None:
        self.parts.questions.open(event.turn, event.attempt_id)
