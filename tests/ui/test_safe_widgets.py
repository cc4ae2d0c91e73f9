"""Every screen and list tolerates messages that arrive after it has closed."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Callable, Iterator

from textual.app import App, ComposeResult, RenderableType
from textual.screen import Screen
from textual.widgets import OptionList, Static

import tui.ui
from tests.textual_internals import draw, lay_out, waits_to_be_drawn
from tui.ui.app.base import BaseApp
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal, SafeScreen


def _ours(base: type) -> Iterator[type]:
    for module in pkgutil.walk_packages(tui.ui.__path__, "tui.ui."):
        importlib.import_module(module.name)
    waiting = list(base.__subclasses__())
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith("tui."):
            yield found


def test_screens_close_once_and_only_themselves() -> None:
    screens = set(_ours(Screen))
    assert len(screens) > 5
    assert {screen for screen in screens if not issubclass(screen, SafeScreen)} == set()


def test_lists_ignore_clicks_on_removed_rows() -> None:
    lists = set(_ours(OptionList))
    assert len(lists) > 2
    assert {one for one in lists if not issubclass(one, SafeOptionList)} == set()


class _Twice(SafeModal[None]):
    """A modal whose key is pressed twice."""


async def test_only_one_modal_of_a_kind_is_open() -> None:
    app = App[None]()
    async with app.run_test() as pilot:
        app.push_screen(_Twice())
        app.push_screen(_Twice())
        await pilot.pause()
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack[1:]] == [_Twice]


async def test_a_modal_dismissed_twice_closes_nothing_else() -> None:
    app = App[None]()
    async with app.run_test() as pilot:
        modal = _Twice()
        await app.push_screen(modal)
        modal.dismiss()
        modal.dismiss()
        await pilot.pause()
        assert len(app.screen_stack) == 1


class _Listing(SafeModal[None]):
    """A modal whose key works on a part of it."""

    def compose(self) -> ComposeResult:
        yield SafeOptionList("one")

    def action_go(self) -> None:
        self.query_one(SafeOptionList).action_cursor_down()


async def test_a_key_before_mount_or_after_unmount_does_nothing() -> None:
    app = App[None]()
    async with app.run_test() as pilot:
        modal = _Listing()
        assert not await app.run_action("go", modal)
        await app.push_screen(modal)
        await pilot.pause()
        assert await app.run_action("go", modal)
        drawn: list[int] = []
        modal.call_after_refresh(drawn.append, 1)
        await pilot.pause()
        leaving = modal.dismiss()
        await leaving
        assert not await app.run_action("go", modal)
        modal.call_after_refresh(drawn.append, 2)
        await pilot.pause()
        assert drawn == [1]


class _Watched(BaseApp[None]):
    """Counts what reaches the terminal."""

    drawn = 0

    def get_default_screen(self) -> Screen[object]:
        return SafeScreen(id="_default")

    def compose(self) -> ComposeResult:
        yield Static("words")

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None and not self._batch_count:
            self.drawn += 1
        super()._display(screen, renderable)


async def test_changes_during_a_batch_update_are_drawn_at_its_end() -> None:
    app = _Watched()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen, words, before = app.screen, app.query_one(Static), app.drawn
        with app.batch_update():
            words.refresh()
            while not waits_to_be_drawn(screen, words):
                await pilot.pause()
            lay_out(screen)  # as a window does that shows other messages
            draw(screen)
            assert app.drawn == before
        while app.drawn == before:
            await pilot.pause()


async def _turns_of_the_loop(true: Callable[[], bool]) -> None:
    """Wait without a pause of the pilot, which would wake the screen."""
    for _ in range(100_000):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError


async def test_changes_just_before_a_frame_are_drawn_in_it() -> None:
    app = _Watched()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen, words = app.screen, app.query_one(Static)
        words.update("other")
        await _turns_of_the_loop(lambda: waits_to_be_drawn(screen, words))
        before = app.drawn
        draw(screen)  # as Textual does after a layout, a moment later
        assert app.drawn == before + 1


async def test_a_batch_update_longer_than_a_frame_is_drawn_at_its_end() -> None:
    app = _Watched()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen, words = app.screen, app.query_one(Static)
        with app.batch_update():
            words.refresh()
            while not waits_to_be_drawn(screen, words):
                await pilot.pause()
            await pilot.pause()  # the screen has nothing else to do, and draws nothing
            before = app.drawn
        await _turns_of_the_loop(lambda: app.drawn > before)
