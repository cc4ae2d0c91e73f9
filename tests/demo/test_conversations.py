from __future__ import annotations

import pytest

ROW = {"conversation_id", "topic", "created_at", "last_updated_at"}


def test_a_new_conversation_is_idle_and_has_a_number_as_title(visit):
    ada = visit()
    created = ada.post("/conversations", {})
    conversation = created.json()["conversation_id"]
    assert (created.status_code, set(created.json())) == (200, {"conversation_id"})
    detail = ada.get(f"/conversations/{conversation}")
    assert detail["state"] == "idle"
    assert detail["last_event"] is None
    assert detail["topic"].isdigit()


def test_the_list_is_newest_first_and_pages_with_an_opaque_cursor(visit):
    ada = visit()
    opened = [ada.begin() for _ in range(5)]
    first = ada.get("/conversations", limit=3)
    ada.begin()  # what is new moves nothing on the next page
    second = ada.get("/conversations", limit=3, cursor=first["cursor"])
    assert set(first) == {"list", "total_count", "cursor"}
    assert set(first["list"][0]) == ROW
    assert first["total_count"] == 5
    listed = [row["conversation_id"] for row in first["list"] + second["list"]]
    assert listed == opened[::-1]
    assert second["cursor"] is None


def test_the_list_shows_the_title_sooner_than_the_detail_call(visit):
    ada = visit(title_s=10)
    conversation = ada.begin()
    ada.ask("The kettle is sad today", conversation)

    def topics() -> tuple[str, str]:
        [row] = ada.get("/conversations")["list"]
        return row["topic"], ada.get(f"/conversations/{conversation}")["topic"]

    number = topics()[0]
    assert topics() == (number, number)
    assert number.isdigit()
    ada.server.clock.advance(11)
    assert topics() == ("The kettle is sad today", number)
    ada.server.clock.advance(20)
    assert topics() == ("The kettle is sad today", "The kettle is sad today")


def test_messages_are_newest_first_and_page_back_to_the_beginning(visit):
    ada = visit()
    conversation = ada.begin()
    for text in ("one fish", "two fish", "red fish"):
        ada.ask(text, conversation)
    path = f"/conversations/{conversation}/messages"
    page = ada.get(path, limit=4)
    assert page["conversation_id"] == conversation
    assert page["total_count"] == 6
    assert [entry["source"] for entry in page["messages"]] == ["genie", "user"] * 2
    assert page["messages"][1]["content"] == "red fish"
    rest = ada.get(path, limit=4, cursor=page["cursor"])
    assert rest["messages"][-1]["content"] == "one fish"
    assert (len(rest["messages"]), rest["cursor"]) == (2, None)


def test_a_reply_belongs_to_its_run(visit):
    ada = visit()
    conversation = ada.begin()
    turn = ada.ask("hello", conversation)
    reply, question = ada.get(f"/conversations/{conversation}/messages")["messages"]
    assert reply["genie_run_id"] == question["genie_run_id"] == turn[0].data["genie_run_id"]
    assert reply["message_id"] == turn[1].data["message_id"]


def test_a_deleted_conversation_is_404(visit):
    ada = visit()
    conversation = ada.begin()
    ada.ask("hello", conversation)
    deleted = ada.http.delete(f"/conversations/{conversation}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert ada.http.get(f"/conversations/{conversation}").status_code == 404
    assert ada.get("/conversations/events")["events"] == []


def test_a_conversation_is_deleted_while_it_waits_for_a_decision(visit, until):
    ada = visit()
    conversation = ada.begin()
    with ada.stream(conversation, "order a laptop") as turn:
        until(turn, "skill.confirmation_required")
        ada.http.delete(f"/conversations/{conversation}")
        assert list(turn)[-1].event == "processing.finished"
    assert ada.get("/conversations/events")["events"] == []


def test_feedback_is_accepted_without_a_body(visit):
    ada = visit(observed=True)
    conversation = ada.begin()
    run = ada.ask("hello", conversation)[0].data["genie_run_id"]
    path = f"/conversations/{conversation}/genie-runs/{run}/feedback"
    answer = ada.post(path, {"reaction": "positive", "comment": "witty"})
    assert (answer.status_code, answer.content) == (202, b"")
    assert ada.post(path, {"reaction": "meh"}).status_code == 422
    assert ada.server.log.of("feedback")[0].summary == "positive witty"


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=-1", "cursor=%21", "cursor=eA=="])
def test_invalid_paging_is_rejected(visit, query):
    ada = visit()
    conversation = ada.begin()
    answer = ada.http.get(f"/conversations/{conversation}/messages?{query}")
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "bad_request"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/conversations/cnv-none"),
        ("GET", "/conversations/cnv-none/messages"),
        ("POST", "/conversations/cnv-none/messages"),
        ("POST", "/conversations/cnv-none/upload"),
        ("POST", "/runtime_connection/rca-none/link"),
        ("POST", "/runtime_connection/rca-none/reject"),
        ("GET", "/nothing"),
    ],
)
def test_unknown_ids_are_404(visit, method, path):
    answer = visit().http.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_another_method_is_405_and_names_those_allowed(visit):
    answer = visit().http.put("/conversations")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert answer.json()["error_code"] == "method_not_allowed"
