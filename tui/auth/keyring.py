"""System keyring, which may be missing, locked, broken, or waiting for an invisible prompt."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from pydantic import SecretStr

from tui.core.errors import StoreError
from tui.core.text import clean_line

SERVICE = "genie-tui"
LIMIT_S = 3.0

_T = TypeVar("_T")


class KeyringBackend(Protocol):
    """Methods of ``keyring.backend.KeyringBackend`` that are used here."""

    @property
    def name(self) -> str: ...
    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


def system_backend() -> KeyringBackend:
    """Return the backend chosen by ``keyring``; takes 0.3 s the first time, hence here."""
    import keyring

    return keyring.get_keyring()


class Keyring:
    """Secrets by name, each call at most three seconds. After one that hung, no other is made."""

    def __init__(
        self, load: Callable[[], KeyringBackend] = system_backend, limit_s: float = LIMIT_S
    ) -> None:
        self._load = load
        self._limit_s = limit_s
        self._backend: KeyringBackend | None = None
        self._hung = False
        self._usable: bool | None = None

    @property
    def description(self) -> str:
        """Name of the keyring, as in "kept in ...": ``the keyring (SecretService Keyring)``."""
        name = clean_line(self._backend.name, 60) if self._backend else ""
        return f"the keyring ({name})" if name else "the keyring"

    async def usable(self) -> bool:
        """Return True if it can store secrets: tested once, by storing one."""
        if self._usable is None:
            try:
                self._usable = await self._call(_keeps_secrets)
            except StoreError:
                self._usable = False
        return self._usable

    async def get(self, name: str) -> str | None:
        """Return a secret, None if there is none. Raises ``StoreError``."""
        return await self._call(lambda backend: backend.get_password(SERVICE, name))

    async def set(self, name: str, secret: SecretStr) -> None:
        """Store a secret. Raises ``StoreError``."""
        await self._call(
            lambda backend: backend.set_password(SERVICE, name, secret.get_secret_value())
        )

    async def delete(self, name: str) -> None:
        """Delete a secret, if there is one. Raises ``StoreError``."""
        await self._call(lambda backend: _delete(backend, name))

    async def _call(self, use: Callable[[KeyringBackend], _T]) -> _T:
        if self._hung:
            raise StoreError("The keyring didn't respond.")
        try:
            return await _in_daemon_thread(lambda: use(self._loaded()), self._limit_s)
        except TimeoutError:
            self._hung = True
            raise StoreError("The keyring didn't respond. It may be locked.") from None
        except Exception as error:
            # Backends raise whatever they like. The chain ends here: it may show the secret.
            raise StoreError(f"The keyring returned an error ({type(error).__name__}).") from None

    def _loaded(self) -> KeyringBackend:
        if self._backend is None:
            self._backend = self._load()
        return self._backend


def _keeps_secrets(backend: KeyringBackend) -> bool:
    name, secret = f"probe {secrets.token_hex(4)}", secrets.token_hex(8)
    backend.set_password(SERVICE, name, secret)
    kept = backend.get_password(SERVICE, name) == secret
    if kept:
        backend.delete_password(SERVICE, name)
    return kept


def _delete(backend: KeyringBackend, name: str) -> None:
    if backend.get_password(SERVICE, name) is not None:
        backend.delete_password(SERVICE, name)


async def _in_daemon_thread(function: Callable[[], _T], limit_s: float) -> _T:
    """Return the result of a blocking call. One that hangs blocks neither us nor the exit.

    Raises ``TimeoutError``, and what the call raises.
    """
    outcome: Future[_T] = Future()
    outcome.set_running_or_notify_cancel()  # prevents cancellation, so that run() can always end it

    def run() -> None:
        try:
            outcome.set_result(function())
        except Exception as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    async with asyncio.timeout(limit_s):
        return await asyncio.wrap_future(outcome)
