"""Agents behind the Workflows API, as a backend of the engine: a workflow is a conversation.

A prompt makes the server delete the messages of the previous one: the history is in our store.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping

from tui.api.workflows import WorkflowsClient
from tui.backends.base import BaseBackend
from tui.backends.workflows.options import options_for, read_offer
from tui.backends.workflows.runs import Runs
from tui.backends.workflows.settings import (
    dropped,
    present_options,
    wire_changes,
    wire_settings,
)
from tui.backends.workflows.state import conversation_of, is_running, messages_of
from tui.core.agents import Agent
from tui.core.diagnostics import CallListener
from tui.core.events import Json, TurnEvent
from tui.core.ids import ConversationId, FileId, RunId, SkillId
from tui.core.options import Option, OptionValues, without_empty
from tui.core.ports import Capability
from tui.core.records import (
    AvailableSkill,
    Conversation,
    ConversationStatus,
    ImportResult,
    Message,
    Page,
)
from tui.core.text import clean_line
from tui.core.turn import Turn


class WorkflowsBackend(BaseBackend):
    """A :class:`tui.core.ports.ChatBackend` for one user; new workflows get one agent."""

    def __init__(
        self,
        client: WorkflowsClient,
        agent_id: str,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        learn_names: Callable[[Mapping[str, str]], None] = lambda names: None,
        own_name: str = "",
    ) -> None:
        """``now_ms``: our clock, milliseconds since the epoch.

        ``learn_names`` receives the names of the agents, by id, whenever they are read.
        ``own_name`` is what the user calls the agent of new workflows.
        """
        self._client = client
        self._agent_id = agent_id
        self._learn_names = learn_names
        self._own_name = own_name
        self._names: dict[str, str] = {}
        self._agent_ids: dict[str, str] = {}
        """Agents of recently read workflows, by workflow id."""
        self._runs = Runs(client, now_ms)

    def watch_calls(self, listener: CallListener) -> None:
        self._client.watch_calls(listener)

    def lift_delays(self) -> None:
        self._client.lift_delays()

    @property
    def can(self) -> Capability:
        kept = (
            Capability.DELETE
            | Capability.RENAME
            | Capability.CHOOSE
            | Capability.SKILLS
            | Capability.BUNDLE
            | Capability.HISTORY
        )
        return (
            kept
            | Capability.CHANGE
            | Capability.WAKE
            | Capability.HALT
            | Capability.STREAM_TOKENS
            | Capability.REPORT_USAGE
        )

    # -- conversations ---------------------------------------------------------------------------

    async def conversations(self, cursor: str | None = None) -> Page[Conversation]:
        workflows = await self._client.list_workflows()
        self._agent_ids = {w.id: w.agent_id for w in workflows if w.id and w.agent_id}
        rows = map(conversation_of, workflows)
        newest = sorted(filter(None, rows), key=lambda row: -(row.updated_ms or 0))
        return Page(tuple(newest))

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        created = await self._client.create_workflow(
            {"agent_id": self._agent_id, **wire_settings(without_empty(options or {}))}
        )
        return ConversationId(created.id or "")

    async def options(self, conversation_id: ConversationId | None = None) -> tuple[Option, ...]:
        if conversation_id is None:
            return options_for(self._agent_id, await read_offer(self._client))
        workflow, offer = await asyncio.gather(
            self._client.get_workflow(conversation_id), read_offer(self._client)
        )
        return present_options(workflow, offer)

    async def change(
        self, conversation_id: ConversationId, values: OptionValues
    ) -> tuple[str, ...]:
        workflow = await self._client.get_workflow(conversation_id)
        agents = await self._client.list_agents() if "model" in values else []
        models = {agent.id or "": agent.model for agent in agents}
        body = wire_changes(values, workflow, models)
        updated = await self._client.update_workflow(conversation_id, body)
        self._agent_ids.pop(conversation_id, None)
        return dropped(values, updated)

    async def agent(self, conversation_id: ConversationId | None = None) -> Agent:
        agent_id = self._agent_id
        if conversation_id is not None:
            agent_id = await self._agent_of(conversation_id)
        if self._own_name and agent_id == self._agent_id:
            return Agent(id=agent_id, name=self._own_name)
        if agent_id not in self._names:
            agents = await self._client.list_agents()
            named = {agent.id: clean_line(agent.name) for agent in agents if agent.id}
            self._names = {agent: name for agent, name in named.items() if name}
            self._learn_names(self._names)
        return Agent(id=agent_id, name=self._names.get(agent_id, ""))

    async def _agent_of(self, conversation_id: ConversationId) -> str:
        if conversation_id not in self._agent_ids:
            workflow = await self._client.get_workflow(conversation_id)
            self._agent_ids[conversation_id] = workflow.agent_id or ""
        return self._agent_ids[conversation_id]

    async def delete(self, conversation_id: ConversationId) -> None:
        await self._client.delete_workflow(conversation_id)

    async def rename(self, conversation_id: ConversationId, title: str) -> None:
        await self._client.update_workflow(conversation_id, {"title": title})

    async def wake(self, conversation_id: ConversationId) -> None:
        await self._client.update_workflow(conversation_id, {"status": "active"})

    async def status(self, conversation_id: ConversationId) -> ConversationStatus:
        workflow = await self._client.get_workflow(conversation_id)
        return ConversationStatus(
            activity="working" if is_running(workflow) else "idle",
            updated_ms=workflow.updated_at,
        )

    async def history(
        self, conversation_id: ConversationId, cursor: str | None = None
    ) -> Page[Message]:
        """Return the messages of the newest run: the server has no others."""
        workflow = await self._client.get_workflow(conversation_id)
        return Page(messages_of(workflow, self._runs.named[conversation_id]))

    async def skills(self, conversation_id: ConversationId) -> tuple[AvailableSkill, ...]:
        known, workflow = await asyncio.gather(
            self._client.list_skills(), self._client.get_workflow(conversation_id)
        )
        return tuple(
            AvailableSkill(
                id=SkillId(item.id),
                name=clean_line(item.name) or clean_line(item.id),
                description=clean_line(item.description),
                tags=tuple(map(clean_line, item.tags)),
                installed=item.id in workflow.skill_ids,
            )
            for item in known
            if item.id
        )

    async def install_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        await self._client.install_skill(conversation_id, skill_id)

    async def remove_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        await self._client.remove_skill(conversation_id, skill_id)

    async def export_bundle(self, conversation_id: ConversationId | None = None) -> Json:
        return await self._client.export_workflows(conversation_id)

    async def import_bundle(self, bundle: Json) -> ImportResult:
        answer = await self._client.import_workflows(bundle)
        created = tuple(map(ConversationId, answer.ids))
        return ImportResult(created=created, problems=tuple(map(clean_line, answer.errors)))

    async def aclose(self) -> None:
        await self._client.aclose()

    # -- turns -----------------------------------------------------------------------------------

    async def halt(self, conversation_id: ConversationId, run_id: RunId | None) -> None:
        await self._client.halt(conversation_id)

    def send(
        self, conversation_id: ConversationId, text: str, file_id: FileId | None = None
    ) -> AsyncGenerator[TurnEvent]:
        return self._runs.send(conversation_id, text)

    def resume(
        self,
        conversation_id: ConversationId,
        run_id: RunId,
        after: str | None,
        so_far: Turn | None = None,
    ) -> AsyncGenerator[TurnEvent]:
        return self._runs.resume(conversation_id, run_id, after, so_far)
