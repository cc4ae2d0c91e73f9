"""Where an API key is kept apart from the profile: the system's keyring, else a private file."""

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
    """The API key of one profile. One small file says whether the keyring has it, or holds it.

    Every call raises ``StoreError``.
    """

    def __init__(self, folder: Path, profile: str, keyring: Keyring | None = None) -> None:
        """``folder`` is created when it is needed, 0700."""
        self._file = folder / f"{_file_name(profile)}.key.json"
        self._name = f"API key of {profile}"
        self._keyring = keyring or Keyring()

    def holds_key(self) -> bool:
        """Whether there should be one; asks no keyring."""
        return self._where() != ""

    async def storage(self) -> str:
        """Where a key would be kept, as in "kept in ..."."""
        if await self._keyring.usable():
            return self._keyring.description
        return private_place(self._file)

    async def load(self) -> SecretStr | None:
        """The key; None if there is none."""
        where = self._where()
        if where == "keyring":
            key = await self._keyring.get(self._name)
        else:
            key = _record(read_private(self._file)).get("key") if where else None
        return SecretStr(key) if key else None

    async def save(self, key: SecretStr) -> None:
        """Keep a key durably, in one place alone."""
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
