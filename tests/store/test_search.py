"""Full-text search: results, ranking, and an index in step with the stored messages."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.core.events import AgentMessage
from tui.core.ids import ConversationId, MessageId, TurnId
from tui.core.records import Conversation, Hit, Prompt
from tui.store import SqliteStore, search
from tui.store.migrate import migrate, migrations

HERE, THERE = map(ConversationId, ("here", "there"))


async def ask(
    store: SqliteStore, name: str, text: str, at_ms: int = 1, where: ConversationId = HERE
) -> None:
    await store.save_turn(TurnId(name), where, Prompt(text=text, state="sent", at_ms=at_ms))


async def answer(
    store: SqliteStore, name: str, text: str, at_ms: int = 2, *, from_history: bool = False
) -> None:
    message = AgentMessage(
        key=f"{name}/{at_ms}",
        text=text,
        message_id=MessageId(name) if from_history else None,
        at_ms=at_ms,
        from_history=from_history,
    )
    await store.append(TurnId(name), HERE, [message])


async def texts(store: SqliteStore, words: str) -> list[str]:
    return [hit.snippet for hit in await store.search(words)]


def marked(hit: Hit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.marks]


# -- what is found --------------------------------------------------------------------------


async def test_messages_replies_and_titles_are_found_with_their_position(
    store: SqliteStore,
) -> None:
    await store.save_conversations([Conversation(id=HERE, title="Laptop for Ada", updated_ms=9)])
    await ask(store, "t1", "Order a laptop", 5)
    await answer(store, "t1", "Which laptop would you like?", 6)
    hits = {hit.source: hit for hit in await store.search("laptop")}
    assert {hit.conversation_id for hit in hits.values()} == {HERE}
    assert {hit.title for hit in hits.values()} == {"Laptop for Ada"}
    assert (hits["title"].turn_id, hits["title"].at_ms) == (None, 9)
    assert (hits["user"].turn_id, hits["user"].event_key, hits["user"].at_ms) == ("t1", None, 5)
    assert (hits["agent"].turn_id, hits["agent"].event_key) == ("t1", "t1/6")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("creme", True),
        ("CRÈME brul", True),
        ("brulee creme", True),
        ("rème", False),
        ("creme pudding", False),
        ("foo-b", True),
        ("foo b", True),
        ("!? creme", True),
        ("?", False),
        ("", False),
    ],
)
async def test_search_words_match_prefixes_without_accents(
    store: SqliteStore, words: str, found: bool
) -> None:
    await ask(store, "t1", "Crème brûlée for foo-bar")
    assert bool(await store.search(words)) is found


async def test_search_words_are_highlighted_in_a_one_line_excerpt(store: SqliteStore) -> None:
    before, after = "before " * 200, " after" * 200
    await answer(store, "t1", f"# Report\n\n{before}\n\n- the **disk** is\n  full{after}")
    (hit,) = await store.search("disk ful")
    assert marked(hit) == ["disk", "full"]
    assert "the disk is full" in hit.snippet
    assert len(hit.snippet) < 300


async def test_hostile_text_is_sanitized_and_cannot_fake_highlights(store: SqliteStore) -> None:
    await ask(store, "t1", "[b]needle[/b] \x1b[31m <mark>x</mark> \x02\x03 \u202e needle\ud800")
    (hit,) = await store.search("needle")
    assert marked(hit) == ["needle", "needle"]
    assert "\x1b" not in hit.snippet
    assert "\u202e" not in hit.snippet


async def test_lone_surrogates_in_an_event_do_no_harm(store: SqliteStore) -> None:
    await answer(store, "t1", "half \ud83d a pair \x00 and more")
    assert len(await store.search("half")) == 1


async def test_search_ranking_is_best_first_and_newest_among_equals(store: SqliteStore) -> None:
    await ask(store, "old", "disk is full", 10)
    await ask(store, "new", "disk is slow", 20)
    await ask(store, "long", "a disk " + "and many other things " * 40, 30)
    for number in range(6):
        await ask(store, f"other {number}", "nothing of the kind", 40)
    hits = [hit.turn_id for hit in await store.search("disk")]
    assert hits == ["new", "old", "long"]


async def test_a_message_from_stream_and_history_is_one_search_result(store: SqliteStore) -> None:
    await answer(store, "t1", "The disk is full.", 2)
    await answer(store, "t1", "The disk is full.\n", 3, from_history=True)
    assert len(await store.search("disk")) == 1


async def test_search_finds_only_conversations_of_the_account(
    store: SqliteStore, path: Path
) -> None:
    await ask(store, "t1", "a secret plan")
    other = await SqliteStore.open(path, "other account")
    assert list(await other.search("secret")) == []
    await other.aclose()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(alphabet=st.characters(), max_size=40) | st.text('"*^:()-+{} ANDORNEAT\0'))
def test_no_search_query_raises(words: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        migrate(connection)
        search.found(connection, "account", words, 10)


# -- the index is what is stored --------------------------------------------------------------


async def test_changed_text_is_reindexed(store: SqliteStore) -> None:
    await store.save_conversations([Conversation(id=HERE, title="Old name")])
    await store.save_conversations([Conversation(id=HERE, title="New name")])
    await ask(store, "t1", "first words")
    await ask(store, "t1", "second words")
    assert await texts(store, "old") == []
    assert await texts(store, "first") == []
    assert await texts(store, "new") == ["New name"]
    assert await texts(store, "second") == ["second words"]


async def test_deleted_text_is_removed_from_the_search_index(
    store: SqliteStore, path: Path
) -> None:
    await store.save_conversations([Conversation(id=HERE, title="Xylophones")])
    await ask(store, "t1", "about xylophones")
    await answer(store, "t1", "Xylophones are wooden.")
    await ask(store, "t2", "xylophones there", where=THERE)
    await store.return_rejected(TurnId("t2"), THERE, "")
    assert len(await store.search("xylophones")) == 3
    await store.delete_conversation(HERE)
    assert list(await store.search("xylophones")) == []
    await ask(store, "t3", "a new turn may take the number of an old one", where=THERE)
    assert list(await store.search("xylophones")) == []


@pytest.mark.parametrize("forget", ["delete", "wipe"])
async def test_deleted_text_leaves_no_words_in_the_database_file(path: Path, forget: str) -> None:
    store = await SqliteStore.open(path, "account")
    await ask(store, "t1", "about xylophones")
    await answer(store, "t1", "Xylophones are wooden.")
    if forget == "delete":
        await store.delete_conversation(HERE)
    else:
        await store.wipe()
    await store.aclose()
    assert b"xylophone" not in await asyncio.to_thread(lambda: path.read_bytes().lower())


async def test_a_conversation_that_gets_its_server_id_stays_indexed(store: SqliteStore) -> None:
    await store.save_conversations([Conversation(id=HERE, title="Here")])
    await ask(store, "t1", "some words")
    await store.rename_conversation(HERE, THERE)
    assert [hit.conversation_id for hit in await store.search("some")] == [THERE]
    assert [hit.conversation_id for hit in await store.search("here")] == [THERE]


def test_a_database_of_the_previous_version_is_indexed() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, migrations()[:1])
        connection.execute("INSERT INTO conversations (account, id, title) VALUES ('a','c','Tea')")
        connection.execute(
            "INSERT INTO turns (account, id, conversation, position, text)"
            " VALUES ('a', 't', 1, 1, 'Green tea please')"
        )
        connection.execute(
            "INSERT INTO events (conversation, turn, key, kind, body)"
            """ VALUES (1, 1, 'k', 'agent_message', '{"text": "Here is your tea"}')"""
        )
        migrate(connection)
        hits = search.found(connection, "a", "tea", 10)
        assert {hit.source for hit in hits} == {"title", "user", "agent"}
        assert search.problems(connection) == []


def test_messages_of_an_older_database_with_any_json_are_found() -> None:
    """SQLite refuses some of what Python writes as JSON, and reads halves of it otherwise."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, migrations()[:7])
        connection.execute("INSERT INTO conversations (account, id) VALUES ('a','c')")
        connection.execute(
            "INSERT INTO turns (account, id, conversation, position) VALUES ('a', 't', 1, 1)"
        )
        bodies = {
            "plain": '{"text": "Green tea", "raw": {"a": 1}}',
            "half": r'{"text": "Tea \ud83d half", "raw": {}}',
            "empty": "{}",
        }
        for number, (key, body) in enumerate(bodies.items(), 1):
            connection.execute(
                "INSERT INTO events (number, conversation, turn, key, kind, body)"
                " VALUES (?, 1, 1, ?, 'agent_message', ?)",
                (number, key, body),
            )
        connection.execute(
            "UPDATE events SET body = ? WHERE key = 'plain'",
            ('{"text": "Green tea", "raw": {"a": Infinity}}',),
        )
        connection.execute(
            "INSERT INTO events (conversation, turn, key, kind, body)"
            ' VALUES (1, 1, \'unknown\', \'unknown_event\', \'{"kind": "x", "raw": {"a": NaN}}\')'
        )
        migrate(connection)
        found = {hit.event_key for hit in search.found(connection, "a", "tea", 10)}
        assert found == {"plain", "half"}
        assert search.problems(connection) == []
        assert connection.execute("SELECT count(*) FROM words").fetchone() == (3,)
        connection.execute("DELETE FROM events")
        assert connection.execute("SELECT count(*) FROM words").fetchone() == (0,)


def test_a_difference_between_search_index_and_store_would_be_detected() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        connection.execute("INSERT INTO conversations (account, id, title) VALUES ('a','c','Tea')")
        connection.execute("DELETE FROM words")
        connection.execute("INSERT INTO words (rowid, text) VALUES (8, 'never said')")
        assert len(search.problems(connection)) == 2


async def test_an_excerpt_of_a_table_has_no_borders(store: SqliteStore) -> None:
    rows = ("| Service | State |", "| --- | --- |", "| Mail | ok |", "| VPN | slow |")
    await answer(store, "t1", "\n".join(rows))
    [hit] = await store.search("vpn")
    assert "|" not in hit.snippet
    assert "Service · State" in hit.snippet
    assert marked(hit) == ["VPN"]


async def test_a_tag_restricts_the_search_and_is_found_alone(store: SqliteStore) -> None:
    here, there = ConversationId("here"), ConversationId("there")
    for where in (here, there):
        await store.save_conversations([Conversation(id=where, title=f"Talk {where}")])
        await store.save_turn(TurnId(where), where, Prompt(text="slow vpn #7", at_ms=1))
    await store.tag_conversation(here, ("network",))
    await store.archive_conversation(here, archived=True)
    assert {hit.conversation_id for hit in await store.search("vpn")} == {here, there}
    assert [hit.conversation_id for hit in await store.search("#net vpn")] == [here]
    assert [hit.snippet for hit in await store.search("#network")] == ["Talk here"]
    assert len(await store.search("#7")) == 2  # no tag: text
    assert await store.search("#net absent") == []
