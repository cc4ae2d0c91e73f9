"""Keys that work whatever has the focus, each brought to the controller that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.ui.chat.connection import Connection
from tui.ui.chat.conversation_options import ConversationOptions
from tui.ui.chat.new_conversation import NewConversation
from tui.ui.chat.question_controller import QuestionController
from tui.ui.chat.skills import Skills
from tui.ui.chat.studio_actions import StudioActions
from tui.ui.chat.turn_control import TurnControl
from tui.ui.composer.attachments import Attachments
from tui.ui.composer.external_editor import ExternalEditor
from tui.ui.composer.queued_messages import QueuedMessages
from tui.ui.diagnostics.server_calls import ServerCalls
from tui.ui.search.search import Search
from tui.ui.sidebar.import_file import ImportFile
from tui.ui.sidebar.organize import Organizer
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.transcript.message_actions import MessageActions

if TYPE_CHECKING:
    from textual.binding import Binding

    from tui.ui.chat.controllers import Controllers

KEYS: Sequence[Binding] = (
    *Search.KEYS,
    *QueuedMessages.KEYS,
    *Attachments.KEYS,
    *TurnControl.KEYS,
    *ExternalEditor.KEYS,
    *Organizer.KEYS,
    *Skills.KEYS,
    *ImportFile.KEYS,
    *ConversationOptions.KEYS,
    *MessageActions.KEYS,
    *ServerCalls.KEYS,
    *StudioActions.KEYS,
    *QuestionController.KEYS,
    *NewConversation.KEYS,
    *Connection.KEYS,
)
"""In the order in which footer and palette show them."""


class ControllerActions(SafeScreen[None]):
    """The actions of ``KEYS``: Textual looks for them at the screen that has the keys."""

    controllers: Controllers

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        works = super().check_action(action, parameters)
        return works and self.controllers.check_action(action)

    def action_answer(self) -> None:
        self.controllers.questions.answer()

    async def action_new_conversation(self) -> None:
        await self.controllers.new.begin()

    def action_search(self) -> None:
        self.controllers.search.open()

    def action_attach(self) -> None:
        self.controllers.files.choose()

    def action_open_editor(self) -> None:
        self.controllers.editor.open()

    def action_edit_waiting(self) -> None:
        self.controllers.queued.edit_last()

    def action_stop_waiting(self) -> None:
        self.controllers.turn.stop_waiting()

    def action_halt(self) -> None:
        self.controllers.turn.halt()

    def action_rename(self) -> None:
        self.controllers.organizer.rename()

    def action_pin(self) -> None:
        self.controllers.organizer.pin()

    def action_export(self) -> None:
        self.controllers.organizer.export()

    def action_delete(self) -> None:
        self.controllers.organizer.delete()

    def action_skills(self) -> None:
        self.controllers.skills.show_current()

    def action_wake(self) -> None:
        self.controllers.skills.wake()

    def action_options(self) -> None:
        self.controllers.options.show_current()

    def action_import(self) -> None:
        self.controllers.imports.choose()

    def action_toggle_times(self) -> None:
        self.controllers.messages.toggle_times()

    def action_copy_reply(self) -> None:
        self.controllers.messages.copy_reply()

    def action_requests(self) -> None:
        self.controllers.calls.show()

    def action_copy_request_id(self) -> None:
        self.controllers.calls.copy_last_id()

    def action_studio(self) -> None:
        self.controllers.studio.open()

    def action_switch_genie(self) -> None:
        self.controllers.studio.switch_genie()

    def action_start_genie(self) -> None:
        self.controllers.studio.start_genie()

    async def action_step_prompt(self, direction: int) -> None:
        await self.controllers.messages.step_prompt(direction)

    async def action_retry(self) -> None:
        await self.controllers.connection.retry()
