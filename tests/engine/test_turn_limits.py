"""Limits of a turn: an oversized one ends with an error and keeps what came before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.engine_room import QUICK, Room
from tests.fakes import ScriptedBackend, finished, piece, reply, said, started
from tui.core.events import TurnEvent, UnknownEvent
from tui.core.limits import MOST_CHARACTERS, MOST_EVENTS, MOST_STEPS, characters_in
from tui.core.steps import TextStep
from tui.engine.session import Session
from tui.store import SqliteStore

pytestmark = pytest.mark.slow


def messages() -> Iterable[TurnEvent]:
    return (said(f"Message {number}") for number in range(3 * MOST_STEPS))


def unknown_events() -> Iterable[TurnEvent]:
    return (
        UnknownEvent(key=f"unknown-{number}", kind="agent.thought", raw={"n": number})
        for number in range(2 * MOST_EVENTS)
    )


def large_events() -> Iterable[TurnEvent]:
    text = "x" * 1_000_000
    return (
        UnknownEvent(key=f"large-{number}", kind="agent.thought", raw={"text": [text]})
        for number in range(3 * MOST_CHARACTERS // len(text))
    )


def endless_text() -> Iterable[TurnEvent]:
    text = "x" * 1_000_000
    return (piece(number * len(text), text) for number in range(3 * MOST_CHARACTERS // len(text)))


@pytest.mark.parametrize(
    ("flood", "named"),
    [
        (messages, "2,000 messages and skills"),
        (unknown_events, "20,000 events"),
        (large_events, "32 million characters"),
        (endless_text, "32 million characters"),
    ],
)
async def test_a_flood_of_events_ends_the_turn_and_the_next_message_is_answered(
    flood: Callable[[], Iterable[TurnEvent]], named: str, tmp_path: Path
) -> None:
    script = [started(), said("The first message"), *flood(), said("Never read"), finished()]
    backend = ScriptedBackend(script, reply("Here I am"))
    store = await SqliteStore.open(tmp_path / "test.db", "test")
    room = Room(store, backend)
    async with Session(backend, store, room.hear, timeouts=QUICK) as session:
        room.session = session
        turn = await room.ask("Go")
        assert turn.outcome == "failed"
        assert named in turn.reason
        texts = [step.text for step in turn.steps if isinstance(step, TextStep)]
        assert texts[0] == "The first message"
        assert "Never read" not in texts
        after = await room.ask("Are you there?", turn.conversation_id)
        assert (after.outcome, after.reply) == ("finished", "Here I am")
    await store.aclose()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_counted_characters_are_at_most_those_of_the_json(value: object) -> None:
    assert characters_in(value) <= len(json.dumps(value, ensure_ascii=False))


@given(st.lists(st.text(max_size=20), max_size=20))
def test_characters_of_all_texts_count_towards_the_limit(texts: list[str]) -> None:
    nested: object = texts
    for key in islice(texts, 3):
        nested = {key: nested}
    assert characters_in(nested) >= sum(map(len, texts))
