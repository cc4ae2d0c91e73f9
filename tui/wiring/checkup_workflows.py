"""Looks whether a profile of the Workflows API works. Starts nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from tui.core.errors import BackendError, ErrorKind
from tui.core.health_check import Finding
from tui.core.text import clean_line
from tui.wiring.backends import workflows_client
from tui.wiring.findings import bad

if TYPE_CHECKING:
    from tui.api.workflows import WorkflowsClient
    from tui.config import Profile


async def ask_workflows(profile: Profile) -> AsyncGenerator[Finding]:
    """Sign-in, agent and stream, up to the first that fails."""
    client = workflows_client(profile)
    try:
        yield await _sign_in(client, profile)
        yield await _agent(client, profile.genie or "")
        text = "events come with a run; no prompt was sent, so none was started"
        yield Finding("stream", "good", text)
    finally:
        await client.aclose()


async def _sign_in(client: WorkflowsClient, profile: Profile) -> Finding:
    try:
        workflows = await client.list_workflows()
    except BackendError as error:
        return bad("sign-in" if error.kind is ErrorKind.UNAUTHORIZED else "genie", error)
    whose = "by token" if profile.token else "without a token, as everybody who has none"
    return Finding("sign-in", "good", f"{whose}; {len(workflows)} workflows")


async def _agent(client: WorkflowsClient, agent_id: str) -> Finding:
    try:
        agents = await client.list_agents()
    except BackendError as error:
        return bad("genie", error)
    found = next((agent for agent in agents if agent.id == agent_id), None)
    if found is not None:
        return Finding("genie", "good", f"agent {clean_line(found.name) or agent_id}")
    known = ", ".join(f"{agent.id} ({clean_line(agent.name)})" for agent in agents) or "none"
    return Finding("genie", "bad", f"there is no agent '{agent_id}'", f"There is: {known}.")
