"""Store the tokens of a login: in the system's keyring, else in a private file; never both.

There is one small file per login. It contains the tokens or says that the keyring has them, so
that every process, with or without a desktop session, looks in the same place.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from tui.auth.keyring import Keyring
from tui.auth.provider import Grant
from tui.auth.secret_files import locked, make_folder, private_place, read_private, write_private
from tui.core.account import Identity
from tui.core.errors import StoreError
from tui.core.secrets import hold_secret

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of one login, and its identity."""

    access_token: SecretStr
    refresh_token: SecretStr | None
    obtained_s: float
    """Time of the request, seconds since the epoch (UTC)."""
    lifetime_s: float | None
    """Lifetime of the access token from then on; None if the provider did not say."""
    identity: Identity

    def __post_init__(self) -> None:
        for token in filter(None, (self.access_token, self.refresh_token)):
            hold_secret(token.get_secret_value())

    @classmethod
    def of(cls, grant: Grant, asked_s: float, identity: Identity) -> Tokens:
        """Return the tokens of a new login that was requested at ``asked_s``."""
        return cls(
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            obtained_s=asked_s,
            lifetime_s=grant.expires_in_s,
            identity=identity,
        )

    def renewed(self, grant: Grant, asked_s: float) -> Tokens:
        """Return the refreshed tokens; without a new refresh token the old one stays.

        Source: RFC 6749, 6.
        """
        fresh = Tokens.of(grant, asked_s, self.identity)
        return replace(fresh, refresh_token=grant.refresh_token or self.refresh_token)

    def remaining_s(self, now_s: float) -> float:
        """Return the remaining lifetime of the access token; 0 if the clock was set back."""
        if self.lifetime_s is None:
            return float("inf")
        age_s = now_s - self.obtained_s
        return max(0.0, self.lifetime_s - max(0.0, age_s)) if age_s > -_CLOCK_SKEW_S else 0.0

    def dump(self) -> SecretStr:
        """Return the tokens as JSON, including the secrets."""
        return SecretStr(
            json.dumps(
                {
                    "version": _VERSION,
                    "access_token": self.access_token.get_secret_value(),
                    "refresh_token": self.refresh_token and self.refresh_token.get_secret_value(),
                    "obtained_s": self.obtained_s,
                    "lifetime_s": self.lifetime_s,
                    "identity": asdict(self.identity),
                }
            )
        )


_CLOCK_SKEW_S = 60.0


def parse_tokens(text: str) -> Tokens | None:
    """Return the tokens stored by :meth:`Tokens.dump`; None for anything else."""
    try:
        kept = json.loads(text)
        refresh = kept["refresh_token"]
        return Tokens(
            access_token=SecretStr(str(kept["access_token"])),
            refresh_token=SecretStr(str(refresh)) if refresh else None,
            obtained_s=float(kept["obtained_s"]),
            lifetime_s=None if kept["lifetime_s"] is None else float(kept["lifetime_s"]),
            identity=Identity(**{name: str(kept["identity"][name]) for name in _WHO}),
        )
    except (ValueError, TypeError, KeyError):
        return None


_WHO = ("name", "email", "subject")


Where = Literal["keyring", "file", "nowhere"]

LOCK_LIMIT_S = 60.0


class TokenVault:
    """Tokens of one login. Every call raises ``StoreError``."""

    def __init__(self, folder: Path, login: str, keyring: Keyring | None = None) -> None:
        """``folder`` is created on demand, 0700; ``login`` is a :func:`login_name`."""
        self._file = folder / f"{login}.json"
        self._note = folder / f"{login}.refreshing"
        self._lock = folder / f"{login}.lock"
        self._name = login
        self._keyring = keyring or Keyring()
        self._where: Where = "nowhere"

    @property
    def description(self) -> str:
        """Place of the tokens, as in "kept in ..."; empty before :meth:`prepare` or a load."""
        if self._where == "keyring":
            return self._keyring.description
        return private_place(self._file) if self._where == "file" else ""

    async def prepare(self) -> None:
        """Find out where a new login can be stored, before the user signs in."""
        make_folder(self._file.parent)
        self._where = "keyring" if await self._keyring.usable() else "file"

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Lock the tokens for a change. Raises ``TimeoutError`` after a minute."""
        make_folder(self._file.parent)
        return locked(self._lock, LOCK_LIMIT_S)

    async def load(self) -> Tokens | None:
        """Return the tokens; None if signed out."""
        record = _record(read_private(self._file))
        self._where = record.get("where", "nowhere")
        if self._where == "keyring":
            return parse_tokens(await self._keyring.get(self._name) or "")
        return parse_tokens(str(record.get("tokens"))) if self._where == "file" else None

    async def save(self, tokens: Tokens) -> None:
        """Save tokens durably: in the previous place, or the one found by :meth:`prepare`.

        If the keyring fails now, they go to the file, since they may be the only valid ones.
        """
        if self._where == "keyring":
            with suppress(StoreError):
                await self._keyring.set(self._name, tokens.dump())
                await self._mark("keyring")
                return
        self._where = "file"
        await self._mark("file", tokens)

    async def clear(self) -> None:
        """Remove the tokens from every place and record that they are gone."""
        was = _record(read_private(self._file)).get("where")
        await self._mark("nowhere")
        self._where = "nowhere"
        self.forget_refresh()
        try:
            if was == "keyring" or await self._keyring.usable():
                await self._keyring.delete(self._name)
        except StoreError as error:
            if was == "keyring":
                raise StoreError(
                    f"{error} The tokens are no longer used but are still stored there. "
                    f"Remove the entry {self._name!r} of genie-tui yourself."
                ) from None

    def note_refresh(self, token: SecretStr) -> None:
        """Record that this refresh token is being used."""
        write_private(self._note, SecretStr(_digest(token)))

    def was_refreshing(self, token: SecretStr) -> bool:
        """Return True if a refresh with this token was started and never finished."""
        return read_private(self._note) == _digest(token)

    def forget_refresh(self) -> None:
        """Record that the refresh ended, successfully or not."""
        with suppress(OSError):
            self._note.unlink()

    async def _mark(self, where: Where, tokens: Tokens | None = None) -> None:
        make_folder(self._file.parent)
        await asyncio.to_thread(write_private, self._file, _written(where, tokens))


def login_name(profile: str, identity_url: str, client_id: str) -> str:
    """Return a file name for a profile's login: another service or client is another login."""
    digest = hashlib.sha256(f"{profile}\n{identity_url}\n{client_id}".encode()).hexdigest()
    readable = re.sub(r"[^\w-]+", "-", profile, flags=re.ASCII)[:40]
    return f"{readable}-{digest[:12]}"


def _digest(token: SecretStr) -> str:
    return hashlib.sha256(token.get_secret_value().encode()).hexdigest()


def _written(where: Where, tokens: Tokens | None) -> SecretStr:
    kept = {"tokens": tokens.dump().get_secret_value()} if tokens else {}
    return SecretStr(json.dumps({"where": where, **kept}))


def _record(text: str | None) -> dict[str, Any]:
    try:
        record = json.loads(text or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) and record.get("where") in _PLACES else {}


_PLACES = ("keyring", "file", "nowhere")
