"""Workflows API client: the request of each call, and documented and observed responses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.api.conftest import ScriptedServer
from tui.api.workflows import WorkflowsClient
from tui.auth.request_auth import TokenAuth
from tui.core.errors import BackendError, ErrorKind

FIXTURES = Path(__file__).parent.parent / "fixtures" / "workflows"
BOTH = pytest.mark.parametrize("kind", ["documented", "observed"])
TOKEN = "ghp-0123456789"


@pytest.fixture
async def client(server: ScriptedServer) -> AsyncIterator[WorkflowsClient]:
    workflows = WorkflowsClient(server.url, TokenAuth(server.url, SecretStr(TOKEN)))
    yield workflows
    await workflows.aclose()


def recorded(kind: str, name: str) -> bytes:
    return (FIXTURES / kind / name).read_bytes()


@BOTH
async def test_get_workflow(client, server, reply, kind):
    server.says(reply(200, recorded(kind, "workflow.json")))
    workflow = await client.get_workflow("wf/1")
    assert server.asked[0].target == "/api/workflows/wf%2F1"
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert [m.role for m in workflow.messages] == ["user", "assistant", "tool", "assistant"]
    assert workflow.logs[0].timestamp == 1_788_343_200_100
    assert workflow.usage
    assert (workflow.usage.input_tokens, workflow.usage.output_tokens) == (120, 30)
    assert workflow.usage.price == 0.002


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ([{"id": "wf-1"}, {"id": 7, "usage": None, "logs": None}], ["wf-1", "7"]),
        ({"items": [{"id": "wf-1"}]}, ["wf-1"]),
        ([], []),
    ],
)
async def test_list_workflows(client, server, reply, body, ids):
    server.says(reply(200, body))
    workflows = await client.list_workflows()
    assert [workflow.id for workflow in workflows] == ids
    assert all(workflow.usage is None for workflow in workflows)


async def test_a_malformed_workflow_list_is_an_error(client, server, reply):
    server.says(reply(200, {"workflows": "none"}))
    with pytest.raises(BackendError) as caught:
        await client.list_workflows()
    assert caught.value.kind is ErrorKind.BAD_ANSWER


async def test_create_workflow(client, server, reply):
    server.says(reply(201, {"id": "wf-1", "new_field": [1]}))
    created = await client.create_workflow({"agent_id": "ag-1", "max_turns": 3})
    assert (server.asked[0].method, server.asked[0].target) == ("POST", "/api/workflows")
    assert server.asked[0].json == {"agent_id": "ag-1", "max_turns": 3}
    assert (created.id, created.model_extra) == ("wf-1", {"new_field": [1]})


async def test_a_workflow_without_an_id_is_an_error(client, server, reply):
    server.says(reply(201, {}))
    with pytest.raises(BackendError) as caught:
        await client.create_workflow({"agent_id": "ag-1"})
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.BAD_ANSWER, True)


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        (lambda c: c.delete_workflow("wf-1"), "DELETE /api/workflows/wf-1"),
        (lambda c: c.halt("wf-1"), "POST /api/workflows/wf-1/halt"),
        (lambda c: c.install_skill("wf-1", "sk 1"), "POST /api/workflows/wf-1/skills/sk%201"),
        (lambda c: c.remove_skill("wf-1", "sk-1"), "DELETE /api/workflows/wf-1/skills/sk-1"),
        (lambda c: c.update_workflow("wf-1", {"title": "x"}), "PUT /api/workflows/wf-1"),
    ],
)
@pytest.mark.parametrize("status", [200, 202, 204])
async def test_changes_may_have_an_empty_response(client, server, reply, call, asked, status):
    server.says(reply(status))
    await call(client)
    assert f"{server.asked[0].method} {server.asked[0].target}" == asked


async def test_a_prompt_names_its_task_on_newer_servers(client, server, reply):
    server.says(reply(201, {"workflow_id": "wf-1", "task_id": "task-1", "status": "running"}))
    accepted = await client.send_prompt("wf-1", "Hello", reasoning_effort="high")
    assert server.asked[0].json == {"prompt": "Hello", "reasoning_effort": "high"}
    assert accepted.task_id == "task-1"


async def test_an_empty_prompt_is_not_sent(client, server):
    with pytest.raises(BackendError) as caught:
        await client.send_prompt("wf-1", " \n")
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.INVALID, False)
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            400,
            {"detail": "A task is already running for this workflow"},
            ErrorKind.BUSY,
            "still busy",
        ),
        (400, {"detail": "Workflow is inactive"}, ErrorKind.ASLEEP, "workflow is inactive"),
        (400, {"detail": "Workflow is paused, cannot send prompt"}, ErrorKind.INVALID, "paused"),
        (401, {"detail": "Invalid GitHub token"}, ErrorKind.UNAUTHORIZED, "token"),
        (403, {"detail": "Not your workflow"}, ErrorKind.FORBIDDEN, "another account"),
        (404, {"detail": "Workflow not found"}, ErrorKind.NOT_FOUND, "Workflow not found"),
        (422, {"detail": "Blocked by guardrail"}, ErrorKind.INVALID, "Blocked by guardrail"),
        (
            422,
            {"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "input": {}}]},
            ErrorKind.INVALID,
            "Field required",
        ),
        (503, {"detail": "GitHub unreachable"}, ErrorKind.SERVER, "GitHub unreachable"),
        (500, b"Internal Server Error", ErrorKind.SERVER, "Internal Server Error"),
    ],
)
async def test_errors_keep_the_message_of_the_server(
    client, server, reply, status, body, kind, words
):
    server.says(reply(status, body))
    with pytest.raises(BackendError) as caught:
        await client.send_prompt("wf-1", "Hello")
    assert caught.value.kind is kind
    assert words in str(caught.value)
    assert caught.value.sent is (status >= 500)
    assert len(server.asked) == 1


@BOTH
async def test_a_stream_has_event_ids_and_heartbeats(client, server, stream, kind):
    server.says(stream(recorded(kind, "run.sse")))
    async with aclosing(client.stream("wf-1", "16")) as frames:
        found = [frame async for frame in frames]
    assert server.asked[0].target == "/api/workflows/wf-1/stream"
    assert server.asked[0].headers["last-event-id"] == "16"
    assert found[0].kind == "comment"
    assert found[1].id == ("1" if kind == "documented" else "17")
    assert found[-1].kind == "status"


async def test_bundles_are_exported_and_imported_unchanged(client, server, reply):
    bundle = {"version": "1.0", "resource_type": "workflow", "items": [{"agent_id": "ag-1"}]}
    server.says(reply(200, bundle), reply(201, {"created": 1, "errors": ["x"], "ids": ["wf-9"]}))
    assert await client.export_workflows() == bundle
    imported = await client.import_workflows(bundle)
    assert [asked.target for asked in server.asked] == [
        "/api/workflows/export",
        "/api/workflows/import",
    ]
    assert server.asked[1].json == bundle
    assert (imported.ids, imported.errors) == (["wf-9"], ["x"])


async def test_list_agents_and_skills(client, server, reply):
    server.says(
        reply(200, [{"id": "ag-1", "name": "Ifrit", "model": None}]),
        reply(200, [{"id": "sk-1", "name": "Pager", "tags": ["night", None]}]),
    )
    [agent] = await client.list_agents()
    [skill] = await client.list_skills()
    assert (agent.name, agent.model) == ("Ifrit", "")
    assert skill.tags == ["night"]


async def test_without_a_token_no_authorization_header_is_sent(server, reply):
    server.says(reply(200, []))
    client = WorkflowsClient(server.url, TokenAuth(server.url, None))
    await client.list_workflows()
    await client.aclose()
    assert "authorization" not in server.asked[0].headers


async def test_a_redirect_never_forwards_the_token(client, server, reply):
    server.says(reply(307, b"", location="http://127.0.0.1:9/api/workflows"))
    with pytest.raises(BackendError) as caught:
        await client.list_workflows()
    assert caught.value.kind is ErrorKind.BAD_ANSWER
    assert TOKEN not in str(caught.value) + json.dumps(caught.value.hint)


@pytest.mark.parametrize("url", ["http://example.com", "https://u:p@example.com", "ftp://h"])
def test_hosts_unsafe_for_a_token_are_rejected(url):
    with pytest.raises(BackendError) as caught:
        WorkflowsClient(url, TokenAuth("https://example.com", None))
    assert caught.value.kind is ErrorKind.INVALID
