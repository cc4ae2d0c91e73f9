"""Agents, skills, guardrails and tokens that a service offers for its workflows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from tui.api.workflow_models import AgentItem, EnvMapping, GuardrailItem, SkillItem, TokenItem
from tui.api.workflows import WorkflowsClient
from tui.core.errors import BackendError, ErrorKind
from tui.core.text import clean_line

OVERRIDE = "credential_overrides."
"""Prefix of the options that name a token for a variable."""

_MOST_TOOLS = 30
"""Tools whose variables are read; there is one request for each."""
_AT_ONCE = 6
_ABSENT = frozenset({ErrorKind.NOT_FOUND, ErrorKind.FORBIDDEN})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable that tools read, and the token that fills it if none is chosen."""

    name: str
    tools: tuple[str, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Everything there is to choose from."""

    agents: tuple[AgentItem, ...] = ()
    skills: tuple[SkillItem, ...] = ()
    guardrails: tuple[GuardrailItem, ...] = ()
    tokens: tuple[TokenItem, ...] = ()
    variables: tuple[Variable, ...] = ()


async def read_offer(client: WorkflowsClient) -> Offer:
    """Read all lists. Raises ``BackendError``.

    The documents name none of these calls; a list that a service doesn't have is empty.
    """
    agents, skills, guardrails, tokens = await asyncio.gather(
        client.list_agents(),
        client.list_skills(),
        _if_there(client.list_guardrails()),
        _if_there(client.list_tokens()),
    )
    used = dict.fromkeys(tool for agent in agents for tool in agent.custom_tool_ids)
    return Offer(
        agents=tuple(agents),
        skills=tuple(skills),
        guardrails=tuple(guardrails or ()),
        tokens=tuple(tokens or ()),
        variables=await _read_variables(client, list(used)[:_MOST_TOOLS]),
    )


async def _read_variables(client: WorkflowsClient, tools: Iterable[str]) -> tuple[Variable, ...]:
    limit = asyncio.Semaphore(_AT_ONCE)

    async def read(tool: str) -> EnvMapping | None:
        async with limit:
            return await _if_there(client.env_mapping(tool))

    mappings = await asyncio.gather(*map(read, tools))
    return _variables(filter(None, mappings))


def _variables(mappings: Iterable[EnvMapping]) -> tuple[Variable, ...]:
    """Join the tools' variables: several tools may read the same one."""
    found: dict[str, Variable] = {}
    for mapping in mappings:
        for row in mapping.variables:
            name = clean_line(row.env_var or "")
            if not name:
                continue
            earlier = found.get(name, Variable(name=name))
            tool, token = clean_line(mapping.tool_name), clean_line(row.current_token)
            tools = dict.fromkeys((*earlier.tools, *filter(None, [tool])))
            found[name] = Variable(name=name, tools=tuple(tools), token=earlier.token or token)
    return tuple(found.values())


async def _if_there(call: Awaitable[_T]) -> _T | None:
    """Return the response, or None where the service doesn't have the call."""
    try:
        return await call
    except BackendError as error:
        if error.kind in _ABSENT:
            return None
        raise
