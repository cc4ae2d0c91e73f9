"""Scripted sign-in, in place of an identity service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tui.core.account import Identity, LoginProblem
from tui.core.errors import BackendError, ErrorKind

ADA = Identity(name="Ada", email="ada@example.com", subject="user-ada")
GRACE = Identity(name="Grace", email="grace@example.com", subject="user-grace")
ADDRESS = "https://id.example.com/oauth/authorize?client_id=client&state=" + "x" * 43
REDIRECT = "http://127.0.0.1:8763/callback"


def nobody() -> BackendError:
    return BackendError(ErrorKind.UNAUTHORIZED, "You're not signed in.", hint="Sign in first.")


@dataclass
class ScriptedAttempt:
    """Ends when the test says so, or when ``REDIRECT?code=good`` is pasted."""

    url: str = ADDRESS
    redirect_url: str = REDIRECT
    port: int = 8763
    listening_problem: str = ""
    remote_reason: str = ""
    redirect_doubt: str = ""
    tunnel: str = "ssh -L 8763:127.0.0.1:8763 ada@10.0.0.7"
    seconds_left: float = 300.0
    has_browser: bool = True
    opened: int = 0
    pasted: list[str] = field(default_factory=list)
    closed: bool = False
    outcome: asyncio.Future[Identity] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def open_browser(self) -> bool:
        self.opened += self.has_browser
        return self.has_browser

    def paste(self, text: str) -> None:
        self.pasted.append(text)
        if text != f"{REDIRECT}?code=good":
            raise LoginProblem("That isn't a sign-in redirect.", hint="Copy the whole address.")
        self.outcome.set_result(ADA)

    async def finished(self) -> Identity:
        return await self.outcome

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class ScriptedAccount:
    """Account that signs in the users of its scripted attempts."""

    identity: Identity | None = None
    storage: str = "the keyring (Test)"
    attempts: list[ScriptedAttempt] = field(default_factory=list)
    problems: list[LoginProblem | BackendError] = field(default_factory=list)
    """Raised by the next attempts, before they begin."""
    remote_reason: str = ""
    redirect_doubt: str = ""
    listening_problem: str = ""
    has_browser: bool = True

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[ScriptedAccount]:
        yield self

    async def whoami(self) -> Identity:
        if self.identity is None:
            raise nobody()
        return self.identity

    async def begin_login(self) -> ScriptedAttempt:
        if self.problems:
            raise self.problems.pop(0)
        attempt = ScriptedAttempt(
            remote_reason=self.remote_reason,
            redirect_doubt=self.redirect_doubt,
            listening_problem=self.listening_problem,
            has_browser=self.has_browser,
        )
        attempt.outcome.add_done_callback(self._signed_in)
        self.attempts.append(attempt)
        return attempt

    async def sign_out(self) -> None:
        self.identity = None

    def _signed_in(self, outcome: asyncio.Future[Identity]) -> None:
        if not outcome.cancelled() and not outcome.exception():
            self.identity = outcome.result()

    @property
    def attempt(self) -> ScriptedAttempt:
        """The newest attempt."""
        return self.attempts[-1]
