"""Turns, the outbox and events in the store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    Heartbeat,
    LogLine,
    SkillStarted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import CallId, ConversationId, FileId, MessageId, RunId, TurnId
from tui.core.records import SENT_BY_APP, Attachment, Prompt, PromptState
from tui.store import SqliteStore

HERE, THERE = map(ConversationId, ("here", "there"))


def turn(name: object) -> TurnId:
    return TurnId(f"turn-{name}")


async def say(
    store: SqliteStore, name: object, at_ms: int, state: PromptState = "sent", text: str = "hi"
) -> TurnId:
    await store.save_turn(turn(name), HERE, Prompt(text=text, state=state, at_ms=at_ms))
    return turn(name)


async def names(store: SqliteStore) -> list[str]:
    return [record.id.removeprefix("turn-") for record in await store.turns(HERE)]


def delta(
    offset: int, text: str, message: str = "m", seq: int | None = None, event_id: str | None = None
) -> TextDelta:
    return TextDelta(
        key=f"{message}@{offset}",
        message_id=MessageId(message),
        offset=offset,
        text=text,
        seq=seq,
        event_id=event_id,
    )


# -- prompts --------------------------------------------------------------------------------


async def test_a_prompt_survives_a_round_trip(store: SqliteStore) -> None:
    file = Attachment(path="/a/b.pdf", name="b.pdf", size_bytes=3, file_id=FileId("f"))
    prompt = Prompt(
        text="look\nhere",
        state="unconfirmed",
        attachments=(file, replace(file, file_id=None)),
        message_id=MessageId("m"),
        at_ms=7,
        problem="Cut off.",
    )
    await store.save_turn(turn(1), HERE, prompt, RunId("run"))
    record = await store.turn(turn(1))
    assert record is not None
    assert (record.conversation_id, record.prompt, record.run_id) == (HERE, prompt, "run")


async def test_the_users_messages_are_listed_oldest_first_without_those_of_the_app(
    store: SqliteStore,
) -> None:
    await say(store, 1, 10, text="first")
    await say(store, 2, 20, text=f"{SENT_BY_APP}a file")
    await say(store, 3, 30, text="x" * 1_000)
    await store.save_turn(turn(4), THERE, Prompt(text="elsewhere", state="sent", at_ms=40))
    await store.append(turn(5), HERE, [AgentMessage(key="m", text="unasked")])
    listed = await store.messages_of_user(HERE)
    assert [(message.turn_id, message.at_ms) for message in listed] == [
        (turn(1), 10),
        (turn(3), 30),
    ]
    assert listed[0].text == "first"
    assert listed[1].text == "x" * 400
    assert [m.turn_id for m in await store.messages_of_user(HERE, limit=1)] == [turn(3)]


async def test_known_fields_of_a_turn_are_not_overwritten_by_missing_ones(
    store: SqliteStore,
) -> None:
    prompt = Prompt(text="hi", state="sent", at_ms=5)
    await store.save_turn(turn(1), HERE, prompt, RunId("run"))
    await store.save_turn(turn(1), HERE, None)
    record = await store.turn(turn(1))
    assert record is not None
    assert (record.prompt, record.run_id) == (prompt, "run")


async def test_the_run_id_is_taken_from_events_at_the_latest(store: SqliteStore) -> None:
    await say(store, 1, 5)
    await store.append(turn(1), HERE, [TurnStarted(key="s", run_id=RunId("run"))])
    found = await store.turn_of_run(HERE, RunId("run"))
    assert found is not None
    assert found.id == turn(1)
    assert await store.turn_of_run(THERE, RunId("run")) is None


async def test_the_outbox_holds_unconfirmed_messages(store: SqliteStore) -> None:
    states: tuple[PromptState, ...] = ("sent", "refused", "unconfirmed", "sending", "queued")
    for at_ms, state in enumerate(states, 1):
        await say(store, state, at_ms, state)
    assert [r.id for r in await store.pending(HERE)] == [
        turn("unconfirmed"),
        turn("sending"),
        turn("queued"),
    ]
    assert await store.pending(THERE) == []


async def test_a_queued_message_is_claimed_by_one_process_at_a_time(store: SqliteStore) -> None:
    await say(store, 1, 5, "queued")
    claimed = await store.claim(turn(1), "one")
    assert claimed is not None
    assert claimed.prompt == Prompt(text="hi", state="queued", at_ms=5)
    assert await store.claim(turn(1), "two") is None
    assert await store.claim(turn(1), "one") is None
    await store.let_go(turn(1), "two")
    assert await store.claim(turn(1), "two") is None
    await store.let_go(turn(1), "one")
    assert await store.claim(turn(1), "two")
    assert await store.claim(turn("none"), "two") is None


async def test_a_sent_message_is_not_claimed_and_not_edited(store: SqliteStore) -> None:
    await say(store, 1, 5, "sent")
    assert await store.claim(turn(1), "one") is None
    assert not await store.revise(turn(1), "other")
    assert not await store.requeue(turn(1))
    assert await store.withdraw(turn(1)) is None
    assert (await store.turns(HERE))[0].prompt == Prompt(text="hi", state="sent", at_ms=5)


async def test_an_unclaimed_message_can_be_edited(store: SqliteStore) -> None:
    await say(store, 1, 5, "unconfirmed")
    assert not await store.revise(turn(1), "other")
    assert await store.requeue(turn(1))
    assert not await store.requeue(turn(1))
    assert await store.revise(turn(1), "other")
    await store.claim(turn(1), "one")
    assert not await store.revise(turn(1), "third")
    assert await store.withdraw(turn(1)) is None
    await store.let_go(turn(1), "one")
    assert await store.withdraw(turn(1)) == Prompt(text="other", state="queued", at_ms=5)
    assert await store.turns(HERE) == []


async def test_unfinished_turns_are_neither_finished_nor_rejected(store: SqliteStore) -> None:
    states: tuple[PromptState, ...] = ("sent", "refused", "sending")
    for at_ms, state in enumerate(states, 1):
        await say(store, state, at_ms, state)
    await say(store, "over", 0)
    await store.append(turn("over"), HERE, [TurnFinished(key="f")])
    await store.append(turn("unasked"), THERE, [SkillStarted(key="s", skill="S", at_ms=9)])
    assert [r.id for r in await store.unfinished()] == [
        turn("sent"),
        turn("sending"),
        turn("unasked"),
    ]


async def test_a_rejected_message_is_returned_as_draft_and_its_turn_removed(
    store: SqliteStore,
) -> None:
    await say(store, 1, 5, "unconfirmed")
    await store.append(turn(1), HERE, [delta(0, "a"), TurnStarted(key="s")])
    await store.return_rejected(turn(1), HERE, "hi")
    assert await store.draft(HERE) == "hi"
    assert await store.turns(HERE) == []
    assert await store.timeline(HERE) == []


async def test_recalled_messages_are_newest_first_without_duplicates(store: SqliteStore) -> None:
    for at_ms, text in enumerate(("one", "two", "one", "three"), 1):
        await say(store, at_ms, at_ms, text=text)
    await store.append(turn("unasked"), HERE, [TurnStarted(key="s")])
    assert await store.recall() == ["three", "one", "two"]
    assert await store.recall(2) == ["three", "one"]


async def test_messages_and_replies_are_found_by_id(store: SqliteStore) -> None:
    prompt = Prompt(text="hi", state="sent", message_id=MessageId("u"), at_ms=1)
    await store.save_turn(turn(1), HERE, prompt)
    message = AgentMessage(key="a", text="ho", message_id=MessageId("a"))
    await store.append(turn(1), HERE, [message, delta(0, "x", "half")])
    known = [await store.message_known(HERE, MessageId(m)) for m in ("u", "a", "half", "z")]
    assert known == [True, True, False, False]
    assert not await store.message_known(THERE, MessageId("u"))


# -- order and pages ------------------------------------------------------------------------


async def test_turns_are_paged_back_from_the_newest(store: SqliteStore) -> None:
    for number in range(7):
        await say(store, number, 10 + number)
    newest = await store.turns(HERE, limit=3)
    assert [r.id for r in newest] == [turn(4), turn(5), turn(6)]
    older = await store.turns(HERE, limit=3, before=newest[0].id)
    assert [r.id for r in older] == [turn(1), turn(2), turn(3)]
    assert [r.id for r in await store.turns(HERE, before=older[0].id)] == [turn(0)]
    assert await store.turns(HERE, before=turn(0)) == []
    assert await store.turns(HERE, before=turn("none")) == []


async def test_turns_are_paged_from_any_turn(store: SqliteStore) -> None:
    for number in range(7):
        await say(store, number, 10 + number)
    newer = await store.turns(HERE, limit=3, after=turn(1))
    assert [r.id for r in newer] == [turn(2), turn(3), turn(4)]
    assert [r.id for r in await store.turns(HERE, after=turn(5))] == [turn(6)]
    assert await store.turns(HERE, after=turn(6)) == []
    assert await store.turns(HERE, after=turn("none")) == []


async def test_history_loaded_backwards_is_ordered(store: SqliteStore) -> None:
    for at_ms in (30, 20, 10):
        await say(store, at_ms, at_ms)
    assert await names(store) == ["10", "20", "30"]


async def test_turns_with_equal_timestamps_keep_their_order(store: SqliteStore) -> None:
    for name in "abc":
        await say(store, name, 10)
    page = await store.turns(HERE, limit=2)
    assert [r.id for r in page] == [turn("b"), turn("c")]
    assert [r.id for r in await store.turns(HERE, before=page[0].id)] == [turn("a")]


async def test_a_new_message_is_ordered_last_although_the_local_clock_is_slow(
    store: SqliteStore,
) -> None:
    await say(store, "history", 1000)
    await say(store, "first", 5, "queued")
    await say(store, "second", 6, "queued")
    assert await names(store) == ["history", "first", "second"]
    await say(store, "first", 5, "sending")
    assert await names(store) == ["history", "first", "second"]


async def test_the_position_of_a_turn_never_changes(store: SqliteStore) -> None:
    await say(store, "history", 1000)
    for name in ("first", "second"):
        await say(store, name, 5, "queued")
        await say(store, name, 5, "sending")
    await say(store, "first", 2000)
    assert await names(store) == ["history", "first", "second"]


async def test_queued_messages_are_ordered_after_the_running_turn(store: SqliteStore) -> None:
    await say(store, "queued", 5, "queued")
    await say(store, "other device", 1000)
    assert await names(store) == ["other device", "queued"]


async def test_a_turn_without_a_prompt_is_ordered_by_its_events(store: SqliteStore) -> None:
    await say(store, "old", 10)
    await say(store, "new", 30)
    await store.save_turn(turn("unasked"), HERE, None, RunId("run"))
    assert await names(store) == ["old", "new", "unasked"]
    events: list[TurnEvent] = [TurnStarted(key="s", at_ms=20), TurnFinished(key="f", at_ms=40)]
    await store.append(turn("unasked"), HERE, events)
    assert await names(store) == ["old", "unasked", "new"]


# -- events ---------------------------------------------------------------------------------


async def events_of(store: SqliteStore, name: object = 1) -> tuple[TurnEvent, ...]:
    record = await store.turn(turn(name))
    assert record is not None
    return record.events


async def test_events_survive_a_round_trip(store: SqliteStore) -> None:
    events: list[TurnEvent] = [
        TurnStarted(key="1", run_id=RunId("r"), event_id="e1", seq=1, at_ms=5, raw={"a": [1]}),
        ApprovalRequested(
            key="2",
            call_id=CallId("c"),
            skill="Refund",
            parameters={"amount": 1.5, "half \ud83d": None},
            schema=({"name": "amount"},),
        ),
        UnknownEvent(key="3", kind="new.thing", raw={"nested": {"x": "\u202e\x00"}}),
        LogLine(key="4", name="n", detail="d", seen_ms=9),
    ]
    await store.append(turn(1), HERE, events)
    assert await events_of(store) == tuple(events)


async def test_a_duplicate_event_is_stored_once(store: SqliteStore) -> None:
    first = AgentMessage(key="a", text="first")
    await store.append(turn(1), HERE, [first, first])
    await store.append(turn(1), HERE, [AgentMessage(key="a", text="again")])
    assert await events_of(store) == (first,)


async def test_the_same_key_in_another_conversation_is_another_event(store: SqliteStore) -> None:
    event = TurnStarted(key="a")
    await store.append(turn(1), HERE, [event])
    await store.append(turn(2), THERE, [event])
    assert await events_of(store, 2) == (event,)


async def test_heartbeats_are_not_stored_and_are_no_activity(store: SqliteStore) -> None:
    await say(store, 1, 5)
    await store.append(turn(1), HERE, [Heartbeat(key="h", at_ms=99)])
    assert await events_of(store) == ()
    assert (await store.conversations())[0].updated_ms == 5


async def test_appending_no_events_changes_nothing(store: SqliteStore) -> None:
    await store.append(turn(1), HERE, [])
    assert await store.conversations() == []


async def test_the_end_of_another_turn_does_not_end_this_one(store: SqliteStore) -> None:
    await store.append(turn(1), HERE, [TurnFinished(key="f")])
    await store.append(turn(2), HERE, [TurnFinished(key="f")])
    assert [r.id for r in await store.unfinished()] == [turn(2)]


async def test_the_timeline_is_ordered_by_time_and_arrival(store: SqliteStore) -> None:
    await store.append(turn(1), HERE, [TurnStarted(key="b", at_ms=20), LogLine(key="c", name="n")])
    await store.append(turn(1), HERE, [LogLine(key="d", name="n", seen_ms=20), delta(0, "x")])
    await store.append(turn(2), HERE, [TurnStarted(key="a", at_ms=10)])
    assert [e.key for e in await store.timeline(HERE)] == ["c", "a", "b", "d"]
    assert [e.key for e in await store.timeline(HERE, limit=2)] == ["b", "d"]
    assert [e.key for e in await store.timeline(HERE, until_ms=10)] == ["a"]


# -- pieces of messages ---------------------------------------------------------------------


async def test_consecutive_text_deltas_are_stored_as_one(store: SqliteStore) -> None:
    pieces = [delta(0, "Hel", event_id="1"), delta(3, "lo", event_id="2"), delta(5, " you")]
    await store.append(turn(1), HERE, pieces)
    assert await events_of(store) == (delta(0, "Hello you", event_id="2"),)


async def test_a_longer_duplicate_text_delta_replaces_the_shorter(store: SqliteStore) -> None:
    await store.append(turn(1), HERE, [delta(0, "Hé\x00")])
    await store.append(turn(1), HERE, [delta(0, "Hé\x00"), delta(3, "llo")])
    await store.append(turn(1), HERE, [delta(0, "H")])
    assert await events_of(store) == (delta(0, "Hé\x00llo"),)


async def test_text_deltas_are_deleted_when_the_whole_message_arrives(store: SqliteStore) -> None:
    whole = AgentMessage(key="a", text="Hello", message_id=MessageId("m"))
    await store.append(turn(1), HERE, [delta(0, "He"), delta(0, "other", "n")])
    await store.append(turn(1), HERE, [whole])
    await store.append(turn(1), HERE, [delta(2, "llo")])
    assert await events_of(store) == (whole, delta(0, "other", "n"))


async def test_numbered_text_deltas_stay_because_numbers_reveal_gaps(store: SqliteStore) -> None:
    pieces = [delta(0, "He", seq=1), delta(2, "llo", seq=2)]
    whole = AgentMessage(key="a", text="Hello", message_id=MessageId("m"), seq=3)
    await store.append(turn(1), HERE, [*pieces, whole])
    assert await events_of(store) == (*pieces, whole)
    assert [e.key for e in await store.timeline(HERE)] == ["a"]


@pytest.mark.parametrize("halves", [("\ud83d", "\ude00"), ("a", "\ud83d")])
async def test_surrogate_halves_in_text_deltas_keep_their_offsets(
    store: SqliteStore, halves: tuple[str, str]
) -> None:
    await store.append(turn(1), HERE, [delta(0, halves[0])])
    await store.append(turn(1), HERE, [delta(1, halves[1])])
    assert [len(e.text) for e in await events_of(store) if isinstance(e, TextDelta)] == [1, 1]


# -- a turn in two runs ---------------------------------------------------------------------


async def test_a_turn_continued_in_another_run_is_found_by_both_run_ids(store: SqliteStore) -> None:
    one, two = RunId("run-1"), RunId("run-2")
    await store.save_turn(turn(1), HERE, Prompt(text="hi", state="sent", at_ms=1), one)
    await store.append(turn("stray"), HERE, [AgentMessage(key="m", text="Hi.", run_id=two)])
    assert await store.join_run(turn(1), two) == turn("stray")
    assert await store.join_run(turn(1), two) is None
    for run_id in (one, two):
        found = await store.turn_of_run(HERE, run_id)
        assert found
        assert found.id == turn(1)
        assert [event.key for event in found.events] == ["m"]
    assert await names(store) == ["1"]
    assert [hit.turn_id for hit in await store.search("hi")] == [turn(1), turn(1)]


async def test_a_turn_with_a_prompt_is_not_merged_into_another(store: SqliteStore) -> None:
    two = RunId("run-2")
    await say(store, 1, 1)
    await store.save_turn(turn(2), HERE, Prompt(text="me too", state="sent", at_ms=2), two)
    assert await store.join_run(turn(1), two) is None
    assert await names(store) == ["1", "2"]


async def test_a_run_is_found_after_its_conversation_gets_its_server_id(store: SqliteStore) -> None:
    await say(store, 1, 1)
    await store.join_run(turn(1), RunId("run-2"))
    await store.rename_conversation(HERE, THERE)
    found = await store.turn_of_run(THERE, RunId("run-2"))
    assert found
    assert found.id == turn(1)
