"""Sign-in as a user does it: the demo's identity server, the command, and a browser elsewhere."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.demo.browser import browser, sign_in
from tui.demo.server import DemoServer

OVER_SSH = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.7 22", "USER": "jo"}
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_redirect() -> str:
    """Return a redirect URL with a free port."""
    return f"http://127.0.0.1:{free_port()}/callback"


def settings_of(server: DemoServer) -> dict[str, str]:
    """The variables with which one signs in to a server in the browser; nothing goes to a
    keyring."""
    return {
        "GENIE_TUI_BASE_URL": server.url,
        "GENIE_TUI_IDENTITY_URL": server.identity_url,
        "GENIE_TUI_GENIE": server.genie,
        "GENIE_TUI_AUTH": "oauth",
        "GENIE_TUI_CLIENT_ID": server.client_id,
        "GENIE_TUI_REDIRECT_URL": server.redirect_url,
        **NO_KEYRING,
    }


def redirected(url: str, user: str = "ada", decision: str = "allow") -> str:
    """Return the URL to which a browser on another machine is redirected after a sign-in."""

    async def visit() -> str:
        async with browser(trust_env=False) as client:
            return await sign_in(client, url, user, decision)

    return asyncio.run(visit())


class LoginCommand:
    """``genie-tui login`` that waits for the user."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.told = ""
        """What was printed on standard error so far."""
        self.url = self._read_until("http")

    @property
    def waits(self) -> bool:
        return self._process.poll() is None

    def paste(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def finish(self) -> tuple[int, str]:
        """The exit code and what was printed on standard output."""
        assert self._process.stdout
        assert self._process.stderr
        out = self._process.stdout.read()
        self.told += self._process.stderr.read()
        return self._process.wait(timeout=60), out

    def _read_until(self, start: str) -> str:
        assert self._process.stderr
        for line in self._process.stderr:
            self.told += line
            if line.startswith(start):
                return line.strip()
        raise AssertionError(self.told)


@contextmanager
def login_command(environ: Mapping[str, str], *arguments: str) -> Iterator[LoginCommand]:
    """The command while it runs; it is killed if it still does in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "login", *arguments],
        env=dict(environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield LoginCommand(process)
    finally:
        process.kill()
        process.communicate()
