"""Whole sign-ins against the demo identity server, by redirect and by pasted URL."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.auth.login_fakes import BrokenKeyring, file_vault, visit
from tests.demo.browser import sign_in
from tests.signing_in import free_redirect
from tui.api.identity import IdentityClient
from tui.auth import login as login_module
from tui.auth.account import OAuthAccount
from tui.auth.keyring import Keyring
from tui.auth.login import Login, OAuthClient
from tui.auth.token_vault import TokenVault
from tui.core.account import Account, LoginAttempt, LoginProblem
from tui.core.errors import BackendError, ErrorKind
from tui.demo.server import DemoServer, DemoSettings
from tui.system.clock import SystemClock


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    redirect = free_redirect()
    with DemoServer(DemoSettings(speed=0, redirect_url=redirect, seeded_conversations=0)) as server:
        yield server
        assert server.errors == []


@pytest.fixture
async def account(server: DemoServer, tmp_path: Path) -> AsyncIterator[OAuthAccount]:
    client = OAuthClient(server.client_id, server.redirect_url)
    service = IdentityClient(server.identity_url, server.client_id)
    account = OAuthAccount(client, service, file_vault(tmp_path / "logins"), SystemClock())
    yield account
    await account.aclose()


@asynccontextmanager
async def attempt_of(account: Account) -> AsyncIterator[LoginAttempt]:
    attempt = await account.begin_login()
    try:
        yield attempt
    finally:
        await attempt.aclose()


async def redirected(attempt: LoginAttempt, user: str = "ada", decision: str = "allow") -> str:
    """Return the URL to which the browser is redirected after a sign-in."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as browser:
        return await sign_in(browser, attempt.url, user, decision)


def fields_of(url: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


async def test_a_login_ends_with_a_user_name_and_stored_tokens(server, account):
    async with attempt_of(account) as attempt:
        assert attempt.listening_problem == ""
        assert 299 < attempt.seconds_left <= 300
        page = await visit(await redirected(attempt))
        identity = await attempt.finished()
    assert page.status_code == 200
    assert "You&#x27;re signed in" in page.text
    assert "close this tab" in page.text
    assert identity.name in page.text
    assert identity.email.startswith("ada")
    assert await account.whoami() == identity
    assert "readable only by you" in account.storage
    token = await account.tokens.get_token()
    service = IdentityClient(server.identity_url, server.client_id)
    assert (await service.userinfo(token)).sub == identity.subject
    await service.aclose()


async def test_the_authorization_request_has_the_documented_parameters(server, account):
    async with attempt_of(account) as attempt:
        fields = fields_of(attempt.url)
    assert fields.keys() == {
        *("response_type", "client_id", "redirect_uri", "scope", "state"),
        *("code_challenge", "code_challenge_method"),
    }
    assert fields["scope"] == "openid profile email"
    assert "scope=openid%20profile%20email" in attempt.url
    assert fields["redirect_uri"] == server.redirect_url
    assert fields["code_challenge_method"] == "S256"


async def test_login_attempts_never_share_state_or_verifier(account):
    async with attempt_of(account) as first:
        pass
    async with attempt_of(account) as second:
        pass
    for name in ("state", "code_challenge"):
        assert fields_of(first.url)[name] != fields_of(second.url)[name]


@pytest.mark.parametrize("whole", [True, False])
async def test_the_redirect_url_can_be_pasted(account, whole: bool):
    async with attempt_of(account) as attempt:
        address = await redirected(attempt, "grace")
        attempt.paste(address if whole else address.partition("?")[2])
        identity = await attempt.finished()
    assert identity.email.startswith("grace")


async def test_with_the_port_in_use_the_redirect_url_can_be_pasted(server, account):
    with socket.create_server(("127.0.0.1", urlsplit(server.redirect_url).port)):
        async with attempt_of(account) as attempt:
            assert "is taken by" in attempt.listening_problem
            assert attempt.tunnel == ""
            attempt.paste(await redirected(attempt))
            assert (await attempt.finished()).name


async def test_access_denied_ends_the_login_with_a_clear_error(account):
    async with attempt_of(account) as attempt:
        page = await visit(await redirected(attempt, decision="deny"))
        with pytest.raises(LoginProblem, match="denied"):
            await attempt.finished()
    assert (page.status_code, "Sign-in failed" in page.text) == (400, True)
    with pytest.raises(BackendError) as caught:
        await account.whoami()
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


async def test_invalid_redirects_leave_the_login_waiting(account):
    async with attempt_of(account) as attempt:
        stale = await visit(f"{attempt.redirect_url}?error=access_denied&state=stale")
        assert (stale.status_code, "isn&#x27;t the sign-in page" in stale.text) == (400, True)
        with pytest.raises(LoginProblem, match="another sign-in"):
            attempt.paste("code=c&state=stale")
        await visit(await redirected(attempt))
        assert (await attempt.finished()).name


async def test_a_duplicate_redirect_redeems_the_code_once(server, account):
    exchanges = len(server.log.of("token"))
    async with attempt_of(account) as attempt:
        address = await redirected(attempt)
        pages = await asyncio.gather(visit(address), visit(address), visit(address))
        await attempt.finished()
    titles = sorted("You&#x27;re signed in" in page.text for page in pages)
    assert titles == [False, False, True]
    assert len(server.log.of("token")) == exchanges + 1


async def test_an_invalid_code_is_reported_in_browser_and_app(account):
    async with attempt_of(account) as attempt:
        address = await redirected(attempt)
        fields = fields_of(address)
        forged = address.replace(fields["code"], "made-up")
        page = await visit(forged)
        with pytest.raises(LoginProblem, match="invalid_grant"):
            await attempt.finished()
    assert "Sign-in failed" in page.text
    assert "made-up" not in page.text


async def test_a_login_times_out(account, monkeypatch):
    monkeypatch.setattr(login_module, "LIMIT_S", 0.05)
    async with attempt_of(account) as attempt:
        with pytest.raises(LoginProblem, match="after five minutes"):
            await attempt.finished()
        assert attempt.seconds_left == 0


async def test_canceling_the_login_closes_the_port(account):
    attempt = await account.begin_login()
    waiting = asyncio.create_task(attempt.finished())
    await asyncio.sleep(0)
    await attempt.aclose()
    with pytest.raises(LoginProblem, match="canceled"):
        await waiting
    with socket.create_server(("127.0.0.1", attempt.port)):
        pass
    await attempt.aclose()


async def test_a_canceled_wait_does_not_end_the_login(account):
    async with attempt_of(account) as attempt:
        waiting = asyncio.create_task(attempt.finished())
        await asyncio.sleep(0)
        waiting.cancel()
        attempt.paste(await redirected(attempt))
        assert (await attempt.finished()).name


async def test_signing_out_removes_all_tokens(account, tmp_path):
    async with attempt_of(account) as attempt:
        attempt.paste(await redirected(attempt))
        await attempt.finished()
    token = (await account.tokens.get_token()).get_secret_value()
    await account.sign_out()
    assert all(token not in path.read_text() for path in (tmp_path / "logins").iterdir())
    with pytest.raises(BackendError, match="You're not signed in"):
        await account.whoami()


async def test_missing_token_storage_is_reported_before_the_browser_opens(server, tmp_path):
    (tmp_path / "logins").write_text("a file where the folder belongs")
    client = OAuthClient(server.client_id, server.redirect_url)
    service = IdentityClient(server.identity_url, server.client_id)
    vault = TokenVault(tmp_path / "logins", "work", Keyring(BrokenKeyring))
    account = OAuthAccount(client, service, vault, SystemClock())
    with pytest.raises(LoginProblem, match="logins"):
        await account.begin_login()
    await account.aclose()


async def test_a_login_survives_a_port_scan(account):
    """Every odd request has been made, and is still open, when the browser comes."""
    everybody_asked = asyncio.Barrier(ODD_REQUESTS + 1)
    async with attempt_of(account) as attempt:
        scan = [
            asyncio.create_task(_odd_request(attempt.port, number, everybody_asked))
            for number in range(ODD_REQUESTS)
        ]
        await everybody_asked.wait()
        page = await visit(await redirected(attempt))
        identity = await attempt.finished()
        answers = await asyncio.gather(*scan)
    assert "You&#x27;re signed in" in page.text
    assert identity.name
    statuses = {int(answer.split()[1]) for answer in answers if answer}
    assert statuses == {200, 400, 404, 405, 421, 431}, "200 is for HEAD alone"
    assert sum(not answer for answer in answers) >= ODD_REQUESTS * 2 // 12, (
        "the silent and the slow"
    )


ODD_REQUESTS = 240


async def _odd_request(port: int, number: int, everybody_asked: asyncio.Barrier) -> bytes:
    """The answer's first line; empty where there was none before the port was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = b"Host: 127.0.0.1:%d\r\n" % port
    odd = (
        b"",
        b"GET /callback?code=1 HTTP/1.1\r\n",
        b"GET /%d HTTP/1.1\r\n" % number + host + b"\r\n",
        b"GET /callback HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /callback?code=x&state=y HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /callback?code=x&state=y HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /callback HTTP/1.1\r\n" + b"X: y\r\n" * 30_000,
        b"GET /" + b"a" * 100_000,
        b"OPTIONS /callback?code=1&state=1 HTTP/1.1\r\n" + host + b"\r\n",
        b"\x00\xff" * 500 + b"\r\n\r\n",
        b"POST /callback HTTP/1.1\r\n" + host + b"Content-Length: 99999\r\n\r\nabc",
        b"HEAD /callback?code=1 HTTP/1.1\r\n" + host + b"\r\n",
    )
    try:
        writer.write(odd[number % len(odd)])
        await everybody_asked.wait()
        await writer.drain()
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_no_secret_of_a_login_is_logged(account, caplog):
    caplog.set_level(logging.DEBUG)
    async with attempt_of(account) as attempt:
        address = await redirected(attempt)
        caplog.clear()
        await visit(f"{attempt.redirect_url}?code=planted&state=stale")
        attempt.paste(address)
        await attempt.finished()
    token = (await account.tokens.get_token()).get_secret_value()
    ours = "\n".join(
        record.getMessage() for record in caplog.records if "planted" not in record.getMessage()
    )
    assert isinstance(attempt, Login)
    shown = ours + repr(attempt) + repr(vars(attempt))
    assert token not in shown
    assert fields_of(address)["code"] not in shown
    assert attempt._verifier.get_secret_value() not in shown
