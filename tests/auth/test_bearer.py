from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from tui.auth.request_auth import BearerAuth
from tui.core.errors import BackendError, ErrorKind

BASE = "https://genie-api.example.invalid"
REFUSED = {"error_code": "auth_failed", "error_message": "Authentication failed."}


class ScriptedTokens:
    """Gives out the next token when the one before was refused."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = [SecretStr(token) for token in tokens]
        self.refused: list[str | None] = []

    async def get_token(self, refused: SecretStr | None = None) -> SecretStr:
        self.refused.append(refused.get_secret_value() if refused else None)
        if refused == self.tokens[0] and len(self.tokens) > 1:
            self.tokens.pop(0)
        return self.tokens[0]


def service(
    tokens: ScriptedTokens, *, accepts: str, body: object = REFUSED
) -> tuple[httpx.AsyncClient, list[str]]:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        assert "x-idp-user-id" not in request.headers
        if request.headers["authorization"] == f"Bearer {accepts}":
            return httpx.Response(200)
        return httpx.Response(401, json=body)

    transport = httpx.MockTransport(answer)
    client = httpx.AsyncClient(base_url=BASE, auth=BearerAuth(BASE, tokens), transport=transport)
    return client, seen


async def test_a_valid_token_is_sent_without_a_refresh():
    tokens = ScriptedTokens("new")
    client, seen = service(tokens, accepts="new")
    assert (await client.get("/")).status_code == 200
    assert (seen, tokens.refused) == (["Bearer new"], [None])


async def test_a_read_is_retried_with_a_refreshed_token():
    tokens = ScriptedTokens("old", "new")
    client, seen = service(tokens, accepts="new")
    assert (await client.get("/")).status_code == 200
    assert (seen, tokens.refused) == (["Bearer old", "Bearer new"], [None, "old"])


async def test_a_read_is_retried_with_a_refreshed_token_only_once():
    client, seen = service(ScriptedTokens("old", "new", "newer"), accepts="none")
    assert (await client.get("/")).status_code == 401
    assert seen == ["Bearer old", "Bearer new"]


async def test_a_write_is_not_retried_but_the_next_one_has_a_refreshed_token():
    client, seen = service(ScriptedTokens("old", "new"), accepts="new")
    assert (await client.post("/")).status_code == 401
    assert seen == ["Bearer old"]
    assert (await client.post("/")).status_code == 200
    assert seen == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize(
    "body", [{"error_code": "user_nonactive_or_missing"}, {"error": "client not attached"}]
)
async def test_a_rejected_user_does_not_refresh_the_token(body: object):
    tokens = ScriptedTokens("old", "new")
    client, seen = service(tokens, accepts="new", body=body)
    assert (await client.get("/")).status_code == 401
    await client.get("/")
    assert (seen, tokens.refused) == (["Bearer old"] * 2, [None, None])


async def test_a_token_is_sent_to_its_own_host_only():
    client, seen = service(ScriptedTokens("new"), accepts="new")
    with pytest.raises(BackendError) as caught:
        await client.get("https://elsewhere.invalid/")
    assert (caught.value.kind, seen) == (ErrorKind.INVALID, [])


async def test_a_developer_token_as_access_token_is_recognized():
    client, seen = service(ScriptedTokens("wrkaus-x"), accepts="none")
    with pytest.raises(BackendError, match="Developer API token"):
        await client.get("/")
    assert seen == []


async def test_errors_of_the_token_provider_are_raised():
    class NoTokens:
        async def get_token(self, refused: SecretStr | None = None) -> SecretStr:
            raise BackendError(ErrorKind.UNAUTHORIZED, "Sign in.")

    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    client = httpx.AsyncClient(auth=BearerAuth(BASE, NoTokens()), transport=transport)
    with pytest.raises(BackendError, match="Sign in"):
        await client.get(BASE)
