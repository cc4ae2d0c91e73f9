"""Initial agents, skills, guardrails, tokens and tools of the demo's Workflows API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.demo.records import JsonObject
from tui.demo.workflows.records import (
    CustomTool,
    DemoAgent,
    DemoGuardrail,
    DemoSkill,
    ModelProvider,
    Token,
)

IFRIT = "ag-ifrit-01"
MARID = "ag-marid-02"
JANN = "ag-jann-04"
GHUL = "ag-ghul-05"

_LOOKUP = "tool-orders-01"
_STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All available objects, newest first, by id."""

    providers: dict[str, ModelProvider]
    agents: dict[str, DemoAgent]
    skills: dict[str, DemoSkill]
    guardrails: dict[str, DemoGuardrail]
    tokens: dict[str, Token]
    tools: dict[str, CustomTool]


def catalog(born: datetime) -> Catalog:
    """Return the catalog of a server set up at a time."""
    providers = {p.provider_id: p for p in _providers(born)}
    return Catalog(
        providers=providers,
        agents={a.agent_id: a for a in _agents(born, providers)},
        skills={s.skill_id: s for s in _skills(born)},
        guardrails={g.guardrail_id: g for g in _guardrails(born)},
        tokens={t.token_id: t for t in _tokens(born)},
        tools={t.tool_id: t for t in _tools(born)},
    )


def _providers(born: datetime) -> tuple[ModelProvider, ...]:
    return (
        ModelProvider(
            provider_id="pr-dead-04",
            name="model-dead",
            path="custom",
            base_url="http://dead.example/v1",
            created_at=born + 4 * _STEP,
            reachable=False,
        ),
        ModelProvider(
            provider_id="pr-gateway-03",
            name="model-gateway",
            path="gateway",
            base_url="http://model.example",
            created_at=born + 3 * _STEP,
        ),
        ModelProvider(
            provider_id="pr-claude-02",
            name="model-claude",
            path="claude",
            base_url=None,
            created_at=born + 2 * _STEP,
        ),
        ModelProvider(
            provider_id="pr-custom-01",
            name="model-custom",
            path="custom",
            base_url="http://model.example/v1",
            created_at=born + _STEP,
        ),
    )


def _agents(born: datetime, providers: dict[str, ModelProvider]) -> tuple[DemoAgent, ...]:
    rows = (
        (IFRIT, "Ifrit", "Helpdesk agent; can use every demo skill.", "brass-4", "pr-custom-01"),
        (MARID, "Marid", "Slower, more thorough helpdesk agent.", "brass-4-deep", "pr-claude-02"),
        (
            JANN,
            "Jann",
            "Uses a gateway; sends the whole reply at the end.",
            "brass-4",
            "pr-gateway-03",
        ),
        (GHUL, "Ghul", "Its model is unreachable.", "brass-4", "pr-dead-04"),
    )
    made = [
        DemoAgent(
            agent_id=agent_id,
            name=name,
            description=about,
            model=model,
            provider=providers[provider],
            created_at=born + (9 - place) * _STEP,
            custom_tool_ids=(_LOOKUP,),
        )
        for place, (agent_id, name, about, model, provider) in enumerate(rows)
    ]
    shipped = DemoAgent(
        agent_id="ag-sheet-03",
        name="Google Sheets Analyst",
        description="Reads spreadsheets. Built in.",
        model=None,
        provider=None,
        created_at=born,
        custom_tool_ids=(_LOOKUP,),
    )
    return (*made, shipped)


def _skills(born: datetime) -> tuple[DemoSkill, ...]:
    rows = (
        ("sk-pager-01", "Page the on-call", "Pages the person on call.", ("incident", "night")),
        ("sk-status-02", "Status page", "Reads and writes the status page.", ("incident",)),
        ("sk-tickets-03", "Tickets", "Finds and files tickets.", ("helpdesk",)),
        ("sk-docs-04", "Knowledge base", "Searches the knowledge base.", ("helpdesk",)),
        ("sk-invoice-05", "Invoices", "Finds and exports invoices.", ("finance",)),
    )
    return tuple(
        DemoSkill(name, label, about, tags, born + (9 - place) * _STEP)
        for place, (name, label, about, tags) in enumerate(rows)
    )


def _guardrails(born: datetime) -> tuple[DemoGuardrail, ...]:
    """Return one guardrail of each type, and a disabled one. Source: recording 13-lists."""
    text: JsonObject = {"forbidden_patterns": [], "required_patterns": [], "max_length": None}
    order = {"type": "object", "required": ["number"], "properties": {"number": {"type": "string"}}}
    return (
        DemoGuardrail(
            guardrail_id="gr-off-04",
            name="switched-off",
            kind="prompt",
            tags=("safe",),
            config=text | {"forbidden_patterns": ["order"], "min_length": None},
            created_at=born + 4 * _STEP,
            enabled=False,
        ),
        DemoGuardrail(
            guardrail_id="gr-output-03",
            name="clean-output",
            kind="output",
            tags=("safe-output",),
            config=text
            | {"forbidden_patterns": ["swordfish"], "max_length": 20}
            | {"pii_detection": True, "must_be_valid_json": False},
            created_at=born + 3 * _STEP,
        ),
        DemoGuardrail(
            guardrail_id="gr-shape-02",
            name="order-shape",
            kind="request",
            tags=(),
            config={"json_schema": order},
            created_at=born + 2 * _STEP,
        ),
        DemoGuardrail(
            guardrail_id="gr-secrets-01",
            name="no-secrets",
            kind="prompt",
            tags=("safe",),
            config=text
            | {"forbidden_patterns": ["password"], "max_length": 200, "min_length": None},
            created_at=born + _STEP,
        ),
    )


def _tokens(born: datetime) -> tuple[Token, ...]:
    rows = (
        ("tk-test-03", "ORDERS_KEY_TEST", "2222"),
        ("tk-orders-02", "ORDERS_KEY", "1111"),
        ("tk-model-01", "MODEL_KEY", "-key"),
    )
    return tuple(
        Token(token_id=token_id, name=name, ending=ending, created_at=born + (3 - place) * _STEP)
        for place, (token_id, name, ending) in enumerate(rows)
    )


def _tools(born: datetime) -> tuple[CustomTool, ...]:
    schema = {"type": "object", "required": ["number"]}
    tool = CustomTool(
        tool_id=_LOOKUP,
        name="lookup_order",
        description="Looks up one order",
        parameters=schema | {"properties": {"number": {"type": "string"}}},
        env={"ORDERS_KEY": "ORDERS_KEY"},
        created_at=born,
    )
    return (tool,)
