"""One profile shared by several processes, with tokens that expire after two seconds.

``GENIE_TUI_SOAK_S=60 python -m pytest tests/auth/test_processes.py`` chats for a minute.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.signing_in import free_redirect, login_command, redirected, settings_of
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

SOAK_S = float(os.environ.get("GENIE_TUI_SOAK_S", "0"))
REFRESHES = 2
GO = b"go\n"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    settings = DemoSettings(
        speed=0.7,
        token_life_s=2,
        redirect_url=free_redirect(),
        seeded_conversations=0,
    )
    with DemoServer(settings) as server:
        yield server
        assert server.errors == []


@pytest.fixture
def environ(server: DemoServer, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a signed-in user."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GENIE_TUI_")}
    folders = {
        "GENIE_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "GENIE_TUI_DATA_DIR": str(tmp_path / "data"),
    }
    environ = kept | settings_of(server) | folders
    with login_command(environ, "--no-browser") as attempt:
        attempt.paste(redirected(attempt.url))
        assert attempt.finish()[0] == 0
    return environ


@asynccontextmanager
async def window(environ: dict[str, str], *arguments: str) -> AsyncIterator[Process]:
    """A process that chats; killed in the end, if it still runs."""
    command = (sys.executable, "-m", "tests.auth.loopback_client", *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def refreshes(server: DemoServer) -> list[str]:
    """The fingerprints of the refresh tokens that were used."""
    uses = [record.summary.split() for record in server.log.of("token")]
    return [use[1] for use in uses if use[0] == "refresh_token"]


async def line_of(process: Process) -> str:
    assert process.stdout
    line = await process.stdout.readline()
    assert line, (await process.communicate())[1].decode()
    return line.decode()


async def chat(windows: list[Process], server: DemoServer) -> int:
    """Count the replies in all windows until enough refreshes happened, or the time is up."""
    for process in windows:
        assert await line_of(process) == "ready\n"
    for process in windows:  # only now: who starts would take on what others have in the outbox
        assert process.stdin
        process.stdin.write(GO)
    ends_s, replies = time.monotonic() + SOAK_S, 0
    while not replies or len(refreshes(server)) < REFRESHES or time.monotonic() < ends_s:
        for process in windows:
            assert "Where is my parcel?" in await line_of(process)
            replies += 1
    return replies


@pytest.mark.timeout(60 + 2 * SOAK_S)
async def test_two_processes_refresh_for_each_other_without_visible_errors(server, environ):
    async with AsyncExitStack() as stack:
        windows = [await stack.enter_async_context(window(environ)) for _ in range(2)]
        replies = await chat(windows, server)
        ends = await asyncio.gather(*(process.communicate(b"\n") for process in windows))
        assert [process.returncode for process in windows] == [0, 0], ends
    used = Counter(refreshes(server))
    assert set(used.values()) == {1}, "every refresh token is used once"
    assert [record for record in server.log if record.status in (400, 401)] == []
    print(f"{replies} replies, {len(used)} refreshes")


@pytest.mark.slow
async def test_a_kill_between_refresh_response_and_store_ends_in_one_clear_error(server, environ):
    async with window(environ, "die") as process:
        assert process.stdin
        process.stdin.write(GO)
        assert await process.wait() == -signal.SIGKILL
    assert len(refreshes(server)) == 1
    code, said = await ask(environ)
    assert code == 3
    assert "renewal was interrupted" in said
    assert "Run 'genie-tui login' to sign in" in said
    code, said = await ask(environ)
    assert code == 3
    assert "You're not signed in" in said
    assert len(refreshes(server)) == 2, "and not a request more"


async def ask(environ: dict[str, str]) -> tuple[int | None, str]:
    """The exit code of ``genie-tui ask``, and what it says of a failure."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "ask", "hi"), stdout=PIPE, stderr=PIPE, env=environ
    )
    said = (await process.communicate())[1].decode()
    return process.returncode, said
