from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from tui.auth.request_auth import ApiKeyAuth
from tui.core.errors import BackendError, ErrorKind

BASE = "https://genie-api.example.invalid"


def signed(auth: httpx.Auth, url: str = BASE + "/x") -> httpx.Request:
    return next(auth.sync_auth_flow(httpx.Request("GET", url)))


def test_the_api_key_and_the_user_id_are_sent_as_headers():
    request = signed(ApiKeyAuth(BASE, SecretStr(" k3y\n"), " user-1 "))
    assert request.headers["authorization"] == "Bearer k3y"
    assert request.headers["x-idp-user-id"] == "user-1"


@pytest.mark.parametrize(
    "key", ["wrkaus-abc", "", "two words", "Bearer k3y", "k\r\nX: y", "kéy", "k\0"]
)
def test_an_invalid_api_key_is_not_sent(key: str):
    with pytest.raises(BackendError) as caught:
        signed(ApiKeyAuth(BASE, SecretStr(key), "user-1"))
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
    assert caught.value.hint
    assert not key or key not in caught.value.sentence()


def test_a_developer_token_as_api_key_is_recognized():
    with pytest.raises(BackendError, match="Developer API token"):
        signed(ApiKeyAuth(BASE, SecretStr("wrkaus-abc"), "user-1"))


@pytest.mark.parametrize("user", ["", "a b", "a\nb", "ü"])
def test_an_invalid_user_id_is_not_sent(user: str):
    with pytest.raises(BackendError) as caught:
        signed(ApiKeyAuth(BASE, SecretStr("k3y"), user))
    assert caught.value.kind is ErrorKind.UNAUTHORIZED


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.invalid/x",
        "http://genie-api.example.invalid/x",
        "https://genie-api.example.invalid:8443/x",
    ],
)
def test_the_api_key_is_sent_to_its_own_host_only(url: str):
    with pytest.raises(BackendError) as caught:
        signed(ApiKeyAuth(BASE, SecretStr("k3y"), "user-1"), url)
    assert caught.value.kind is ErrorKind.INVALID


def test_an_invalid_url_gets_no_credentials():
    with pytest.raises(BackendError) as caught:
        ApiKeyAuth("https://x:port", SecretStr("k3y"), "user-1")
    assert caught.value.kind is ErrorKind.INVALID


def test_the_api_key_is_in_no_repr():
    auth = ApiKeyAuth(BASE, SecretStr("k3y-secret"), "user-1")
    assert "k3y-secret" not in repr(auth) + repr(vars(auth)) + str(auth)
