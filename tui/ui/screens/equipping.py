"""Equipping: the skills of a conversation, and conversations that come from a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from tui.core.ids import ConversationId, SkillId, is_local
from tui.core.ports import Can
from tui.core.text import clean_line
from tui.ui.key_registry import DEFAULT_KEYS
from tui.ui.screens.filing import FilingScreen
from tui.ui.slash import takes

if TYPE_CHECKING:
    from tui.core.records import Conversation, Imported, Skill

_MOST_PROBLEMS = 3


class EquippingScreen(FilingScreen):
    """Offered as far as the service can do it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "alt+k",
            "skills",
            "Skills",
            tooltip="Install and remove skills",
            show=False,
            priority=True,
            id="conversation.skills",
        ),
        Binding(
            "alt+i",
            "import",
            "Import",
            tooltip="Import conversations from a file",
            show=False,
            priority=True,
            id="conversation.import",
        ),
        Binding(
            DEFAULT_KEYS["conversation.wake"],
            "wake",
            "Switch on",
            tooltip="Switch the conversation on again",
            priority=True,
            id="conversation.wake",
        ),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        can = self.access.session.can if self.access else Can.NOTHING
        if action == "skills":
            return self._takes_skills(self.desk.current)
        if action == "wake":
            return Can.WAKE in can and self.desk.current in self.desk.asleep
        if action == "import":
            return Can.BUNDLE in can
        return super().check_action(action, parameters)

    def deeds_with(self, found: Conversation) -> dict[str, Callable[[Conversation], object]]:
        deeds = super().deeds_with(found)
        if self._takes_skills(found.id):
            deeds = {"skills": lambda chosen: self._show_skills(chosen.id), **deeds}
        return deeds

    def _takes_skills(self, conversation_id: ConversationId | None) -> bool:
        can = self.access.session.can if self.access else Can.NOTHING
        return Can.SKILLS in can and conversation_id is not None and not is_local(conversation_id)

    # -- skills ----------------------------------------------------------------------------

    def action_skills(self) -> None:
        """Show all skills, and install or remove what is marked or no longer is."""
        if self.desk.current is not None:
            self._show_skills(self.desk.current)

    @work(group="skills", exclusive=True, exit_on_error=False)
    async def _show_skills(self, where: ConversationId) -> None:
        self._choose_skills(where, await self.opened.session.skills(where))

    def _choose_skills(self, where: ConversationId, skills: Sequence[Skill]) -> None:
        from tui.ui.modals.pick import Item, PickModal

        installed = {skill.id for skill in skills if skill.installed}
        items = [
            Item(skill.id, skill.name, skill.description, " ".join(skill.tags)) for skill in skills
        ]

        def answered(chosen: tuple[str, ...] | None) -> None:
            if chosen is not None and set(chosen) != installed:
                self._equip(where, [s for s in skills if s.installed is not (s.id in chosen)])

        title = f"Skills of “{clean_line(self.title_of(where), 40)}”"
        modal = PickModal(title, items, installed, several=True, done="Apply", mark="installed")
        self.app.push_screen(modal, answered)

    @work(group="equip", exit_on_error=False)
    async def _equip(self, where: ConversationId, others: Sequence[Skill]) -> None:
        """Turn these skills around, one after the other; what was done is said in any case."""
        session = self.opened.session
        done: list[str] = []
        try:
            for skill in others:
                if skill.installed:
                    await session.remove_skill(where, SkillId(skill.id))
                else:
                    await session.install_skill(where, SkillId(skill.id))
                done.append(f"{'Removed' if skill.installed else 'Installed'} {skill.name}.")
        finally:
            if done:
                self.notify(clean_line(" ".join(done), 400), markup=False)

    # -- conversations that were switched off ----------------------------------------------

    @work(group="wake", exclusive=True, exit_on_error=False)
    async def action_wake(self) -> None:
        """Switch it on; what was refused is in the composer, to be sent again."""
        if (where := self.desk.current) is not None:
            await self.opened.session.wake(where)
            self.desk.asleep.discard(where)
            self.desk.dismiss()
            self.notify("The conversation is switched on again.", markup=False)
            self.show_state()

    # -- files -----------------------------------------------------------------------------

    def action_import(self) -> None:
        from tui.ui.screens.attach import ImportScreen

        def answered(paths: Sequence[Path] | None) -> None:
            for path in paths or ():
                self._import(path)

        self.app.push_screen(ImportScreen(), answered)

    @takes("PATH", "Import conversations from a file", needs="import")
    def command_import(self, path: str) -> None:
        from tui.ui.paths import typed_path

        if path:
            self._import(typed_path(path))
        else:
            self.action_import()

    def words_for_import(self, begun: str) -> Sequence[str]:
        from tui.ui.paths import typed_completions

        return typed_completions(begun)

    @work(group="import", exit_on_error=False)
    async def _import(self, path: Path) -> None:
        from tui.ui.exporting import CannotRead, read_bundle

        try:
            bundle = await asyncio.to_thread(read_bundle, path)
        except CannotRead as problem:
            self.complain(str(problem))
            return
        imported = await self.opened.session.import_bundle(bundle)
        self.list_soon()
        self._tell_imported(imported)
        if len(imported.created) == 1:
            self.go_to(imported.created[0])

    def _tell_imported(self, imported: Imported) -> None:
        count = len(imported.created)
        told = [f"{count} conversation{'' if count == 1 else 's'} imported."]
        told += [clean_line(problem) for problem in imported.problems[:_MOST_PROBLEMS]]
        if (more := len(imported.problems) - _MOST_PROBLEMS) > 0:
            told.append(f"And {more} problems more.")
        text = " ".join(told)
        if imported.problems:
            self.notify(text, markup=False, severity="warning", timeout=15)
        else:
            self.notify(text, markup=False)
