"""Accounts: lost responses, aborted requests, rejected tokens, and the state they show."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from tests.api.test_secrets import everything_shown_of
from tests.auth.login_fakes import ScriptedGrant, ScriptedIdentity, file_vault
from tests.demo.browser import sign_in
from tests.signing_in import free_port, free_redirect
from tui.api.headless import HeadlessClient
from tui.api.identity import IdentityClient
from tui.auth.account import OAuthAccount, identity_of
from tui.auth.login import OAuthClient
from tui.auth.request_auth import BearerAuth
from tui.core.account import Identity, LoginProblem
from tui.core.errors import BackendError, ErrorKind
from tui.demo.server import DemoServer, DemoSettings
from tui.system.clock import SystemClock


@pytest.fixture
async def server() -> AsyncIterator[DemoServer]:
    redirect = free_redirect()
    settings = DemoSettings(speed=0, redirect_url=redirect, seeded_conversations=0)
    server = await asyncio.to_thread(DemoServer(settings).start)
    yield server
    await asyncio.to_thread(server.stop)
    assert server.errors == []


@pytest.fixture
async def account(server: DemoServer, tmp_path: Path) -> AsyncIterator[OAuthAccount]:
    client = OAuthClient(server.client_id, server.redirect_url)
    service = IdentityClient(server.identity_url, server.client_id)
    account = OAuthAccount(client, service, file_vault(tmp_path / "logins"), SystemClock())
    attempt = await account.begin_login()
    async with httpx.AsyncClient(trust_env=False, verify=False) as browser:
        attempt.paste(await sign_in(browser, attempt.url))
    await attempt.finished()
    await attempt.aclose()
    yield account
    await account.aclose()


async def refresh(account: OAuthAccount) -> SecretStr:
    """Have the token that is in use refused."""
    token = await account.tokens.get_token()
    return await account.tokens.get_token(refused=token)


def exchanges(server: DemoServer) -> list[int]:
    return [record.status for record in server.log.of("token")][1:]


async def test_a_revoked_token_is_refreshed_silently(server, account):
    client = HeadlessClient(server.url, server.genie, BearerAuth(server.url, account.tokens))
    await client.list_conversations()
    server.clock.advance(3601)
    await client.list_conversations()
    await client.aclose()
    assert exchanges(server) == [200]


async def test_a_refresh_request_that_never_arrived_is_retried(server, account):
    server.faults.add("drop_request:on=token,times=1")
    assert await refresh(account)
    assert exchanges(server) == [0, 200]


async def test_a_lost_refresh_response_ends_in_one_clear_error(server, account):
    server.faults.add("lose_answer:on=token,times=1")
    with pytest.raises(BackendError, match="renewal was interrupted") as caught:
        await refresh(account)
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    for _ in range(3):
        with pytest.raises(BackendError, match="renewal was interrupted"):
            await account.tokens.get_token()
    assert exchanges(server) == [0, 400], "spent, asked once more, and never again"


@pytest.mark.parametrize("fault", ["status:503", "status:429", "drop_request"])
async def test_after_a_temporary_error_the_refresh_can_be_retried(server, account, fault: str):
    server.faults.add(
        f"{fault}:on=token,times=2" if ":" not in fault else f"{fault},on=token,times=1"
    )
    with pytest.raises(BackendError) as caught:
        await refresh(account)
    assert caught.value.transient
    assert not caught.value.sent
    assert await refresh(account)


async def test_no_token_is_shown_in_a_crash(server, account, tmp_path):
    access = (await account.tokens.get_token()).get_secret_value()
    stored = await file_vault(tmp_path / "logins").load()
    assert stored is not None
    assert stored.refresh_token is not None
    server.faults.add("lose_answer:on=token,times=1")
    with pytest.raises(BackendError) as caught:
        await refresh(account)
    shown = everything_shown_of(caught.value)
    assert access not in shown
    assert stored.refresh_token.get_secret_value() not in shown


async def test_no_authorization_code_is_shown_when_a_login_fails(server, tmp_path):
    client = OAuthClient(server.client_id, server.redirect_url)
    service = IdentityClient(server.identity_url, server.client_id)
    account = OAuthAccount(client, service, file_vault(tmp_path / "other"), SystemClock())
    attempt = await account.begin_login()
    state = attempt.url.partition("state=")[2].partition("&")[0]
    attempt.paste(f"code=pl4nted-code&state={state}&iss={server.identity_url}")
    with pytest.raises(LoginProblem, match="invalid_grant") as caught:
        await attempt.finished()
    await attempt.aclose()
    await account.aclose()
    shown = everything_shown_of(caught.value)
    assert "pl4nted-code" not in shown
    assert attempt._verifier.get_secret_value() not in shown


def id_token(**claims: object) -> SecretStr:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return SecretStr(f"{part({'alg': 'none'})}.{part(claims)}.")


OURS = {"iss": "https://id.example", "aud": "client-1", "sub": "u1"}


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (id_token(**OURS, name="A\x1b[1m\nB", email="a@b"), Identity("A\ufffd[1m B", "a@b", "u1")),
        (id_token(**OURS, preferred_username="ada"), Identity("ada", "", "u1")),
        (id_token(**OURS | {"aud": ["x", "client-1"]}, name=7), Identity("", "", "u1")),
        (id_token(**OURS | {"aud": "another"}, name="A"), Identity()),
        (id_token(**OURS | {"iss": "https://evil.example"}, name="A"), Identity()),
        (SecretStr("not a token"), Identity()),
        (SecretStr("a.!!!.c"), Identity()),
        (SecretStr("a.bnVsbA.c"), Identity()),
        (None, Identity()),
    ],
)
def test_the_id_token_is_decoded_for_display(token: SecretStr | None, expected: Identity):
    assert identity_of(token, client_id="client-1", issuer="https://id.example") == expected


async def test_userinfo_adds_fields_missing_in_the_id_token(tmp_path: Path):
    token = id_token(**OURS | {"sub": "user-ada"})
    service = ScriptedIdentity([ScriptedGrant(SecretStr("a"), SecretStr("r"), token)])
    client = OAuthClient("client-1", f"http://127.0.0.1:{free_port()}/cb")
    account = OAuthAccount(client, service, file_vault(tmp_path / "v"), SystemClock())
    attempt = await account.begin_login()
    state = attempt.url.partition("state=")[2].partition("&")[0]
    attempt.paste(f"code=c&state={state}&iss=https://id.example")
    assert await attempt.finished() == Identity("Ada", "ada@example.com", "user-ada")
    assert attempt.url.startswith("https://id.example/authorize?")
    [(code, verifier, redirect)] = service.exchanged
    assert (code, len(verifier), redirect) == ("c", 43, client.redirect_url)
    await attempt.aclose()
    await account.aclose()
    assert service.closed
