"""Demo server without pauses, and a plain HTTP client that shares no code with ours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tui.demo.server import DemoServer, DemoSettings


@dataclass(frozen=True)
class Frame:
    event: str
    id: str | None
    data: dict[str, Any]


class Visitor:
    """Talks to one genie with an API key."""

    def __init__(self, server: DemoServer, genie: str | None = None) -> None:
        self.server = server
        self.chat = f"{server.url}/api/v1/genies/{genie or server.genie}/chat"
        self.http = httpx.Client(
            base_url=self.chat,
            headers={
                "Authorization": f"Bearer {server.api_key}",
                "X-IDP-User-Id": server.idp_user_id,
            },
            timeout=60,
            verify=False,
        )

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.http.post(path, json=body)

    def begin(self) -> str:
        body = self.post("/conversations").json()
        return str(body.get("result", body)["conversation_id"])

    @contextmanager
    def stream(self, conversation: str, text: str, **extra: Any) -> Iterator[Iterator[Frame]]:
        body = {"message": text, "stream": True, **extra}
        path = f"/conversations/{conversation}/messages"
        with self.http.stream("POST", path, json=body) as answer:
            assert answer.status_code == 200, answer.read()
            yield frames(answer)

    def ask(self, text: str, conversation: str | None = None, **extra: Any) -> list[Frame]:
        """The frames of a whole turn."""
        with self.stream(conversation or self.begin(), text, **extra) as turn:
            return list(turn)

    @contextmanager
    def resume(self, conversation: str, run: str, after: str = "") -> Iterator[Iterator[Frame]]:
        headers = {"Last-Event-ID": after} if after else {}
        path = f"/conversations/{conversation}/genie-runs/{run}"
        with self.http.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            yield frames(answer)

    def ask_until_lost(self, text: str, conversation: str) -> tuple[list[Frame], Exception | None]:
        """The frames that came before the connection was lost, and how it was lost."""
        seen: list[Frame] = []
        try:
            with self.stream(conversation, text) as turn:
                for frame in turn:
                    seen.append(frame)
        except httpx.TransportError as error:
            return seen, error
        return seen, None

    def rest_of(self, conversation: str, run: str, after: str = "") -> list[Frame]:
        with self.resume(conversation, run, after) as turn:
            return list(turn)

    def history(self, conversation: str) -> list[tuple[str, str]]:
        """(source, content), oldest first."""
        body = self.get(f"/conversations/{conversation}/messages")
        page = body.get("result", body)["messages"]
        return [(entry["source"], entry["content"]) for entry in reversed(page)]

    def state(self, conversation: str) -> str:
        body = self.get(f"/conversations/{conversation}")
        return str(body.get("result", body)["state"])


def frames(answer: httpx.Response) -> Iterator[Frame]:
    """Frames of a stream that ends its lines with LF, one field of a kind each."""
    buffer = b""
    for chunk in answer.iter_raw():
        buffer += chunk
        while b"\n\n" in buffer:
            block, buffer = buffer.split(b"\n\n", 1)
            yield frame_of(block.decode())


def frame_of(block: str) -> Frame:
    fields = dict(line.split(": ", 1) for line in block.split("\n"))
    try:
        data = json.loads(fields["data"])
    except ValueError:
        data = {"broken": fields["data"]}
    return Frame(fields["event"], fields.get("id"), data)


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """Opens a demo server with the given settings, and a visitor to it."""
    with ExitStack() as stack:

        def open_demo(genie: str | None = None, **settings: Any) -> Visitor:
            settings = {"speed": 0, "seed": 7, "seeded_conversations": 0, **settings}
            server = stack.enter_context(DemoServer(DemoSettings(**settings)))
            stack.callback(_assert_sound, server)
            visitor = Visitor(server, genie and getattr(server, genie))
            stack.callback(visitor.http.close)
            return visitor

        yield open_demo


def _assert_sound(server: DemoServer) -> None:
    assert server.errors == []


@pytest.fixture
def kinds() -> Callable[[list[Frame]], list[str]]:
    """The event names of a turn."""
    return lambda turn: [frame.event for frame in turn]


@pytest.fixture
def until() -> Callable[[Iterator[Frame], str], Frame]:
    """Reads a stream up to an event."""

    def read(turn: Iterator[Frame], event: str) -> Frame:
        return next(frame for frame in turn if frame.event == event)

    return read


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits until something can be seen from outside."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    return wait
