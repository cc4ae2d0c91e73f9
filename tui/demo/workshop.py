"""The state of the demo's Workflows API: who may call, what there is, and what a prompt begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request

from tui.demo.callers import bearer_token
from tui.demo.problems import Detail
from tui.demo.records import JsonObject
from tui.demo.workflow_feed import Feed
from tui.demo.workflow_records import DEFAULTS, Agent, Skill, Workflow
from tui.demo.world import World

IFRIT = "ag-ifrit-01"
ANONYMOUS = "local"
"""Who calls without a token, as on a server that has none set."""


class Workshop:
    """Agents, skills, workflows and the tokens of the people who own them."""

    def __init__(self, world: World, token: str, colleagues_token: str) -> None:
        self.world = world
        self.token, self.colleagues_token = token, colleagues_token
        self.owners = {token: "ada", colleagues_token: "grace"}
        born = world.clock.now() - timedelta(days=90)
        self.agents = {agent.agent_id: agent for agent in _agents(born)}
        self.skills = {skill.skill_id: skill for skill in _skills(born)}
        self.workflows: dict[str, Workflow] = {}

    def caller(self, request: Request) -> str:
        """The name of the caller.

        Raises:
            Detail: 401, the token is not known.
        """
        if not request.headers.get("authorization"):
            return ANONYMOUS
        owner = self.owners.get(bearer_token(request))
        if owner is None:
            raise Detail(401, "Invalid GitHub token")
        return owner

    def named(self, request: Request) -> Workflow:
        """The workflow that a call names, whoever owns it.

        Raises:
            Detail: 404.
        """
        workflow = self.workflows.get(request.path_params["workflow"])
        if workflow is None:
            raise Detail(404, "Workflow not found")
        return workflow

    def own(self, request: Request) -> Workflow:
        """The workflow that a call names, if it is the caller's.

        Raises:
            Detail: 401, 404, and 403 for somebody else's.
        """
        caller, workflow = self.caller(request), self.named(request)
        if workflow.owner != caller:
            raise Detail(403, "Not your workflow")
        return workflow

    def agent(self, agent_id: object) -> Agent:
        """Raises ``Detail``, 404, for one that does not exist."""
        agent = self.agents.get(agent_id) if isinstance(agent_id, str) else None
        if agent is None:
            raise Detail(404, "Agent not found")
        return agent

    def create(
        self, owner: str, agent: Agent, settings: JsonObject, at: datetime | None = None
    ) -> Workflow:
        at = at or self.world.clock.now()
        workflow = Workflow(
            self.world.ids.short("wf"),
            owner,
            agent,
            DEFAULTS | {"model": agent.model} | settings,
            at,
            at,
            Feed(self.world.clock),
        )
        self.workflows[workflow.workflow_id] = workflow
        return workflow


def checked_settings(body: JsonObject) -> JsonObject:
    """What of a body can be set.

    Raises:
        Detail: 422 or 400, as for a value of the wrong kind.
    """
    given = {name: body[name] for name in DEFAULTS if body.get(name) is not None}
    if given.get("output_format", "json") not in ("json", "markdown"):
        raise Detail(400, "output_format must be 'json' or 'markdown'")
    turns = given.get("max_turns", 1)
    if not isinstance(turns, int) or isinstance(turns, bool) or turns < 1:
        problem = "Input should be a valid integer, greater than or equal to 1"
        raise Detail(422, problem, where=("body", "max_turns"), given=turns)
    return given


def _agents(born: datetime) -> tuple[Agent, ...]:
    return (
        Agent(IFRIT, "Ifrit", "Keeper of the helpdesk; knows every trick.", "brass-4", born),
        Agent("ag-marid-02", "Marid", "Deeper, slower, wetter than Ifrit.", "brass-4-deep", born),
        Agent("ag-sheet-03", "Google Sheets Analyst", "Reads tables. Built in.", None, born),
    )


def _skills(born: datetime) -> tuple[Skill, ...]:
    rows = (
        ("sk-pager-01", "Page the on-call", "Wakes whoever is on call.", ("incident", "night")),
        ("sk-status-02", "Status page", "Reads and writes the status page.", ("incident",)),
        ("sk-tickets-03", "Tickets", "Finds and files tickets.", ("helpdesk",)),
        ("sk-docs-04", "Knowledge base", "Searches what has been written down.", ("helpdesk",)),
        ("sk-invoice-05", "Invoices", "Finds invoices and exports them.", ("finance",)),
    )
    return tuple(Skill(name, label, about, tags, born) for name, label, about, tags in rows)
