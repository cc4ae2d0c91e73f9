"""Pane with the composer and its files: everything between Enter and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import TextArea

from tui.ui.app.messages import CopyText, CursorWanted
from tui.ui.composer.attachment_chips import AttachmentChips
from tui.ui.composer.attachments import Attachments
from tui.ui.composer.completion import CompletionList
from tui.ui.composer.composer import Composer
from tui.ui.composer.draft_saver import DraftSaver
from tui.ui.composer.external_editor import ExternalEditor
from tui.ui.composer.pastes import Pastes
from tui.ui.composer.prompts import Prompts
from tui.ui.composer.queued_messages import QueuedMessages
from tui.ui.composer.send_queue import SendQueue
from tui.ui.composer.slash_commands import SlashCommands
from tui.ui.keys.key_bar import KeyBar
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.config import Preferences
    from tui.core.store_port import EarlyDraftStore
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.composer.slash_registry import SlashCommand


class ComposerInfo(Widget):
    """Line under the text of an empty conversation: who it goes to, and what it can begin with."""

    takes_files = reactive(True)

    def __init__(self, agent_name: str, place: str) -> None:
        super().__init__()
        self._agent = agent_name
        self._place = place

    def set_agent_name(self, name: str) -> None:
        """Show another agent's name."""
        self._agent = name
        self.refresh()

    def render(self) -> Content:
        agent = line(self._agent, 40).stylize("$accent")
        left = Content("  ").join(part for part in (agent, line(self._place, 40)) if part)
        right = Content.assemble(("/", "bold"), (" commands", "$muted"))
        if self.takes_files:
            right = Content.assemble(right, "   ", ("@", "bold"), (" files", "$muted"))
        return spread(left.stylize_before("$muted"), right, self.content_size.width, most=0.6)


class ComposerPane(Vertical):
    """Composer and files of the next message.

    ``offers`` is the completion list. It floats over the conversation, so that nothing moves when
    it opens, and therefore cannot be inside the pane: the screen mounts it above.
    """

    def __init__(
        self,
        context: ChatContext,
        agent_name: str,
        *,
        view: ConversationView,
        early_draft_store: EarlyDraftStore | None,
        list_soon: Callable[[], object],
        list_again: Callable[[], object],
        commands: Callable[[], Iterable[SlashCommand]],
        preferences: Preferences,
    ) -> None:
        super().__init__()
        self.chat = context
        self.attached = AttachmentChips()
        self.offers = CompletionList()
        self.info = ComposerInfo(agent_name, context.place)
        self.composer = Composer(agent_name)
        composer, attached = self.composer, self.attached
        self.drafts = DraftSaver(context, composer, attached, early_draft_store)
        self.files = Attachments(context, composer, attached, self.drafts.keep_soon)
        self.queue = SendQueue(
            context,
            composer,
            attached,
            files=self.files,
            drafts=self.drafts,
            view=view,
            list_soon=list_soon,
        )
        self.queued = QueuedMessages(
            context, composer, attached, drafts=self.drafts, view=view, list_again=list_again
        )
        self.prompts = Prompts(context, preferences.prompts)
        self.slash = SlashCommands(
            context, composer, self.offers, self.files, commands, self.prompts.commands
        )
        if preferences.vim:
            self._use_vim()
        self.editor = ExternalEditor(context, composer, self.drafts, self.queue.all_sent)
        self._pastes = Pastes(context, composer, self.files)

    def _use_vim(self) -> None:
        from tui.ui.composer.vim_mode import VimMode

        composer = self.composer
        composer.vim = VimMode(
            composer,
            copy=lambda text: self.chat.post(CopyText(text, "the text")),
            pasted=lambda: self.chat.app.clipboard,
            changed=self.show_mode,
            close_completion=lambda: composer.handle_completion_key("escape"),
            recall=composer.action_recall,
        )

    def on_mount(self) -> None:
        if self.composer.vim:
            self.screen.screen_layout_refresh_signal.subscribe(self, self._place_cursor)
            self.app.screen_change_signal.subscribe(self, lambda _: self.show_mode())

    def _place_cursor(self, _: object) -> None:
        """Move the terminal's cursor along with the composer; Textual does so only with keys."""
        place = self.composer.cursor_screen_offset
        if self.composer.has_focus and self.app.cursor_position != place:
            self.app.cursor_position = place
            self.composer.refresh()

    @on(events.DescendantFocus, "Composer")
    @on(events.DescendantBlur, "Composer")
    def show_mode(self) -> None:
        """Show the mode of Vim's keys: its name, and the shape of the cursor."""
        if vim := self.composer.vim:
            is_bar = self.composer.has_focus and self.screen.is_current and vim.is_inserting
            self.chat.post(CursorWanted(self.composer, "bar" if is_bar else "drawn"))
            self.screen.query_one(KeyBar).mode = vim.status if self.composer.has_focus else ""

    def compose(self) -> ComposeResult:
        yield self.attached
        yield self.composer
        yield self.info

    @on(Composer.Submitted)
    def _decide_enter(self, event: Composer.Submitted) -> None:
        """Run a slash command, or send the text.

        While the completion list is open, Enter takes its choice and does not come here
        (``Completion.handle_key``). Messages are sent immediately, or after those that are queued.
        """
        if not self.slash.submit(event.text, event.kept):
            self.queue.send(event.kept, is_written=True)

    @on(TextArea.Changed, "Composer")
    def _keep_what_changed(self) -> None:
        self.attached.note("")
        self.drafts.keep_soon()

    @on(TextArea.Changed, "Composer")
    @on(TextArea.SelectionChanged, "Composer")
    @on(events.DescendantFocus, "Composer")
    @on(events.DescendantBlur, "Composer")
    def _offer(self) -> None:
        self.slash.offer()

    @on(Composer.LinesKept)
    def _announce_lines(self, event: Composer.LinesKept) -> None:
        self.chat.notify(f"Pasted {event.count} lines. Press Enter to send them.")

    @on(Composer.TooMuch)
    def _refuse_text(self, event: Composer.TooMuch) -> None:
        self.chat.show_problem(event.text)

    @on(Composer.PasteOpened)
    def _show_paste(self, event: Composer.PasteOpened) -> None:
        self._pastes.show(event.label, event.text)

    @on(Composer.FilesDropped)
    def _attach_dropped(self, event: Composer.FilesDropped) -> None:
        self.files.attach_dropped(event.paths)

    @on(Composer.DropUndone)
    def _give_up_dropped(self, event: Composer.DropUndone) -> None:
        self.files.take_off(event.paths)

    @on(Composer.FileRemoved)
    def _drop_last_file(self) -> None:
        self.files.take_off_last()

    @on(AttachmentChips.Removed)
    def _drop_file(self, event: AttachmentChips.Removed) -> None:
        self.files.take_off([event.path])
        if not self.attached.files:
            self.composer.focus()

    @on(Composer.PreviewWanted)
    def _look_at_selected_file(self) -> None:
        self.attached.action_look()

    @on(AttachmentChips.LookWanted)
    def _look_at_file(self, event: AttachmentChips.LookWanted) -> None:
        from tui.ui.composer.image_preview import PictureView

        self.chat.ask(PictureView(event.path))
