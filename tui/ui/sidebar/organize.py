"""Rename, pin, tag, archive, export and delete conversations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.geometry import Offset

from tui.core.ids import ConversationId, is_local
from tui.core.ports import Capability
from tui.core.tags import read_tags
from tui.ui.chat.controller import Controller
from tui.ui.composer.slash_registry import SlashCommand
from tui.ui.keys.labels import key_name
from tui.ui.sidebar.sidebar import ConversationList
from tui.ui.toolkit.state_glyphs import day_of

if TYPE_CHECKING:
    from tui.core.records import Conversation
    from tui.ui.chat.context import ChatContext
    from tui.ui.sidebar.export import ExportRequest
    from tui.ui.sidebar.sidebar import Sidebar

ConversationActions = dict[str, Callable[["Conversation"], object]]
"""Actions on a conversation, by name."""


_NEED_CONVERSATION = frozenset({"archive", "delete", "pin", "rename", "tags"})
"""Actions that do nothing without a conversation."""


def _key(key: str, action: str, label: str, meaning: str, *, priority: bool = False) -> Binding:
    return Binding(
        key,
        action,
        label,
        tooltip=meaning,
        show=False,
        priority=priority,
        id=f"conversation.{action}",
    )


class Organizer(Controller):
    """Rename, pin, tag, archive, export and delete conversations.

    The keys act on the highlighted row while the list has the focus, otherwise on the open
    conversation. A menu offers the same and ``more_actions``. ``leave`` closes the open
    conversation after its deletion, ``list_soon`` reads the list again, ``toggle_archived``
    lists the archived conversations or the others.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        _key("f2", "rename", "Rename", "Rename conversation"),
        _key("f4", "pin", "Pin", "Pin or unpin the conversation"),
        _key("alt+t", "tags", "Tags", "Change the conversation's tags", priority=True),
        _key(
            "alt+r",
            "archive",
            "Archive",
            "Archive the conversation, or bring it back",
            priority=True,
        ),
        _key(
            "alt+b",
            "list_archived",
            "Archived",
            "List the archived conversations, or the others",
            priority=True,
        ),
        _key("f7", "export", "Export", "Export conversation", priority=True),
        _key("f8", "delete", "Delete", "Delete the conversation"),
    )

    def __init__(
        self,
        context: ChatContext,
        sidebar: Sidebar,
        *,
        leave: Callable[[], Awaitable[None]],
        list_soon: Callable[[], object],
        toggle_archived: Callable[[], object],
        more_actions: Callable[[ConversationId], ConversationActions],
    ) -> None:
        super().__init__(context)
        self._sidebar = sidebar
        self._leave = leave
        self._list_soon = list_soon
        self._toggle_archived = toggle_archived
        self._more_actions = more_actions

    def check_action(self, action: str) -> bool:
        return action not in _NEED_CONVERSATION or self._meant() is not None

    def slash_commands(self) -> Sequence[SlashCommand]:
        return (
            SlashCommand("rename", "Rename conversation", self._rename_to, "TITLE"),
            SlashCommand("tags", "Change the conversation's tags", self._tag_with, "TAGS"),
        )

    def subject(self) -> Conversation | None:
        """Return the highlighted conversation if the list has the focus, else the open one."""
        meant = self._meant()
        return self._listed(meant) if meant else None

    def _meant(self) -> ConversationId | None:
        in_list = isinstance(self.context.screen.focused, ConversationList)
        return self._sidebar.highlighted if in_list else self.context.current

    def _listed(self, conversation_id: ConversationId) -> Conversation | None:
        access = self.context.access
        return access.paged.of(conversation_id) if access else None

    # -- rename ----------------------------------------------------------------------------

    def rename(self) -> None:
        """Ask for a new title."""
        if found := self.subject():
            self._ask_for_name(found)

    def _rename_to(self, title: str) -> None:
        if (found := self.subject()) is None:
            self.context.show_problem("No conversation to rename yet.")
        elif title:
            self.context.run("file", self._give_name, found.id, title)
        else:
            self._ask_for_name(found)

    def _ask_for_name(self, found: Conversation) -> None:
        from tui.ui.sidebar.rename_modal import RenameModal

        def answered(name: str | None) -> None:
            if name is not None and name != found.given_name:
                self.context.run("file", self._give_name, found.id, name)

        title = found.title or found.first_text
        shared = self._server_renames(found.id)
        self.context.ask(RenameModal(found.given_name or title, title, shared=shared), answered)

    async def _give_name(self, conversation_id: ConversationId, name: str) -> None:
        session = self.context.opened.session
        conversation_id = session.named(conversation_id) or conversation_id
        if name and self._server_renames(conversation_id):
            await session.conversations.rename(conversation_id, name)
            name = ""
        await session.conversations.give_name(conversation_id, name)

    def _server_renames(self, conversation_id: ConversationId) -> bool:
        return Capability.RENAME in self.context.can and not is_local(conversation_id)

    # -- pin -------------------------------------------------------------------------------

    def pin(self) -> None:
        """Pin or unpin the conversation."""
        if found := self.subject():
            self._pin(found)

    def _pin(self, found: Conversation) -> None:
        session = self.context.opened.session
        self.context.run("file", session.conversations.pin, found.id, pinned=not found.pinned)

    # -- tags and archive ------------------------------------------------------------------

    def tag(self) -> None:
        """Ask for new tags."""
        if found := self.subject():
            self._ask_for_tags(found)

    def _tag_with(self, typed: str) -> None:
        if (found := self.subject()) is None:
            self.context.show_problem("No conversation to tag yet.")
        elif typed:
            self._set_tags(found, read_tags(typed))
        else:
            self._ask_for_tags(found)

    def _ask_for_tags(self, found: Conversation) -> None:
        from tui.ui.sidebar.tags_modal import TagsModal

        def answered(tags: tuple[str, ...] | None) -> None:
            if tags is not None and tags != found.tags:
                self._set_tags(found, tags)

        self.context.ask(TagsModal(found.name, found.tags), answered)

    def _set_tags(self, found: Conversation, tags: Sequence[str]) -> None:
        session = self.context.opened.session
        self.context.run("file", session.conversations.set_tags, found.id, tags)

    def archive(self) -> None:
        """Put the conversation away on this machine, or bring it back."""
        if found := self.subject():
            self._archive(found)

    def _archive(self, found: Conversation) -> None:
        session, archived = self.context.opened.session, not found.archived
        self.context.run("file", session.conversations.archive, found.id, archived=archived)
        where = f"{self._key_of('list_archived')} lists archived conversations"
        self.context.hint(f"Archived on this machine. {where}" if archived else "Unarchived")

    def list_archived(self) -> None:
        """List the archived conversations in the sidebar, or the others again."""
        if self.context.access:
            self._toggle_archived()

    # -- export ----------------------------------------------------------------------------

    def export(self) -> None:
        """Ask for format and file, and export the conversation."""
        if found := self.subject():
            self._ask_for_file(found)
        else:
            self.context.notify("No conversation to export yet.")

    def _ask_for_file(self, found: Conversation) -> None:
        from tui.ui.sidebar.export import ExportModal

        def answered(wanted: ExportRequest | None) -> None:
            if wanted is not None:
                self.context.run("export", self._export, found.id, wanted)

        today = day_of(self.context.clock.now_ms())
        bundles = Capability.BUNDLE in self.context.can and not is_local(found.id)
        self.context.ask(ExportModal(found.name, today, Path.cwd(), bundles=bundles), answered)

    async def _export(self, conversation_id: ConversationId, wanted: ExportRequest) -> None:
        from tui.export import CannotWrite
        from tui.ui.sidebar.export import export

        session, agent = self.context.opened.session, self.context.agent_name
        try:
            summary = await export(session, conversation_id, agent, wanted)
        except CannotWrite as problem:
            self.context.notify(str(problem), title="Not exported", severity="error")
        else:
            self.context.notify(summary, title="Exported")

    # -- delete ----------------------------------------------------------------------------

    def delete(self) -> None:
        """Delete the conversation, after a confirmation."""
        if found := self.subject():
            self._ask_to_delete(found)

    def _ask_to_delete(self, found: Conversation) -> None:
        from tui.ui.toolkit.confirm import ConfirmModal

        def answered(yes: bool | None) -> None:
            if yes:
                self.context.run("delete", self._delete, found.id)

        gone = (
            "permanently"
            if Capability.DELETE in self.context.can
            else "on this machine (the server keeps it)"
        )
        question = f"Delete “{found.name}” {gone}?"
        self.context.ask(ConfirmModal(question, yes="Delete", danger=True), answered)

    async def _delete(self, conversation_id: ConversationId) -> None:
        session = self.context.opened.session
        await session.conversations.delete(conversation_id)
        if self.context.current == session.named(conversation_id):
            await self._leave()
        self._list_soon()

    # -- menu ------------------------------------------------------------------------------

    def offer(self, conversation_id: ConversationId | None, at: Offset) -> None:
        """Open the menu of a conversation, at a position on the screen."""
        if conversation_id and (found := self._listed(conversation_id)):
            self._show_menu(found, at)

    def _show_menu(self, found: Conversation, at: Offset) -> None:
        from tui.ui.toolkit.menu import Menu, MenuItem

        actions = self.actions_on(found)

        def chosen(name: str | None) -> None:
            if name is not None:
                actions[name](found)

        words = {name: name.capitalize() for name in actions}
        words["pin"] = "Unpin" if found.pinned else "Pin"
        words["archive"] = "Unarchive" if found.archived else "Archive"
        choices = [MenuItem(name, Content(words[name]), self._key_of(name)) for name in actions]
        self.context.ask(Menu(choices, at=at), chosen)

    def actions_on(self, found: Conversation) -> ConversationActions:
        """Return the actions on a conversation."""
        return {
            **self._more_actions(found.id),
            "rename": self._ask_for_name,
            "pin": self._pin,
            "tags": self._ask_for_tags,
            "archive": self._archive,
            "export": self._ask_for_file,
            "delete": self._ask_to_delete,
        }

    def _key_of(self, action: str) -> str:
        bound = self.context.screen.active_bindings.values()
        keys = (item.binding.key for item in bound if item.binding.action == action)
        return key_name(next(keys, ""))
