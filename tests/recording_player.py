"""Play recordings of a real Workflows server over loopback HTTP.

The player keeps the last 500 frames, replays them after ``Last-Event-ID``, and shows the workflow
as the server did: running, and as it was after the run. A ``bare`` player shows the recorded
responses and nothing else, so that a workflow may look idle, or like the run before, during a run.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.recordings import ENDS, GOOD, Recording, Run, Sent, texts_of

KEPT_FRAMES = 500

_LONGEST_PAUSE_S = 0.03


@dataclass
class Asked:
    """A request that the player got."""

    method: str
    path: str
    last_event_id: str | None
    body: Any


class Player:
    """A server that plays one workflow of a recording."""

    def __init__(
        self,
        recording: Recording,
        workflow_id: str = "wf-1",
        *,
        bare: bool = False,
        stray: bool = False,
        answer: str | None = None,
        cuts: tuple[int, ...] = (),
        speed: float = 20.0,
    ) -> None:
        """``stray``: streams begin with the run before. ``answer``: what the workflow has of it.

        ``cuts``: after so many frames the first, the second … stream is cut off.
        """
        self.recording, self.workflow_id = recording, workflow_id
        self.runs = recording.runs(workflow_id)
        self.asked: list[Asked] = []
        self.url = ""
        self._bare, self._stray, self._speed = bare, stray, speed
        self._cuts = list(cuts)
        self._answer = answer
        self._begun: list[Run] = []
        self._published: list[Sent] = []
        self._ended = 0
        self._state: dict[str, Any] | None = None
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    @property
    def resumed_from(self) -> list[str]:
        """Return the ``Last-Event-ID`` of each reconnect."""
        return [a.last_event_id for a in self.asked if a.last_event_id is not None]

    async def answer(self, request: Request) -> Response:
        path, here = request.url.path.rstrip("/"), f"/api/workflows/{self.workflow_id}"
        body = json.loads(await request.body() or b"null")
        self.asked.append(Asked(request.method, path, request.headers.get("last-event-id"), body))
        match request.method, path:
            case "GET", "/api/agents":
                return JSONResponse([{"id": "agent-1", "name": "Recorded", "model": "fake-1"}])
            case "GET", "/api/skills":
                return JSONResponse([])
            case "GET", "/api/workflows":
                return JSONResponse([self._workflow()])
            case "POST", "/api/workflows":
                return JSONResponse(self._workflow(), status_code=201)
            case (("GET" | "PUT"), found) if found == here:
                return JSONResponse(self._workflow())
            case "POST", found if found == f"{here}/prompt":
                return self._prompt()
            case "POST", found if found == f"{here}/halt":
                return JSONResponse({"detail": "Halt signal sent"}, status_code=202)
            case "GET", found if found == f"{here}/stream":
                frames = self._frames(request.headers.get("last-event-id"))
                return StreamingResponse(frames, media_type="text/event-stream")
            case _:
                return JSONResponse({"detail": "Not Found"}, status_code=404)

    def _prompt(self) -> Response:
        if len(self._begun) == len(self.runs):
            return JSONResponse({"detail": "A task is already running"}, status_code=400)
        run = self.runs[len(self._begun)]
        self._begun.append(run)
        task = asyncio.get_running_loop().create_task(self._play(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return JSONResponse(run.accepted, status_code=201)

    async def _play(self, run: Run) -> None:
        at_ms = run.at_ms
        async with self._turn:
            for sent in run.frames:
                pause_s = (sent.at_ms - at_ms) / 1000 / self._speed
                await asyncio.sleep(min(max(0.0, pause_s), _LONGEST_PAUSE_S))
                at_ms = sent.at_ms
                async with self._changed:
                    self._published.append(sent)
                    if sent.payload["data"].get("status") in ENDS:
                        self._end(run)
                    self._changed.notify_all()

    def _end(self, run: Run) -> None:
        self._ended += 1
        if not self._bare:
            self._state = run.after or self._made_up(run, run.status)
        elif run.after:
            self._state = run.after

    async def _frames(self, last: str | None) -> AsyncIterator[bytes]:
        cut_after = self._cuts.pop(0) if self._cuts else None
        count, place = 0, len(self._published)
        kept = self._published[-KEPT_FRAMES:]
        replay: list[Sent] = []
        if last is not None and last.isdigit():
            replay = [sent for sent in kept if sent.number > int(last)]
        elif self._stray:
            replay = kept
        for sent in replay:
            yield sent.text.encode()
        yield b": keepalive\n\n"
        while count != cut_after:
            while len(self._published) <= place:
                async with self._changed:
                    await self._changed.wait()
            sent = self._published[place]
            place, count = place + 1, count + 1
            yield sent.text.encode()
        raise ConnectionResetError

    def _workflow(self) -> dict[str, Any]:
        if self._bare or len(self._begun) == self._ended:
            return self._state or self._base()
        run = self._begun[self._ended]
        return self._made_up(run, "running")

    def _base(self) -> dict[str, Any]:
        known = next((run.after for run in self.runs if run.after), {})
        usage = None if self._bare or not self.runs else self.runs[0].accepted.get("usage")
        empty: dict[str, Any] = {
            "messages": [],
            "logs": [],
            "usage": usage,
            "last_task_status": None,
        }
        return (
            {"title": "Recorded", "agent_id": "agent-1"}
            | known
            | empty
            | {
                "id": self.workflow_id,
                "status": "active",
            }
        )

    def _made_up(self, run: Run, status: str) -> dict[str, Any]:
        """The workflow as the server would show it."""
        texts = [self._answer] if self._answer else texts_of(run)[-1:]
        said = [("user", run.prompt), *(("assistant", text) for text in texts)]
        good, running = status in GOOD, status == "running"
        rows = run.after["logs"] if run.after else [self._row(s) for s in run.frames if s.is_row]
        here = self._published[-1].payload["timestamp"] if self._published else ""
        return self._base() | {
            "status": "running" if running else "active",
            "last_task_status": "completed" if good else status,
            "logs": [row for row in rows if not running or row["timestamp"][:-1] <= here],
            "usage": run.accepted.get("usage"),
            "messages": [{"role": r, "content": t} for r, t in (said if good else said[:1])],
        }

    def _row(self, sent: Sent) -> dict[str, str]:
        """A row as the workflow has it: a little earlier, without what a tool was given."""
        data, at = sent.payload["data"], sent.payload["timestamp"][:26]
        known = [row for run in self.runs for row in (run.after or {}).get("logs", [])]
        earlier = _earlier(sent.payload["timestamp"])
        for row in known:
            same = (row["event"], row["detail"]) == (data["event"], data["detail"])
            if same and _earlier(sent.payload["timestamp"], 100) < row["timestamp"] < at:
                earlier = row["timestamp"]
        return {"timestamp": earlier, "event": data["event"], "detail": data["detail"]}


def _earlier(timestamp: str, by_ms: int = 9) -> str:
    moment = datetime.fromisoformat(timestamp) - timedelta(milliseconds=by_ms)
    return moment.isoformat().replace("+00:00", "Z")


@contextmanager
def playing(player: Player) -> Iterator[Player]:
    """Serve on loopback from a thread of its own."""
    app = Starlette(
        routes=[
            Route("/{path:path}", player.answer, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
    )
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        player.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield player
        finally:
            server.should_exit = True
            thread.join(60)
    assert not thread.is_alive()
