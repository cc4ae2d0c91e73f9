"""One login, several processes, and tokens that live two seconds."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.auth.scenes import file_vault
from tests.demo.browser import sign_in
from tests.signing_in import free_redirect
from tui.api.identity import IdentityClient
from tui.auth.account import OAuthAccount
from tui.auth.login import Client
from tui.chat.kit import SystemClock
from tui.core.errors import BackendError, ErrorKind
from tui.demo.server import DemoServer, DemoSettings


async def signed_in(server: DemoServer, folder: Path) -> OAuthAccount:
    client = Client(server.client_id, server.redirect_url)
    service = IdentityClient(server.identity_url, server.client_id)
    account = OAuthAccount(client, service, file_vault(folder), SystemClock())
    attempt = await account.begin_login()
    async with httpx.AsyncClient(trust_env=False) as browser:
        attempt.paste(await sign_in(browser, attempt.url))
    await attempt.finished()
    await attempt.aclose()
    return account


@pytest.fixture
async def server() -> AsyncIterator[DemoServer]:
    settings = DemoSettings(
        speed=0,
        token_life_s=2,
        redirect_url=free_redirect(),
        seeded_conversations=0,
    )
    server = await asyncio.to_thread(DemoServer(settings).start)
    yield server
    await asyncio.to_thread(server.stop)
    assert server.errors == []


async def start(server: DemoServer, folder: Path, how_long: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.auth.chatter"),
        *(str(folder), server.url, server.client_id, server.genie, how_long),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def refreshes(server: DemoServer) -> list[str]:
    """The fingerprints of the refresh tokens that were used."""
    uses = [record.summary.split() for record in server.log.of("token")]
    return [use[1] for use in uses if use[0] == "refresh_token"]


async def test_two_processes_refresh_for_each_other_and_no_refusal_is_seen(server, tmp_path):
    account = await signed_in(server, tmp_path / "logins")
    await account.aclose()
    windows = [await start(server, tmp_path / "logins", "8") for _ in range(2)]
    results = await asyncio.gather(*(window.communicate() for window in windows))
    assert [window.returncode for window in windows] == [0, 0], results
    assert all(int(out) > 20 for out, _ in results)
    used = Counter(refreshes(server))
    assert len(used) >= 4
    assert set(used.values()) == {1}, "every refresh token is used once"
    assert [r for r in server.log if r.status in (400, 401)] == []


async def test_a_kill_between_answer_and_store_ends_in_one_clear_sentence(server, tmp_path):
    account = await signed_in(server, tmp_path / "logins")
    window = await start(server, tmp_path / "logins", "die")
    await window.communicate()
    assert window.returncode == -signal.SIGKILL
    assert len(refreshes(server)) == 1
    token = await file_vault(tmp_path / "logins").load()
    assert token is not None
    with pytest.raises(BackendError, match="cut off before its answer was stored") as caught:
        await account.tokens.get_token(refused=token.access_token)
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    for _ in range(3):
        with pytest.raises(BackendError, match="Nobody is signed in"):
            await account.tokens.get_token()
    assert len(refreshes(server)) == 2, "and not a request more"
    await account.aclose()
