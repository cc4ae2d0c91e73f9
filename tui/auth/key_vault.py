"""Store an API key apart from the profile: in the system's keyring, else in a private file."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from tui.auth.keyring import Keyring
from tui.auth.secret_files import make_folder, private_place, read_private, write_private
from tui.core.errors import StoreError


class KeyVault:
    """API key of one profile. A small file says that the keyring has it, or contains it.

    Every call raises ``StoreError``.
    """

    def __init__(self, folder: Path, profile: str, keyring: Keyring | None = None) -> None:
        """``folder`` is created on demand, 0700."""
        self._file = folder / f"{_file_name(profile)}.key.json"
        self._name = f"API key of {profile}"
        self._keyring = keyring or Keyring()

    def holds_key(self) -> bool:
        """Return True if there should be a key; the keyring is not asked."""
        return self._where() != ""

    async def storage(self) -> str:
        """Return the place where a key would be stored, as in "kept in ..."."""
        if await self._keyring.usable():
            return self._keyring.description
        return private_place(self._file)

    async def load(self) -> SecretStr | None:
        """Return the key; None if there is none."""
        where = self._where()
        if where == "keyring":
            key = await self._keyring.get(self._name)
        else:
            key = _record(read_private(self._file)).get("key") if where else None
        return SecretStr(key) if key else None

    async def save(self, key: SecretStr) -> None:
        """Save a key durably, in one place only."""
        if await self._keyring.usable():
            with suppress(StoreError):
                await self._keyring.set(self._name, key)
                await self._write({"where": "keyring"})
                return
        await self._write({"where": "file", "key": key.get_secret_value()})

    async def clear(self) -> None:
        """Remove the key from every place."""
        if self._where() == "keyring":
            await self._keyring.delete(self._name)
        with suppress(FileNotFoundError):
            self._file.unlink()

    def _where(self) -> str:
        return _record(read_private(self._file)).get("where", "")

    async def _write(self, record: dict[str, str]) -> None:
        make_folder(self._file.parent)
        await asyncio.to_thread(write_private, self._file, SecretStr(json.dumps(record)))


def _record(text: str | None) -> dict[str, str]:
    try:
        record = json.loads(text or "{}")
    except ValueError:
        return {}
    return {k: v for k, v in record.items() if isinstance(v, str)} if type(record) is dict else {}


def _file_name(profile: str) -> str:
    return quote(profile, safe=" ")
