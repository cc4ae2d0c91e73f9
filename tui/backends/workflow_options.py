"""What can be chosen for a new workflow. Source: Workflows API, Create workflow."""

from __future__ import annotations

from collections.abc import Iterable

from tui.api.workflow_models import AgentItem, SkillItem
from tui.core.options import Choice, Option
from tui.core.text import clean_line

_EFFORTS = ("low", "medium", "high")


def options_for(
    agent_id: str, agents: Iterable[AgentItem] = (), skills: Iterable[SkillItem] = ()
) -> tuple[Option, ...]:
    """All options, with what the service has on offer; ``agent_id`` is the usual agent."""
    known = tuple(skills)
    return (*_first(agent_id, tuple(agents)), *_working(known), *_memory(), *_outside())


def _first(agent_id: str, agents: tuple[AgentItem, ...]) -> tuple[Option, ...]:
    return (
        Option(
            name="title",
            label="Title",
            kind="text",
            help="Shown in the list; the first words of the conversation if left empty.",
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
            help="The agent's own if left empty.",
        ),
        Option(
            name="output_format",
            label="Answers in",
            kind="choice",
            default="markdown",
            choices=(
                Choice(value="markdown", label="Markdown", help="For people."),
                Choice(value="json", label="JSON", help="For programs."),
            ),
        ),
    )


def _agents(agent_id: str, agents: tuple[AgentItem, ...]) -> tuple[Choice, ...]:
    """Those there are; the usual one also when it is not among them."""
    found = tuple(
        Choice(value=a.id, label=clean_line(a.name) or a.id, help=clean_line(a.description))
        for a in agents
        if a.id
    )
    if any(choice.value == agent_id for choice in found):
        return found
    return (Choice(value=agent_id, label=clean_line(agent_id)), *found)


def _working(skills: tuple[SkillItem, ...]) -> tuple[Option, ...]:
    tags = sorted({tag for skill in skills for tag in skill.tags})
    return (
        Option(
            name="max_turns",
            label="Most turns",
            kind="number",
            default=10,
            least=1,
            most=200,
            help="How often the agent may think and act before it must stop.",
        ),
        Option(
            name="reasoning_effort",
            label="Reasoning",
            kind="choice",
            choices=tuple(Choice(value=e, label=e.capitalize()) for e in _EFFORTS),
            help="The model's own if left empty.",
        ),
        Option(
            name="skill_ids",
            label="Skills",
            kind="tags",
            choices=tuple(
                Choice(value=s.id, label=clean_line(s.name) or s.id, help=clean_line(s.description))
                for s in skills
                if s.id
            ),
        ),
        Option(
            name="skill_tags",
            label="Skill tags",
            kind="tags",
            choices=tuple(Choice(value=tag, label=clean_line(tag)) for tag in tags),
            help="Installs every skill that has one of them.",
        ),
        Option(
            name="guardrail_tags",
            label="Guardrail tags",
            kind="tags",
            help="Such as safe-output: every guardrail with one of them applies.",
        ),
    )


def _memory() -> tuple[Option, ...]:
    return (
        Option(
            name="infinite_session",
            label="Endless session",
            kind="switch",
            default=True,
            help="Goes on with what was said before; old parts are summed up.",
        ),
        Option(
            name="auto_memory",
            label="Remember by itself",
            kind="switch",
            default=True,
            help="Keeps what seems worth knowing next time.",
        ),
        Option(
            name="bypass_memory",
            label="Without memory",
            kind="switch",
            default=False,
            help="Neither reads nor writes memories.",
        ),
    )


def _outside() -> tuple[Option, ...]:
    texts = (
        ("repo_url", "Repository", "A Git repository for the agent to work in."),
        ("repo_branch", "Branch", ""),
        ("repo_token_name", "Repository token", "Name of a token that the server keeps."),
        ("webhook_url", "Webhook", "Called when a run has finished."),
        ("error_webhook_url", "Webhook for errors", ""),
    )
    return (
        Option(
            name="tsv_tool_results",
            label="Tables as TSV",
            kind="switch",
            default=False,
            help="Shows tools' tables to the model in fewer tokens.",
            advanced=True,
        ),
        Option(
            name="caveman",
            label="Few words",
            kind="switch",
            default=False,
            help="The agent answers as briefly as it can.",
            advanced=True,
        ),
        *(
            Option(name=name, label=label, kind="text", help=about, advanced=True)
            for name, label, about in texts
        ),
    )
