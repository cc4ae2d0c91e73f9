"""Virtual list: few widgets for any length, and a stable scroll position."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.ui.transcript.virtual_list import KEEP, PAGE, VirtualList


@dataclass(frozen=True)
class Item:
    key: str
    text: str


@dataclass
class Seen:
    built: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)


def items(*numbers: int, name: str = "m") -> list[Item]:
    """Items of one to four lines."""
    return [Item(f"{name}{n}", "\n".join([f"{name}{n}", *["more"] * (n % 4)])) for n in numbers]


class Stage(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self.older_wanted = 0
        self.moves: list[tuple[bool, int]] = []

    def compose(self) -> ComposeResult:
        yield VirtualList[Item](key=lambda item: item.key, build=self.build, update=self.change)

    @property
    def window(self) -> VirtualList[Item]:
        return self.query_one(VirtualList)

    def build(self, item: Item) -> Widget:
        self.seen.built.append(item.key)
        return Button(item.text) if item.text == "button" else Static(Content(item.text))

    def change(self, widget: Widget, item: Item) -> None:
        self.seen.updated.append(item.key)
        if isinstance(widget, Static):
            widget.update(Content(item.text))

    def on_virtual_list_older_wanted(self, event: VirtualList.OlderWanted) -> None:
        self.older_wanted += 1

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        self.moves.append((self.window.at_end, self.window.unseen))

    def order(self) -> list[str]:
        return [str(child.visual).split("\n")[0] for child in self.window.query(Static)]

    def in_view(self) -> list[tuple[str, int]]:
        """The first line of each item in view, and where it is."""
        view = self.window.region
        return [
            (str(child.visual).split("\n")[0], child.region.y)
            for child in self.window.query(Static)
            if child.region.overlaps(view)
        ]


async def settle(pilot: Pilot[None], done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():
            await pilot.pause()


async def scroll_up(pilot: Pilot[None], app: Stage, lines: int) -> None:
    app.window.scroll_relative(y=-lines, animate=False)
    await pilot.pause()


async def test_a_long_list_is_shown_at_its_end_with_few_widgets() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(10_000)))
        await pilot.pause()
        assert app.in_view()[-1][0] == "m9999"
        assert app.window.at_end
        assert len(app.window.children) <= KEEP


async def test_new_items_are_scrolled_to_and_old_ones_unmounted() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        for count in range(50, 200, 7):
            await app.window.show_items(items(*range(count)))
            await pilot.pause()
            assert app.in_view()[-1][0] == f"m{count - 1}"
        assert len(app.window.children) <= KEEP + PAGE


async def test_page_up_keeps_the_scroll_position_of_visible_items() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(1_000)))
        await pilot.pause()
        first_mounted = app.order()[0]
        for _ in range(15):
            before = dict(app.in_view())
            await scroll_up(pilot, app, 9)
            await pilot.pause()
            after = dict(app.in_view())
            assert {after[key] - before[key] for key in before.keys() & after.keys()} == {9}
            assert len(app.window.children) <= KEEP + PAGE
        assert app.order()[0] != first_mounted


async def test_page_up_reaches_the_top_and_page_down_the_end() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(150)))
        await pilot.pause()
        while app.window.scroll_offset.y > 0:
            await scroll_up(pilot, app, 18)
        assert app.in_view()[0] == ("m0", 0)
        while not app.window.at_end:
            await scroll_up(pilot, app, -18)
        assert app.in_view()[-1][0] == "m149"
        assert app.window.follows
        assert len(app.window.children) <= KEEP + PAGE


async def test_older_items_are_loaded_once_near_the_top() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(100, 140)))
        await pilot.pause()
        assert app.older_wanted == 0
        while app.window.scroll_offset.y > 0:
            await scroll_up(pilot, app, 10)
        assert app.older_wanted == 1
        seen = app.in_view()
        await app.window.show_items(items(*range(60, 140)))
        await pilot.pause()
        assert app.in_view() == seen
        while app.window.scroll_offset.y > 0:
            await scroll_up(pilot, app, 10)
        assert app.older_wanted == 2


async def test_new_items_do_not_scroll_a_list_scrolled_up_and_are_announced() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(100)))
        await pilot.pause()
        await scroll_up(pilot, app, 30)
        seen = app.in_view()
        await app.window.show_items(items(*range(102)))
        await app.window.show_item(Item("m101", "changed"))
        await pilot.pause()
        assert app.in_view() == seen
        assert (app.window.at_end, app.window.unseen) == (False, 2)
        assert app.moves[-1] == (False, 2)
        await app.window.follow()
        await pilot.pause()
        assert app.in_view()[-1][0] == "changed"
        assert (app.window.at_end, app.window.unseen) == (True, 0)


async def test_the_end_key_scrolls_to_the_end_and_follows_again() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(500)))
        await pilot.pause()
        await app.window.reveal("m100")
        app.window.focus()
        await pilot.press("end")
        await settle(pilot, lambda: app.window.at_end)
        assert app.in_view()[-1][0] == "m499"


async def test_equal_items_are_kept_and_changed_ones_updated_in_place() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(1, 2, 3))
        await pilot.pause()
        before, app.seen = list(app.window.children), Seen()
        await app.window.show_items([*items(1), Item("m2", "changed"), *items(3)])
        assert app.seen == Seen(updated=["m2"])
        assert list(app.window.children) == before


async def test_late_items_are_inserted_in_order_and_removed_ones_unmounted() -> None:
    app = Stage()
    async with app.run_test(size=(40, 40)) as pilot:
        await app.window.show_items(items(1, 2, 6, 8))
        await app.window.show_items(items(1, 3, 4, 6, 7, 8, 9))
        await pilot.pause()
        assert app.order() == ["m1", "m3", "m4", "m6", "m7", "m8", "m9"]
        await app.window.show_items(items(8, 9, 1, 3))
        assert app.order() == ["m8", "m9", "m1", "m3"]


async def test_an_item_inserted_above_the_view_keeps_the_scroll_position() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        shown = items(*range(100))
        await app.window.show_items(shown)
        await pilot.pause()
        await scroll_up(pilot, app, 12)
        seen = app.in_view()
        await app.window.show_items([*shown[:84], Item("late", "late"), *shown[84:]])
        await pilot.pause()
        assert "late" in app.order()
        assert app.in_view() == seen


async def test_another_conversation_replaces_all_items() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(100)))
        await pilot.pause()
        await scroll_up(pilot, app, 30)
        await app.window.show_items(items(*range(40), name="q"))
        await pilot.pause()
        assert app.in_view()[-1][0] == "q39"
        assert app.window.follows
        assert all(name.startswith("q") for name in app.order())
        await app.window.show_items([])
        assert app.order() == []


async def test_any_item_can_be_scrolled_into_view() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(*range(10_000)))
        await pilot.pause()
        for number in (5_000, 5_003, 12, 9_999):
            await app.window.reveal(f"m{number}")
            await pilot.pause()
            assert f"m{number}" in dict(app.in_view())
        assert len(app.window.children) <= KEEP + PAGE


async def test_a_focused_widget_is_never_unmounted() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        shown = [*items(*range(99)), Item("b", "button")]
        await app.window.show_items(shown)
        await pilot.pause()
        app.query_one(Button).focus(scroll_visible=False)
        for _ in range(30):
            await scroll_up(pilot, app, 9)
        assert app.query_one(Button).has_focus


async def test_a_list_follows_its_end_once_it_no_longer_fits() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await app.window.show_items(items(1, 2))
        await pilot.pause()
        app.window.scroll_up(animate=False, force=True)
        await pilot.pause()
        await app.window.show_items(items(*range(1, 30)))
        await pilot.pause()
        assert app.in_view()[-1][0] == "m29"


async def test_snapshots_shown_at_the_same_time_end_with_the_newest() -> None:
    app = Stage()
    async with app.run_test(size=(40, 20)) as pilot:
        await asyncio.gather(
            *(app.window.show_items(items(*range(count))) for count in (5, 30, 90, 91))
        )
        await pilot.pause()
        assert app.in_view()[-1][0] == "m90"
        assert app.window.at_end
