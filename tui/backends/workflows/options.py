"""Options of a workflow. Source: Workflows API, Create workflow; defaults as observed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from tui.api.workflow_models import AgentItem, EnvMapping, GuardrailItem, SkillItem, TokenItem
from tui.api.workflows import WorkflowsClient
from tui.core.errors import BackendError, ErrorKind
from tui.core.options import Option, OptionChoice
from tui.core.text import clean_line

OVERRIDE = "credential_overrides."
"""Prefix of the options that name a token for a variable."""

_MOST_TOOLS = 30
"""Number of tools whose variables are read, with one request each."""
_AT_ONCE = 6
_ABSENT = frozenset({ErrorKind.NOT_FOUND, ErrorKind.FORBIDDEN})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Variable that tools read, and the token that fills it by default."""

    name: str
    tools: tuple[str, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Everything available for the options."""

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
    """Return the response, or None if the service doesn't support the call."""
    try:
        return await call
    except BackendError as error:
        if error.kind in _ABSENT:
            return None
        raise


_EFFORTS = ("low", "medium", "high")
_NOTHING = Offer()


def options_for(agent_id: str, offer: Offer = _NOTHING) -> tuple[Option, ...]:
    """Return all options, with the service's choices; ``agent_id`` is the default agent."""
    return (
        *_first(agent_id, offer.agents),
        *_working(offer.skills),
        *_guardrails(offer.guardrails),
        *_memory(),
        *_credentials(offer),
        *_outside(),
    )


def _first(agent_id: str, agents: tuple[AgentItem, ...]) -> tuple[Option, ...]:
    return (
        Option(
            name="title",
            label="Title",
            kind="text",
            help="Shown in the sidebar. If empty, the first words of the conversation are used.",
        ),
        Option(
            name="agent_id",
            label="Agent",
            kind="choice",
            default=agent_id,
            choices=_agents(agent_id, agents),
            required=True,
        ),
        Option(
            name="model",
            label="Model",
            kind="text",
            help="If empty, the agent's own model is used.",
        ),
        Option(
            name="output_format",
            label="Reply format",
            kind="choice",
            default="json",
            choices=(
                OptionChoice(value="markdown", label="Markdown", help="For people to read."),
                OptionChoice(value="json", label="JSON", help="For programs to read."),
            ),
        ),
    )


def _agents(agent_id: str, agents: tuple[AgentItem, ...]) -> tuple[OptionChoice, ...]:
    """Return the available agents, and the default one even if it is missing."""
    found = tuple(
        OptionChoice(value=a.id, label=clean_line(a.name) or a.id, help=clean_line(a.description))
        for a in agents
        if a.id
    )
    if any(choice.value == agent_id for choice in found):
        return found
    return (OptionChoice(value=agent_id, label=clean_line(agent_id)), *found)


def _working(skills: tuple[SkillItem, ...]) -> tuple[Option, ...]:
    tags = sorted({tag for skill in skills for tag in skill.tags})
    return (
        Option(
            name="max_turns",
            label="Max turns",
            kind="number",
            default=5,
            least=1,
            most=200,
            help="How many times the agent can think and act before it must stop.",
        ),
        Option(
            name="reasoning_effort",
            label="Reasoning",
            kind="choice",
            choices=tuple(OptionChoice(value=e, label=e.capitalize()) for e in _EFFORTS),
            help="If empty, the model's own setting is used.",
        ),
        Option(
            name="skill_ids",
            label="Skills",
            kind="tags",
            choices=tuple(
                OptionChoice(
                    value=s.id, label=clean_line(s.name) or s.id, help=clean_line(s.description)
                )
                for s in skills
                if s.id
            ),
        ),
        Option(
            name="skill_tags",
            label="Skill tags",
            kind="tags",
            choices=tuple(OptionChoice(value=tag, label=clean_line(tag)) for tag in tags),
            help="Installs every skill that has one of these tags.",
        ),
    )


def _guardrails(guardrails: tuple[GuardrailItem, ...]) -> tuple[Option, ...]:
    tags = sorted({tag for guardrail in guardrails for tag in guardrail.tags})
    return (
        Option(
            name="guardrail_ids",
            label="Guardrails",
            kind="tags",
            choices=tuple(
                OptionChoice(value=g.id, label=clean_line(g.name) or g.id, help=_about_guardrail(g))
                for g in guardrails
                if g.id
            ),
            help="Checks of prompts, requests, and replies.",
        ),
        Option(
            name="guardrail_tags",
            label="Guardrail tags",
            kind="tags",
            choices=tuple(OptionChoice(value=tag, label=clean_line(tag)) for tag in tags),
            help="Applies every guardrail that has one of these tags.",
        ),
    )


def _about_guardrail(guardrail: GuardrailItem) -> str:
    kind = clean_line(guardrail.guardrail_type)
    parts = (
        f"Checks the {kind}." if kind else "",
        clean_line(guardrail.description),
        "Turned off at the service." if guardrail.enabled is False else "",
    )
    return " ".join(filter(None, parts))


def _credentials(offer: Offer) -> tuple[Option, ...]:
    """Return one option for each variable that a tool of an agent takes from a token."""
    tokens = tuple(
        OptionChoice(value=t.name, label=clean_line(t.name), help=clean_line(t.masked_value))
        for t in offer.tokens
        if t.name
    )
    return tuple(_credential(variable, tokens) for variable in offer.variables)


def _credential(variable: Variable, tokens: tuple[OptionChoice, ...]) -> Option:
    tools, usual = ", ".join(variable.tools), variable.token
    parts = (
        f"Token for {tools}." if tools else "Name of a token.",
        f"{usual} if you choose none." if usual else "",
    )
    return Option(
        name=f"{OVERRIDE}{variable.name}",
        label=variable.name,
        kind="choice" if tokens else "text",
        choices=tokens,
        help=" ".join(filter(None, parts)),
        advanced=True,
    )


def _memory() -> tuple[Option, ...]:
    return (
        Option(
            name="infinite_session",
            label="No session limit",
            kind="switch",
            default=True,
            help="Continues with the earlier conversation, and summarizes the oldest parts.",
        ),
        Option(
            name="auto_memory",
            label="Save memories automatically",
            kind="switch",
            default=False,
            help="Saves what may be useful in later conversations.",
        ),
        Option(
            name="bypass_memory",
            label="Turn memory off",
            kind="switch",
            default=False,
            help="Neither reads nor saves memories.",
        ),
    )


def _outside() -> tuple[Option, ...]:
    texts = (
        ("repo_url", "Repository", "Git repository for the agent to work in."),
        ("repo_branch", "Branch", ""),
        ("repo_token_name", "Repository token", "Name of a token stored on the server."),
        ("webhook_url", "Webhook", "Called when a run finishes."),
        ("error_webhook_url", "Error webhook", "Called when a run has failed."),
    )
    return (
        Option(
            name="tsv_tool_results",
            label="Send tables as TSV",
            kind="switch",
            default=False,
            help="Gives the model tool tables in fewer tokens.",
            advanced=True,
        ),
        Option(
            name="caveman",
            label="Brief replies",
            kind="switch",
            default=False,
            help="The agent replies as briefly as it can.",
            advanced=True,
        ),
        *(
            Option(name=name, label=label, kind="text", help=about, advanced=True)
            for name, label, about in texts
        ),
    )
