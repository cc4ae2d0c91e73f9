"""Actions on a genie's skills, knowledge bases and user groups."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from tui.core.errors import BackendError
from tui.studio.models import GenieId, KnowledgeBaseId, SkillId
from tui.ui.studio import menus
from tui.ui.studio.forms import AskModal
from tui.ui.studio.jobs import JobsModal
from tui.ui.studio.labels import name_of
from tui.ui.transcript.source_view import SourceView

if TYPE_CHECKING:
    from tui.studio.genies import Genies
    from tui.ui.studio.changes import ChangeRunner
    from tui.ui.studio.menus import Action
    from tui.ui.studio.selection import Selection

Assignment: TypeAlias = Callable[[GenieId, Sequence[str]], Awaitable[object]]
"""Assigns items to a genie by their IDs, or removes them."""


class AssignmentActions:
    """Assigns items to the genie, removes them, and shows them."""

    def __init__(self, changes: ChangeRunner, selection: Selection) -> None:
        self._changes = changes
        self._selection = selection
        self._screen = changes.screen
        self._status = changes.status

    @property
    def menu_actions(self) -> Mapping[Action, Callable[[str, str], object]]:
        """Methods by the entries of the menus of skills, knowledge bases and groups."""
        return {
            "assign": self._assign,
            "remove": self._remove,
            "sources": self._show_sources,
            "jobs": self._show_jobs,
        }

    def _assign(self, kind: str, thing: str) -> None:
        if (genie := self._selection.genie) is None:
            return
        told = f"Assigned {self._selection.label_of(kind, thing)} to {name_of(genie)}."
        self._changes.run(lambda studio: _assign_call(studio.genies, kind)(genie.id, [thing]), told)

    def _remove(self, kind: str, thing: str) -> None:
        """Remove an item from the genie, after a confirmation."""
        if (genie := self._selection.genie) is None:
            return
        name, whose = self._selection.label_of(kind, thing), name_of(genie)
        question = menus.SHUT_OUT if kind == "group" else menus.REMOVE
        self._changes.ask(
            question.format(thing=name, genie=whose),
            "Remove",
            lambda studio: _remove_call(studio.genies, kind)(genie.id, [thing]),
            f"Removed {name} from {whose}.",
        )

    def add_group(self) -> None:
        """Give access to a user group, whose ID is on the workspace's own pages."""

        def typed(group: str | None) -> None:
            if group and (genie := self._selection.genie):
                told = f"The group can now talk to {name_of(genie)}."
                self._changes.run(
                    lambda studio: studio.genies.assign_user_groups(genie.id, [group]), told
                )

        hint = "The API can't list user groups. Find the ID on the workspace's own pages."
        ask = AskModal("ID of the user group", hint, yes="Give access")
        self._screen.app.push_screen(ask, typed)

    def _show_sources(self, kind: str, thing: str) -> None:
        """Show the sources of a knowledge base, and the recipes that fill it."""
        reading = self._read_sources(thing)
        self._screen.run_worker(reading, group="sources", exclusive=True, exit_on_error=False)

    async def _read_sources(self, thing: str) -> None:
        base = KnowledgeBaseId(thing)
        self._status.tell("Loading…")
        try:
            studio = await self._changes.studio.client()
            sources = await studio.knowledge_bases.data_sources(base)
            recipes = [recipe async for recipe in studio.knowledge_bases.recipes(base)]
        except BackendError as error:
            self._status.fail(error)
            return
        self._status.tell("")
        lines = ["Sources: " + (", ".join(map(str, sources.data_sources)) or "not listed"), ""]
        lines += [f"Recipe {recipe.id}: {recipe.name}" for recipe in recipes]
        self._screen.app.push_screen(
            SourceView("\n".join(lines).strip(), self._selection.label_of("kb", thing))
        )

    def _show_jobs(self, kind: str, thing: str) -> None:
        """Show the recipe behind a skill, and its latest jobs."""
        reading = self._read_jobs(thing)
        self._screen.run_worker(reading, group="jobs", exclusive=True, exit_on_error=False)

    async def _read_jobs(self, thing: str) -> None:
        self._status.tell("Finding its recipe…")
        try:
            studio = await self._changes.studio.client()
            skill = await studio.skills.get(SkillId(thing))
        except BackendError as error:
            self._status.fail(error)
            return
        self._status.tell("" if skill.recipe_id else "The API doesn't name its recipe.")
        if skill.recipe_id:
            self._screen.app.push_screen(
                JobsModal(self._changes.studio, skill.recipe_id, skill.name)
            )


def _assign_call(genies: Genies, kind: str) -> Assignment:
    calls = {
        "skill": genies.assign_skills,
        "kb": genies.assign_knowledge_bases,
        "group": genies.assign_user_groups,
    }
    return calls[kind]


def _remove_call(genies: Genies, kind: str) -> Assignment:
    calls = {
        "skill": genies.remove_skills,
        "kb": genies.remove_knowledge_bases,
        "group": genies.remove_user_groups,
    }
    return calls[kind]
