"""Sidebar with the conversations, alone and in the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.fakes import NOW_MS, ManualClock, MemoryStore, ScriptedBackend
from tests.ui.stage import Stage, conversation
from tui.core.ids import ConversationId
from tui.core.records import Conversation
from tui.ui.chat.active_turns import RowState
from tui.ui.sidebar.rows import ConversationRow, Heading, rows_of
from tui.ui.sidebar.sidebar import Sidebar
from tui.ui.theme.themes import GENIE_DARK

MINUTE_MS = 60_000
DAY_MS = 1440 * MINUTE_MS


def listed(count: int) -> list[Conversation]:
    return [conversation(f"c{n}", f"Subject {n:05}", NOW_MS - n * MINUTE_MS) for n in range(count)]


class Shelf(App[None]):
    """A sidebar and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(GENIE_DARK)
        self.theme = "genie-dark"
        self.clock = ManualClock()
        self.states: dict[str, RowState] = {}
        self.posted: list[object] = []

    def compose(self) -> ComposeResult:
        yield Sidebar(self.clock, lambda cid: self.states.get(cid, "idle"))

    @property
    def sidebar(self) -> Sidebar:
        return self.query_one(Sidebar)

    def on_sidebar_opened(self, event: Sidebar.Opened) -> None:
        self.posted.append(event.conversation_id)

    def on_sidebar_more_wanted(self, event: Sidebar.MoreWanted) -> None:
        self.posted.append("everything" if event.everything else "more")


async def show(
    pilot: Pilot[None], conversations: Sequence[Conversation], current: str | None = None
) -> Sidebar:
    assert isinstance(pilot.app, Shelf)
    sidebar = pilot.app.sidebar
    sidebar.styles.width = 32
    await pilot.pause()
    sidebar.show(conversations, ConversationId(current) if current else None)
    sidebar.list.focus()
    await pilot.pause()
    return sidebar


def lines(sidebar: Sidebar) -> list[str]:
    rows = sidebar.list
    return [rows.render_line(y).text.rstrip() for y in range(min(rows.size.height, 12))]


def test_sidebar_rows_are_grouped_by_period_newest_first() -> None:
    ages = (0, DAY_MS, 3 * DAY_MS, 30 * DAY_MS)
    rows = rows_of(
        [conversation(f"c{age}", "A", NOW_MS - age) for age in ages], lambda _: "idle", NOW_MS
    )
    assert [row.text for row in rows if isinstance(row, Heading)] == [
        "Today",
        "Yesterday",
        "This week",
        "Earlier",
    ]


def test_a_sidebar_row_fits_the_width_and_ends_with_its_age() -> None:
    row = ConversationRow(
        ConversationId("c"), "A very long subject of a conversation", "14m", "asking"
    )
    drawn = row.drawn(30)
    assert drawn.cell_length == 30
    assert drawn.plain.startswith("  ◆ A very long")
    assert drawn.plain.endswith("… 14m  ")


def test_wide_unicode_characters_do_not_break_the_alignment() -> None:
    row = ConversationRow(ConversationId("c"), "部署が失敗しました、助けてください", "2h")
    assert row.drawn(24).cell_length == 24


def test_markup_in_a_title_is_only_text() -> None:
    row = ConversationRow(ConversationId("c"), "[/oops] [@click=app.quit]x[/]", "1m")
    assert "[/oops] [@click=app.quit]" in row.drawn(60).plain


async def test_conversation_states_are_shown_by_symbol() -> None:
    app = Shelf()
    app.states = {"c0": "running", "c1": "asking", "c3": "signing_in"}
    async with app.run_test(size=(80, 24)) as pilot:
        unread = conversation("c2", "Unread one", NOW_MS - DAY_MS * 9, unread=True)
        sidebar = await show(pilot, [*listed(2), conversation("c3", "Salesforce", NOW_MS), unread])
        text = "\n".join(lines(sidebar))
        assert "◐ Subject 00000" in text
        assert "◆ Subject 00001" in text
        assert "● Unread one" in text
        assert "◇ Salesforce" in text


async def test_the_highlight_stays_with_its_conversation() -> None:
    app = Shelf()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = await show(pilot, listed(5), "c2")
        assert sidebar.highlighted == "c2"
        newer = conversation("new", "Brand new", NOW_MS + MINUTE_MS)
        sidebar.show([newer, *listed(5)], ConversationId("c2"))
        assert sidebar.highlighted == "c2"
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.posted[-1] == "c3"


async def test_activity_moves_no_row_while_the_sidebar_has_the_focus() -> None:
    app = Shelf()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = await show(pilot, listed(3), "c0")
        await pilot.press("down", "down")
        active = [replace(item, updated_ms=NOW_MS + MINUTE_MS) for item in listed(3)[2:]]
        new = conversation("new", "Brand new", NOW_MS + 2 * MINUTE_MS)
        sidebar.show([new, *active, *listed(2)], ConversationId("c0"))
        assert [row.id for row in sidebar.found] == ["new", "c0", "c1", "c2"]
        assert sidebar.highlighted == "c2"
        sidebar.show([new, replace(active[0], pinned=True), *listed(2)], ConversationId("c0"))
        assert [row.id for row in sidebar.found] == ["c2", "new", "c0", "c1"]
        sidebar.show([new, *active, *listed(2)], ConversationId("c0"))
        app.set_focus(None)
        await pilot.pause()
        assert [row.id for row in sidebar.found] == ["new", "c2", "c0", "c1"]
        assert sidebar.highlighted == "c2"


async def test_activity_moves_no_row_under_a_moving_pointer() -> None:
    app = Shelf()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = await show(pilot, listed(3))
        app.set_focus(None)
        await pilot.hover(Sidebar, offset=(5, 6))
        active = replace(listed(3)[2], updated_ms=NOW_MS + MINUTE_MS)
        sidebar.show([active, *listed(2)], None)
        assert [row.id for row in sidebar.found] == ["c0", "c1", "c2"]
        app.clock.advance(11)
        sidebar.show([active, *listed(2)], None)
        assert [row.id for row in sidebar.found] == ["c2", "c0", "c1"]
        await pilot.hover(Sidebar, offset=(5, 7))
        sidebar.show(listed(3), None)
        assert [row.id for row in sidebar.found] == ["c2", "c0", "c1"]
        await pilot.hover(offset=(60, 10))
        await pilot.pause()
        assert [row.id for row in sidebar.found] == ["c0", "c1", "c2"]


async def test_sidebar_keys_apply_to_a_row_or_are_not_offered() -> None:
    app = Shelf()
    async with app.run_test(size=(32, 20)) as pilot:
        sidebar = await show(pilot, [])
        keys = {"f2", "f4", "delete"}
        assert not keys & set(app.screen.active_bindings)
        app.set_focus(None)
        await show(pilot, listed(3))
        assert sidebar.highlighted == "c0"
        assert keys <= set(app.screen.active_bindings)


async def test_typing_filters_the_sidebar_and_escape_clears_the_filter() -> None:
    app = Shelf()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = await show(pilot, listed(300))
        await pilot.press("slash", *"0017")
        await pilot.pause(0.2)
        assert [row.name for row in sidebar.found] == [
            "Subject 00017",
            *(f"Subject 0017{n}" for n in range(10)),
        ]
        assert "everything" in app.posted
        await pilot.press("enter")
        await pilot.pause()
        assert app.posted[-1] == "c17"
        await pilot.press("escape")
        await pilot.pause(0.2)
        assert len(sidebar.found) == 300


async def test_scrolling_near_the_end_loads_the_next_page_once() -> None:
    app = Shelf()
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, listed(200))
        await pilot.press("end", "up", "up")
        await pilot.pause()
        assert app.posted == ["more"]


async def test_ages_change_with_the_clock_and_nothing_else_is_redrawn() -> None:
    app = Shelf()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = await show(pilot, listed(2))
        before = lines(sidebar)
        sidebar.redraw()
        assert lines(sidebar) == before
        app.clock.advance(120)
        sidebar.redraw()
        assert "2m" in lines(sidebar)[1]


async def test_all_pages_of_the_server_are_loaded_by_scrolling() -> None:
    stage = Stage(ScriptedBackend(conversations=listed(450), page_size=200), MemoryStore())
    async with stage.shown():
        await stage.until(lambda: len(stage.listed_conversations()) == 200)
        stage.focus_on("conversations")
        await stage.press("end")
        await stage.until(lambda: len(stage.listed_conversations()) == 400)
        await stage.press("end")
        await stage.until(lambda: len(stage.listed_conversations()) == 450)


async def test_a_conversation_is_deleted_only_after_confirmation() -> None:
    store = MemoryStore(listed(2))
    stage = Stage(store=store)
    async with stage.shown():
        await stage.until(lambda: len(stage.listed_conversations()) == 2)
        stage.focus_on("conversations")
        await stage.press("home", "delete")
        await stage.until(lambda: not stage.is_chat_in_front())
        await stage.until(lambda: not stage.app.screen.is_deaf)
        await stage.press("n")
        await stage.until(lambda: stage.is_chat_in_front())
        assert stage.backend.deleted == []
        await stage.press("delete")
        await stage.until(lambda: not stage.is_chat_in_front())
        await stage.until(lambda: not stage.app.screen.is_deaf)
        await stage.press("y")
        await stage.until(lambda: stage.backend.deleted == ["c0"])
        await stage.until(lambda: len(stage.listed_conversations()) == 1)
