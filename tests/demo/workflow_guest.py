"""HTTP client of the demo's Workflows API, and the recordings that the demo is compared with."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tui.demo.server import DemoServer, DemoSettings
from tui.demo.workflows.catalog import GHUL, IFRIT, JANN, MARID

FIXTURES = Path(__file__).parent.parent / "fixtures" / "workflows"
ENDS = {"completed", "failed", "halted", "max_turns_reached"}
AGENTS = {"agent-1": IFRIT, "agent-2": MARID, "agent-3": JANN, "agent-4": GHUL}


def recorded(**settings: Any) -> DemoSettings:
    """Settings of a quick demo that behaves as was recorded."""
    usual = {"workflows": "recorded", "seed": 7, "seeded_conversations": 0}
    return DemoSettings(**{**usual, **settings})


def recording(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text())["exchanges"]
    return found


class Guest:
    """Talks to the demo without a token, as the recorded client did."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=60, verify=False)

    def create(self, agent: str, **settings: Any) -> str:
        answer = self.http.post("/api/workflows", json={"agent_id": agent, **settings})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def run(
        self, workflow: str, prompt: str, halt: tuple[str, int] | None = None
    ) -> list[dict[str, Any]]:
        """The frames of a run; ``halt``: after how many frames of a kind it is halted."""
        found: list[dict[str, Any]] = []
        with self.http.stream("GET", f"/api/workflows/{workflow}/stream") as answer:
            lines = answer.iter_lines()
            assert next(lines) == ": keepalive"
            accepted = self.http.post(f"/api/workflows/{workflow}/prompt", json={"prompt": prompt})
            assert accepted.status_code == 201, accepted.text
            for payload in until_the_end(lines):
                found.append(payload)
                if halt and halt == (payload["type"], count(found, payload["type"])):
                    asked = self.http.post(f"/api/workflows/{workflow}/halt")
                    assert asked.status_code == 202
        self.until_saved(workflow)
        return found

    def until_saved(self, workflow: str) -> None:
        deadline = time.monotonic() + 60
        while self.http.get(f"/api/workflows/{workflow}").json()["last_task_status"] not in ENDS:
            assert time.monotonic() < deadline
            time.sleep(0.005)


def until_the_end(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    number = ""
    for line in lines:
        if line.startswith("id: "):
            number = line.removeprefix("id: ")
        if line.startswith("data: "):
            payload = json.loads(line.removeprefix("data: "))
            assert number == str(payload["id"])
            yield payload
            if payload["type"] == "status" and payload["data"]["status"] in ENDS:
                return


def count(frames: Iterable[dict[str, Any]], kind: str) -> int:
    return sum(frame["type"] == kind for frame in frames)


@contextmanager
def visited(settings: DemoSettings) -> Iterator[Guest]:
    with DemoServer(settings) as server:
        guest = Guest(server)
        with guest.http:
            yield guest
        assert server.errors == []
