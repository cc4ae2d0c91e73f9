from __future__ import annotations

import asyncio
import json
import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.api.test_secrets import everything_shown_of
from tests.auth.login_fakes import (
    ADA,
    BrokenKeyring,
    HangingKeyring,
    MemoryKeyring,
    NullKeyring,
    file_vault,
    grant,
)
from tui.auth.keyring import Keyring
from tui.auth.secret_files import locked, write_private
from tui.auth.token_vault import Tokens, TokenVault, login_name, parse_tokens
from tui.core.errors import StoreError

TOKENS = Tokens.of(grant(1), 1_000.5, ADA)


def vault_with(folder: Path, backend: MemoryKeyring, limit_s: float = 3.0) -> TokenVault:
    return TokenVault(folder, "work-1", Keyring(lambda: backend, limit_s))


def everything_in(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.iterdir())


def test_tokens_survive_a_round_trip_and_their_repr_shows_no_secret():
    assert parse_tokens(TOKENS.dump().get_secret_value()) == TOKENS
    assert "access-1" not in repr(TOKENS)
    assert "refresh-1" not in repr(TOKENS)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"access_token": "x"}', TOKENS.dump().get_secret_value()[:-9]]
)
def test_an_invalid_token_record_means_signed_out(text: str):
    assert parse_tokens(text) is None


async def test_a_working_keyring_stores_the_tokens_instead_of_the_file(tmp_path: Path):
    backend = MemoryKeyring()
    vault = vault_with(tmp_path / "v", backend)
    await vault.prepare()
    assert backend.kept == {}, "the probe is taken away again"
    await vault.save(TOKENS)
    assert vault.description == "the keyring (Memory Keyring)"
    assert "access-1" in backend.kept["work-1"]
    assert "access-1" not in everything_in(tmp_path / "v")
    another = vault_with(tmp_path / "v", backend)
    assert await another.load() == TOKENS


@pytest.mark.parametrize("backend", [NullKeyring(), BrokenKeyring()])
async def test_without_a_keyring_the_tokens_are_in_a_private_file(
    tmp_path: Path, backend: MemoryKeyring
):
    vault = vault_with(tmp_path / "v", backend)
    await vault.prepare()
    await vault.save(TOKENS)
    [file] = (tmp_path / "v").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert str(file) in vault.description
    assert await file_vault(tmp_path / "v").load() == TOKENS


async def test_no_keyring_module_is_no_keyring(tmp_path: Path):
    def missing() -> MemoryKeyring:
        raise ModuleNotFoundError("keyring")

    vault = TokenVault(tmp_path / "v", "work-1", Keyring(missing))
    await vault.prepare()
    await vault.save(TOKENS)
    assert await vault.load() == TOKENS


async def test_a_hanging_keyring_times_out_once(tmp_path: Path):
    backend = HangingKeyring()
    vault = vault_with(tmp_path / "v", backend, limit_s=0.05)
    await vault.prepare()
    await vault.save(TOKENS)
    await vault.clear()
    assert backend.calls == 1
    assert "work-1.json" in os.listdir(tmp_path / "v")
    backend.released.set()


async def test_a_locked_keyring_is_reported_and_its_tokens_are_kept(tmp_path: Path):
    backend = MemoryKeyring()
    vault = vault_with(tmp_path / "v", backend)
    await vault.prepare()
    await vault.save(TOKENS)
    with pytest.raises(StoreError, match="keyring"):
        await vault_with(tmp_path / "v", BrokenKeyring()).load()
    assert await vault_with(tmp_path / "v", backend).load() == TOKENS


async def test_a_keyring_that_fails_during_a_refresh_falls_back_to_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    backend = MemoryKeyring()
    vault = vault_with(tmp_path / "v", backend)
    await vault.prepare()
    await vault.save(TOKENS)
    await vault.load()
    monkeypatch.setattr(backend, "set_password", BrokenKeyring().set_password)
    renewed = TOKENS.renewed(grant(2), 2_000)
    await vault.save(renewed)
    assert await vault_with(tmp_path / "v", backend).load() == renewed
    assert "readable only by you" in vault.description


async def test_clearing_empties_every_place_and_leaves_a_tombstone(tmp_path: Path):
    backend = MemoryKeyring()
    for chosen in (backend, BrokenKeyring()):
        vault = vault_with(tmp_path / "v", chosen)
        await vault.prepare()
        await vault.save(TOKENS)
        vault.note_refresh(SecretStr("refresh-1"))
        await vault.clear()
        assert await vault.load() is None
    assert backend.kept == {}
    assert everything_in(tmp_path / "v") == json.dumps({"where": "nowhere"})


async def test_a_keyring_that_cannot_delete_is_reported_and_never_read_again(tmp_path: Path):
    backend = MemoryKeyring()
    vault = vault_with(tmp_path / "v", backend)
    await vault.prepare()
    await vault.save(TOKENS)
    with pytest.raises(StoreError, match="Remove the entry 'work-1'"):
        await vault_with(tmp_path / "v", BrokenKeyring()).clear()
    assert await vault_with(tmp_path / "v", backend).load() is None


async def test_a_token_file_readable_by_others_is_not_used(tmp_path: Path):
    vault = file_vault(tmp_path / "v")
    await vault.prepare()
    await vault.save(TOKENS)
    (tmp_path / "v" / "work-1.json").chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        await vault.load()


async def test_permissions_of_a_shared_token_folder_are_restricted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    vault = file_vault(tmp_path / "v")
    await vault.prepare()
    (tmp_path / "v").chmod(0o770)
    await vault.prepare()
    assert (tmp_path / "v").stat().st_mode & 0o777 == 0o700
    (tmp_path / "v").chmod(0o770)
    monkeypatch.setattr("tui.system.private_files.os.chmod", _refuse)
    with pytest.raises(StoreError, match="chmod 700"):
        await vault.prepare()


def _refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


async def test_a_symlink_in_place_of_the_token_file_is_not_followed(tmp_path: Path):
    vault = file_vault(tmp_path / "v")
    await vault.prepare()
    (tmp_path / "elsewhere").write_text(
        json.dumps({"where": "file", "tokens": TOKENS.dump().get_secret_value()})
    )
    (tmp_path / "v" / "work-1.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="Couldn't read"):
        await vault.load()


def test_a_failed_write_keeps_the_stored_tokens(tmp_path: Path, monkeypatch):
    path = tmp_path / "kept"
    write_private(path, SecretStr("old"))
    secret = "n3w" * 5

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left") as caught:
        write_private(path, SecretStr(secret))
    assert secret not in everything_shown_of(caught.value)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["kept"]


async def test_a_started_refresh_is_recorded_without_the_token(tmp_path: Path):
    vault = file_vault(tmp_path / "v")
    await vault.prepare()
    vault.note_refresh(SecretStr("refresh-1"))
    assert vault.was_refreshing(SecretStr("refresh-1"))
    assert not vault.was_refreshing(SecretStr("refresh-2"))
    assert "refresh-1" not in everything_in(tmp_path / "v")
    vault.forget_refresh()
    assert not vault.was_refreshing(SecretStr("refresh-1"))


async def test_the_token_lock_is_exclusive(tmp_path: Path):
    inside: list[str] = []

    async def work(name: str) -> None:
        async with locked(tmp_path / "lock", 5):
            inside.append(name)
            await asyncio.sleep(0)
            inside.append(name)

    await asyncio.gather(work("a"), work("b"))
    assert inside in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
    async with locked(tmp_path / "lock", 5):
        with pytest.raises(TimeoutError):
            async with locked(tmp_path / "lock", 0.05):
                raise AssertionError


def test_profiles_services_and_clients_have_separate_logins():
    names = {
        login_name(profile, url, client)
        for profile in ("work", "../../home")
        for url in ("https://a.example", "https://b.example")
        for client in ("1", "2")
    }
    assert len(names) == 8
    assert all("/" not in name and "." not in name for name in names)


class Keychain:
    """Errors and calls of ``keyring.backends.macOS.api``, which only macOS can import."""

    class Error(Exception):
        """Any other status of the system."""

    class NotFound(Error):
        """No such password."""

    class KeychainDenied(Error):
        """The user refused, or nobody could be asked, as over SSH."""

    def __init__(self, *, denied: bool) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self._denied = denied

    def set_generic_password(self, _: object, service: str, name: str, password: str) -> None:
        if self._denied:
            raise self.KeychainDenied(-25308, "User interaction is not allowed")
        self.kept[service, name] = password

    def find_generic_password(self, _: object, service: str, name: str) -> str:
        if (service, name) not in self.kept:
            raise self.NotFound(-25300, "Item not found")
        return self.kept[service, name]

    def delete_generic_password(self, _: object, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.mark.parametrize(
    ("denied", "place"), [(False, "the keyring (macOS Keyring)"), (True, "readable only by you")]
)
async def test_on_macos_tokens_are_in_the_keychain_or_else_in_a_file(
    denied: bool, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyring.backends import macOS

    keychain = Keychain(denied=denied)
    monkeypatch.setattr(macOS, "api", keychain, raising=False)
    vault = TokenVault(tmp_path / "v", "work-1", Keyring(macOS.Keyring))
    await vault.prepare()
    await vault.save(TOKENS)

    assert place in vault.description
    assert await TokenVault(tmp_path / "v", "work-1", Keyring(macOS.Keyring)).load() == TOKENS
    assert list(keychain.kept) == ([] if denied else [("genie-tui", "work-1")])
    await vault.clear()
    assert keychain.kept == {}
