"""Client of the Workflows API. Source: Workflows API, and observed servers where they differ."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from tui.api.coerce import objects_of, path_segment
from tui.api.error_hints import WORKFLOWS, FailureCase
from tui.api.failures import failure
from tui.api.http import Http
from tui.api.models import ApiModel
from tui.api.network.settings import Network
from tui.api.sse import Frame
from tui.api.workflow_models import (
    AgentItem,
    BundleImported,
    EnvMapping,
    GuardrailItem,
    PromptAccepted,
    SkillItem,
    TokenItem,
    Workflow,
)
from tui.core.diagnostics import CallListener
from tui.core.events import Json
from tui.core.ports import Clock

_BASE = "/api/workflows"
_A = TypeVar("_A", bound=ApiModel)


class WorkflowsClient:
    """A user's access to the Workflows API of a host.

    Every call raises :class:`tui.core.errors.BackendError`. Nothing is repeated: the engine decides
    when to retry.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        clock: Clock | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        self._http = Http(base_url, auth, hints=WORKFLOWS, clock=clock, network=network)

    async def list_agents(self) -> list[AgentItem]:
        """GET agents: all of them. Observed; not among the documented calls."""
        return await self._list(AgentItem, "/api/agents")

    async def list_skills(self) -> list[SkillItem]:
        """GET skills: all of them. Observed; not among the documented calls."""
        return await self._list(SkillItem, "/api/skills")

    async def list_guardrails(self) -> list[GuardrailItem]:
        """GET guardrails: all of them. Observed; not among the documented calls."""
        return await self._list(GuardrailItem, "/api/guardrails")

    async def list_tokens(self) -> list[TokenItem]:
        """GET tokens: their names. Observed; not among the documented calls."""
        return await self._list(TokenItem, "/api/tokens")

    async def env_mapping(self, tool_id: str) -> EnvMapping:
        """GET custom-tools/ID/env-mapping: variables of a tool. Observed only."""
        path = f"/api/custom-tools/{path_segment(tool_id)}/env-mapping"
        return await self._call(EnvMapping, "GET", path)

    async def list_workflows(self) -> list[Workflow]:
        """GET workflows: the user's, in no promised order, all at once. Source: List workflows."""
        return await self._list(Workflow, _BASE)

    async def create_workflow(self, settings: Mapping[str, Any]) -> Workflow:
        """POST workflows; only ``agent_id`` is required. Source: Create workflow.

        Raises BackendError(BAD_ANSWER) for a response without an id.
        """
        created = await self._call(Workflow, "POST", _BASE, settings)
        if created.id is None:
            raise failure(FailureCase.NO_ID, host=self._http.host, sent=True)
        return created

    async def get_workflow(self, workflow_id: str) -> Workflow:
        """GET workflows/ID: state, logs and messages of the newest run. Source: Get workflow."""
        return await self._call(Workflow, "GET", _one(workflow_id))

    async def update_workflow(self, workflow_id: str, settings: Mapping[str, Any]) -> Workflow:
        """PUT workflows/ID: missing settings are kept. Source: Update workflow."""
        return await self._call(Workflow, "PUT", _one(workflow_id), settings)

    async def delete_workflow(self, workflow_id: str) -> None:
        """DELETE workflows/ID. Source: Delete workflow."""
        await self._http.call("DELETE", _one(workflow_id))

    async def send_prompt(
        self, workflow_id: str, prompt: str, reasoning_effort: str | None = None
    ) -> PromptAccepted:
        """POST workflows/ID/prompt: start a run and delete the previous one. Source: Send prompt.

        Only :meth:`stream` reports the run, and has to be open before. Raises
        BackendError(INVALID) for an empty prompt, before anything is sent.
        """
        if not prompt.strip():
            raise failure(FailureCase.EMPTY_MESSAGE)
        body = {"prompt": prompt}
        if reasoning_effort:
            body["reasoning_effort"] = reasoning_effort
        return await self._call(PromptAccepted, "POST", f"{_one(workflow_id)}/prompt", body)

    async def halt(self, workflow_id: str) -> None:
        """POST workflows/ID/halt. Documented status 200, observed 202.

        It only sets a flag, which a run checks now and then, or never. Source: Halt workflow.
        """
        await self._http.call("POST", f"{_one(workflow_id)}/halt")

    def stream(self, workflow_id: str, last_event_id: str | None = None) -> AsyncGenerator[Frame]:
        """GET workflows/ID/stream: events from now on; it does not end with a run.

        With ``last_event_id`` first the retained events after that id. Source: SSE stream.
        """
        headers = {b"Last-Event-ID": last_event_id.encode()} if last_event_id else {}
        return self._http.stream("GET", f"{_one(workflow_id)}/stream", headers=headers)

    async def install_skill(self, workflow_id: str, skill_id: str) -> Workflow:
        """POST workflows/ID/skills/SKILL. Source: Install skill."""
        return await self._call(Workflow, "POST", _skill(workflow_id, skill_id))

    async def remove_skill(self, workflow_id: str, skill_id: str) -> Workflow:
        """DELETE workflows/ID/skills/SKILL. Source: Remove skill."""
        return await self._call(Workflow, "DELETE", _skill(workflow_id, skill_id))

    async def export_workflows(self, workflow_id: str | None = None) -> dict[str, Any]:
        """GET workflows/export or workflows/ID/export: a bundle. Source: Export workflows."""
        path = _one(workflow_id) if workflow_id else _BASE
        bundle = await self._http.call("GET", f"{path}/export")
        if not isinstance(bundle, dict):
            raise failure(FailureCase.NOT_AN_OBJECT, host=self._http.host)
        return bundle

    async def import_workflows(self, bundle: Json) -> BundleImported:
        """POST workflows/import: create the workflows of a bundle. Source: Import workflows."""
        return await self._call(BundleImported, "POST", f"{_BASE}/import", dict(bundle))

    def watch_calls(self, listener: CallListener) -> None:
        """Report every request, with its result."""
        self._http.watch_calls(listener)

    def lift_delays(self) -> None:
        """Send the next requests although a service asked to wait, on the user's request."""
        self._http.lift_delays()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _list(self, model: type[_A], path: str) -> list[_A]:
        """Return a bare array, or one inside ``items``, in case it is ever paged."""
        body = await self._http.call("GET", path)
        rows = body.get("items") if isinstance(body, dict) else body
        if not isinstance(rows, list):
            raise failure(FailureCase.NOT_AN_OBJECT, host=self._http.host)
        return [model.model_validate(row) for row in objects_of(rows)]

    async def _call(
        self,
        model: type[_A],
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> _A:
        answer = await self._http.call(method, path, json=body)
        try:
            return model.model_validate({} if answer is None else answer)
        except ValidationError:
            raise failure(FailureCase.NOT_AN_OBJECT, host=self._http.host) from None


def _one(workflow_id: str) -> str:
    return f"{_BASE}/{path_segment(workflow_id)}"


def _skill(workflow_id: str, skill_id: str) -> str:
    return f"{_one(workflow_id)}/skills/{path_segment(skill_id)}"
