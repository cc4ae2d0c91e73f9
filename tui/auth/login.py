"""Login: authorization code with PKCE, over the loopback redirect or a pasted address."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from pydantic import SecretStr

from tui.auth.landing_page import LandingPage, failed, late, refused, welcome
from tui.auth.loopback import NotListening, RedirectReceiver
from tui.auth.provider import SCOPE, Grant, IdentityService, Provider
from tui.auth.redirect import Accepted, Denied, Expected, query_of, read_answer
from tui.core.account import Identity, LoginProblem
from tui.core.browser_detection import redirect_doubt, remote_reason, tunnel_command
from tui.core.errors import BackendError, StoreError
from tui.core.secrets import hold_secret
from tui.system.browser import open_browser

_ENTROPY_BYTES = 32


def new_secret() -> SecretStr:
    """Return 256 random bits in 43 unreserved characters: a verifier, or a state."""
    value = secrets.token_urlsafe(_ENTROPY_BYTES)
    hold_secret(value)
    return SecretStr(value)


def challenge_for(verifier: SecretStr) -> str:
    """Return the S256 challenge of a verifier (43-128 unreserved ASCII characters).

    Source: RFC 7636 section 4.2; appendix B has the test vector.
    """
    digest = hashlib.sha256(verifier.get_secret_value().encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


LIMIT_S = 300.0
"""Time limit for the user."""

_EXCHANGE_LIMIT_S = 30.0
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))

Keep = Callable[[Grant], Awaitable[Identity]]
"""Stores the tokens of a login and returns the identity they are for."""


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Registration of a genie client, and the way this user signs in with it."""

    client_id: str
    redirect_url: str
    """Exactly as registered."""
    no_browser: bool = False


class Login:
    """Running attempt, a :class:`tui.core.account.LoginAttempt`. Create one with :func:`begin`.

    State and verifier are its own and stay in memory. The first valid answer is redeemed, once;
    the browsers that bring it wait until the outcome is known and can be shown.
    """

    def __init__(
        self, client: OAuthClient, provider: Provider, service: IdentityService, keep: Keep
    ) -> None:
        self._client = client
        self._service = service
        self._keep = keep
        self._verifier = new_secret()
        state = new_secret()
        self._expected = Expected(state, provider.issuer, provider.states_issuer)
        self._url = authorize_url(provider, client, state, challenge_for(self._verifier))
        self._receiver = RedirectReceiver(client.redirect_url, self._deliver)
        self._listening_problem = ""
        self._ends_s = time.monotonic() + LIMIT_S
        loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Accepted | Denied] = loop.create_future()
        self._outcome: asyncio.Future[Identity | LoginProblem] = loop.create_future()
        self._run: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return self._url

    @property
    def redirect_url(self) -> str:
        return self._client.redirect_url

    @property
    def port(self) -> int:
        return self._receiver.port

    @property
    def listening_problem(self) -> str:
        return self._listening_problem

    @property
    def remote_reason(self) -> str:
        if self._client.no_browser:
            return "no_browser is set"
        contained = any(mark.exists() for mark in _CONTAINER_MARKS)
        return remote_reason(os.environ, sys.platform, contained=contained)

    @property
    def redirect_doubt(self) -> str:
        return redirect_doubt(os.environ)

    @property
    def tunnel(self) -> str:
        if self._listening_problem:
            return ""
        host = urlsplit(self.redirect_url).hostname or ""
        return tunnel_command(os.environ, host, self.port)

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._ends_s - time.monotonic())

    def open_browser(self) -> bool:
        return open_browser(self._url)

    def paste(self, text: str) -> None:
        query = query_of(text, self.redirect_url)
        self._offer(read_answer(query, self._expected))

    async def finished(self) -> Identity:
        outcome = await asyncio.shield(self._outcome)
        if isinstance(outcome, LoginProblem):
            raise LoginProblem(str(outcome), hint=outcome.hint)
        return outcome

    async def aclose(self) -> None:
        if self._run is not None:
            self._run.cancel()
            await asyncio.wait([self._run])
        await self._receiver.aclose()

    async def start(self) -> None:
        """Open the port and wait for an answer until the time limit."""
        try:
            await self._receiver.start()
        except NotListening as problem:
            self._listening_problem = str(problem)
        self._run = asyncio.create_task(self._wait_and_redeem(), name="login")
        self._run.add_done_callback(self._over)

    async def _wait_and_redeem(self) -> None:
        try:
            self._outcome.set_result(await self._redeemed(await self._answered()))
        except LoginProblem as problem:
            self._outcome.set_result(problem)
        except BackendError as error:
            self._outcome.set_result(LoginProblem(str(error), hint=error.hint))
        except StoreError as error:
            self._outcome.set_result(LoginProblem(str(error)))
        await self._receiver.aclose()

    def _over(self, run: asyncio.Task[None]) -> None:
        if not self._outcome.done():
            ended = "was canceled" if run.cancelled() else "failed unexpectedly"
            self._outcome.set_result(LoginProblem(f"The sign-in {ended}."))

    async def _answered(self) -> Accepted | Denied:
        try:
            async with asyncio.timeout(self.seconds_left):
                return await self._answer
        except TimeoutError:
            raise LoginProblem(
                "The sign-in timed out after five minutes.", hint="Try signing in again."
            ) from None

    async def _redeemed(self, answer: Accepted | Denied) -> Identity:
        if isinstance(answer, Denied):
            raise answer.problem()
        try:
            async with asyncio.timeout(_EXCHANGE_LIMIT_S):
                grant = await self._service.exchange(answer.code, self._verifier, self.redirect_url)
        except TimeoutError:
            raise LoginProblem(
                "The identity service didn't respond in time.", hint="Try signing in again."
            ) from None
        return await self._keep(grant)

    def _offer(self, answer: Accepted | Denied) -> bool:
        """Return True if this answer is the one that counts."""
        if self._answer.done() or self._outcome.done():
            return False
        self._answer.set_result(answer)
        return True

    async def _deliver(self, query: str) -> LandingPage:
        try:
            answer = read_answer(query, self._expected)
        except LoginProblem as problem:
            return refused(problem)
        if not self._offer(answer):
            return late()
        outcome = await asyncio.shield(self._outcome)
        return failed(outcome) if isinstance(outcome, LoginProblem) else welcome(outcome)


async def begin(client: OAuthClient, service: IdentityService, keep: Keep) -> Login:
    """Return a login that waits for its answer. Raises BackendError; close it with ``aclose``."""
    login = Login(client, await service.provider(), service, keep)
    await login.start()
    return login


def authorize_url(provider: Provider, client: OAuthClient, state: SecretStr, challenge: str) -> str:
    """Return the address for the user to sign in. Keeps the endpoint's query (RFC 6749, 3.1)."""
    fields = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_url,
        "scope": SCOPE,
        "state": state.get_secret_value(),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    endpoint = provider.authorization_endpoint
    joint = "&" if "?" in endpoint else "?"
    return f"{endpoint}{joint}{urlencode(fields, quote_via=quote)}"
