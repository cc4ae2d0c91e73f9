"""Skills of a conversation, and reactivation of inactive conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.ids import ConversationId, SkillId, is_local
from tui.core.ports import Capability
from tui.core.text import clean_line
from tui.ui.chat.controller import Controller
from tui.ui.keys.registry import DEFAULT_KEYS

if TYPE_CHECKING:
    from tui.core.records import AvailableSkill


class ConversationSkills(Controller):
    """Install and remove skills (``Capability.SKILLS``); reactivate (``Capability.WAKE``)."""

    KEYS: ClassVar[Sequence[Binding]] = (
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
            DEFAULT_KEYS["conversation.wake"],
            "wake",
            "Reactivate",
            tooltip="Reactivate the conversation",
            priority=True,
            id="conversation.wake",
        ),
    )

    def check_action(self, action: str) -> bool:
        if action == "skills":
            return self.can_change(self.context.current)
        if action == "wake":
            asleep = self.context.current in self.context.chat_state.inactive
            return Capability.WAKE in self.context.can and asleep
        return True

    def can_change(self, conversation_id: ConversationId | None) -> bool:
        """Return True if a conversation has skills that can be changed."""
        on_server = conversation_id is not None and not is_local(conversation_id)
        return Capability.SKILLS in self.context.can and on_server

    def show_current(self) -> None:
        """Show all skills of the open conversation."""
        if self.context.current is not None:
            self.show(self.context.current)

    def show(self, where: ConversationId) -> None:
        """Show all skills; install those newly selected, remove those deselected."""
        self.context.run_exclusive("skills", self._show, where)

    async def _show(self, where: ConversationId) -> None:
        self._choose(where, await self.context.opened.session.conversations.skills(where))

    def _choose(self, where: ConversationId, skills: Sequence[AvailableSkill]) -> None:
        from tui.ui.toolkit.picker import PickerItem, PickModal

        installed = {skill.id for skill in skills if skill.installed}
        items = [
            PickerItem(skill.id, skill.name, skill.description, " ".join(skill.tags))
            for skill in skills
        ]

        def answered(chosen: tuple[str, ...] | None) -> None:
            if chosen is not None and set(chosen) != installed:
                changed = [s for s in skills if s.installed is not (s.id in chosen)]
                self.context.run("equip", self._change, where, changed)

        title = f"Skills of “{clean_line(self.context.title_of(where), 40)}”"
        modal = PickModal(title, items, installed, several=True, done="Apply", mark="installed")
        self.context.ask(modal, answered)

    async def _change(self, where: ConversationId, skills: Sequence[AvailableSkill]) -> None:
        """Install or remove skills one after the other, and report the result."""
        session = self.context.opened.session
        done: list[str] = []
        try:
            for skill in skills:
                if skill.installed:
                    await session.conversations.remove_skill(where, SkillId(skill.id))
                else:
                    await session.conversations.install_skill(where, SkillId(skill.id))
                done.append(f"{'Removed' if skill.installed else 'Installed'} {skill.name}.")
        finally:
            if done:
                self.context.notify(clean_line(" ".join(done), 400))

    def wake(self) -> None:
        """Reactivate the open conversation; a rejected message stays in the composer."""
        self.context.run_exclusive("wake", self._wake)

    async def _wake(self) -> None:
        context = self.context
        if (where := context.current) is not None:
            await context.opened.session.conversations.wake(where)
            context.chat_state.inactive.discard(where)
            context.chat_state.dismiss()
            context.notify("Conversation reactivated.")
            context.show_state()
