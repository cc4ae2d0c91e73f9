"""Construction of the chat screen's controllers and their dependencies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tui.ui.chat.conversation_options import ConversationOptions
from tui.ui.chat.conversation_skills import ConversationSkills
from tui.ui.chat.conversation_view import ConversationView
from tui.ui.chat.navigation import Navigation
from tui.ui.chat.new_conversation import NewConversation
from tui.ui.chat.question_controller import QuestionController
from tui.ui.chat.session_lifecycle import SessionLifecycle
from tui.ui.chat.status import Status
from tui.ui.chat.studio_actions import StudioActions
from tui.ui.chat.turn_control import TurnControl
from tui.ui.composer.composer_pane import ComposerPane
from tui.ui.diagnostics.server_calls import ServerCalls
from tui.ui.search.search_controller import SearchController
from tui.ui.sidebar.conversation_list import ConversationListReader
from tui.ui.sidebar.import_file import ImportFile
from tui.ui.sidebar.organize import Organizer
from tui.ui.transcript.message_actions import MessageActions

if TYPE_CHECKING:
    from tui.config import Preferences
    from tui.core.ids import ConversationId
    from tui.core.records import Hit
    from tui.core.store_port import EarlyDraftStore
    from tui.ui.chat.banner import Banner
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.controller import Controller
    from tui.ui.chat.top_bar import TopBar
    from tui.ui.chat.working_line import WorkingLine
    from tui.ui.composer.slash_registry import SlashCommand
    from tui.ui.sidebar.organize import ConversationActions
    from tui.ui.sidebar.sidebar import Sidebar
    from tui.ui.timeline.timeline_pane import TimelinePane
    from tui.ui.transcript.conversation_pane import ConversationPane


class ChatParts:
    """Controllers and containers of the chat screen; the screen passes in its widgets."""

    def __init__(
        self,
        context: ChatContext,
        *,
        topbar: TopBar,
        sidebar: Sidebar,
        conversation: ConversationPane,
        timeline: TimelinePane,
        banner: Banner,
        line: WorkingLine,
        agent_name: str,
        early_draft_store: EarlyDraftStore | None,
        set_agent_name: Callable[[str], None],
        focus_composer: Callable[[], None],
        idle_s: Callable[[], float],
        preferences: Preferences,
        is_open: Callable[[], bool],
    ) -> None:
        """Create all parts.

        ``agent_name`` is empty if only a handle is known; ``set_agent_name`` shows another one.
        ``focus_composer`` also closes panes that float over the conversation. ``idle_s`` returns
        the seconds since the last key, ``is_open`` True while something is open that Esc closes.
        """
        self.list = ConversationListReader(context, sidebar, conversation.welcome)
        self.view = view = ConversationView(
            context, conversation, timeline, announce=lambda where: self.questions.announce(where)
        )
        self.composer_pane = pane = ComposerPane(
            context,
            agent_name,
            view=view,
            early_draft_store=early_draft_store,
            list_soon=self.list.read_soon,
            list_again=self.list.show,
            commands=self.slash_commands,
            preferences=preferences,
        )
        composer = pane.composer
        self.files, self.editor, self.queued = pane.files, pane.editor, pane.queued
        self.navigation = navigation = Navigation(
            context, view=view, pane=pane, listed=self.list, set_agent_name=set_agent_name
        )
        self.lifecycle = SessionLifecycle(
            context,
            navigation=navigation,
            pane=pane,
            conversation=conversation,
            sidebar=sidebar,
            listed=self.list,
        )
        go_to, list_soon = navigation.go_to, self.list.read_soon
        self.questions = QuestionController(
            context,
            composer,
            idle_s=idle_s,
            go_to=go_to,
            selected=lambda: sidebar.highlighted if sidebar.list.has_focus else None,
        )
        self.turn = TurnControl(context, view, line=line, is_open=is_open)
        self.status = Status(
            context,
            topbar=topbar,
            banner=banner,
            view=self.view,
            turn=self.turn,
        )
        self.new = NewConversation(
            context, navigation=navigation, pane=pane, focus_composer=focus_composer
        )
        self.skills = ConversationSkills(context)
        self.options = ConversationOptions(context, navigation.learn_agent)
        self.imports = ImportFile(context, list_soon=list_soon, go_to=go_to)
        self.organizer = Organizer(
            context,
            sidebar,
            leave=navigation.leave,
            list_soon=list_soon,
            toggle_archived=self.list.toggle_archived,
            more_actions=self._more_actions,
        )
        self.messages = MessageActions(
            context,
            composer,
            pane.queued,
            lambda: conversation.transcript,
            show_message=view.show_message,
        )
        self.calls = ServerCalls(context)
        self.studio = StudioActions(context, lambda: conversation.ends_in_silence)

        def go_to_hit(hit: Hit) -> None:
            composer.focus()
            navigation.go_to_hit(hit)

        self.search = SearchController(context, go_to_hit)
        conversation.actions = self.messages
        self._controllers: Sequence[Controller] = (
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
            self.lifecycle,
        )

    def check_action(self, action: str) -> bool:
        """Return False if the controller of an action would do nothing now."""
        vim = self.composer_pane.composer.vim
        if action == "retry" and vim and vim.can_redo and self.composer_pane.composer.has_focus:
            return False  # Ctrl+R is for the composer
        return all(controller.check_action(action) for controller in self._controllers)

    def slash_commands(self) -> Iterator[SlashCommand]:
        """Return the slash commands that take an argument."""
        for controller in self._controllers:
            yield from controller.slash_commands()

    def _more_actions(self, conversation_id: ConversationId) -> ConversationActions:
        """Return the menu entries of a conversation besides the organizer's."""
        actions: ConversationActions = {}
        if self.options.can_change(conversation_id):
            actions["options"] = lambda chosen: self.options.show(chosen.id)
        if self.skills.can_change(conversation_id):
            actions["skills"] = lambda chosen: self.skills.show(chosen.id)
        return actions
