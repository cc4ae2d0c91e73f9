"""Recordings of a real Workflows server, and the expected results of their runs.

A recording (``tests/fixtures/workflows/recorded``) is made by a proxy: requests with the times at
which they came, and the frames of their streams with offsets.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "fixtures" / "workflows" / "recorded"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
ENDS = ("completed", "failed", "halted", "max_turns_reached")

GOOD = ("completed", "max_turns_reached")


class Sent(NamedTuple):
    """A frame: when it came, and its text."""

    at_ms: int
    text: str

    @property
    def payload(self) -> dict[str, Any]:
        _, found, data = self.text.partition("data: ")
        payload: dict[str, Any] = json.loads(data) if found else {}
        return payload

    @property
    def is_row(self) -> bool:
        return self.payload.get("type") == "log"

    @property
    def number(self) -> int:
        return int(self.payload.get("id", 0))


@dataclass
class Run:
    """A prompt that was accepted, and what came of it."""

    prompt: str
    at_ms: int
    accepted: dict[str, Any]
    frames: list[Sent] = field(default_factory=list)
    after: dict[str, Any] | None = None
    """The workflow when the run was over, if that was recorded."""

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [f.payload["data"] for f in self.frames if f.payload.get("type") == kind]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.of("log")

    @property
    def status(self) -> str:
        """Final status; empty if the recording stops before the end."""
        return next((s["status"] for s in self.of("status") if s["status"] in ENDS), "")


class Recording:
    """The runs of a recording, by workflow, and the answers to single requests."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.exchanges = json.loads((FOLDER / f"{name}.json").read_text())["exchanges"]
        self.workflows: dict[str, list[Run]] = {}
        for exchange in self.exchanges:
            self._note_prompt(exchange)
        for exchange in sorted(self.exchanges, key=lambda e: int(e["at_ms"])):
            self._note_stream(exchange)
            self._note_state(exchange)

    def close_gaps(self) -> None:
        """Number the frames of each run without the gaps of what was left out."""
        for runs in self.workflows.values():
            for run in runs:
                numbers = sorted(sent.number for sent in run.frames)
                new = {number: place for place, number in enumerate(numbers, start=2)}
                run.frames = [
                    Sent(
                        sent.at_ms,
                        sent.text.replace(
                            f"id: {sent.number}\n", f"id: {new[sent.number]}\n"
                        ).replace(f'"id": {sent.number},', f'"id": {new[sent.number]},', 1),
                    )
                    for sent in run.frames
                ]

    def runs(self, workflow_id: str) -> list[Run]:
        """Those whose stream was recorded to the end."""
        return [run for run in self.workflows.get(workflow_id, []) if run.status]

    def _note_prompt(self, exchange: dict[str, Any]) -> None:
        request, response = exchange["request"], exchange["response"]
        _, _, rest = request["path"].partition("/api/workflows/")
        workflow_id, _, action = rest.partition("/")
        if action == "prompt" and response["status"] == 201:
            body = request["body"]
            prompt = body.get("prompt") or json.dumps(body.get("request"))
            run = Run(prompt, exchange["at_ms"], response["body"])
            self.workflows.setdefault(workflow_id, []).append(run)

    def _note_stream(self, exchange: dict[str, Any]) -> None:
        """A frame belongs to the oldest run that has begun and not ended when it first came."""
        frames = exchange["response"].get("sse", [])
        _, _, workflow_id = exchange["request"]["path"].removesuffix("/stream").rpartition("/")
        runs = self.workflows.get(workflow_id, [])
        for offset, text in frames:
            sent = Sent(exchange["at_ms"] + offset, text)
            known = any(sent.text == f.text for run in runs for f in run.frames)
            if not sent.payload or known:
                continue
            begun = [run for run in runs if run.at_ms <= sent.at_ms and not run.status]
            later = [run for run in runs if run.frames and run.status and run.at_ms <= sent.at_ms]
            streamed = [r for r in begun if not later or r.at_ms >= later[-1].at_ms]
            if streamed:
                at_once = [r for r in streamed if r.at_ms - streamed[-1].at_ms > -50]
                at_once[0].frames.append(sent)

    def _note_state(self, exchange: dict[str, Any]) -> None:
        parts = exchange["request"]["path"].split("/")
        is_look = exchange["request"]["method"] == "GET" and len(parts) == 4
        body = exchange["response"].get("body")
        over = isinstance(body, dict) and body.get("last_task_status") not in ("running", "pending")
        if not is_look or not over or parts[3] not in self.workflows:
            return
        begun = [r for r in self.workflows[parts[3]] if r.at_ms < exchange["at_ms"]]
        if begun and begun[-1].prompt in json.dumps(body.get("messages")):
            begun[-1].after = body


# -- what should come of a run, by the facts -------------------------------------------------------

Piece = tuple[str, ...]
"""``("text", TEXT)`` or ``("skill", NAME, STATUS)``."""


def story_of(run: Run) -> list[Piece]:
    """Return the story of a run in order: from its pieces, else its messages, else its log."""
    story: list[Piece] = []
    pieces: dict[int, str] = {}
    kinds = {sent.payload["type"] for sent in run.frames}
    for sent, following in pairwise([*run.frames, Sent(0, "")]):
        payload, data = sent.payload, sent.payload["data"]
        row = data.get("event")
        if payload["type"] == "message_delta":
            pieces[payload["id"]] = data["delta"]
        elif pieces and row in ("tool_call", "model_response", "error"):
            story.append(("text", "".join(pieces[number] for number in sorted(pieces))))
            pieces.clear()
        elif payload["type"] == "message" and _is_told_of(following):
            story.append(("text", data["content"]))
        elif row == "model_response" and kinds <= {"log", "status"} and data["detail"]:
            story.append(("text", data["detail"]))
        if row == "tool_call":
            story.append(("skill", data["detail"], "running"))
        elif row == "tool_result":
            _end_call(story, data)
    return [
        (kind, text.partition(" (")[0], *more) if more else (kind, text)
        for kind, text, *more in story
    ]


def _is_told_of(following: Sent) -> bool:
    """The message that no row of the log follows is the last one come again."""
    return bool(following.text) and following.payload["data"].get("event") == "model_response"


def _end_call(story: list[Piece], data: dict[str, Any]) -> None:
    """A row names the tool that ended, or its kind; that is the oldest one still running."""
    name = data["detail"].removesuffix(" completed")
    kind = {"MCP tool": "(mcp:", "Built-in tool": "(built-in)"}.get(name)
    place = next(
        place
        for place, (what, detail, *status) in enumerate(story)
        if (what, status) == ("skill", ["running"]) and (kind in detail if kind else detail == name)
    )
    failed = "error" in json.loads(data.get("tool_output") or "{}")
    story[place] = ("skill", story[place][1], "failed" if failed else "completed")


def texts_of(run: Run) -> list[str]:
    return [piece[1] for piece in story_of(run) if piece[0] == "text"]


def usage_of(run: Run) -> tuple[int, int] | None:
    """Tokens in and out, where the run has a count of its own."""
    counts = run.of("usage")
    if run.after and run.status in GOOD and any((run.after["usage"] or {}).values()):
        counts = [run.after["usage"]]
    if not counts:
        return None
    return counts[-1]["total_input_tokens"], counts[-1]["total_output_tokens"]


def rows_of(run: Run) -> Counter[tuple[str, str]]:
    """The rows of the log that tell of no tool."""
    tools = ("tool_call", "tool_result")
    return Counter((r["event"], r["detail"]) for r in run.rows if r["event"] not in tools)
