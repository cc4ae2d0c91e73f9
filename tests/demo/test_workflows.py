"""The demo's Workflows API against its documentation, from a plain HTTP client.

Recorded behavior of a real server is in ``test_workflow_recordings``; tests of behavior that both
describe are here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tui.demo.server import DemoServer, DemoSettings
from tui.demo.workflows.event_feed import KEPT_EVENTS

Payload = dict[str, Any]
ENDS = {"completed", "failed", "halted", "max_turns_reached"}


class Guest:
    """Talks to the Workflows API with the token of one user."""

    def __init__(self, server: DemoServer, token: str | None = None) -> None:
        self.server = server
        headers = {"Authorization": f"Bearer {server.token if token is None else token}"}
        self.http = httpx.Client(
            base_url=f"{server.url}/api",
            headers=headers if token != "" else {},
            timeout=60,
            verify=False,
        )

    def begin(self, **settings: Any) -> str:
        body = {"agent_id": self.server.agent, "output_format": "markdown"} | settings
        answer = self.http.post("/workflows", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def get(self, workflow: str) -> Payload:
        body: Payload = self.http.get(f"/workflows/{workflow}").json()
        return body

    def prompt(self, workflow: str, text: str) -> httpx.Response:
        return self.http.post(f"/workflows/{workflow}/prompt", json={"prompt": text})

    def run(self, workflow: str, text: str) -> list[Payload]:
        """The events of a run that was listened to from before its start."""
        with self.http.stream("GET", f"/workflows/{workflow}/stream") as answer:
            lines = answer.iter_lines()
            assert next(lines) == ": keepalive"
            accepted = self.prompt(workflow, text)
            assert accepted.status_code == 201, accepted.text
            events = list(until_the_end(lines))
        self.until_saved(workflow)
        return events

    def until_saved(self, workflow: str) -> None:
        """Wait until the workflow itself shows that its run is over."""
        deadline = time.monotonic() + 60
        while self.get(workflow)["last_task_status"] not in ENDS:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def replay(self, workflow: str, after: int) -> list[Payload]:
        headers = {"Last-Event-ID": str(after)}
        with self.http.stream("GET", f"/workflows/{workflow}/stream", headers=headers) as answer:
            return list(until_the_end(answer.iter_lines()))


def until_the_end(lines: Iterator[str]) -> Iterator[Payload]:
    for line in lines:
        if line.startswith("data: "):
            event = json.loads(line.removeprefix("data: "))
            yield event
            if event["type"] == "status" and event["data"]["status"] in ENDS:
                return


def written(events: list[Payload]) -> str:
    pieces = [e for e in events if e["type"] == "message_delta"]
    return "".join(e["data"]["delta"] for e in sorted(pieces, key=lambda e: e["id"]))


@pytest.fixture
def visit() -> Iterator[Callable[..., Guest]]:
    with ExitStack() as stack:

        def open_demo(token: str | None = None, **settings: Any) -> Guest:
            settings = {"workflows": "documented", "speed": 0, "seed": 7, **settings}
            settings.setdefault("seeded_conversations", 0)
            server = stack.enter_context(DemoServer(DemoSettings(**settings)))
            guest = Guest(server, token)
            stack.callback(guest.http.close)
            return guest

        yield open_demo


BOTH = pytest.mark.parametrize("workflows", ["documented", "recorded"])


@BOTH
def test_a_run_streams_token_by_token_and_is_stored_as_a_whole(visit, workflows):
    ada = visit(workflows=workflows)
    workflow = ada.begin()
    events = ada.run(workflow, "What can you do?")
    kept = ada.get(workflow)
    [said] = [m["content"] for m in kept["messages"] if m["role"] == "assistant"]
    assert written(events) == said
    assert sum(event["type"] == "message_delta" for event in events) > 100
    whole = [e["data"]["content"] for e in events if e["type"] == "message"]
    assert whole == ([] if workflows == "recorded" else [said])
    assert (kept["status"], kept["last_task_status"]) == ("active", "completed")


def test_skills_are_logged_with_input_and_result(visit):
    ada = visit()
    events = ada.run(ada.begin(), "Export the October invoices")
    logs = [e["data"] for e in events if e["type"] == "log"]
    assert [(e["event"], e["detail"]) for e in logs if e["event"].startswith("tool")] == [
        ("tool_call", "find_invoices"),
        ("tool_result", "find_invoices"),
        ("tool_call", "export_to_pdf"),
        ("tool_result", "export_to_pdf"),
    ]
    assert logs[-3]["event"] == "model_call"
    assert any(e.get("tool_output", "").startswith("Error") for e in logs)
    assert [e["data"]["percent_complete"] for e in events if e["type"] == "progress"][-1] == 100


def test_token_usage_adds_up_over_the_runs(visit):
    ada = visit()
    workflow = ada.begin()
    ada.run(workflow, "hello")
    first = ada.get(workflow)["usage"]
    ada.run(workflow, "hello")
    second = ada.get(workflow)["usage"]
    assert second["total_out"] == 2 * first["total_out"] > 0
    assert second["cost"] > first["cost"]


@BOTH
def test_a_prompt_replaces_the_previous_run(visit, workflows):
    ada = visit(workflows=workflows)
    workflow = ada.begin(guardrail_tags=["safe"])
    ada.run(workflow, "hello")
    refused = ada.prompt(workflow, "my password")
    assert refused.status_code == 422
    assert isinstance(refused.json()["detail"], str)
    kept = ada.get(workflow)
    assert (kept["messages"], kept["logs"]) == ([], [])


def test_sequence_numbers_have_gaps_between_runs_and_replay_resumes_after_one(visit):
    ada = visit()
    workflow = ada.begin()
    first = ada.run(workflow, "hello")
    second = ada.run(workflow, "hello")
    ids = [event["id"] for event in first + second]
    assert ids == sorted(set(ids))
    assert ids[-1] > len(ids)
    middle = second[len(second) // 2]["id"]
    assert ada.replay(workflow, middle) == [e for e in second if e["id"] > middle]


def test_only_the_newest_events_are_retained_and_expire(visit):
    ada = visit()
    workflow = ada.begin()
    events = ada.run(workflow, "Write a runbook for a full disk")
    assert len(events) > KEPT_EVENTS
    assert ada.replay(workflow, 0) == events[-KEPT_EVENTS:]
    ada.server.clock.advance(301)
    again = ada.run(workflow, "hello")
    assert again[0]["id"] == 1


def test_a_halt_stops_a_streaming_run(visit):
    ada = visit(speed=1, token_rate=300)
    workflow = ada.begin()
    with ada.http.stream("GET", f"/workflows/{workflow}/stream") as answer:
        lines = answer.iter_lines()
        ada.prompt(workflow, "Write a runbook")
        next(line for line in lines if "message_delta" in line)
        assert ada.http.post(f"/workflows/{workflow}/halt").status_code == 200
        assert list(until_the_end(lines))[-1]["data"]["status"] == "halted"
    assert ada.get(workflow)["last_task_status"] == "halted"


@pytest.mark.parametrize(
    ("text", "turns", "status"),
    [("Crash, please", 5, "failed"), ("Write a runbook", 2, "max_turns_reached")],
)
def test_other_run_outcomes(visit, text, turns, status):
    ada = visit()
    events = ada.run(ada.begin(max_turns=turns), text)
    assert events[-1]["data"]["status"] == status


@BOTH
def test_errors_have_a_detail(visit, workflows):
    ada = visit(speed=1, workflows=workflows)
    workflow = ada.begin()
    assert ada.http.post(f"/workflows/{workflow}/halt").json() == {
        "detail": "No running task to halt"
    }
    ada.prompt(workflow, "hello")
    while ada.get(workflow)["status"] != "running":
        time.sleep(0.01)
    busy = ada.prompt(workflow, "hello again")
    assert (busy.status_code, busy.json()["detail"]) == (
        400,
        "A task is already running for this workflow",
    )
    other = ada.begin()
    ada.http.put(f"/workflows/{other}", json={"status": "inactive"})
    assert ada.prompt(other, "hello").json()["detail"] == "Workflow is inactive"
    assert ada.http.get("/workflows/wf-none").status_code == 404
    [problem] = ada.http.post("/workflows", json={}).json()["detail"]
    assert (problem["loc"], problem["msg"]) == (["body", "agent_id"], "Field required")


@BOTH
def test_workflows_belong_to_their_owner_but_streams_need_no_token(visit, workflows):
    ada = visit(workflows=workflows)
    workflow = ada.begin()
    grace = Guest(ada.server, ada.server.colleagues_token)
    stranger = Guest(ada.server, "ghp-wrong")
    nobody = Guest(ada.server, "")
    assert grace.http.get(f"/workflows/{workflow}").json()["detail"] == "Not your workflow"
    assert stranger.http.get("/workflows").status_code == 401
    assert nobody.http.get("/workflows").json() == []
    with nobody.http.stream("GET", f"/workflows/{workflow}/stream") as answer:
        assert answer.status_code == 200
    for guest in (grace, stranger, nobody):
        guest.http.close()


def test_skills_are_installed_and_removed(visit):
    ada = visit()
    workflow = ada.begin()
    skill = ada.http.get("/skills").json()[0]["id"]
    path = f"/workflows/{workflow}/skills/{skill}"
    assert ada.http.post(path).json()["skill_ids"] == [skill]
    assert ada.http.post(path).status_code == 409
    assert ada.http.delete(path).json()["skill_ids"] == []
    assert ada.http.delete(path).status_code == 404


def test_an_exported_bundle_can_be_imported(visit):
    ada = visit()
    ada.begin(title="Night watch")
    bundle = ada.http.get("/workflows/export").json()
    bundle["items"].append({"title": "Lost", "agent_id": "ag-nobody", "model": "brass-4"})
    answer = ada.http.post("/workflows/import", json=bundle)
    assert (answer.status_code, answer.json()["created"]) == (201, 1)
    assert answer.json()["errors"] == ["Lost: agent_id 'ag-nobody' not found"]
    assert [w["title"] for w in ada.http.get("/workflows").json()] == ["Night watch"] * 2


def test_faults_apply_to_streams_and_prompts(visit):
    ada = visit(faults=("cut:after=3,on=stream,times=1", "status:503,on=halt"))
    workflow = ada.begin()
    with pytest.raises(httpx.TransportError):
        ada.run(workflow, "hello")
    assert ada.replay(workflow, 0)[-1]["data"]["status"] == "completed"
    answer = ada.http.post(f"/workflows/{workflow}/halt")
    assert (answer.status_code, answer.json()) == (503, {"detail": "Service Unavailable."})
