"""Observed behavior of the live service that differs from its documentation."""

from __future__ import annotations


def test_response_bodies_are_wrapped_in_result(visit):
    ada = visit(observed=True)
    conversation = ada.begin()
    assert set(ada.get("/conversations")) == {"result"}
    assert set(ada.get("/conversations")["result"]) == {"conversations", "total_count", "cursor"}
    path = f"/conversations/{conversation}"
    assert set(ada.get(f"{path}/messages")["result"]) >= {"messages", "cursor"}
    assert ada.post(f"{path}/messages", {"message": "hi"}).json()["result"]["genie_run_id"]


def test_error_bodies_are_flat(visit):
    answer = visit(observed=True).http.get("/conversations/none")
    assert answer.json()["error_code"] == "not_found"


def test_the_detail_call_omits_the_conversation_id(visit):
    ada = visit(observed=True)
    assert "conversation_id" not in ada.get(f"/conversations/{ada.begin()}")["result"]


def test_one_parallel_skill_sends_the_start_event_for_all(visit, kinds):
    turn = visit(observed=True).ask("is anything broken?")
    skills = [kind for kind in kinds(turn) if kind.startswith("skill")]
    assert skills == ["skill.running", *["skill.completed"] * 4]
    assert all("call_id" not in frame.data for frame in turn)
    assert all("message_id" not in frame.data for frame in turn)


def test_approval_decisions_have_an_empty_response_body(visit, until):
    ada = visit(observed=True)
    conversation = ada.begin()
    with ada.stream(conversation, "order a laptop") as turn:
        call_id = until(turn, "skill.confirmation_required").data["call_id"]
        assert ada.state(conversation) == "skill_processing"
        path = f"/conversations/{conversation}/skill_approval/{call_id}"
        answer = ada.post(path, {"resolution": "approved"})
        assert (answer.status_code, answer.content) == (200, b"")
        list(turn)
    assert ada.state(conversation) == "idle"


def test_a_conversation_waiting_for_a_connection_has_status_idle(visit, until):
    ada = visit(observed=True)
    conversation = ada.begin()
    with ada.stream(conversation, "connect jira") as turn:
        asked = until(turn, "runtime_connection.auth_required").data
        assert ada.state(conversation) == "idle"
        busy = ada.post(f"/conversations/{conversation}/messages", {"message": "hi"})
        assert busy.status_code == 409
        attempt = asked["runtime_connection_attempt_id"]
        answer = ada.post(f"/runtime_connection/{attempt}/reject")
        assert (answer.status_code, answer.content) == (200, b"")


def test_the_last_event_of_a_page_is_duplicated_on_the_next(visit):
    ada = visit(observed=True)
    ada.ask("is anything broken?")
    first = ada.get("/conversations/events", limit=4)["result"]
    since = first["next_since_created_at"]
    second = ada.get("/conversations/events", limit=4, since_created_at=since)["result"]
    assert second["events"][0] == first["events"][-1]
