"""Oversized responses of a hostile or broken service: memory, and response to keys.

python -m tests.bench.hostile [NAME ...] [--smoke]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.bench.figures import Figure, Scale, table
from tests.bench.terminal import Terminal

_MODULE = "tests.bench.hostile"
_MB = 1024 * 1024
_MOST_MEMORY_MB = 200
_LONGEST_ECHO_MS = 100
_FLOOD_S = 6
_RUN = {"conversation_id": "cnv-1", "genie_handle": "gin-1", "genie_run_id": "run-1"}


# A service of hostile sizes, in a process of its own


def _head(kind: str, *lines: str) -> bytes:
    fields = ("HTTP/1.1 200 OK", f"Content-Type: {kind}", "Connection: close", *lines)
    return ("\r\n".join(fields) + "\r\n\r\n").encode()


_JSON, _EVENTS = "application/json", "text/event-stream"
_GZIP = "Content-Encoding: gzip"


async def _repeated(block: bytes, size_bytes: int) -> AsyncIterator[bytes]:
    for _ in range(size_bytes // len(block)):
        yield block


async def _gzipped(block: bytes, size_bytes: int) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    for _ in range(size_bytes // len(block)):
        if packed := packer.compress(block):
            yield packed
    yield packer.flush()


def _event(kind: str, number: int, **fields: object) -> bytes:
    data = _RUN | {"type": kind, "event_id": f"e-{number}", "seq_num": number} | fields
    return b"data: " + json.dumps(data).encode() + b"\n\n"


async def _large_event(size_bytes: int) -> AsyncIterator[bytes]:
    yield _event("processing.started", 1)
    yield b'data: {"type":"agent.message","message":"x","extra":['
    async for block in _repeated(b"{}," * 20_000, size_bytes):
        yield block
    yield b"{}]}\n\n"


async def _many_events(kind: str, count: int) -> AsyncIterator[bytes]:
    """``count`` events in ``_FLOOD_S`` seconds, then the end of the turn."""
    yield _event("processing.started", 1)
    began = time.monotonic()
    for number in range(2, count, 200):
        yield b"".join(
            _event(kind, n, skill_name="Look up", message=f"Message {n}", detail="x" * 100)
            for n in range(number, number + 200)
        )
        await asyncio.sleep(max(0.0, began + _FLOOD_S * number / count - time.monotonic()))
    yield _event("agent.message", count + 300, message="All of it came.")
    yield _event("processing.finished", count + 301)


@dataclass(frozen=True)
class Attack:
    """A size, and on which answer it comes."""

    on: str
    """``list``: the list of conversations. ``send``: the stream of a message."""
    head: bytes
    full: int
    """Bytes, or the number of events."""
    smoke: int

    def body(self, name: str, size: int) -> AsyncIterator[bytes]:
        match name:
            case "body of 1 GB":
                return _repeated(b'{"conversations": [' + b" " * _MB, size)
            case "gzip bomb of 1.5 GB":
                return _gzipped(b" " * _MB, size)
            case "64 MB of newlines, compressed":
                return _gzipped(b"\n" * _MB, size)
            case "64 MB of newlines":
                return _repeated(b"\n" * 65_536, size)
            case "event of 30 MB":
                return _large_event(size)
            case "100,000 unknown events":
                return _many_events("agent.thought", size)
            case "100,000 messages":
                return _many_events("agent.message", size)
            case _:
                return _many_events("skill.running", size)


ATTACKS = {
    "body of 1 GB": Attack("list", _head(_JSON), 1024 * _MB, 64 * _MB),
    "gzip bomb of 1.5 GB": Attack("list", _head(_JSON, _GZIP), 1536 * _MB, 64 * _MB),
    "64 MB of newlines, compressed": Attack("send", _head(_EVENTS, _GZIP), 64 * _MB, 8 * _MB),
    "64 MB of newlines": Attack("send", _head(_EVENTS), 64 * _MB, 8 * _MB),
    "event of 30 MB": Attack("send", _head(_EVENTS), 30 * _MB, 8 * _MB),
    "100,000 unknown events": Attack("send", _head(_EVENTS), 100_000, 5_000),
    "100,000 messages": Attack("send", _head(_EVENTS), 100_000, 5_000),
    "100,000 skill starts": Attack("send", _head(_EVENTS), 100_000, 5_000),
}


class Service:
    """Answers as a Headless API does, but for one answer."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._attack = ATTACKS[name]
        self._size = size

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path, _ = head.split(" ", 2)
            path = path.partition("?")[0]
            asked = "send" if method == "POST" and path.endswith("/messages") else "other"
            asked = "list" if method == "GET" and path.endswith("/conversations") else asked
            if asked == self._attack.on:
                writer.write(self._attack.head)
                async for block in self._attack.body(self._name, self._size):
                    writer.write(block)
                    await writer.drain()
            else:
                body = json.dumps(self._ordinary(method, path)).encode()
                writer.write(_head(_JSON, f"Content-Length: {len(body)}") + body)
                await writer.drain()
        writer.close()

    def _ordinary(self, method: str, path: str) -> object:
        if method == "POST":
            return {"conversation_id": "cnv-1"}
        if path.endswith(("/messages", "/events")):
            return {"messages": [], "events": []}
        if path.endswith("/conversations"):
            return {"conversations": []}
        return {"conversation_id": "cnv-1", "topic": "Hostile", "state": "idle"}


async def _serve(name: str, size: int) -> None:
    server = await asyncio.start_server(Service(name, size).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# The app


def measure(scale: Scale, names: Sequence[str] = ()) -> Iterator[Figure]:
    """Peak memory of the app and the slowest key echo during each attack."""
    for name in names or ATTACKS:
        attack = ATTACKS[name]
        memory_mb, echoes = _attacked(name, scale.pick(attack.full, attack.smoke))
        limits = (None, None) if scale.smoke else (_MOST_MEMORY_MB, _LONGEST_ECHO_MS)
        yield Figure(what=f"{name}, peak memory", unit="MB", values=[memory_mb], budget=limits[0])
        yield Figure(what=f"{name}, key echo", unit="ms", values=echoes, budget=limits[1])


def _attacked(name: str, size: int) -> tuple[float, list[float]]:
    command = [sys.executable, "-m", _MODULE, "serve", name, str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            port = int(server.stdout.readline())
            return _watched(port, ATTACKS[name].on)
        finally:
            server.kill()


def _watched(port: int, on: str) -> tuple[float, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            "GENIE_TUI_CONFIG_DIR": folder,
            "GENIE_TUI_DATA_DIR": folder,
            "GENIE_TUI_BASE_URL": f"http://127.0.0.1:{port}",
            "GENIE_TUI_GENIE": "gin-1",
            "GENIE_TUI_AUTH": "api_key",
            "GENIE_TUI_API_KEY": "k",
            "GENIE_TUI_IDP_USER_ID": "u",
            "TEXTUAL_ANIMATIONS": "none",
            "SSH_CONNECTION": "",
            "SSH_TTY": "",
        }
        with Terminal([sys.executable, "-m", "tui"], environ) as terminal:
            terminal.wait("\x1b[?1049h", 30)
            terminal.drain(2)
            if on == "send":
                terminal.send("Go\r")
            echoes = list(_echoes(terminal, _FLOOD_S + 4))
            return terminal.memory_mb("VmHWM"), echoes


def _echoes(terminal: Terminal, seconds: float) -> Iterator[float]:
    """Milliseconds from a key to its letter, a key every 0.25 s; a line is emptied when full."""
    end = time.monotonic() + seconds
    for number in range(1_000):
        if time.monotonic() > end:
            return
        letter = "QXZJK"[number % 5]
        before = len(terminal.output)
        sent_s = terminal.send(letter)
        shown_s = terminal.wait(letter, 60, after=before)
        yield (shown_s - sent_s) * 1000
        terminal.drain(0.25)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ATTACKS)}")
    parser.add_argument("--smoke", action="store_true", help="only to see that it runs")
    asked = parser.parse_args()
    figures = list(measure(Scale(smoke=asked.smoke, runs=1), asked.names))
    print(table(figures))
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(_serve(sys.argv[2], int(sys.argv[3])))
    else:
        sys.exit(main())
