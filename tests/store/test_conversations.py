"""Store queries of the sidebar, the composer and logout."""

from __future__ import annotations

from pathlib import Path

from tui.core.events import AgentMessage, TurnFinished
from tui.core.ids import ConversationId, MessageId, RunId, TurnId, local_conversation
from tui.core.records import Conversation, Prompt
from tui.core.store_port import TurnStore
from tui.store import SqliteStore

ONE, TWO, THREE = map(ConversationId, ("one", "two", "three"))


def test_the_store_implements_the_protocol_of_the_engine(store: SqliteStore) -> None:
    as_port: TurnStore = store
    assert as_port is store


async def test_conversations_are_sorted_by_newest_activity_and_unknown_last(
    store: SqliteStore,
) -> None:
    await store.save_conversations(
        [
            Conversation(id=THREE),
            Conversation(id=ONE, updated_ms=100),
            Conversation(id=TWO, created_ms=200),
        ]
    )
    assert [c.id for c in await store.conversations()] == [TWO, ONE, THREE]
    assert [c.id for c in await store.conversations(limit=1, offset=1)] == [ONE]


async def test_of_conversations_with_the_same_activity_the_one_started_later_is_first(
    store: SqliteStore,
) -> None:
    for conversation in (
        Conversation(id=TWO, created_ms=1, updated_ms=9),
        Conversation(id=ONE, created_ms=1, updated_ms=9),
        Conversation(id=THREE, created_ms=5, updated_ms=9),
    ):
        await store.save_conversations([conversation])
    assert [c.id for c in await store.conversations()] == [THREE, *sorted((ONE, TWO))]


async def test_a_known_title_is_never_cleared(store: SqliteStore) -> None:
    await store.save_conversations(
        [Conversation(id=ONE, title="Refunds", first_text="hi", created_ms=5, updated_ms=9)]
    )
    await store.save_conversations([Conversation(id=ONE, updated_ms=7)])
    known = Conversation(id=ONE, title="Refunds", first_text="hi", created_ms=5, updated_ms=9)
    assert await store.conversation(ONE) == known
    await store.save_conversations([Conversation(id=ONE, title="Returns", updated_ms=11)])
    renamed = await store.conversation(ONE)
    assert renamed is not None
    assert (renamed.title, renamed.updated_ms) == ("Returns", 11)


async def test_a_listing_does_not_mark_anything_read(store: SqliteStore) -> None:
    await store.save_conversations([Conversation(id=ONE)])
    await store.mark_read(ONE, unread=True)
    await store.save_conversations([Conversation(id=ONE, title="T")])
    assert (await store.conversations())[0].unread
    await store.mark_read(ONE)
    assert not (await store.conversations())[0].unread


async def test_messages_and_events_are_activity(store: SqliteStore) -> None:
    await store.save_conversations([Conversation(id=ONE, updated_ms=10)])
    await store.save_turn(TurnId("t"), ONE, Prompt(text="hi", at_ms=20))
    assert (await store.conversations())[0].updated_ms == 20
    await store.append(TurnId("t"), ONE, [AgentMessage(key="a", text="ho", at_ms=30)])
    assert (await store.conversations())[0].updated_ms == 30
    await store.append(TurnId("t"), ONE, [AgentMessage(key="b", text="late", at_ms=15)])
    assert (await store.conversations())[0].updated_ms == 30


async def test_deleting_a_conversation_deletes_everything_in_it(store: SqliteStore) -> None:
    await store.save_turn(TurnId("t"), ONE, Prompt(text="hi", at_ms=1))
    await store.append(TurnId("t"), ONE, [AgentMessage(key="a", text="ho")])
    await store.save_draft(ONE, "half a")
    await store.delete_conversation(ONE)
    assert await store.conversation(ONE) is None
    assert await store.turn(TurnId("t")) is None
    assert await store.timeline(ONE) == []
    assert await store.draft(ONE) == ""


async def test_a_local_conversation_gets_its_server_id(store: SqliteStore) -> None:
    local = local_conversation("1")
    await store.save_conversations([Conversation(id=local, first_text="hi", created_ms=5)])
    await store.save_turn(TurnId("t"), local, Prompt(text="hi", at_ms=5))
    await store.save_draft(local, "and")
    await store.rename_conversation(local, ONE)
    (conversation,) = await store.conversations()
    assert (conversation.id, conversation.first_text) == (ONE, "hi")
    (record,) = await store.turns(ONE)
    assert (record.id, record.conversation_id) == ("t", ONE)
    assert await store.draft(ONE) == "and"


async def test_a_server_id_already_listed_is_merged(store: SqliteStore) -> None:
    local = local_conversation("1")
    await store.save_conversations([Conversation(id=ONE, title="Topic", updated_ms=9)])
    await store.save_turn(TurnId("t"), local, Prompt(text="hi", at_ms=5))
    await store.append(TurnId("t"), local, [AgentMessage(key="a", text="ho")])
    await store.rename_conversation(local, ONE)
    await store.rename_conversation(local, ONE)
    (conversation,) = await store.conversations()
    assert (conversation.id, conversation.title) == (ONE, "Topic")
    (record,) = await store.turns(ONE)
    assert [event.key for event in record.events] == ["a"]
    assert [event.key for event in await store.timeline(ONE)] == ["a"]


async def test_the_local_id_stays_valid_for_every_call(store: SqliteStore, path: Path) -> None:
    local, turn_id = local_conversation("1"), TurnId("t")
    await store.save_turn(turn_id, local, Prompt(text="hi", at_ms=5))
    await store.rename_conversation(local, ONE)
    await store.rename_conversation(local, TWO)
    other = await SqliteStore.open(path, "account")
    assert await other.save_turn(TurnId("u"), local, Prompt(text="ho", at_ms=6)) == ONE
    await other.save_conversations([Conversation(id=local, first_text="hi")])
    await other.name_conversation(local, "Mine")
    await other.pin_conversation(local, pinned=True)
    await other.mark_read(local, unread=True)
    await other.save_draft(local, "and")
    await other.append(turn_id, local, [AgentMessage(key="a", text="x", message_id=MessageId("m"))])
    await other.return_rejected(TurnId("v"), local, "and more")
    (known,) = await store.conversations()
    assert known == await other.conversation(local)
    assert (known.id, known.given_name, known.pinned, known.unread) == (ONE, "Mine", True, True)
    assert await store.draft(ONE) == await other.draft(local) == "and more"
    assert [r.id for r in await other.turns(local)] == ["t", "u"]
    assert [r.id for r in await other.turns(local, after=turn_id)] == ["u"]
    assert [r.id for r in await other.pending(local)] == ["t", "u"]
    assert [event.key for event in await other.timeline(local)] == ["a"]
    assert await other.message_known(local, MessageId("m"))
    await other.join_run(turn_id, RunId("r"))
    assert await other.turn_of_run(local, RunId("r"))
    assert not await other.drop_if_empty(local)
    await other.delete_conversation(local)
    assert await store.conversations() == []
    await other.aclose()


async def test_only_an_empty_local_conversation_is_dropped(
    store: SqliteStore,
) -> None:
    local = local_conversation("1")
    await store.save_conversations([Conversation(id=ONE), Conversation(id=local)])
    await store.save_turn(TurnId("t"), local, Prompt(text="hi", at_ms=5))
    assert not await store.drop_if_empty(ONE)
    assert not await store.drop_if_empty(local)
    await store.withdraw(TurnId("t"))
    assert await store.drop_if_empty(local)
    assert [c.id for c in await store.conversations()] == [ONE]


async def test_setting_the_same_server_id_again_loses_nothing(store: SqliteStore) -> None:
    await store.save_conversations([Conversation(id=ONE, title="Topic")])
    await store.rename_conversation(ONE, ONE)
    assert await store.conversation(ONE) is not None


async def test_a_turn_saved_under_the_local_id_stays_in_its_conversation(
    store: SqliteStore,
) -> None:
    local = local_conversation("1")
    await store.save_turn(TurnId("t"), local, Prompt(text="hi", at_ms=5))
    await store.rename_conversation(local, ONE)
    await store.save_turn(TurnId("t"), local, Prompt(text="hi", at_ms=5, state="sending"))
    await store.append(TurnId("t"), local, [AgentMessage(key="a", text="ho")])
    assert [c.id for c in await store.conversations()] == [ONE]
    (record,) = await store.turns(ONE)
    assert record.prompt == Prompt(text="hi", at_ms=5, state="sending")


async def test_each_conversation_and_the_new_one_have_a_draft(store: SqliteStore) -> None:
    await store.save_draft(None, "new")
    await store.save_draft(ONE, "one")
    await store.save_draft(ONE, "one more\n")
    assert (await store.draft(None), await store.draft(ONE)) == ("new", "one more\n")
    assert await store.draft(TWO) == ""
    await store.save_draft(None, "")
    assert await store.draft(None) == ""


async def test_notes_are_stored(store: SqliteStore) -> None:
    assert await store.note("open") is None
    await store.save_note("open", "one")
    await store.save_note("open", "two")
    assert await store.note("open") == "two"


async def test_text_invalid_for_sqlite_stays_readable(store: SqliteStore) -> None:
    await store.save_draft(ONE, "half \ud83d emoji, nul \x00, whole \U0001f600")
    assert await store.draft(ONE) == "half \ufffd emoji, nul \x00, whole \U0001f600"


async def test_accounts_do_not_see_each_other(store: SqliteStore, path: Path) -> None:
    other = await SqliteStore.open(path, "other")
    for each, text in ((store, "mine"), (other, "theirs")):
        await each.save_conversations([Conversation(id=ONE, title=text)])
        await each.save_turn(TurnId("t"), ONE, Prompt(text=text, at_ms=1))
        await each.append(TurnId("t"), ONE, [AgentMessage(key="a", text=text)])
        await each.save_draft(ONE, text)
        await each.save_note("n", text)
    for each, text in ((store, "mine"), (other, "theirs")):
        assert [c.title for c in await each.conversations()] == [text]
        assert await each.recall() == [text]
        assert [r.prompt.text for r in await each.unfinished() if r.prompt] == [text]
        assert await each.draft(ONE) == text
        assert await each.note("n") == text
        (message,) = await each.timeline(ONE)
        assert isinstance(message, AgentMessage)
        assert message.text == text
    await other.aclose()


async def test_a_logout_wipe_leaves_no_text_of_the_account_on_disk(
    store: SqliteStore, path: Path
) -> None:
    other = await SqliteStore.open(path, "other")
    await other.save_draft(ONE, "kept words")
    await store.save_turn(TurnId("t"), ONE, Prompt(text="secret words", at_ms=1))
    await store.append(TurnId("t"), ONE, [AgentMessage(key="a", text="secret answer")])
    await store.save_draft(ONE, "secret draft")
    await store.save_note("n", "secret note")
    await store.wipe()
    assert await store.conversations() == []
    assert await store.recall() == []
    assert await store.draft(ONE) == ""
    assert await store.note("n") is None
    assert await other.draft(ONE) == "kept words"
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"secret" not in left
    await other.aclose()


async def test_pins_and_titles_of_the_user_survive_every_listing(
    store: SqliteStore,
) -> None:
    await store.save_conversations(
        [Conversation(id=ONE, title="Topic", updated_ms=1), Conversation(id=TWO, updated_ms=2)]
    )
    await store.name_conversation(ONE, "Mine")
    await store.pin_conversation(ONE, pinned=True)
    await store.save_conversations([Conversation(id=ONE, title="Newer topic", updated_ms=1)])
    assert [hit.conversation_id for hit in await store.search("mine")] == [ONE]
    first, second = await store.conversations()
    assert (first.id, first.name, first.title, first.pinned) == (ONE, "Mine", "Newer topic", True)
    assert second.id == TWO
    await store.name_conversation(ONE, "")
    await store.pin_conversation(ONE, pinned=False)
    assert [c.name for c in await store.conversations()] == ["New conversation", "Newer topic"]


async def test_a_title_of_the_user_is_kept_when_the_server_id_arrives(store: SqliteStore) -> None:
    begun = local_conversation("x")
    await store.save_conversations([Conversation(id=begun, first_text="hi", updated_ms=1)])
    await store.name_conversation(begun, "Mine")
    await store.pin_conversation(begun, pinned=True)
    await store.rename_conversation(begun, ONE)
    (known,) = await store.conversations()
    assert (known.id, known.given_name, known.pinned) == (ONE, "Mine", True)


async def test_only_a_failed_newest_turn_marks_a_conversation_as_failed(store: SqliteStore) -> None:
    old, new = TurnId("old"), TurnId("new")
    await store.save_turn(old, ONE, Prompt(text="a", state="sent", at_ms=10))
    await store.save_turn(new, ONE, Prompt(text="b", state="sent", at_ms=20))
    await store.append(new, ONE, [TurnFinished(key="n", at_ms=21)])
    await store.append(old, ONE, [TurnFinished(key="o", at_ms=11, outcome="failed")])
    assert not (await store.conversations())[0].failed
    last = TurnId("last")
    await store.save_turn(last, ONE, Prompt(text="c", state="sent", at_ms=30))
    await store.append(last, ONE, [TurnFinished(key="l", at_ms=31, outcome="failed")])
    assert (await store.conversations())[0].failed


async def test_archived_conversations_are_listed_apart_and_stay_so(store: SqliteStore) -> None:
    await store.save_conversations([Conversation(id=ONE, title="A"), Conversation(id=TWO)])
    await store.archive_conversation(ONE, archived=True)
    await store.save_conversations([Conversation(id=ONE, title="B", updated_ms=9)])
    assert [c.id for c in await store.conversations()] == [TWO]
    assert [(c.id, c.archived) for c in await store.conversations(archived=True)] == [(ONE, True)]
    await store.archive_conversation(ONE, archived=False)
    assert len(await store.conversations()) == 2


async def test_a_new_conversation_keeps_tags_and_archive_when_the_server_names_it(
    store: SqliteStore,
) -> None:
    new = local_conversation("new")
    await store.save_turn(TurnId("t"), new, Prompt(text="hi", at_ms=20))
    await store.tag_conversation(new, ("net", "urgent"))
    await store.archive_conversation(new, archived=True)
    await store.rename_conversation(new, ONE)
    (found,) = await store.conversations(archived=True)
    assert (found.id, found.tags) == (ONE, ("net", "urgent"))
    await store.tag_conversation(new, ())
    assert (await store.conversations(archived=True))[0].tags == ()
