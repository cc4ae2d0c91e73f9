"""Chat screen: layout, focus, and routing of keys and messages to its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.css.query import NoMatches
from textual.message import Message
from textual.widget import MountError
from textual.widgets import TextArea
from textual.worker import Worker, WorkerState

from tui.core.text import clean
from tui.ui.app.messages import CopyText
from tui.ui.chat.banner import Banner
from tui.ui.chat.banner_text import BannerText
from tui.ui.chat.chat_actions import KEYS, ChatActions
from tui.ui.chat.chat_parts import ChatParts
from tui.ui.chat.context import ChatContext
from tui.ui.chat.pane_row import PANE_KEYS, PaneRow
from tui.ui.chat.state import ChatState
from tui.ui.chat.top_bar import TopBar
from tui.ui.chat.working_line import WorkingLine
from tui.ui.composer.completion import CompletionList
from tui.ui.composer.composer import Composer
from tui.ui.keys.key_bar import KeyBar
from tui.ui.keys.registry import DEFAULT_KEYS
from tui.ui.sidebar.sidebar import Sidebar
from tui.ui.terminal.terminal_events import is_typed
from tui.ui.textual_fixes.events import forward_event
from tui.ui.timeline.timeline_pane import TimelinePane
from tui.ui.toolkit.too_small import TooSmall, is_too_small
from tui.ui.transcript.conversation_pane import ConversationPane
from tui.ui.welcome.cards import Cards

if TYPE_CHECKING:
    from tui.config import Preferences
    from tui.core.agents import Introduction
    from tui.core.ports import Clock
    from tui.core.store_port import EarlyDraftStore
    from tui.engine.updates import Publish
    from tui.ui.chat.pane_edge import Pane
    from tui.ui.chat.update_handler import UpdateHandler
    from tui.ui.composer.prompts import PromptEntry
    from tui.ui.studio.connection import StudioConnection

_STOPS = "Composer, ConversationList, Transcript, Timeline, Cards"
"""Widgets that Tab moves between; arrow keys move inside each."""

_HINT_S = 4.0
"""Time for which a hint takes the place of the working line."""


class ChatScreen(ChatActions):
    """Sidebar, conversation, composer and timeline.

    Each container and controller does its own work; the screen makes them, passes each the others
    that it needs, and owns layout, focus and global keys. ``idle_s`` returns the seconds since the
    last key.
    """

    AUTO_FOCUS = "Composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        *PANE_KEYS,
        Binding("tab", "next_pane", "Next pane", show=False, id="pane.next"),
        *KEYS,
        Binding(
            DEFAULT_KEYS["app.back"],
            "step_back",
            "Back",
            tooltip="Close",
            show=False,
            id="app.back",
        ),
    ]

    class UpdatesReady(Message):
        """Updates are waiting to be shown."""

    _update_handler: UpdateHandler | None = None

    def __init__(
        self,
        *,
        agent_name: str,
        user_name: str,
        place: str,
        introduction: Introduction,
        studio: StudioConnection,
        early_draft_store: EarlyDraftStore | None,
        clock: Clock,
        idle_s: Callable[[], float],
        preferences: Preferences,
    ) -> None:
        super().__init__()
        self._copies_on_release = preferences.copy_on_release
        self._told_to_copy = False
        self.chat_state = ChatState()
        self.context = context = ChatContext(
            self,
            chat_state=self.chat_state,
            studio=studio,
            clock=clock,
            agent_name=agent_name,
            place=place,
            show_state=self.show_state,
            show_hint=self.show_hint,
        )
        called = self._called(agent_name)
        self.topbar = TopBar(agent_name, user_name, place)
        self.sidebar = Sidebar(clock, self.chat_state.active_turns.state)
        self.conversation = ConversationPane(called, introduction, clock.now_ms)
        self.timeline_pane = TimelinePane()
        self.banner = Banner(clock)
        self._key_bar = KeyBar()
        self.working_line = WorkingLine(clock)
        self.parts = ChatParts(
            context,
            topbar=self.topbar,
            sidebar=self.sidebar,
            conversation=self.conversation,
            timeline=self.timeline_pane,
            banner=self.banner,
            line=self.working_line,
            agent_name=called,
            early_draft_store=early_draft_store,
            set_agent_name=self.set_agent_name,
            focus_composer=self.action_focus_composer,
            idle_s=idle_s,
            preferences=preferences,
            is_open=self._is_anything_open,
        )
        self.composer_pane = self.parts.composer_pane
        self.composer = self.composer_pane.composer
        self._panes = PaneRow(
            self.sidebar,
            (
                self.conversation,
                self.banner,
                self.working_line,
                self.composer_pane.offers,
                self.composer_pane,
                self.conversation.welcome.foot,
            ),
            self.timeline_pane,
            {"sidebar": preferences.sidebar_columns, "timeline": preferences.timeline_columns},
        )
        self.conversation.welcome.column = self._panes.middle

    # -- layout ----------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        self.conversation.welcome.fit(self.app.size)  # before there are styles to look up again
        yield self.topbar
        yield self._panes
        yield self._key_bar
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        self.watch(self._panes, "text_column", self.topbar.set_title_column)
        self.watch(self._panes, "needless_keys", self._leave_out_keys)
        self.watch(self.working_line, "offered", self._leave_out_keys)
        self.call_after_refresh(self._start)

    async def _start(self) -> None:
        """Mount the widgets too slow for the first paint, and open the session."""
        await self.run_action("app.dress")
        offers_jobs = self.context.studio.is_available
        try:
            await self.conversation.mount_deferred(
                offers_start=self.parts.studio.can_start, offers_jobs=offers_jobs
            )
            await self.timeline_pane.mount_deferred(offers_jobs=offers_jobs)
        except (MountError, NoMatches):
            return  # the app has quit in the meantime
        self.conversation.welcome.light_up()
        await self.run_action("app.connect")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(is_too_small(event.size), "-tiny")
        self._panes.fit(event.size.width)
        self.conversation.welcome.fit(event.size)
        self._rescue_focus()

    def _leave_out_keys(self) -> None:
        """Leave keys out of the footer that the screen shows elsewhere."""
        self._key_bar.leave_out(self._panes.needless_keys | self.working_line.offered)

    def action_widen_pane(self, columns: int) -> None:
        """Widen a pane, or narrow it by fewer than 0 columns."""
        if not self._panes.widen(columns):
            self.show_hint("No pane is shown. Ctrl+B shows the sidebar")

    def action_toggle_pane(self, pane: Pane) -> None:
        """Show or hide a pane; the focus stays unless it was inside a pane now hidden."""
        self._panes.toggle(pane)
        self._rescue_focus()

    def set_agent_name(self, name: str) -> None:
        """Show the agent's name everywhere."""
        if name == self.context.agent_name:
            return
        self.context.agent_name = name
        self.topbar.agent = name
        self.conversation.set_agent_name(self._called(name))
        self.composer.set_agent_name(self._called(name))
        self.composer_pane.info.set_agent_name(self._called(name))

    def _called(self, agent_name: str) -> str:
        """Return the agent's display name; empty if only its handle is known."""
        return "" if agent_name == self.context.studio.genie else agent_name

    def prompt_entries(self) -> Iterator[PromptEntry]:
        """Yield the user's prompts, for the command palette."""
        return self.composer_pane.slash.prompt_entries()

    # -- focus -----------------------------------------------------------------------------

    def _rescue_focus(self) -> None:
        """Move the focus to the composer if nothing visible has it.

        Checks ``display``, not the layout, which is updated only later.
        """
        focused = self.focused
        shown = focused is not None and all(node.display for node in focused.ancestors_with_self)
        if not shown and self.composer.is_attached:
            self.set_focus(self.composer)

    def type_into_composer(self, event: events.Key | events.Paste) -> bool:
        """Type into the composer while no other widget can take text."""
        if not (is_typed(event) and (self.focused is None or isinstance(self.focused, Cards))):
            return False
        self.set_focus(self.composer)
        forward_event(self.composer, event)
        return True

    def on_screen_resume(self) -> None:
        """Check the focus: the window may have been resized behind another screen."""
        self._rescue_focus()

    def action_next_pane(self) -> None:
        self.focus_next(_STOPS)

    def action_focus_composer(self) -> None:
        self._panes.close_floating()
        self.composer.focus()

    def _is_anything_open(self) -> bool:
        """Return True if Esc closes something, or leads back to the composer."""
        return (
            self._panes.has_floating
            or self.chat_state.has_problem
            or bool(self.selections)
            or self.focused not in (None, self.composer)
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step_back" and not self._is_anything_open():
            return False
        return super().check_action(action, parameters)

    def action_step_back(self) -> None:
        """Close one thing: a floating pane, the banner's message, or else the selection."""
        if self._panes.close_floating():
            pass
        elif self.chat_state.dismiss():
            self.show_state()
        else:
            self.clear_selection()
        self.composer.focus()

    # -- state -----------------------------------------------------------------------------

    def listen(self) -> Publish:
        """Return the callback with which a new session publishes its updates."""
        from tui.ui.chat.update_handler import UpdateHandler

        self._update_handler = UpdateHandler(
            self.context, self.parts, self.sidebar, lambda: self.post_message(self.UpdatesReady())
        )
        return self._update_handler.publish

    @on(UpdatesReady)
    async def _take_updates(self) -> None:
        if self._update_handler:
            await self._update_handler.take_waiting()

    def show_state(self) -> None:
        """Redraw the connection state, banner, window title and keys."""
        self.parts.status.show()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a background task that failed."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            self.context.report(error)

    # -- messages between parts ------------------------------------------------------------

    @on(Cards.Picked)
    def _start_with_card(self, event: Cards.Picked) -> None:
        self.action_focus_composer()
        if event.card.conversation_id is not None:
            self.parts.navigation.go_to(event.card.conversation_id)
        else:
            self.composer_pane.queue.send(event.card.text, is_written=False)

    @on(Cards.LeftAbove)
    def _leave_cards(self) -> None:
        self.composer.focus()

    @on(Composer.LeftBelow)
    def _enter_cards(self) -> None:
        if self.conversation.shows_welcome and not self.composer.text:
            self.conversation.welcome.foot.cards.focus()

    @on(TextArea.Changed, "Composer")
    def _still_the_flame(self) -> None:
        self.conversation.welcome.head.lamp.rest()

    @on(CompletionList.Taken)
    def _take_offer(self, event: CompletionList.Taken) -> None:
        self.composer_pane.slash.take(event.choice)

    @on(Sidebar.Opened)
    def _open_chosen(self, event: Sidebar.Opened) -> None:
        self.action_focus_composer()
        self.parts.navigation.go_to(event.conversation_id)

    @on(TopBar.MenuWanted)
    def _offer_open(self, event: TopBar.MenuWanted) -> None:
        self.parts.organizer.offer(self.chat_state.current, event.at)

    @on(Banner.Pressed)
    async def _act_on_notice(self, event: Banner.Pressed) -> None:
        match event.notice:
            case BannerText(command="conversation.wake"):
                self.parts.skills.wake()
            case BannerText(command="app.retry") | BannerText(tone="recovery"):
                await self.parts.lifecycle.retry()
            case _:
                self.action_step_back()

    # -- actions of the screen itself ------------------------------------------------------

    def action_scroll_transcript(self, direction: int) -> None:
        self.conversation.scroll_page(direction)

    def action_copy_text(self) -> None:
        """Copy the mouse selection; or else clear the composer, its text before its files."""
        if selected := self.get_selected_text():
            self.post_message(CopyText(clean(selected), "the selection"))
        elif self.composer.clear_text():
            self.show_hint("Cleared. Up brings it back")
        elif files := self.composer_pane.attached.files:
            self.composer_pane.files.take_off([file.path for file in files])
        else:
            raise SkipAction

    def on_text_selected(self) -> None:
        """Copy what the mouse has selected, if the user wants that, or say once how to copy."""
        selected = self.get_selected_text()
        if not selected:
            return
        if self._copies_on_release:
            self.post_message(CopyText(clean(selected), "the selection"))
        elif not self._told_to_copy:
            self._told_to_copy = True
            self.show_hint("Press Ctrl+C to copy the selection")

    def show_hint(self, text: str, seconds: float = _HINT_S) -> None:
        """Show a hint in the working line for some time."""
        if self.working_line.display:
            self.working_line.show_notice(Content(text), seconds)
        else:
            self.notify(f"{text}.", timeout=seconds)
