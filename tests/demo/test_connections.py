from __future__ import annotations

import httpx
import pytest

from tui.demo.clock import parse_rfc3339


@pytest.fixture
def park(visit, until):
    """Lets a turn wait for a connection; gives the visitor, the conversation and the event."""

    def start(**settings):
        ada = visit(ping_s=0.02, park_s=0.05, **settings)
        conversation = ada.begin()
        with ada.stream(conversation, "Show open Acme opportunities in Salesforce") as turn:
            return ada, conversation, until(turn, "runtime_connection.auth_required").data

    return start


def _link(ada, attempt):
    return ada.post(f"/runtime_connection/{attempt}/link")


def _answered(ada, conversation):
    return lambda: ada.state(conversation) == "idle" and len(ada.history(conversation)) == 3


def test_the_stream_of_a_parked_turn_is_interrupted_and_closed(visit, kinds):
    ada = visit(ping_s=0.02, park_s=0.05)
    conversation = ada.begin()
    turn = ada.ask("connect jira", conversation)
    assert kinds(turn)[:3] == [
        "processing.started",
        "agent.message",
        "runtime_connection.auth_required",
    ]
    assert kinds(turn)[-2:] == ["system.ping", "system.stream_interrupted"]
    last = turn[-1].data
    assert last["genie_run_id"] == turn[0].data["genie_run_id"]
    assert (last["last_seq_num"], last["reason"]) == (3, "pause_timeout")
    assert last["retry_after_ms"] > 0
    assert ada.state(conversation) == "skill_processing"


def test_the_reply_after_consent_is_only_in_the_history(park, eventually, kinds):
    ada, conversation, asked = park()
    before = _link(ada, asked["runtime_connection_attempt_id"]).json()
    assert before == {"status": "auth_required", "auth_link": asked["auth_link"]}
    page = httpx.post(asked["auth_link"]["url"], data={"decision": "allow"}, verify=False)
    assert page.status_code == 200
    assert _link(ada, asked["runtime_connection_attempt_id"]).json() == {"status": "authorized"}
    eventually(_answered(ada, conversation))
    assert "Acme" in ada.history(conversation)[-1][1]
    events = ada.get("/conversations/events")["events"]
    assert events[-1]["type"] == "runtime_connection.auth_required"
    replay = ada.rest_of(conversation, asked["genie_run_id"])
    assert kinds(replay)[-1] == "runtime_connection.auth_required"


@pytest.mark.parametrize("stored", [0, 1])
def test_a_turn_may_continue_in_another_run(park, eventually, stored):
    ada, conversation, asked = park(faults=(f"new_run:stored={stored}",))
    httpx.post(asked["auth_link"]["url"], data={"decision": "allow"}, verify=False)
    eventually(_answered(ada, conversation))
    newest, *older = ada.get(f"/conversations/{conversation}/messages")["messages"]
    assert "Acme" in newest["content"]
    assert newest["genie_run_id"] != asked["genie_run_id"]
    assert {entry["genie_run_id"] for entry in older} == {asked["genie_run_id"]}
    runs = [event["genie_run_id"] for event in ada.get("/conversations/events")["events"]]
    assert runs.count(newest["genie_run_id"]) == 3 * stored


def test_a_denied_connection_gets_a_reply(park, eventually):
    ada, conversation, asked = park()
    httpx.post(asked["auth_link"]["url"], data={"decision": "deny"}, verify=False)
    eventually(_answered(ada, conversation))
    assert "denied" in ada.history(conversation)[-1][1]
    assert _link(ada, asked["runtime_connection_attempt_id"]).status_code == 404


def test_a_rejected_connection_quotes_the_reason_and_is_rejected_once(park, eventually):
    ada, conversation, asked = park()
    path = f"/runtime_connection/{asked['runtime_connection_attempt_id']}/reject"
    assert ada.post(path, {"reason": "Not today"}).status_code == 200
    assert ada.post(path).status_code == 409
    eventually(_answered(ada, conversation))
    assert ada.history(conversation)[-1][1].startswith("Rejected by user: Not today")


def test_a_message_to_a_parked_conversation_is_409(park):
    ada, conversation, _ = park()
    answer = ada.post(f"/conversations/{conversation}/messages", {"message": "well?"})
    assert answer.status_code == 409


def test_an_expired_link_is_renewed(park):
    ada, _, asked = park(link_s=60)
    old = asked["auth_link"]
    ada.server.clock.advance(61)
    assert httpx.get(old["url"], verify=False).status_code == 410
    new = _link(ada, asked["runtime_connection_attempt_id"]).json()["auth_link"]
    assert new["url"] != old["url"]
    assert parse_rfc3339(new["expires_at"]) > parse_rfc3339(old["expires_at"])
    assert new["connector_name"] == "Salesforce"
    assert httpx.get(old["url"], verify=False).status_code == 410
    assert httpx.get(new["url"], verify=False).status_code == 200


def test_the_link_endpoint_may_be_missing(park, eventually):
    ada, conversation, asked = park(link_endpoint=False)
    assert _link(ada, asked["runtime_connection_attempt_id"]).status_code == 404
    httpx.post(asked["auth_link"]["url"], data={"decision": "allow"}, verify=False)
    eventually(_answered(ada, conversation))


def test_the_consent_page_is_self_contained_and_locked_down(park):
    _, _, asked = park()
    page = httpx.get(asked["auth_link"]["url"], verify=False)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "x-request-id" in page.headers
    assert "<script" not in page.text
    assert 'value="allow"' in page.text


def test_a_cross_site_consent_form_is_rejected(park):
    ada, _, asked = park()
    answer = httpx.post(
        asked["auth_link"]["url"],
        data={"decision": "allow"},
        headers={"Origin": "https://evil.example"},
        verify=False,
    )
    assert answer.status_code == 403
    link = _link(ada, asked["runtime_connection_attempt_id"]).json()
    assert link["status"] == "auth_required"


def test_consent_is_given_once_and_with_a_known_value(park):
    _, _, asked = park()
    url = asked["auth_link"]["url"]
    assert httpx.post(url, data={"decision": "perhaps"}, verify=False).status_code == 400
    assert httpx.post(url, data={"decision": "allow"}, verify=False).status_code == 200
    assert httpx.post(url, data={"decision": "allow"}, verify=False).status_code == 410
