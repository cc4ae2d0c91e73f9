"""Studio: what can be done about a genie and what belongs to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widgets import OptionList

from tui.core.errors import BackendError
from tui.studio.models import Genie, GenieId, KnowledgeBaseId, Policy, SkillId
from tui.ui.modals.confirm import ConfirmModal
from tui.ui.modals.menu import Menu
from tui.ui.modals.source import SourceView
from tui.ui.requests import CopyText, GenieWanted
from tui.ui.studio import menus
from tui.ui.studio.clients import ClientActionsScreen
from tui.ui.studio.detail_rows import policy_name, value_of
from tui.ui.studio.forms import AskModal
from tui.ui.studio.jobs import JobsModal
from tui.ui.studio.labels import has_client, name_of

if TYPE_CHECKING:
    from tui.studio.developer_client import DeveloperClient
    from tui.studio.genies import Genies
    from tui.ui.studio.menus import Action

Assignment: TypeAlias = Callable[[GenieId, Sequence[str]], Awaitable[object]]
"""Assigns things to a genie by their ids, or removes them."""


class StudioScreen(ClientActionsScreen):
    """Enter acts on a row. What breaks what others use is asked about first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "s", "switch", "Start/stop", id="studio.toggle", tooltip="Start the genie, or stop it"
        ),
        Binding("u", "use", "Talk to it", id="studio.use", tooltip="Talk to this genie"),
        Binding("n", "new_client", "New client", id="studio.client", tooltip="Make a client"),
        Binding("c", "copy", "Copy", id="studio.copy", tooltip="Copy what the row is about"),
    ]

    # -- the genie -------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action == "use":
            return self.studio.use_genie is not None
        return super().check_action(action, parameters)

    def action_switch(self) -> None:
        """Start the genie; or stop it, which is asked about."""
        if (genie := self.genie) is None:
            return
        name = name_of(genie)
        if genie.started:
            self.ask(
                menus.STOP.format(genie=name),
                "Stop it",
                lambda studio: studio.genies.stop(genie.id),
                f"{name} is stopped.",
            )
        else:
            self.do(lambda studio: studio.genies.start(genie.id), f"{name} is started.")

    def action_use(self) -> None:
        """Talk to the genie from now on."""
        if (genie := self.genie) is None:
            return
        name = name_of(genie)

        async def start_and_use(studio: DeveloperClient) -> None:
            await studio.genies.start(genie.id)
            self.app.call_later(self._talk_to, genie)

        def answered(sure: bool | None) -> None:
            if sure:
                self._talk_to(genie)

        if not has_client(genie):
            question = menus.NO_CLIENT.format(genie=name)
            self.app.push_screen(ConfirmModal(question, yes="Talk to it", no="Back"), answered)
        elif not genie.started:
            question = menus.STOPPED.format(genie=name)
            self.ask(question, "Start and talk", start_and_use, f"{name} is started.")
        else:
            self._talk_to(genie)

    def _talk_to(self, genie: Genie) -> None:
        self.app.post_message(GenieWanted(genie.id, name_of(genie)))
        self.dismiss()

    # -- a row -----------------------------------------------------------------------------

    @on(OptionList.OptionSelected, "#genie-details")
    def _act_on_row(self) -> None:
        kind, _, thing = self.row.partition(":")
        match kind:
            case "view" if self.genie:
                self.app.push_screen(SourceView(value_of(self.genie, thing), thing))
            case "copy" | "problem":
                self.action_copy()
            case "new" if thing == "client":
                self.action_new_client()
            case "new":
                self._let_in()
            case "policy":
                self._edit_policy(thing)
            case _:
                self._offer(kind, thing)

    def action_copy(self) -> None:
        """Copy what the row under the cursor is about."""
        kind, _, thing = self.row.partition(":")
        if kind in ("copy", "view") and self.genie:
            self.post_message(CopyText(value_of(self.genie, thing), thing))
        elif kind not in ("", "new"):
            self.post_message(CopyText(thing, "The sentence" if kind == "problem" else "The id"))

    def _offer(self, kind: str, thing: str) -> None:
        """Ask what is to be done with a client, a skill, a knowledge base or a group."""
        choices = menus.menu_for(kind)
        if not choices:
            return

        actions: Mapping[Action, Callable[[str, str], object]] = {
            **self.client_actions,
            "assign": self._assign,
            "remove": self._remove,
            "sources": self._show_sources,
            "jobs": self._show_jobs,
            "copy": lambda kind, thing: self.action_copy(),
        }

        def chosen(action: str | None) -> None:
            if action is not None:
                actions[cast("Action", action)](kind, thing)

        self.app.push_screen(Menu(choices, title=self._name_of(kind, thing)), chosen)

    # -- skills, knowledge bases, groups ---------------------------------------------------

    def _assign(self, kind: str, thing: str) -> None:
        if (genie := self.genie) is None:
            return
        told = f"{name_of(genie)} may use {self._name_of(kind, thing)}."
        self.do(lambda studio: _assign_call(studio.genies, kind)(genie.id, [thing]), told)

    def _remove(self, kind: str, thing: str) -> None:
        """Take something from the genie, which is asked about."""
        if (genie := self.genie) is None:
            return
        name, whose = self._name_of(kind, thing), name_of(genie)
        question = menus.SHUT_OUT if kind == "group" else menus.REMOVE
        self.ask(
            question.format(thing=name, genie=whose),
            "Take it away",
            lambda studio: _remove_call(studio.genies, kind)(genie.id, [thing]),
            f"{name} was taken from {whose}.",
        )

    def _let_in(self) -> None:
        """Let a user group in, whose id the workspace's own pages tell."""

        def typed(group: str | None) -> None:
            if group and (genie := self.genie):
                told = f"The group may talk to {name_of(genie)}."
                self.do(lambda studio: studio.genies.assign_user_groups(genie.id, [group]), told)

        hint = "No endpoint lists the groups: their ids are on the workspace's own pages."
        ask = AskModal("The id of the user group to let in", hint, yes="Let it in")
        self.app.push_screen(ask, typed)

    @work(group="sources", exclusive=True, exit_on_error=False)
    async def _show_sources(self, kind: str, thing: str) -> None:
        """Show where a knowledge base takes its contents from, and the recipes that fill it."""
        base = KnowledgeBaseId(thing)
        self.tell("Reading…")
        try:
            studio = await self.studio.client()
            sources = await studio.knowledge_bases.data_sources(base)
            recipes = [recipe async for recipe in studio.knowledge_bases.recipes(base)]
        except BackendError as error:
            self.fail(error)
            return
        self.tell("")
        lines = ["Sources: " + (", ".join(map(str, sources.data_sources)) or "none told"), ""]
        lines += [f"Recipe {recipe.id}: {recipe.name}" for recipe in recipes]
        self.app.push_screen(SourceView("\n".join(lines).strip(), self._name_of(kind, thing)))

    @work(group="jobs", exclusive=True, exit_on_error=False)
    async def _show_jobs(self, kind: str, thing: str) -> None:
        """Show the recipe behind a skill, and its latest jobs."""
        self.tell("Looking for its recipe…")
        try:
            studio = await self.studio.client()
            skill = await studio.skills.get(SkillId(thing))
        except BackendError as error:
            self.fail(error)
            return
        self.tell("" if skill.recipe_id else "The API does not name its recipe.")
        if skill.recipe_id:
            self.app.push_screen(JobsModal(self.studio, skill.recipe_id, skill.name))

    # -- guardrails ------------------------------------------------------------------------

    @work(group="policy", exclusive=True, exit_on_error=False)
    async def _edit_policy(self, kind: str) -> None:
        """Change a policy of the genie's guardrail."""
        from tui.ui.studio.policy import PolicyModal

        guardrail = self.details.guardrail.value if self.details else None
        if (genie := self.genie) is None or guardrail is None:
            return
        self.tell("Opening…")
        try:
            studio = await self.studio.client()
            entities = await studio.guardrails.pii_entities() if kind == "pii_detection" else ()
        except BackendError as error:
            self.fail(error)
            return
        self.tell("")

        async def put(configuration: Mapping[str, Any]) -> Policy:
            return await studio.guardrails.put(genie.id, kind, configuration)

        def done(policy: Policy | None) -> None:
            if policy is not None:
                self.tell(f"{policy_name(kind)} of {name_of(genie)} is replaced.")
                self.read_details()

        policy = guardrail.policy(kind)
        before = policy.configuration if policy else None
        self.app.push_screen(PolicyModal(name_of(genie), kind, before, entities, put), done)


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
