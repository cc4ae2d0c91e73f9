"""Agents behind the Workflows API, as a backend of the engine: a workflow is a conversation.

A prompt makes the server forget the messages of the one before: what was said is in our store.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

from tui.api.workflows import WorkflowsClient
from tui.backends.workflow_options import options_for
from tui.backends.workflow_runs import Runs
from tui.backends.workflow_state import conversation_of, is_running, messages_of
from tui.core.abilities import Unable
from tui.core.calls import CallListener
from tui.core.events import Json, TurnEvent
from tui.core.ids import ConversationId, FileId, RunId, SkillId
from tui.core.options import Option, OptionValues, chosen
from tui.core.ports import Can
from tui.core.records import Conversation, ConversationStatus, Imported, Message, Page, Skill
from tui.core.text import clean_line


class WorkflowsBackend(Unable):
    """A :class:`tui.core.ports.ChatBackend` for one user; new workflows get one agent."""

    def __init__(
        self,
        client: WorkflowsClient,
        agent_id: str,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """``now_ms``: our clock, milliseconds since the epoch."""
        self._client = client
        self._agent_id = agent_id
        self._runs = Runs(client, now_ms)

    def watch_calls(self, listener: CallListener) -> None:
        self._client.watch_calls(listener)

    def lift_delays(self) -> None:
        self._client.lift_delays()

    @property
    def can(self) -> Can:
        kept = Can.DELETE | Can.RENAME | Can.CHOOSE | Can.SKILLS | Can.BUNDLE | Can.HISTORY
        return kept | Can.WAKE | Can.HALT | Can.STREAM_TOKENS | Can.REPORT_USAGE

    # -- conversations ---------------------------------------------------------------------------

    async def conversations(self, cursor: str | None = None) -> Page[Conversation]:
        rows = map(conversation_of, await self._client.list_workflows())
        newest = sorted(filter(None, rows), key=lambda row: -(row.updated_ms or 0))
        return Page(tuple(newest))

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        settings = chosen(options_for(self._agent_id), options or {})
        created = await self._client.create_workflow(settings)
        return ConversationId(created.id or "")

    async def options(self) -> tuple[Option, ...]:
        agents, skills = await asyncio.gather(
            self._client.list_agents(), self._client.list_skills()
        )
        return options_for(self._agent_id, agents, skills)

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
        """The messages of the newest run: the server has no others."""
        return Page(messages_of(await self._client.get_workflow(conversation_id)))

    async def skills(self, conversation_id: ConversationId) -> tuple[Skill, ...]:
        known, workflow = await asyncio.gather(
            self._client.list_skills(), self._client.get_workflow(conversation_id)
        )
        return tuple(
            Skill(
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

    async def import_bundle(self, bundle: Json) -> Imported:
        answer = await self._client.import_workflows(bundle)
        created = tuple(map(ConversationId, answer.ids))
        return Imported(created=created, problems=tuple(map(clean_line, answer.errors)))

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
        self, conversation_id: ConversationId, run_id: RunId, after: str | None
    ) -> AsyncGenerator[TurnEvent]:
        return self._runs.resume(conversation_id, run_id, after)
