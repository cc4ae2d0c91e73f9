"""Page object of the conversation screen: the one place that knows its parts by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from textual import events
from textual.selection import Selection
from textual.widget import Widget

from tests.textual_internals import screen_lines, screen_text
from tui.core.ids import TurnId
from tui.ui.chat.screen import ChatScreen
from tui.ui.keys.key_bar import KeyBar
from tui.ui.transcript.transcript import Transcript

if TYPE_CHECKING:
    from textual.app import App
    from textual.css.query import DOMQuery
    from textual.pilot import Pilot

    from tui.core.errors import BackendError
    from tui.core.ids import ConversationId
    from tui.core.records import Conversation
    from tui.engine.session import Session
    from tui.engine.updates import Recovery
    from tui.ui.chat.active_turns import PendingQuestion
    from tui.ui.chat.banner_text import BannerText
    from tui.ui.composer.attachment_files import PickedFile
    from tui.ui.composer.completion import CompletionItem
    from tui.ui.composer.stored_draft import StoredDraft
    from tui.ui.sidebar.rows import ConversationRow
    from tui.ui.timeline.timeline import Timeline

Pane = Literal["composer", "conversations", "transcript", "timeline", "attachments"]

W = TypeVar("W", bound=Widget)


class ChatPage:
    """Verbs and questions of the conversation screen.

    A change of the screen's layout, or of the names of its parts, changes this class and no test.
    """

    app: App[Any]
    pilot: Pilot[Any]

    @property
    def _chat(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    # -- what is drawn ---------------------------------------------------------------------

    def screen(self) -> str:
        """Return all that is on the terminal."""
        return screen_text(self.app)

    def text(self, widget: Widget) -> str:
        """Return what a widget shows, as lines."""
        width, height = widget.size
        if widget is self.app.screen:
            strips = screen_lines(self.app)
        else:
            strips = [widget.render_line(y) for y in range(height)]
        return "\n".join(strip.text[:width].rstrip() for strip in strips)

    def banner_text(self) -> str:
        return self.text(self._chat.banner)

    def topbar_text(self) -> str:
        return self.text(self._chat.topbar)

    def topbar_title(self) -> str:
        return self._chat.topbar.title

    def sidebar_text(self) -> str:
        return self.text(self._chat.sidebar.list)

    def completions_text(self) -> str:
        return self.text(self._chat.composer_pane.offers)

    def attachments_text(self) -> str:
        return self.text(self._chat.composer_pane.attached)

    def composer_rows(self) -> tuple[int, int]:
        """Return the first and the last row of the composer on the screen."""
        region = self._chat.composer.region
        return region.y, region.bottom - 1

    def composer_view(self) -> str:
        """Return the composer as drawn, placeholder included."""
        return self.text(self._chat.composer)

    def conversation_width(self) -> int:
        return self._chat.conversation.size.width

    # -- what is shown and what is not -----------------------------------------------------

    def is_chat_in_front(self) -> bool:
        """Tell whether no modal and no other screen covers the conversation."""
        return self.app.screen is self._chat

    def working_text(self) -> str:
        """Return the row above the composer; empty while nothing happens."""
        line = self._chat.working_line
        return self.text(line).strip() if line.display else ""

    def footer_text(self) -> str:
        """Return the keys in the bottom line."""
        return self.text(self._chat.query_one(KeyBar))

    def is_banner_shown(self) -> bool:
        return self._chat.banner.display

    def is_welcome_shown(self) -> bool:
        return self._chat.conversation.shows_welcome

    def is_new_below_shown(self) -> bool:
        """Tell whether the hint at new messages further down is shown."""
        return self.find("#pill").display

    def are_attachments_shown(self) -> bool:
        return self._chat.composer_pane.attached.display

    def are_completions_shown(self) -> bool:
        return self._chat.composer_pane.offers.display

    def is_sidebar_shown(self) -> bool:
        return self._chat.sidebar.display

    def sidebar_columns(self) -> int:
        return self._chat.sidebar.outer_size.width

    def is_sidebar_floating(self) -> bool:
        return self._chat.sidebar.has_class("-floating")

    def is_timeline_shown(self) -> bool:
        return self.find("#timeline-pane").display

    # -- the focus -------------------------------------------------------------------------

    def _pane(self, name: Pane) -> Widget:
        match name:
            case "composer":
                return self._chat.composer
            case "conversations":
                return self._chat.sidebar.list
            case "attachments":
                return self._chat.composer_pane.attached
            case "transcript":
                return self.transcript()
            case "timeline":
                return self.timeline()

    def focus_on(self, name: Pane) -> None:
        self._chat.set_focus(self._pane(name))

    def focus_name(self) -> str:
        """Return the pane that has the focus on the conversation screen, or the widget's class."""
        focused, chat = self._chat.focused, self._chat
        if not self.is_chat_in_front():
            focused = self.app.focused
        names: dict[Widget | None, str] = {
            chat.composer: "composer",
            chat.sidebar.list: "conversations",
            chat.composer_pane.attached: "attachments",
            chat.conversation.transcript: "transcript",
            chat.timeline_pane.timeline: "timeline",
            None: "",
        }
        return names.get(focused, type(focused).__name__)

    # -- the composer ----------------------------------------------------------------------

    def composer_text(self) -> str:
        """Return what the composer shows; a long paste is one line of it."""
        return self._chat.composer.text

    def message_to_send(self) -> str:
        """Return what Enter would send: the text with all that was pasted."""
        return self._chat.composer.message

    def key_mode(self) -> str:
        """Return the mode of Vim's keys as the bottom line names it."""
        return self._chat.query_one(KeyBar).mode

    def put_text(self, text: str) -> None:
        """Put a text into the composer, in place of what is there."""
        self._chat.composer.put(text)

    def insert_text(self, text: str) -> None:
        self._chat.composer.insert(text)

    def submit(self, text: str) -> None:
        """Do what Enter does, at once and not in the order of the keys."""
        self._chat.composer.submit(text)

    def paste(self, text: str) -> None:
        self._chat.composer.post_message(events.Paste(text))

    async def say(self, text: str) -> None:
        """Write a text and send it."""
        self.put_text(text)
        await self.pilot.press("enter")

    def is_sending(self) -> bool:
        """Tell whether a message is on its way from the composer to the outbox."""
        return self._chat.composer_pane.queue.is_sending

    def block_composer(self, until: Callable[[], Awaitable[object]]) -> None:
        """Let the composer hang until something is over."""
        self._chat.composer.call_later(until)

    def attached_files(self) -> Sequence[PickedFile]:
        return self._chat.composer_pane.attached.files

    def attached_paths(self) -> Sequence[str]:
        return self._chat.composer_pane.attached.paths

    async def click_attachment(self, column: int) -> None:
        await self.pilot.click(self._chat.composer_pane.attached, offset=(column, 0))

    def chosen_completion(self) -> CompletionItem | None:
        return self._chat.composer_pane.offers.chosen

    def commands(self) -> Iterable[str]:
        """Return the names of the slash commands."""
        return self._chat.composer_pane.slash.commands()

    def is_draft_restored(self) -> bool:
        """Tell whether all that was written before the session was open is in the composer."""
        return self._chat.composer_pane.drafts.is_restored

    async def save_draft(self) -> None:
        await self._chat.composer_pane.drafts.keep()

    async def load_draft(self, kept: str) -> None:
        await self._chat.composer_pane.drafts.write(kept)

    # -- the conversation ------------------------------------------------------------------

    def current_conversation(self) -> ConversationId | None:
        return self._chat.chat_state.current

    def set_current_conversation(self, conversation_id: ConversationId) -> None:
        """Make a conversation the current one without reading it."""
        self._chat.chat_state.current = conversation_id

    def go_to(self, conversation_id: ConversationId) -> None:
        self._chat.parts.navigation.go_to(conversation_id)

    def title_of(self, conversation_id: ConversationId) -> str:
        return self._chat.context.title_of(conversation_id)

    def listed_conversations(self) -> Sequence[ConversationRow]:
        """Return the rows of the sidebar that pass its filter."""
        return self._chat.sidebar.found

    def highlighted_conversation(self) -> ConversationId | None:
        return self._chat.sidebar.highlighted

    def filter_conversations(self, words: str) -> None:
        """Write into the filter of the sidebar."""
        self._chat.sidebar.list.type(words)

    async def list_all_conversations(self) -> Sequence[Conversation]:
        """Read the whole list, page by page, and show it."""
        paged = self._chat.context.opened.paged
        await paged.reach_all()
        self._chat.sidebar.show(paged.conversations, None)
        return paged.conversations

    def known_conversations(self) -> Sequence[Conversation]:
        """Return the conversations that the session has listed so far."""
        return self._chat.context.opened.paged.conversations

    def working_conversations(self) -> Iterable[ConversationId]:
        """Return the conversations that have a turn under way."""
        return self._chat.chat_state.active_turns.busy_conversations()

    def asking_conversations(self) -> Sequence[ConversationId]:
        """Return the conversations with a question to the user."""
        found = self._chat.chat_state.active_turns.all_questions()
        return [question.turn.conversation_id for question in found]

    def open_question(self) -> PendingQuestion:
        """Return the one question of the current conversation."""
        current = self.current_conversation()
        assert current is not None
        [question] = self._chat.chat_state.active_turns.questions(current)
        return question

    def unsent_texts(self) -> list[str]:
        """Return the messages of the current conversation that wait to be sent."""
        current = self.current_conversation()
        turns = self._chat.chat_state.active_turns.unsent(current) if current else []
        return [turn.prompt.text for turn in turns if turn.prompt]

    def transcript(self) -> Transcript:
        transcript = self._chat.conversation.transcript
        assert transcript is not None
        return transcript

    def oldest_turn(self) -> str | None:
        """Return the id of the first turn that is shown."""
        return self._chat.conversation.oldest

    def page_up(self) -> None:
        self._chat.action_scroll_transcript(-1)

    async def mount_in_conversation(self, widget: Widget) -> None:
        await self._chat.conversation.mount(widget)

    def select_text(self, widget: Widget, part: Selection) -> None:
        """Select text of a widget, as dragging the mouse over it does."""
        self._chat.selections = {widget: part}

    def release_mouse(self) -> None:
        """Do what Textual does when the mouse button is released over text."""
        self._chat.post_message(events.TextSelected())

    def clear_hint(self) -> None:
        """End the hint that takes the place of the working line."""
        self._chat.working_line.clear_notice()

    def has_timeline(self) -> bool:
        """Tell whether the timeline is there, which is mounted after the first paint."""
        return self._chat.timeline_pane.timeline is not None

    def timeline(self) -> Timeline:
        assert self._chat.timeline_pane.timeline is not None
        return self._chat.timeline_pane.timeline

    @overload
    def find(self, what: str) -> Widget: ...
    @overload
    def find(self, what: type[W]) -> W: ...
    @overload
    def find(self, what: str, kind: type[W]) -> W: ...

    def find(self, what: Any, kind: Any = Widget) -> Any:
        """Return the one widget of the conversation screen with a selector or class."""
        if isinstance(what, str):
            return self._chat.query_one(what, kind)
        return self._chat.query_one(what)

    def find_all(self, kind: type[W]) -> DOMQuery[W]:
        """Return the widgets of a class on the conversation screen."""
        return self._chat.query(kind)

    # -- the session and its state ---------------------------------------------------------

    def is_connected(self) -> bool:
        """Tell whether the session is open."""
        return self._chat.context.access is not None

    def session(self) -> Session:
        return self._chat.context.opened.session

    def drafts(self) -> StoredDraft:
        return self._chat.context.opened.drafts

    def report_failure(self, error: BackendError) -> None:
        """Tell the screen that a call failed."""
        self._chat.context.fail(error)

    def note_failure(self, error: BackendError) -> None:
        """Show that a call failed, without asking for a login where one would help."""
        self._chat.chat_state.fail(error)

    def report_recovery(self, recovery: Recovery) -> None:
        """Tell the screen that the turn of the current conversation is being recovered."""
        current = self.current_conversation()
        assert current is not None
        self._chat.chat_state.recover(current, recovery)

    def follow_turn(self, turn_id: str) -> None:
        """Tell the screen that the agent works on a turn of the current conversation."""
        current, turn = self.current_conversation(), self.transcript().turn(TurnId(turn_id))
        assert current is not None
        assert turn is not None
        self._chat.chat_state.active_turns.note(replace(turn, conversation_id=current))
        self._chat.show_state()

    def report_deactivated(self) -> None:
        """Tell the screen that the service has deactivated the current conversation."""
        current = self.current_conversation()
        assert current is not None
        self._chat.chat_state.inactive.add(current)

    def show_notice(self, notice: BannerText) -> None:
        self._chat.chat_state.show_problem(notice)

    def show_state(self) -> None:
        """Redraw banner, status and title."""
        self._chat.show_state()

    def now_ms(self) -> int:
        return self._chat.context.clock.now_ms()

    # -- what can be done ------------------------------------------------------------------

    def is_action_offered(self, action: str) -> bool:
        """Tell whether an action would do something now."""
        return bool(self._chat.check_action(action, ()))

    def is_key_offered(self, action: str) -> bool:
        """Tell whether the footer offers a key for an action now."""
        bindings = self._chat.active_bindings.values()
        return any(b.binding.action == action and b.enabled for b in bindings)

    def menu_commands(self) -> Iterable[str]:
        """Return the names of the commands in the menu of the current conversation."""
        subject = self._chat.parts.organizer.subject()
        assert subject is not None
        return self._chat.parts.organizer.actions_on(subject)

    async def click_banner(self) -> None:
        await self.pilot.click(self._chat.banner)

    def has_exited(self) -> bool:
        """Tell whether the app was told to end."""
        return self.app.return_code is not None


class PilotedChat(ChatPage):
    """The conversation screen of an app that something else runs."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = pilot.app, pilot
