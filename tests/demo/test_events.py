from __future__ import annotations

import pytest


def test_events_are_oldest_first_and_the_same_as_the_stream(visit):
    ada = visit()
    conversation = ada.begin()
    turn = ada.ask("is anything broken?", conversation)
    body = ada.get("/conversations/events", conversation_id=conversation)
    assert body == {"events": [frame.data for frame in turn]}


def test_events_are_paged_until_the_end(visit):
    ada = visit()
    ada.ask("hello")
    ada.ask("thank you")
    everything = ada.get("/conversations/events")["events"]
    pages, query = [], {"limit": 4}
    while True:
        body = ada.get("/conversations/events", **query)
        pages += body["events"]
        if "next_since_created_at" not in body:
            break
        query["since_created_at"] = body["next_since_created_at"]
    assert pages == everything
    assert len(everything) == 6


def test_the_lower_time_bound_is_inclusive(visit):
    ada = visit()
    ada.ask("hello")
    events = ada.get("/conversations/events")["events"]
    again = ada.get("/conversations/events", since_created_at=events[1]["created_at"])
    assert again["events"] == events[1:]


def test_the_time_bound_may_have_an_offset(visit):
    ada = visit()
    ada.ask("hello")
    body = ada.get("/conversations/events", since_created_at="2026-01-01T02:00:00+02:00")
    assert len(body["events"]) == 3


@pytest.mark.parametrize("since", ["yesterday", "2026-01-01T00:00:00"])
def test_a_time_bound_that_is_not_rfc3339_is_400(visit, since):
    answer = visit().http.get("/conversations/events", params={"since_created_at": since})
    assert answer.status_code == 400


def test_events_expire_after_24_hours_and_messages_never(visit):
    ada = visit()
    conversation = ada.begin()
    ada.ask("hello", conversation)
    ada.server.clock.advance(23 * 3600)
    assert len(ada.get("/conversations/events")["events"]) == 3
    ada.server.clock.advance(3601)
    body = ada.get("/conversations/events", since_created_at="2026-01-01T00:00:00Z")
    assert body["events"] == []
    assert ada.get(f"/conversations/{conversation}")["last_event"] is None
    assert len(ada.history(conversation)) == 2


def test_the_detail_call_shows_the_last_event(visit):
    ada = visit()
    conversation = ada.begin()
    turn = ada.ask("hello", conversation)
    assert ada.get(f"/conversations/{conversation}")["last_event"] == turn[-1].data
