"""The controllers of the chat screen, each made with what it needs of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tui.ui.chat.conversation_options import ConversationOptions
from tui.ui.chat.new_conversation import NewConversation
from tui.ui.chat.question_controller import QuestionController
from tui.ui.chat.skills import Skills
from tui.ui.chat.studio_actions import StudioActions
from tui.ui.chat.turn_control import TurnControl
from tui.ui.diagnostics.server_calls import ServerCalls
from tui.ui.search.search import Search
from tui.ui.sidebar.import_file import ImportFile
from tui.ui.sidebar.organize import Organizer
from tui.ui.transcript.message_actions import MessageActions

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.records import Hit
    from tui.ui.chat.connection import Connection
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.controller import Controller
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.chat.navigation import Navigation
    from tui.ui.composer.pane import ComposerPane
    from tui.ui.sidebar.conversation_list import ConversationListReader
    from tui.ui.sidebar.organize import Deeds
    from tui.ui.slash import SlashCommand
    from tui.ui.widgets.sidebar import Sidebar


class Controllers:
    """``focus_composer`` also puts away what lies over the conversation."""

    def __init__(
        self,
        context: ChatContext,
        *,
        sidebar: Sidebar,
        view: ConversationView,
        pane: ComposerPane,
        navigation: Navigation,
        connection: Connection,
        listed: ConversationListReader,
        focus_composer: Callable[[], None],
        idle_s: Callable[[], float],
    ) -> None:
        composer, conversation = pane.composer, view.conversation
        go_to, list_soon = navigation.go_to, listed.read_soon
        self.files, self.editor, self.queued = pane.files, pane.editor, pane.queued
        self.connection = connection
        self.questions = QuestionController(context, composer, idle_s=idle_s, go_to=go_to)
        self.turn = TurnControl(context, composer, view)
        self.new = NewConversation(
            context, navigation=navigation, pane=pane, focus_composer=focus_composer
        )
        self.skills = Skills(context)
        self.options = ConversationOptions(context, navigation.learn_agent)
        self.imports = ImportFile(context, list_soon=list_soon, go_to=go_to)
        self.organizer = Organizer(
            context,
            sidebar,
            leave=navigation.leave,
            list_soon=list_soon,
            more_deeds=self._more_deeds,
        )
        self.messages = MessageActions(
            context, composer, pane.queued, lambda: conversation.transcript
        )
        self.calls = ServerCalls(context)
        self.studio = StudioActions(context, lambda: conversation.ends_in_silence)

        def go_to_hit(hit: Hit) -> None:
            composer.focus()
            navigation.go_to_hit(hit)

        self.search = Search(context, go_to_hit)
        self._all: Sequence[Controller] = (
            self.files,
            self.editor,
            self.queued,
            self.questions,
            self.turn,
            self.new,
            self.skills,
            self.options,
            self.imports,
            self.organizer,
            self.messages,
            self.search,
            self.calls,
            self.studio,
            self.connection,
        )

    def check_action(self, action: str) -> bool:
        """Return False if the controller of an action would do nothing now."""
        return all(controller.check_action(action) for controller in self._all)

    def slash_commands(self) -> Iterator[SlashCommand]:
        """Return the slash commands that take an argument."""
        for controller in self._all:
            yield from controller.slash_commands()

    def _more_deeds(self, conversation_id: ConversationId) -> Deeds:
        """Return what else can be done with a conversation than to keep it in order."""
        deeds: Deeds = {}
        if self.options.can_change(conversation_id):
            deeds["options"] = lambda chosen: self.options.show(chosen.id)
        if self.skills.can_change(conversation_id):
            deeds["skills"] = lambda chosen: self.skills.show(chosen.id)
        return deeds
