"""Identity providers that follow the standards, and unusual responses from others."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from tests.api.test_secrets import everything_shown_of
from tui.api.identity import IdentityClient
from tui.core.errors import BackendError, ErrorKind

SECRET = "s3cret-refresh-token"
TOKENS = {
    "access_token": "a1",
    "token_type": "bearer",
    "expires_in": 3600,
    "refresh_token": "r2",
    "id_token": "i1",
}


@pytest.fixture
async def client(server) -> AsyncIterator[IdentityClient]:
    identity = IdentityClient(server.url, "client-1")
    yield identity
    await identity.aclose()


def document(server, **changes: Any) -> dict[str, Any]:
    """The discovery document of a provider that is not Workato."""
    return {
        "issuer": "https://accounts.example/tenant",
        "authorization_endpoint": "https://login.example/start?tenant=7",
        "token_endpoint": f"{server.url}/v2/token",
        "userinfo_endpoint": f"{server.url}/v2/me",
        "authorization_response_iss_parameter_supported": True,
        "code_challenge_methods_supported": ["plain", "S256"],
        **changes,
    }


async def refused(client: IdentityClient) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await client.refresh(SecretStr(SECRET))
    return caught.value


async def test_endpoints_and_issuer_come_from_discovery(server, reply, client):
    server.says(reply(200, document(server)))
    provider = await client.provider()
    assert provider.issuer == "https://accounts.example/tenant"
    assert provider.authorization_endpoint == "https://login.example/start?tenant=7"
    assert provider.states_issuer
    assert await client.provider() is provider
    assert [asked.target for asked in server.asked] == ["/.well-known/openid-configuration"]


async def test_a_path_in_the_identity_url_stays(server, reply):
    server.says(reply(200, document(server)))
    identity = IdentityClient(f"{server.url}/realms/one/", "client-1")
    await identity.provider()
    await identity.aclose()
    assert server.asked[0].target == "/realms/one/.well-known/openid-configuration"


@pytest.mark.parametrize(("status", "body"), [(404, b""), (403, {}), (200, b"<html>"), (302, b"")])
async def test_without_discovery_the_documented_paths_are_used(
    server, reply, client, status: int, body: object
):
    server.says(reply(status, body))
    provider = await client.provider()
    assert provider.authorization_endpoint == f"{server.url}/oauth/authorize"
    assert provider.token_endpoint == f"{server.url}/oauth/token"
    assert (provider.issuer, provider.states_issuer) == (None, False)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_temporarily_failed_discovery_is_retried_later(server, reply, client, status: int):
    server.says(reply(status), reply(200, document(server)))
    with pytest.raises(BackendError) as caught:
        await client.provider()
    assert caught.value.transient
    assert (await client.provider()).issuer


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"token_endpoint": "http://evil.example/token"}, ErrorKind.BAD_ANSWER),
        ({"token_endpoint": "https://user:pw@evil.example/token"}, ErrorKind.BAD_ANSWER),
        ({"token_endpoint": None}, ErrorKind.BAD_ANSWER),
        ({"authorization_endpoint": "javascript:alert(1)"}, ErrorKind.BAD_ANSWER),
        ({"issuer": 7}, ErrorKind.BAD_ANSWER),
        ({"code_challenge_methods_supported": ["plain"]}, ErrorKind.UNSUPPORTED),
    ],
)
async def test_an_unsafe_discovery_document_is_rejected(server, reply, client, changes, kind):
    server.says(reply(200, document(server, **changes)))
    with pytest.raises(BackendError) as caught:
        await client.provider()
    assert caught.value.kind is kind


async def test_a_code_is_redeemed_with_a_form_and_no_secret(server, reply, client):
    server.says(reply(200, document(server)), reply(200, TOKENS))
    grant = await client.exchange(SecretStr("c"), SecretStr("v"), "http://127.0.0.1:1/cb")
    asked = server.asked[1]
    assert (asked.method, asked.target) == ("POST", "/v2/token")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in asked.headers
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["authorization_code"],
        "client_id": ["client-1"],
        "redirect_uri": ["http://127.0.0.1:1/cb"],
        "code": ["c"],
        "code_verifier": ["v"],
    }
    assert grant.access_token.get_secret_value() == "a1"
    assert grant.expires_in_s == 3600


async def test_a_refresh_request_sends_the_refresh_token_alone(server, reply, client):
    server.says(reply(200, document(server)), reply(200, TOKENS | {"expires_in": "60"}))
    grant = await client.refresh(SecretStr(SECRET))
    assert parse_qs(server.asked[1].body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["client-1"],
        "refresh_token": [SECRET],
    }
    assert (grant.expires_in_s, grant.refresh_token) == (60, SecretStr("r2"))


async def test_optional_fields_of_a_token_response_may_be_missing(server, reply, client):
    server.says(reply(200, document(server)), reply(200, {"access_token": "a1"}))
    grant = await client.refresh(SecretStr(SECRET))
    assert (grant.refresh_token, grant.id_token, grant.expires_in_s) == (None, None, None)


@pytest.mark.parametrize(
    "body", [b"<html>", [], {}, {"access_token": ""}, TOKENS | {"token_type": "mac"}]
)
async def test_a_token_response_without_a_usable_token_is_an_error(server, reply, client, body):
    server.says(reply(200, document(server)), reply(200, body))
    error = await refused(client)
    assert (error.kind, error.sent) == (ErrorKind.BAD_ANSWER, True)


@pytest.mark.parametrize("status", [400, 401, 200])
@pytest.mark.parametrize("code", ["invalid_grant", "invalid_client", "unauthorized_client"])
async def test_only_oauth_errors_are_permanent(server, reply, client, status: int, code: str):
    body = {"error": code, "error_description": f"No\x1b[31m {SECRET} any more."}
    server.says(reply(200, document(server)), reply(status, body))
    error = await refused(client)
    assert (error.kind, error.code, error.sent) == (ErrorKind.UNAUTHORIZED, code, False)
    assert error.hint
    assert SECRET not in error.sentence()
    assert error.sentence().isprintable()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"<html>log in to the hotel", ErrorKind.BAD_ANSWER),
        (400, b"", ErrorKind.BAD_ANSWER),
        (403, {"message": "blocked"}, ErrorKind.BAD_ANSWER),
        (302, b"", ErrorKind.BAD_ANSWER),
        (400, {"error": "invalid_scope"}, ErrorKind.INVALID),
        (429, {"error": "invalid_grant"}, ErrorKind.RATE_LIMITED),
        (503, {"error": "invalid_grant"}, ErrorKind.SERVER),
        (400, {"error": "temporarily_unavailable"}, ErrorKind.SERVER),
    ],
)
async def test_other_token_errors_are_temporary(server, reply, client, status, body, kind):
    server.says(reply(200, document(server)), reply(status, body))
    assert (await refused(client)).kind is kind


async def test_redirects_of_the_token_endpoint_are_not_followed(server, reply, client):
    elsewhere = reply(307, Location=f"{server.url}/elsewhere")
    server.says(reply(200, document(server)), elsewhere)
    await refused(client)
    assert len(server.asked) == 2


async def test_a_connection_lost_during_refresh_says_that_the_token_may_be_used_up(
    server, reply, client
):
    server.says(reply(200, document(server)), reply(200, TOKENS, then="reset"))
    server.replies[1].chunks.clear()
    error = await refused(client)
    assert (error.kind, error.sent) == (ErrorKind.INTERRUPTED, True)


async def test_userinfo_is_sanitized_and_requested_with_the_token(server, reply, client):
    info = {"sub": "u1", "name": "Ada\x1b]0;x\x07\nLovelace", "email": None, "extra": 1}
    server.says(reply(200, document(server)), reply(200, info))
    who = await client.userinfo(SecretStr("a1"))
    assert server.asked[1].headers["authorization"] == "Bearer a1"
    assert (who.sub, who.email) == ("u1", "")
    assert who.name.isprintable()


async def test_a_provider_without_userinfo_is_reported(server, reply, client):
    server.says(reply(200, document(server, userinfo_endpoint=None)))
    with pytest.raises(BackendError) as caught:
        await client.userinfo(SecretStr("a1"))
    assert caught.value.kind is ErrorKind.UNSUPPORTED


@pytest.mark.parametrize("url", ["http://id.example", "id.example", "https://u:p@id.example"])
def test_an_identity_url_must_be_safe(url: str):
    with pytest.raises(BackendError) as caught:
        IdentityClient(url, "client-1")
    assert caught.value.kind is ErrorKind.INVALID


@pytest.mark.parametrize("way", ["refused", "server", "reset", "nonsense", "odd"])
async def test_no_error_shows_the_token(server, reply, client, caplog, way: str):
    caplog.set_level(logging.DEBUG)
    answers = {
        "refused": reply(400, {"error": "invalid_grant", "error_description": SECRET}),
        "server": reply(503, {"message": SECRET}),
        "reset": reply(200, then="reset"),
        "nonsense": reply(200, {"token": SECRET}),
        "odd": reply(200, {"access_token": SECRET, "token_type": "mac"}),
    }
    if way == "reset":
        answers[way].chunks.clear()
    server.says(reply(200, document(server)), answers[way])
    error = await refused(client)
    assert SECRET not in everything_shown_of(error)
    assert SECRET not in caplog.text
