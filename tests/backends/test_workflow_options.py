"""Workflow options, as a recorded server lists and accepts them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.loopback import serving_app
from tui.api.workflows import WorkflowsClient
from tui.auth.request_auth import TokenAuth
from tui.backends.workflows.backend import WorkflowsBackend
from tui.core.errors import BackendError
from tui.core.ids import ConversationId
from tui.core.options import Option, OptionValues, changed, read_options

RECORDED = Path(__file__).parent.parent / "fixtures" / "workflows" / "recorded_calls"
WF = ConversationId("wf-1")
NOTHING_CHOSEN = {"agent_id": "agent-1"}


def exchanges(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((RECORDED / name).read_text())["exchanges"]
    return found


def defaults() -> dict[str, Any]:
    """A workflow that was created with nothing but its agent."""
    body: dict[str, Any] = exchanges("12-crud.json")[0]["response"]["body"]
    return body


class Service:
    """Answers with the recorded lists, and keeps one workflow as the recorded server does."""

    def __init__(self) -> None:
        self.lists = {
            e["request"]["path"]: e["response"]
            for e in exchanges("13-lists.json")
            if e["response"]["status"] == 200
        }
        self.workflow = defaults()
        self.asked: list[tuple[str, str, Any]] = []
        self.missing: set[str] = set()
        self.stubborn: set[str] = set()
        """Options that no longer change."""

    async def answer(self, request: Request) -> Response:
        path, body = request.url.path, await request.body()
        given = json.loads(body) if body else None
        self.asked.append((request.method, path, given))
        if path in self.missing:
            return JSONResponse({"detail": "Not Found"}, 404)
        if path.startswith("/api/workflows"):
            return self._workflows(request.method, given)
        if path in self.lists:
            return JSONResponse(self.lists[path]["body"])
        return JSONResponse({"detail": "Not Found"}, 404)

    def _workflows(self, method: str, given: dict[str, Any] | None) -> Response:
        if given is not None:
            if "guardrail_ids" in given and given["guardrail_ids"] is None:
                return PlainTextResponse("Internal Server Error", 500)
            kept = {name: value for name, value in given.items() if name not in self.stubborn}
            self.workflow |= kept | {"error_webhook_url": None}
        return JSONResponse(self.workflow, 201 if method == "POST" else 200)

    def sent(self, method: str) -> list[Any]:
        return [body for verb, _, body in self.asked if verb == method]


@asynccontextmanager
async def opened(service: Service, agent: str = "agent-1") -> AsyncIterator[WorkflowsBackend]:
    app = Starlette(routes=[Route("/{rest:path}", service.answer, methods=["GET", "POST", "PUT"])])
    async with serving_app(app) as url:
        backend = WorkflowsBackend(WorkflowsClient(url, TokenAuth(url, None)), agent)
        yield backend
        await backend.aclose()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def backend(service: Service) -> AsyncIterator[WorkflowsBackend]:
    async with opened(service) as backend:
        yield backend


def by_name(options: tuple[Option, ...]) -> dict[str, Option]:
    return {option.name: option for option in options}


async def test_only_chosen_options_are_sent(service: Service, backend: WorkflowsBackend) -> None:
    await backend.create()
    await backend.create({"title": "", "skill_ids": (), "max_turns": None})
    await backend.create({"max_turns": 3, "auto_memory": False})
    assert service.sent("POST") == [
        NOTHING_CHOSEN,
        NOTHING_CHOSEN,
        NOTHING_CHOSEN | {"max_turns": 3, "auto_memory": False},
    ]


async def test_default_options_are_those_of_the_server(backend: WorkflowsBackend) -> None:
    server = defaults()
    for option in await backend.options():
        if "." not in option.name and option.name not in ("agent_id", "model"):
            assert (option.default or None) == (server[option.name] or None), option.name


async def test_guardrails_and_max_tokens_are_options(
    service: Service, backend: WorkflowsBackend
) -> None:
    options = await backend.options()
    known = by_name(options)
    rails = {choice.label: choice for choice in known["guardrail_ids"].choices}
    assert rails["no-secrets"].value == "guardrail-1"
    assert rails["no-secrets"].help == "Checks the prompt."
    assert "Turned off" in rails["switched-off"].help
    assert [choice.value for choice in known["guardrail_tags"].choices] == ["safe", "safe-output"]
    key = known["credential_overrides.ORDERS_KEY"]
    assert [choice.value for choice in key.choices] == [
        "ORDERS_KEY_TEST",
        "ORDERS_KEY",
        "MODEL_KEY",
    ]
    assert key.help == "Token for lookup_order. ORDERS_KEY if you choose none."
    texts = ["guardrail_ids=no-secrets", "credential_overrides.ORDERS_KEY=ORDERS_KEY_TEST"]
    await backend.create(read_options(options, texts))
    assert service.sent("POST") == [
        NOTHING_CHOSEN
        | {
            "guardrail_ids": ["guardrail-1"],
            "credential_overrides": {"ORDERS_KEY": "ORDERS_KEY_TEST"},
        }
    ]


async def test_option_variables_are_loaded_once_for_each_tool(
    service: Service, backend: WorkflowsBackend
) -> None:
    await backend.options()
    asked = [path for _, path, _ in service.asked if path.endswith("env-mapping")]
    assert sorted(asked) == [
        "/api/custom-tools/id-1/env-mapping",
        "/api/custom-tools/tool-1/env-mapping",
    ]


@pytest.mark.parametrize("missing", ["/api/guardrails", "/api/tokens"])
async def test_a_service_without_a_list_still_has_options(service: Service, missing: str) -> None:
    service.missing.add(missing)
    async with opened(service) as backend:
        options = by_name(await backend.options())
    assert len(options["agent_id"].choices) == 5
    assert bool(options["guardrail_ids"].choices) is (missing != "/api/guardrails")
    kind = options["credential_overrides.ORDERS_KEY"].kind
    assert kind == ("text" if missing == "/api/tokens" else "choice")


EVERYTHING: OptionValues = {
    "title": "New",
    "agent_id": "agent-2",
    "model": "fake-2",
    "output_format": "markdown",
    "max_turns": 7,
    "reasoning_effort": "low",
    "skill_ids": ("skill-1",),
    "skill_tags": ("docs",),
    "guardrail_ids": ("guardrail-1", "guardrail-3"),
    "guardrail_tags": ("safe",),
    "infinite_session": False,
    "auto_memory": True,
    "bypass_memory": True,
    "tsv_tool_results": True,
    "caveman": True,
    "credential_overrides.ORDERS_KEY": "ORDERS_KEY_TEST",
    "repo_url": "https://git.example/one",
    "repo_branch": "main",
    "repo_token_name": "MODEL_KEY",
    "webhook_url": "https://hooks.example/done",
}
EMPTIED: OptionValues = {
    **dict.fromkeys(("title", "reasoning_effort", "repo_url", "repo_branch")),
    **dict.fromkeys(("repo_token_name", "webhook_url", "credential_overrides.ORDERS_KEY")),
    **dict.fromkeys(("skill_ids", "skill_tags", "guardrail_ids", "guardrail_tags"), ()),
}


async def test_every_option_of_a_workflow_can_be_changed_and_emptied(
    service: Service, backend: WorkflowsBackend
) -> None:
    options = await backend.options(WF)
    assert {option.name for option in options} - EVERYTHING.keys() == {"error_webhook_url"}
    assert await backend.change(WF, EVERYTHING) == ()
    present = {option.name: option.default for option in await backend.options(WF)}
    assert present == {**EVERYTHING, "error_webhook_url": None}
    assert await backend.change(WF, EMPTIED) == ()
    body = service.sent("PUT")[-1]
    assert body["title"] is None
    assert body["guardrail_ids"] == []
    assert body["credential_overrides"] == {}
    present = {option.name: option.default for option in await backend.options(WF)}
    assert present == {**EVERYTHING, **EMPTIED, "error_webhook_url": None}


async def test_an_update_sends_only_changed_options(
    service: Service, backend: WorkflowsBackend
) -> None:
    options = await backend.options(WF)
    form = {option.name: option.default for option in options} | {"max_turns": 9}
    await backend.change(WF, changed(options, form))
    assert service.sent("PUT") == [{"max_turns": 9}]


async def test_an_update_keeps_other_overrides(service: Service, backend: WorkflowsBackend) -> None:
    service.workflow["credential_overrides"] = {"OTHER": "MODEL_KEY"}
    options = by_name(await backend.options(WF))
    assert options["credential_overrides.OTHER"].default == "MODEL_KEY"
    await backend.change(WF, {"credential_overrides.ORDERS_KEY": "ORDERS_KEY"})
    assert service.workflow["credential_overrides"] == {
        "OTHER": "MODEL_KEY",
        "ORDERS_KEY": "ORDERS_KEY",
    }


async def test_a_cleared_model_option_is_the_default_of_the_agent(
    service: Service, backend: WorkflowsBackend
) -> None:
    await backend.change(WF, {"model": None})
    await backend.change(WF, {"model": None, "agent_id": "agent-2"})
    assert [body["model"] for body in service.sent("PUT")] == ["fake-1", "claude-1"]


async def test_options_dropped_by_the_service_are_reported(backend: WorkflowsBackend) -> None:
    values = {"error_webhook_url": "https://hooks.example/failed", "max_turns": 3}
    assert await backend.change(WF, values) == ("error_webhook_url",)


async def test_options_kept_by_the_service_although_cleared_are_reported(
    service: Service, backend: WorkflowsBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await backend.change(WF, {"webhook_url": "https://hooks.example/done", "title": "Orders"})
    monkeypatch.setattr(service, "stubborn", {"webhook_url"})
    assert await backend.change(WF, {"webhook_url": None, "title": None}) == ("webhook_url",)


async def test_option_values_that_are_not_listed_may_stay(
    service: Service, backend: WorkflowsBackend
) -> None:
    service.workflow |= {"reasoning_effort": "enormous", "max_turns": 0, "agent_id": "gone"}
    options = await backend.options(WF)
    assert not changed(options, {})
    assert by_name(options)["reasoning_effort"].default == "enormous"
    assert read_options(options, ["max_turns=0"]) == {"max_turns": 0}


async def test_unknown_option_values_count_as_default(
    service: Service, backend: WorkflowsBackend
) -> None:
    service.workflow = {"id": "wf-1", "agent_id": "agent-1"}
    usual = {option.name: option.default for option in await backend.options()}
    options = await backend.options(WF)
    assert {name: value or None for name, value in usual.items()} == {
        option.name: option.default or None for option in options
    }
    assert read_options(options, []) == {}


async def test_agents_are_shown_by_name(service: Service) -> None:
    names: dict[str, str] = {}
    app = Starlette(routes=[Route("/{rest:path}", service.answer, methods=["GET"])])
    service.workflow["agent_id"] = "agent-2"
    async with serving_app(app) as url:
        client = WorkflowsClient(url, TokenAuth(url, None))
        backend = WorkflowsBackend(client, "agent-1", learn_names=names.update)
        mine, theirs = await backend.agent(), await backend.agent(WF)
        again = await backend.agent(WF)
        await backend.aclose()
    assert (mine.id, mine.name) == ("agent-1", "Orders custom")
    assert (theirs.id, theirs.name) == ("agent-2", "Orders claude")
    assert again == theirs
    assert names["agent-3"] == "Orders gateway"
    assert [path for _, path, _ in service.asked].count("/api/agents") == 1


async def test_an_agent_that_is_unknown_has_no_name(service: Service) -> None:
    async with opened(service, "agent-9") as backend:
        agent = await backend.agent()
    assert (agent.id, agent.name) == ("agent-9", "")


async def test_a_rejected_option_change_reports_the_error(
    service: Service, backend: WorkflowsBackend
) -> None:
    service.missing.add("/api/workflows/wf-1")
    with pytest.raises(BackendError, match="Not Found"):
        await backend.change(WF, {"max_turns": 3})
