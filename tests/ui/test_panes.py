"""Widths of the panes, by key and by mouse."""

from __future__ import annotations

from tests.fakes import NOW_MS, MemoryStore
from tests.ui.stage import Stage, conversation
from tui.config import Preferences


def wide_stage(saved: list[tuple[str, object]], **preferences: int) -> Stage:
    stage = Stage(
        store=MemoryStore([conversation("c1", "Laptop", NOW_MS)]),
        preferences=Preferences(**preferences),
    )
    stage.app._save_setting = lambda key, value: saved.append((key, value))
    return stage


async def test_keys_widen_and_narrow_a_pane_and_the_width_is_saved() -> None:
    saved: list[tuple[str, object]] = []
    stage = wide_stage(saved, sidebar_columns=36)
    async with stage.shown(130, 40):
        assert stage.sidebar_columns() == 36
        await stage.press("alt+w")
        await stage.until(lambda: stage.sidebar_columns() == 40)
        await stage.press("alt+n", "alt+n")
        await stage.until(lambda: stage.sidebar_columns() == 32)
        assert saved == [("sidebar_columns", width) for width in (40, 36, 32)]
        for _ in range(12):
            await stage.press("alt+w")
        await stage.until(lambda: stage.sidebar_columns() == 58)  # 72 for the conversation


async def test_the_edge_is_dragged_and_the_width_saved_when_it_is_let_go() -> None:
    saved: list[tuple[str, object]] = []
    stage = wide_stage(saved)
    async with stage.shown(130, 40):
        await stage.pilot.mouse_down(offset=(30, 20))
        await stage.pilot.hover(offset=(41, 20))
        await stage.until(lambda: stage.sidebar_columns() == 41)
        assert not saved
        await stage.pilot.mouse_up(offset=(38, 20))
        await stage.until(lambda: saved == [("sidebar_columns", 38)])
        assert stage.sidebar_columns() == 38
        await stage.pilot.hover(offset=(60, 20))
        assert stage.sidebar_columns() == 38
