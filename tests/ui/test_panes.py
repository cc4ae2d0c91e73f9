"""Widths of the panes, by key and by mouse."""

from __future__ import annotations

import pytest

from tests.fakes import NOW_MS, MemoryStore, ScriptedBackend, reply
from tests.textual_internals import screen_lines
from tests.ui.stage import Stage, conversation
from tui.config import Preferences
from tui.ui.sidebar.sidebar import Sidebar


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


@pytest.mark.parametrize(("key", "columns"), [("ctrl+b", 80), ("ctrl+t", 120)])
async def test_the_veil_behind_a_drawer_covers_edges_and_scrollbars(key: str, columns: int) -> None:
    store = MemoryStore([conversation(f"c{n}", f"Talk {n}", NOW_MS - n) for n in range(60)])
    long = "\n\n".join(f"Paragraph {n}" for n in range(60))
    stage = Stage(ScriptedBackend(reply(long)), store)
    async with stage.shown(columns, 24):
        await stage.say("Tell me everything")
        await stage.until(lambda: "Paragraph 3" in stage.screen())
        await stage.press("ctrl+end")
        await stage.until(lambda: "Paragraph 59" in stage.screen())

        def grounds() -> set[str]:
            """Return the colors of the ground in the panes, but not where the drawer is."""
            pane = stage.find("Sidebar" if key == "ctrl+b" else "#timeline-pane").region
            found = set()
            for row in screen_lines(stage.app)[1:-1]:
                column = 0
                for segment in row:
                    style = segment.style
                    if not pane.x <= column < pane.right and style:
                        color = style.color if style.reverse else style.bgcolor
                        found.add(color.get_truecolor().hex if color else "none")
                    column += segment.cell_length
            return found

        bright = grounds()
        await stage.press(key)
        await stage.until(lambda: stage.find(Sidebar).display and not bright & grounds())
