"""Rename, pin and delete, with the keys and with the mouse."""

from __future__ import annotations

import re
from dataclasses import replace

from textual.widgets import Input

from tests.fakes import EVERYTHING, NOW_MS, MemoryStore, ScriptedBackend, failed_reply, reply
from tests.ui.stage import Stage, conversation
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.ids import ConversationId
from tui.core.ports import Capability
from tui.core.records import Conversation
from tui.ui.sidebar.rename_modal import RenameModal
from tui.ui.sidebar.rows import ConversationRow, Heading, rows_of
from tui.ui.sidebar.tags_modal import TagsModal
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.menu import Menu

MINUTE_MS = 60_000


def three() -> list[Conversation]:
    return [conversation(f"c{n}", f"Subject {n}", NOW_MS - n * MINUTE_MS) for n in range(3)]


def names(stage: Stage) -> list[str]:
    return [row.name for row in stage.listed_conversations()]


async def listed(stage: Stage, *keys: str) -> None:
    """Put the cursor into the list, and press some keys there."""
    await stage.until(lambda: len(stage.listed_conversations()) == 3)
    stage.focus_on("conversations")
    await stage.press("home", *keys)


def place_of(stage: Stage, text: str) -> tuple[int, int]:
    lines = stage.screen().splitlines()
    y = next(n for n, line in enumerate(lines) if text in line)
    return lines[y].index(text), y


def test_pinned_conversations_have_their_own_heading() -> None:
    items = three()
    rows = rows_of([replace(items[2], pinned=True), *items[:2]], lambda _: "idle", NOW_MS)
    assert [row.text if isinstance(row, Heading) else row.name for row in rows] == [
        "Pinned", "Subject 2", "Today", "Subject 0", "Subject 1",
    ]  # fmt: skip


def test_a_failed_conversation_has_its_own_symbol_until_something_runs() -> None:
    row = ConversationRow(ConversationId("c"), "A", "1m", failed=True, unread=True)
    assert "✗ A" in row.drawn(30).plain
    assert "◐ A" in replace(row, state="running").drawn(30).plain


def test_both_titles_of_a_renamed_conversation_are_found() -> None:
    item = replace(three()[0], given_name="Budget")
    for words in ("budget", "subject"):
        assert len(rows_of([item], lambda _: "idle", NOW_MS, words)) == 1


async def test_a_renamed_conversation_keeps_its_title_until_that_is_cleared() -> None:
    store = MemoryStore(three())
    stage = Stage(store=store)
    async with stage.shown():
        await listed(stage, "down", "f2")
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        await stage.press(*"Budget", "enter")
        await stage.until(lambda: names(stage) == ["Subject 0", "Budget", "Subject 2"])
        await store.save_conversations([conversation("c1", "A topic of the server's", NOW_MS)])
        await stage.press("f2")
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        stage.app.screen.query_one(Input).value = ""
        await stage.press("enter")
        await stage.until(lambda: "A topic of the server's" in names(stage))


async def test_the_open_conversation_is_renamed_from_anywhere() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "Hello" in stage.screen() and stage.title)
        await stage.press("f2")
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        await stage.press(*"Greeting", "enter")
        await stage.until(lambda: stage.topbar_title() == "Greeting")


async def test_a_rename_is_sent_to_a_server_with_titles() -> None:
    backend = ScriptedBackend(can=EVERYTHING | Capability.RENAME, conversations=three())
    stage = Stage(backend)
    async with stage.shown():
        await listed(stage, "f2")
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        await stage.press(*"Budget", "enter")
        await stage.until(lambda: "rename" in backend.calls)
        await stage.until(lambda: "Budget" in names(stage))


async def test_a_pinned_conversation_stays_on_top() -> None:
    stage = Stage(store=MemoryStore(three()))
    async with stage.shown():
        await listed(stage, "end", "f4")
        await stage.until(lambda: names(stage) == ["Subject 2", "Subject 0", "Subject 1"])
        assert stage.highlighted_conversation() == "c2"
        await stage.press("f4")
        await stage.until(lambda: names(stage) == ["Subject 0", "Subject 1", "Subject 2"])


async def test_the_context_menu_offers_everything_and_opens_nothing() -> None:
    stage = Stage(store=MemoryStore(three()))
    async with stage.shown():
        await listed(stage)
        await stage.pilot.click(offset=place_of(stage, "Subject 1"), button=3)
        await stage.until(lambda: isinstance(stage.app.screen, Menu))
        assert stage.current_conversation() is None
        assert stage.highlighted_conversation() == "c1"
        await stage.pilot.click(offset=place_of(stage, "Delete"))
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmModal))
        assert "Subject 1" in stage.screen()


async def test_the_menu_button_offers_the_same_in_sidebar_and_header() -> None:
    stage = Stage(store=MemoryStore(three()))
    async with stage.shown():
        await listed(stage, "enter")
        await stage.until(lambda: stage.topbar_title() == "Subject 0")
        await stage.until(lambda: stage.screen().count("⋯") == 2)
        dots = [
            (line.index("⋯"), y)
            for y, line in enumerate(stage.screen().splitlines())
            if "⋯" in line
        ]
        for spot in dots:
            await stage.pilot.click(offset=spot)
            await stage.until(lambda: isinstance(stage.app.screen, Menu))
            assert "Rename" in stage.screen()
            await stage.press("escape")
            await stage.until(lambda: stage.is_chat_in_front())


async def test_a_failed_turn_is_shown_in_the_sidebar() -> None:
    stage = Stage(ScriptedBackend(failed_reply("No luck.")))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "✗ hi" in stage.screen())


async def test_hostile_titles_are_only_text() -> None:
    stage = Stage(store=MemoryStore([conversation("c0", HOSTILE, NOW_MS), *three()[1:]]))
    async with stage.shown():
        await listed(stage, "f2")
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        await stage.press("escape", "delete")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmModal))
        assert not set(UNSAFE) & set(stage.screen())


async def test_an_open_conversation_far_down_the_list_can_be_renamed_too() -> None:
    many = [conversation(f"c{n}", f"Subject {n}", NOW_MS - n * MINUTE_MS) for n in range(300)]
    stage = Stage(store=MemoryStore(many))
    async with stage.shown():
        stage.go_to(ConversationId("c250"))
        await stage.until(lambda: stage.topbar_title() == "Subject 250")
        await stage.press("f2")
        await stage.until(lambda: isinstance(stage.app.screen, RenameModal))
        await stage.press(*"Old", "enter")
        await stage.until(lambda: stage.topbar_title() == "Old")


def test_tags_are_shown_and_filtered_as_far_as_there_is_room() -> None:
    items = three()
    items[1] = replace(items[1], tags=("network", "urgent"))
    (row,) = rows_of(items, lambda _: "idle", NOW_MS, "#net subj")
    assert isinstance(row, ConversationRow)
    assert row.drawn(60).plain.rstrip().endswith("#network #urgent 1m")
    assert "#net… 1m" in row.drawn(24).plain
    assert "#" not in row.drawn(18).plain
    assert isinstance(rows_of(items, lambda _: "idle", NOW_MS, "#none")[0], Heading)


async def test_an_archived_conversation_leaves_the_list_and_comes_back() -> None:
    stage = Stage(store=MemoryStore(three()))
    async with stage.shown():
        await listed(stage, "down", "alt+r")
        await stage.until(lambda: names(stage) == ["Subject 0", "Subject 2"])
        assert "Alt+B lists archived" in stage.working_text()
        assert stage.highlighted_conversation() in ("c0", "c2")  # the cursor stays in the list
        await stage.press("alt+b")
        await stage.until(lambda: names(stage) == ["Subject 1"])
        assert stage.highlighted_conversation() == "c1"
        assert re.search(r"Archived +Alt\+B back", stage.sidebar_text())
        await stage.press("home", "alt+r")
        await stage.until(lambda: "No archived conversations" in stage.sidebar_text())
        await stage.press("alt+b")
        await stage.until(lambda: len(names(stage)) == 3)


async def test_listing_the_archived_conversations_shows_a_hidden_sidebar() -> None:
    stage = Stage(store=MemoryStore(three()))
    async with stage.shown(80, 24):
        assert not stage.is_sidebar_shown()
        await stage.press("alt+b")
        await stage.until(lambda: stage.is_sidebar_shown())
        await stage.until(lambda: "No archived conversations" in stage.sidebar_text())


async def test_the_open_conversation_is_tagged_and_found_by_its_tag() -> None:
    stage = Stage(store=MemoryStore(three()))
    async with stage.shown(140, 40):
        await listed(stage, "enter")
        await stage.until(lambda: stage.topbar_title() == "Subject 0")
        await stage.press("alt+t")
        await stage.until(lambda: isinstance(stage.app.screen, TagsModal))
        await stage.press(*"#Net, vpn", "enter")
        await stage.until(lambda: "#net" in stage.sidebar_text())
        stage.focus_on("conversations")
        await stage.press(*"#vpn")
        await stage.until(lambda: names(stage) == ["Subject 0"])
        await stage.press("escape", "escape", "alt+t")
        await stage.until(lambda: "#net #vpn" in stage.screen())
        await stage.press("ctrl+u", "enter")
        await stage.until(lambda: "#net" not in stage.sidebar_text())
