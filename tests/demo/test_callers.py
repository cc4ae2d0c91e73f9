from __future__ import annotations

import httpx
import pytest

from tui.demo.suggestions import COLLEAGUE_ID, INVITED_ID


def _list(ada, headers: dict[str, str]) -> httpx.Response:
    return httpx.get(f"{ada.chat}/conversations", headers=headers, verify=False)


def test_an_oauth_access_token_is_sufficient(visit):
    ada = visit()
    ada.begin()
    answer = _list(ada, {"Authorization": f"Bearer {ada.server.access_token}"})
    assert answer.json()["total_count"] == 1


def test_an_api_key_has_its_format(visit):
    key = visit().server.api_key
    assert len(key) == 64
    assert int(key, 16)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer nonsense", "Bearer wrkaus-eyJ", "Basic {key}", "bearer {key}", "{key}"],
)
def test_wrong_credentials_are_auth_failed(visit, authorization):
    ada = visit()
    header = authorization.format(key=ada.server.api_key)
    answer = _list(ada, {"Authorization": header, "X-IDP-User-Id": ada.server.idp_user_id})
    assert answer.status_code == 401
    assert answer.json() == {
        "error_code": "auth_failed",
        "error_message": "Authentication failed.",
        "request_id": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize("user", [None, "", "usr-nobody", "ada@example.com", INVITED_ID])
def test_an_api_key_needs_an_active_user(visit, user):
    ada = visit()
    headers = {"Authorization": f"Bearer {ada.server.api_key}"}
    if user is not None:
        headers["X-IDP-User-Id"] = user
    answer = _list(ada, headers)
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "user_nonactive_or_missing"


def test_conversations_of_other_users_are_not_visible(visit):
    ada = visit()
    conversation = ada.begin()
    ada.ask("hello", conversation)
    grace = {"X-IDP-User-Id": COLLEAGUE_ID}
    assert ada.http.get("/conversations", headers=grace).json()["total_count"] == 0
    assert ada.http.get(f"/conversations/{conversation}", headers=grace).status_code == 404
    assert ada.http.get("/conversations/events", headers=grace).json() == {"events": []}


def test_an_unknown_genie_is_404(visit):
    ada = visit()
    url = ada.chat.replace(ada.server.genie, "gin-unknown") + "/conversations"
    assert ada.http.get(url).status_code == 404


def test_a_genie_without_a_client_answers_406_to_everything(visit):
    ada = visit(genie="no_client_genie")
    assert ada.http.get("/conversations").status_code == 406
    assert ada.post("/conversations").status_code == 406
