"""Shared helpers of the sign-in tests: free ports, keyrings of every kind, a scripted service."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import SecretStr

from tui.auth.keyring import Keyring
from tui.auth.token_vault import TokenVault
from tui.core.account import Identity
from tui.core.errors import BackendError

ADA = Identity(name="Ada", email="ada@example.com", subject="user-ada")


@dataclass(frozen=True)
class ScriptedGrant:
    access_token: SecretStr
    refresh_token: SecretStr | None = None
    id_token: SecretStr | None = None
    expires_in_s: int | None = 3600


def grant(number: int, *, lifetime_s: int | None = 3600) -> ScriptedGrant:
    """The tokens that the ``number``-th request gets."""
    access, refresh = SecretStr(f"access-{number}"), SecretStr(f"refresh-{number}")
    return ScriptedGrant(access, refresh, expires_in_s=lifetime_s)


@dataclass(frozen=True)
class ScriptedProvider:
    issuer: str | None = "https://id.example"
    authorization_endpoint: str = "https://id.example/authorize"
    states_issuer: bool = True


@dataclass(frozen=True)
class ScriptedInfo:
    sub: str = "user-ada"
    name: str = "Ada"
    preferred_username: str = ""
    email: str = "ada@example.com"


@dataclass
class ScriptedIdentity:
    """Answers refreshes and exchanges with what it is told to, one after the other."""

    answers: list[ScriptedGrant | BackendError | Callable[[], None]] = field(default_factory=list)
    """A callable is called, and the next answer taken."""
    spent: list[str] = field(default_factory=list)
    exchanged: list[tuple[str, str, str]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """While it is not set, nobody gets an answer."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    client_id: str = "client-1"
    metadata: ScriptedProvider = field(default_factory=ScriptedProvider)
    closed: bool = False

    async def provider(self) -> ScriptedProvider:
        return self.metadata

    async def exchange(
        self, code: SecretStr, verifier: SecretStr, redirect_url: str
    ) -> ScriptedGrant:
        self.exchanged.append((code.get_secret_value(), verifier.get_secret_value(), redirect_url))
        return await self._answer()

    async def refresh(self, refresh_token: SecretStr) -> ScriptedGrant:
        self.spent.append(refresh_token.get_secret_value())
        return await self._answer()

    async def userinfo(self, access_token: SecretStr) -> ScriptedInfo:
        return ScriptedInfo()

    async def aclose(self) -> None:
        self.closed = True

    async def _answer(self) -> ScriptedGrant:
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers.pop(0)
        while callable(answer):
            answer()
            answer = self.answers.pop(0)
        if isinstance(answer, BackendError):
            raise answer
        return answer


class MemoryKeyring:
    """A keyring that works."""

    name = "Memory Keyring"

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str, /) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str, /) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str, /) -> None:
        del self.kept[username]


class NullKeyring(MemoryKeyring):
    """Takes everything and keeps nothing, as ``keyring.backends.null`` does."""

    name = "Null Keyring"

    def set_password(self, service: str, username: str, password: str, /) -> None:
        pass


class BrokenKeyring(MemoryKeyring):
    """Raises, as ``keyring.backends.fail`` and a locked Secret Service do."""

    name = "Broken Keyring"

    def get_password(self, service: str, username: str, /) -> str | None:
        raise RuntimeError("Prompt dismissed")

    def set_password(self, service: str, username: str, password: str, /) -> None:
        raise RuntimeError(f"no recommended backend for {password}")


class HangingKeyring(MemoryKeyring):
    """Keyring that hangs, as one whose password prompt is never answered."""

    name = "Hanging Keyring"

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.released = threading.Event()

    def get_password(self, service: str, username: str, /) -> str | None:
        return self._hang()

    def set_password(self, service: str, username: str, password: str, /) -> None:
        self._hang()

    def _hang(self) -> None:
        self.calls += 1
        self.released.wait(60)


def file_vault(folder: Path, login: str = "work-1") -> TokenVault:
    """A vault without any keyring."""
    return TokenVault(folder, login, Keyring(BrokenKeyring))


async def visit(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Return the response that a browser gets."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as browser:
        return await browser.request(method, url, headers=headers)
