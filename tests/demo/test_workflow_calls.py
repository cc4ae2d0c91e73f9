"""Responses of the demo's Workflows API to calls, compared with a recorded server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.demo.workflow_guest import AGENTS, FIXTURES, Guest, recorded, recording, visited
from tui.demo.workflows.catalog import IFRIT, MARID

CALLS = FIXTURES / "recorded_calls"


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with visited(recorded(speed=0)) as guest:
        yield guest


class Retold:
    """Repeats recorded calls, and knows what the recording calls the things of the demo."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        catalog = {
            "guardrail": ["gr-secrets-01", "gr-shape-02", "gr-output-03", "gr-off-04"],
            "skill": ["sk-pager-01", "sk-status-02"],
            "token": ["tk-model-01", "tk-orders-02", "tk-test-03"],
            "tool": ["tool-orders-01"],
        }
        self.names = dict(AGENTS) | {
            f"{kind}-{n}": name
            for kind, names in catalog.items()
            for n, name in enumerate(names, start=1)
        }

    def ours(self, value: Any) -> Any:
        """Return the recorded values, with the demo's names in them."""
        text = json.dumps(value)
        return json.loads(re.sub(r"\b[a-z]+-\d+\b", lambda m: self.names.get(m[0], m[0]), text))

    def call(self, exchange: dict[str, Any]) -> tuple[httpx.Response, dict[str, Any]]:
        asked, answer = exchange["request"], exchange["response"]
        path = self.ours(asked["path"])
        headers = {}
        if answer["status"] == 503:
            headers["Authorization"] = "Bearer made-up"
        if "body_text" in asked:
            sent = {"content": asked["body_text"].encode()}
        else:
            sent = {} if asked["body"] is None else {"json": self.ours(asked["body"])}
        got = self.guest.http.request(asked["method"], path, headers=headers, **sent)
        self._learn(answer.get("body"), got)
        if asked["path"].endswith("/prompt") and got.status_code == 201:
            self.guest.until_saved(path.split("/")[3])
        return got, answer

    def _learn(self, recorded: Any, got: httpx.Response) -> None:
        """Remember the names of what was just created."""
        if not isinstance(recorded, dict) or not got.content:
            return
        body = got.json()
        for key in ("id", "task_id"):
            if isinstance(recorded.get(key), str) and isinstance(body, dict) and key in body:
                self.names.setdefault(recorded[key], body[key])
        for theirs, ours in zip(recorded.get("ids", []), body.get("ids", []), strict=True):
            self.names.setdefault(theirs, ours)


def shape_of(value: Any) -> Any:
    """Keys in their order, and types; a list is as its first entries are."""
    if isinstance(value, dict):
        return [(name, shape_of(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [shape_of(inner) for inner in value[:1]]
    return type(value).__name__


def test_lists_of_agents_and_skills_match_the_recording(guest: Guest) -> None:
    retold = Retold(guest)
    for exchange in recording(CALLS / "13-lists.json"):
        got, answer = retold.call(exchange)
        assert got.status_code == answer["status"], exchange["request"]["path"]
        wanted, body = answer["body"], got.json()
        if isinstance(wanted, list):
            assert isinstance(body, list)
            shapes = {str(shape_of(row)) for row in wanted}
            assert {str(shape_of(row)) for row in body} <= shapes
            times = [row["created_at"] for row in body]
            assert times == sorted(times, reverse=True)
        elif got.status_code == 404:
            assert body == wanted
        else:
            assert shape_of(body) == shape_of(wanted)


def setting_up(file: str, guest: Guest, retold: Retold) -> None:
    """Create what a recording has from exchanges that it leaves out."""
    markdown = {"output_format": "markdown", "max_turns": 10}
    match file:
        case "12-list-skills-export-import":
            for number, title, agent in ((1, "One", IFRIT), (2, "Two", MARID)):
                retold.names[f"wf-{number}"] = guest.create(agent, title=title, **markdown)
        case "10-refused":
            retold.names["wf-1"] = guest.create(IFRIT, title="Orders", **markdown)
            grace = {"Authorization": f"Bearer {guest.server.colleagues_token}"}
            body = {"agent_id": IFRIT}
            theirs = guest.http.post("/api/workflows", json=body, headers=grace)
            retold.names["wf-2"] = theirs.json()["id"]
        case "04-three-prompts-custom":
            retold.names["wf-1"] = guest.create(IFRIT, title="Three", **markdown)
        case "08-json-format-custom":
            retold.names["wf-1"] = guest.create(IFRIT, title="Orders", max_turns=10)
        case "03-progress-custom":
            retold.names["wf-1"] = guest.create(IFRIT, title="Orders", **markdown)


@pytest.mark.parametrize(
    "file",
    [
        "03-progress-custom",
        "04-three-prompts-custom",
        "08-json-format-custom",
        "10-guardrails",
        "10-refused",
        "12-crud",
        "12-list-skills-export-import",
    ],
)
def test_responses_of_calls_match_the_recording(file: str) -> None:
    settings = recorded(speed=0, offline=True)
    with visited(settings) as guest:
        retold = Retold(guest)
        setting_up(file, guest, retold)
        for exchange in recording(CALLS / f"{file}.json"):
            asked = f"{exchange['request']['method']} {exchange['request']['path']}"
            if "sse" in exchange["response"]:
                continue
            got, answer = retold.call(exchange)
            assert got.status_code == answer["status"], (asked, got.text)
            if answer["content_type"] and got.content:
                assert got.headers["content-type"] == answer["content_type"]
            if "body_text" in answer:
                assert got.text == answer["body_text"]
            elif answer["body"] is None:
                assert not got.content
            else:
                assert_same(got.json(), retold.ours(answer["body"]), asked)
            if exchange["request"].get("body") == {"status": "inactive"} and file == "12-crud":
                # the recording leaves out that it was switched on again
                guest.http.put(retold.ours(exchange["request"]["path"]), json={"status": "active"})


def assert_same(got: Any, wanted: Any, asked: str) -> None:
    """The same keys in the same order, the same types, and the same words where they are ours."""
    assert shape_of(trimmed(got)) == shape_of(trimmed(wanted)), asked
    if isinstance(wanted, dict) and "detail" in wanted:
        assert got == wanted, asked
    if isinstance(wanted, dict) and "last_task_status" in wanted:
        for name in ("status", "current_turn", "last_task_status", "task_count", "max_turns"):
            assert got[name] == wanted[name], (asked, name)
        for name in set(wanted) & OPTIONS:
            assert got[name] == wanted[name], (asked, name)
    if isinstance(wanted, dict) and "created" in wanted:
        assert (got["created"], got["errors"]) == (wanted["created"], wanted["errors"]), asked


OPTIONS = {
    "title",
    "output_format",
    "infinite_session",
    "auto_memory",
    "skill_ids",
    "skill_tags",
    "guardrail_ids",
    "credential_overrides",
    "reasoning_effort",
    "webhook_url",
    "error_webhook_url",
}


def trimmed(value: Any) -> Any:
    """Without the rows of logs beyond the first two: they are compared as frames."""
    if isinstance(value, dict):
        return {n: v[:1] if n == "logs" else trimmed(v) for n, v in value.items()}
    return [trimmed(entry) for entry in value] if isinstance(value, list) else value
