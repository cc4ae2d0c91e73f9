"""Keeping the conversations in order: rename, pin, export, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset

from tui.core.ids import ConversationId, is_local
from tui.core.ports import Can
from tui.ui.days import day_of
from tui.ui.keys import key_name
from tui.ui.screens.reading import ReadingScreen
from tui.ui.slash import takes
from tui.ui.widgets.sidebar import ConversationList
from tui.ui.widgets.topbar import TopBar

if TYPE_CHECKING:
    from tui.core.records import Conversation
    from tui.ui.exporting import Wanted


def _key(key: str, action: str, label: str, meaning: str, id: str) -> Binding:
    return Binding(key, action, label, tooltip=meaning, show=False, id=id)


class FilingScreen(ReadingScreen):
    """The keys are about the highlighted row in the list, elsewhere about the open conversation.

    Deleting asks first; the right mouse button on a row, and the dots on the open one, offer all.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("f2", "rename", "Rename", "Rename the conversation", "conversation.rename"),
        _key("f4", "pin", "Pin", "Pin the conversation, or unpin it", "conversation.pin"),
        Binding(
            "f7",
            "export",
            "Export",
            tooltip="Export the conversation",
            show=False,
            priority=True,
            id="conversation.export",
        ),
        _key("f8", "delete", "Delete", "Delete the conversation", "conversation.delete"),
    ]

    def subject(self) -> Conversation | None:
        """The conversation that is meant: the highlighted one in the list, else the open one."""
        meant = self._meant()
        return self._listed(meant) if meant else None

    def _meant(self) -> ConversationId | None:
        in_list = isinstance(self.focused, ConversationList)
        return self.sidebar.highlighted if in_list else self.desk.current

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action in ("rename", "pin", "delete"):
            return self._meant() is not None
        return super().check_action(action, parameters)

    def _listed(self, conversation_id: ConversationId) -> Conversation | None:
        return self.access.shelf.of(conversation_id) if self.access else None

    # -- rename ----------------------------------------------------------------------------

    def action_rename(self) -> None:
        if found := self.subject():
            self.rename_conversation(found)

    @takes("TITLE", "Rename the conversation")
    def command_rename(self, title: str) -> None:
        if (found := self.subject()) is None:
            self.complain("There is no conversation to rename yet.")
        elif title:
            self._give_name(found.id, title)
        else:
            self.rename_conversation(found)

    def rename_conversation(self, found: Conversation) -> None:
        """Ask for a name."""
        from tui.ui.modals.rename import RenameModal

        def answered(name: str | None) -> None:
            if name is not None and name != found.given_name:
                self._give_name(found.id, name)

        title = found.title or found.first_text
        shared = self._server_renames(found.id)
        modal = RenameModal(found.given_name or title, title, shared=shared)
        self.app.push_screen(modal, answered)

    @work(group="file", exit_on_error=False)
    async def _give_name(self, conversation_id: ConversationId, name: str) -> None:
        session = self.opened.session
        conversation_id = session.named(conversation_id) or conversation_id
        if name and self._server_renames(conversation_id):
            await session.rename(conversation_id, name)
            name = ""
        await session.give_name(conversation_id, name)

    def _server_renames(self, conversation_id: ConversationId) -> bool:
        can = self.access.session.can if self.access else Can.NOTHING
        return Can.RENAME in can and not is_local(conversation_id)

    # -- pin -------------------------------------------------------------------------------

    def action_pin(self) -> None:
        if found := self.subject():
            self._pin(found)

    @work(group="file", exit_on_error=False)
    async def _pin(self, found: Conversation) -> None:
        await self.opened.session.pin(found.id, pinned=not found.pinned)

    # -- export ----------------------------------------------------------------------------

    def action_export(self) -> None:
        if found := self.subject():
            self.export_conversation(found)
        else:
            self.notify("There is no conversation to export yet.")

    def export_conversation(self, found: Conversation) -> None:
        """Ask for format and file, and write it."""
        from tui.ui.modals.export import ExportModal

        def answered(wanted: Wanted | None) -> None:
            if wanted is not None:
                self._export(found.id, wanted)

        today = day_of(self.clock.now_ms())
        bundles = self._makes_bundle(found.id)
        modal = ExportModal(found.name, today, Path.cwd(), bundles=bundles)
        self.app.push_screen(modal, answered)

    @work(group="export", exit_on_error=False)
    async def _export(self, conversation_id: ConversationId, wanted: Wanted) -> None:
        from tui.export import CannotWrite
        from tui.ui.exporting import export

        try:
            told = await export(self.opened.session, conversation_id, self.agent_name, wanted)
        except CannotWrite as problem:
            self.notify(str(problem), title="Not exported", markup=False, severity="error")
        else:
            self.notify(told, title="Exported", markup=False)

    # -- delete ----------------------------------------------------------------------------

    def action_delete(self) -> None:
        if found := self.subject():
            self.delete_conversation(found)

    def delete_conversation(self, found: Conversation) -> None:
        """Delete a conversation, after asking."""
        from tui.ui.modals.confirm import ConfirmModal

        def answered(yes: bool | None) -> None:
            if yes:
                self._delete(found.id)

        gone = "for good" if self._server_deletes() else "here; the server keeps it"
        question = f"Delete “{found.name}” {gone}?"
        self.app.push_screen(ConfirmModal(question, yes="Delete"), answered)

    def _makes_bundle(self, conversation_id: ConversationId) -> bool:
        can = self.access.session.can if self.access else Can.NOTHING
        return Can.BUNDLE in can and not is_local(conversation_id)

    def _server_deletes(self) -> bool:
        return bool(self.access and Can.DELETE in self.access.session.can)

    @work(group="delete", exit_on_error=False)
    async def _delete(self, conversation_id: ConversationId) -> None:
        session = self.opened.session
        await session.delete(conversation_id)
        if self.desk.current == session.named(conversation_id):
            await self._switch_to(None)
        self.list_soon()

    # -- all of it with the mouse ----------------------------------------------------------

    @on(ConversationList.MenuWanted)
    def _offer_row(self, event: ConversationList.MenuWanted) -> None:
        if found := self._listed(event.conversation_id):
            self.offer(found, event.at)

    @on(TopBar.MenuWanted)
    def _offer_open(self, event: TopBar.MenuWanted) -> None:
        if self.desk.current and (found := self._listed(self.desk.current)):
            self.offer(found, event.at)

    def offer(self, found: Conversation, at: Offset) -> None:
        """Show what can be done with a conversation, at a place of the screen."""
        from tui.ui.modals.menu import Choice, Menu

        deeds = self.deeds_with(found)

        def chosen(name: str | None) -> None:
            if name is not None:
                deeds[name](found)

        words = {name: name.capitalize() for name in deeds}
        words["pin"] = "Unpin" if found.pinned else "Pin"
        choices = [Choice(name, Content(words[name]), self._key_of(name)) for name in deeds]
        self.app.push_screen(Menu(choices, at=at), chosen)

    def deeds_with(self, found: Conversation) -> dict[str, Callable[[Conversation], object]]:
        """What can be done with a conversation, by the actions' names."""
        return {
            "rename": self.rename_conversation,
            "pin": self._pin,
            "export": self.export_conversation,
            "delete": self.delete_conversation,
        }

    def _key_of(self, action: str) -> str:
        bound = self.active_bindings.values()
        keys = (item.binding.key for item in bound if item.binding.action == action)
        return key_name(next(keys, ""))
