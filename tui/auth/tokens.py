"""Access tokens that are always fresh, from refresh tokens that can be used only once.

A refresh holds a lock shared by all processes, reads the stored tokens again, and stores the new
ones before they are used. Source: RFC 9700, 4.14; Headless API, OAuth 2.0 (PKCE).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from pydantic import SecretStr

from tui.auth.provider import Grant, IdentityService
from tui.auth.token_vault import Tokens, TokenVault
from tui.core.account import Identity
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.ports import Clock

_REFRESH_LIMIT_S = 30.0
_SECOND_LOOKS_S = (0.025, 0.05, 0.1)
_HOPELESS_S = 30.0
_SIGN_IN = "Sign in again."


@dataclass(frozen=True, slots=True)
class _Held:
    """Tokens in use, and their time of renewal."""

    tokens: Tokens
    ahead_s: float
    until_s: float
    """By the monotonic clock, so that setting the wall clock cannot prolong them."""

    def left_s(self, clock: Clock) -> float:
        by_wall_s = self.tokens.remaining_s(clock.now_ms() / 1000)
        return min(by_wall_s, self.until_s - clock.monotonic_s())


class OAuthTokens:
    """Tokens of one login, a :class:`tui.auth.request_auth.TokenProvider`."""

    def __init__(self, service: IdentityService, vault: TokenVault, clock: Clock) -> None:
        self._service = service
        self._vault = vault
        self._clock = clock
        self._held: _Held | None = None
        self._unsaved: tuple[SecretStr, Tokens] | None = None
        """Used refresh token and its new tokens, not used until they could be stored."""
        self._renewal: asyncio.Task[None] | None = None
        self._remedy: tuple[SecretStr, float] | None = None
        """Replacement of a rejected token, and its time: if it is rejected too, the token is not to
        blame, and another one would not help.
        """

        self._end: tuple[BackendError, bool] | None = None
        """Reason why the login is over, and True if a refresh was cut off; None: it is not."""

    async def get_token(self, refused: SecretStr | None = None) -> SecretStr:
        """Return an access token that is valid now, other than ``refused`` if a refresh can help.

        Raises BackendError, ``UNAUTHORIZED`` if only a login helps. No error has ``sent``: the
        request that needed the token was never sent.
        """
        for _ in range(2):  # the second time for callers that joined a renewal already running
            held = await self._current()
            if not self._needs_renewal(held, refused):
                return held.tokens.access_token
            try:
                await self._renewed(refused)
            except BackendError as error:
                if not self._can_wait(held, refused, error):
                    raise
        return (await self._current()).tokens.access_token

    async def identity(self) -> Identity:
        """Return the signed-in identity. Raises BackendError(UNAUTHORIZED) without one."""
        return (await self._current()).tokens.identity

    async def keep(self, grant: Grant, asked_s: float, identity: Identity) -> None:
        """Store and use the tokens of a login. Raises ``StoreError``."""
        tokens = Tokens.of(grant, asked_s, identity)
        async with self._lock():
            await self._vault.prepare()
            await self._vault.save(tokens)
            self._vault.forget_refresh()
            self._unsaved = None
            self._use(tokens)

    async def forget(self) -> None:
        """Sign out: afterwards no running refresh can restore the login.

        Raises ``StoreError``.
        """
        async with self._lock():
            self._held = self._unsaved = self._end = None
            await self._vault.clear()

    async def aclose(self) -> None:
        """Wait for a running refresh: an interruption before storing would lose the login."""
        while self._renewal is not None and not self._renewal.done():
            await asyncio.wait([self._renewal])

    async def _current(self) -> _Held:
        if self._held is not None:
            return self._held
        tokens = await self._load()
        if tokens is None:
            raise self._nobody()
        return self._use(tokens)

    def _adopted(self, stored: Tokens) -> _Held:
        """Return the stored tokens, with the current deadline if they are in use already."""
        if self._held is not None and self._held.tokens == stored:
            return self._held
        return self._use(stored)

    def _use(self, tokens: Tokens) -> _Held:
        left_s = tokens.remaining_s(self._clock.now_ms() / 1000)
        ahead_s = _ahead_s(tokens.lifetime_s, self._clock.jitter())
        self._held = _Held(tokens, ahead_s, self._clock.monotonic_s() + left_s)
        self._end = None
        return self._held

    def _needs_renewal(self, held: _Held, refused: SecretStr | None) -> bool:
        if held.tokens.access_token == refused and not self._is_hopeless(held.tokens):
            return True
        return held.left_s(self._clock) <= held.ahead_s

    def _is_hopeless(self, refused: Tokens) -> bool:
        if self._remedy is None or self._remedy[0] != refused.access_token:
            return False
        young_s = min(_HOPELESS_S, (refused.lifetime_s or _HOPELESS_S) / 2)
        return self._clock.monotonic_s() - self._remedy[1] < young_s

    def _can_wait(self, held: _Held, refused: SecretStr | None, error: BackendError) -> bool:
        """Return True if the old token still serves while no new one is available."""
        final = error.kind is ErrorKind.UNAUTHORIZED or held.tokens.access_token == refused
        if final or held.left_s(self._clock) <= held.ahead_s / 4:
            return False
        self._held = replace(held, ahead_s=held.left_s(self._clock) * 0.75)
        return True

    async def _renewed(self, refused: SecretStr | None) -> None:
        """Renew once for all concurrent callers; continues when they are cancelled."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(refused), name="token refresh")
            self._renewal.add_done_callback(_look_at)
        await asyncio.shield(self._renewal)

    async def _renew(self, refused: SecretStr | None) -> None:
        try:
            async with self._lock():
                await self._renew_alone(refused)
        except StoreError as error:
            raise BackendError(ErrorKind.UNREACHABLE, str(error)) from None

    async def _renew_alone(self, refused: SecretStr | None) -> None:
        stored = await self._load()
        if stored is None:
            self._held = None
            raise self._nobody()
        if not self._needs_renewal(self._adopted(stored), refused):
            return  # another process was faster
        if stored.refresh_token is None:
            raise BackendError(ErrorKind.UNAUTHORIZED, "Your sign-in has expired.", hint=_SIGN_IN)
        if self._unsaved is not None and self._unsaved[0] == stored.refresh_token:
            await self._store(*self._unsaved)
        else:
            await self._redeem(stored, stored.refresh_token)
        if refused is not None and self._held is not None:
            self._remedy = (self._held.tokens.access_token, self._clock.monotonic_s())

    async def _redeem(self, stored: Tokens, token: SecretStr) -> None:
        was_cut_off = self._vault.was_refreshing(token)
        self._vault.note_refresh(token)
        asked_s = self._clock.now_ms() / 1000
        try:
            grant = await self._refresh(token)
        except BackendError as error:
            if error.kind is not ErrorKind.UNAUTHORIZED:
                raise _not_now(error) from None
            await self._adopt_or_end(stored, error, cut_off=was_cut_off or error.sent)
        else:
            await self._store(token, stored.renewed(grant, asked_s))

    async def _refresh(self, token: SecretStr) -> Grant:
        """Return the response to a refresh token. A lost one is requested once more, immediately.

        An error has ``sent`` if the token may have been used.
        """
        try:
            return await self._ask(token)
        except BackendError as error:
            if not error.sent or error.kind not in _LOST:
                raise
        try:
            return await self._ask(token)
        except BackendError as error:
            error.sent = True
            raise

    async def _ask(self, token: SecretStr) -> Grant:
        try:
            async with asyncio.timeout(_REFRESH_LIMIT_S):
                return await self._service.refresh(token)
        except TimeoutError:
            message = "The identity service didn't respond in time."
            raise BackendError(ErrorKind.TIMED_OUT, message, sent=True) from None

    async def _adopt_or_end(self, refused: Tokens, error: BackendError, *, cut_off: bool) -> None:
        """Use tokens that another process stored meanwhile without our lock; else end the login."""
        for pause_s in (0.0, *_SECOND_LOOKS_S):
            await self._clock.sleep(pause_s)
            stored = await self._load()
            if stored is None:
                break
            if stored.refresh_token != refused.refresh_token:
                self._use(stored)
                return
        self._held = None
        with suppress(StoreError):
            await self._vault.clear()
        self._end = error, cut_off
        raise self._nobody()

    def _nobody(self) -> BackendError:
        if self._end is not None:
            return _ended(*self._end)
        return BackendError(ErrorKind.UNAUTHORIZED, "You're not signed in.", hint="Sign in first.")

    async def _store(self, spent: SecretStr, tokens: Tokens) -> None:
        self._unsaved = (spent, tokens)
        await self._vault.save(tokens)
        self._vault.forget_refresh()
        self._unsaved = None
        self._use(tokens)

    async def _load(self) -> Tokens | None:
        try:
            return await self._vault.load()
        except StoreError as error:
            raise BackendError(ErrorKind.UNAUTHORIZED, str(error), hint=_SIGN_IN) from None

    @asynccontextmanager
    async def _lock(self) -> AsyncIterator[None]:
        try:
            async with self._vault.locked():
                yield
        except TimeoutError:
            raise StoreError("Another genie-tui process is holding the sign-in lock.") from None


_LOST = (ErrorKind.TIMED_OUT, ErrorKind.INTERRUPTED)


def _ahead_s(lifetime_s: float | None, jitter: float) -> float:
    """Return how early a token is renewed: one to five minutes, less for a short lifetime."""
    if lifetime_s is None:
        return 0.0
    return min(60 + 240 * jitter, lifetime_s * (0.25 + 0.15 * jitter))


def _not_now(error: BackendError) -> BackendError:
    """Return the error of a refresh that may succeed later. The original request was not sent."""
    unavailable = error.transient or error.kind is ErrorKind.BAD_ANSWER
    limited = error.kind is ErrorKind.RATE_LIMITED
    return BackendError(
        ErrorKind.UNREACHABLE if unavailable and not limited else error.kind,
        f"{str(error).rstrip('.')}, so your sign-in wasn't renewed.",
        hint=error.hint,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        retry_after_s=error.retry_after_s,
    )


def _ended(error: BackendError, cut_off: bool) -> BackendError:
    message = (
        "Your sign-in was lost because its renewal was interrupted."
        if cut_off
        else "Your sign-in has ended."
    )
    return BackendError(
        ErrorKind.UNAUTHORIZED,
        message,
        hint=_SIGN_IN,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
    )


def _look_at(renewal: asyncio.Task[None]) -> None:
    """Retrieve the result, in case every waiting caller was cancelled."""
    if not renewal.cancelled():
        renewal.exception()
