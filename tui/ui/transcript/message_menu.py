"""Keys and clicks on messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.core.json_text import json_of
from tui.ui.app.messages import CopyText
from tui.ui.markdown import Document
from tui.ui.markdown.extract import plain_text, web_links
from tui.ui.transcript.card import PromptCard
from tui.ui.transcript.entries import Entry, PromptEntry
from tui.ui.transcript.message_cursor import MessageCursor, key_of
from tui.ui.transcript.message_text import (
    MessageAction,
    MessageWithHeader,
    actions_on,
    quoted,
    words_of,
)
from tui.ui.transcript.question_cards import ApprovalCard, ConnectionCard
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.skill_card import SkillCard

if TYPE_CHECKING:
    from tui.core.ids import TurnId


def _action_key(key: str, name: MessageAction, label: str, meaning: str) -> Binding:
    return key_of(key, f"run('{name}')", name, label, meaning)


class MessageMenu(MessageCursor):
    """Message actions that fit the entry; others are requested by posting a message."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _action_key("c", "copy", "Copy", "Copy the message as text"),
        _action_key("m", "markdown", "Markdown", "Copy the message as Markdown"),
        _action_key("b", "code", "Code", "Copy a code block from the message"),
        _action_key("e", "edit", "Edit", "Edit the message and send it again"),
        _action_key("q", "quote", "Quote", "Quote the message in the composer"),
        _action_key("o", "links", "Links", "Open a link from the message"),
        _action_key("v", "view", "View", "View the message as text and select parts of it"),
        _action_key("s", "test", "Save as test", "Save the message and what followed as a test"),
        key_of("enter", "unfold", "unfold", "Expand", "Expand the item, or open the question"),
        key_of("x", "screen.unfold_all", "unfold_all", "All", "Expand or collapse all cards"),
        key_of("r", "show_jobs", "jobs", "Jobs", "Show the skill's recipe and jobs"),
        key_of("delete", "withdraw", "withdraw", "Discard", "Cancel or discard an unsent message"),
        key_of(
            "t", "screen.toggle_times", "times", "Times", "Show or hide the time of each message"
        ),
    ]

    offers_jobs = False
    """True if a skill's recipe and jobs can be shown."""

    @dataclass
    class Quoted(Message):
        """The user wants to quote these lines; they are marked as a quotation."""

        text: str

    @dataclass
    class RewordWanted(Message):
        """The user wants to send a message again in other words."""

        turn_id: TurnId
        text: str

    @dataclass
    class SaveAsTestWanted(Message):
        """The user wants a turn as a case of a test suite."""

        turn_id: TurnId

    @dataclass
    class LinksWanted(Message):
        """The user wants to choose one of these links to open."""

        links: list[str]

    @dataclass
    class CodeWanted(Message):
        """The user wants to copy one of these code blocks, given as language and code."""

        blocks: list[tuple[str, str]]

    @dataclass
    class ViewWanted(Message):
        """The user wants to see the source of a message."""

        text: str

    # -- actions ---------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enable the actions of the message with the cursor."""
        if action == "run":
            return parameters[0] in actions_on(self.chosen)
        widget = self.widget_of(self.cursor) if self.cursor else None
        if action == "unfold":
            return bool(
                widget and (widget.can_focus or (isinstance(widget, Reply) and widget.folds))
            )
        if action == "show_jobs":
            return isinstance(widget, SkillCard) and widget.has_jobs
        if action == "withdraw":
            return isinstance(widget, PromptCard) and widget.can_withdraw
        return super().check_action(action, parameters)

    def action_run(self, name: MessageAction) -> None:
        """Run an action on the message with the cursor."""
        self._do(name, self.chosen)

    @on(MessageWithHeader.ActionWanted)
    def _do_clicked(self, event: MessageWithHeader.ActionWanted) -> None:
        event.stop()
        key = next((key for key, widget in self.mounted() if widget is event.widget), None)
        self._do(event.action, self.item_of(key) if key else None)

    def action_unfold(self) -> None:
        """Run the action of the Enter key on a card of this kind."""
        match self.widget_of(self.cursor) if self.cursor else None:
            case PromptCard() as card:
                card.action_primary()
            case SkillCard() | Reply() as card:
                card.action_unfold()
            case ApprovalCard() | ConnectionCard() as card:
                card.action_open()
            case _:
                pass

    def action_show_jobs(self) -> None:
        """Show the recipe and jobs of the skill with the cursor."""
        if isinstance(card := self.widget_of(self.cursor or ""), SkillCard):
            card.action_show_jobs()

    def action_withdraw(self) -> None:
        """Cancel a queued message."""
        if isinstance(card := self.widget_of(self.cursor or ""), PromptCard):
            card.action_withdraw()

    def _do(self, name: MessageAction, entry: Entry | None) -> None:
        words = words_of(entry)
        if not words:
            return
        match name:
            case "copy":
                is_text = isinstance(entry, PromptEntry) or json_of(words) is not None
                text = words if is_text else plain_text(words)
                self.post_message(CopyText(text, "the message"))
            case "markdown":
                self.post_message(CopyText(words, "the message as Markdown"))
            case "code":
                self._take_code(Document(words).code_blocks())
            case "quote":
                self.post_message(self.Quoted(quoted(words)))
            case "edit" if isinstance(entry, PromptEntry):
                self.post_message(self.RewordWanted(entry.turn_id, words))
            case "test" if isinstance(entry, PromptEntry):
                self.post_message(self.SaveAsTestWanted(entry.turn_id))
            case "links":
                self.post_message(self.LinksWanted(web_links(words)))
            case _:
                self.post_message(self.ViewWanted(words))

    def _take_code(self, blocks: list[tuple[str, str]]) -> None:
        if len(blocks) == 1:
            self.post_message(CopyText(blocks[0][1], "the code"))
        elif blocks:
            self.post_message(self.CodeWanted(blocks))
