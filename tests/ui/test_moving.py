"""Bars on a time axis, and the one timer of all that moves."""

from __future__ import annotations

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widget import Widget

from tests.ui.widget_app import Solo, settle
from tui.config import Preferences
from tui.ui.app.base import BaseApp
from tui.ui.toolkit.ticker import stepped, ticker_of
from tui.ui.toolkit.time_axis import AxisSpan, TimeAxis, axis_ms


def test_an_axis_grows_in_steps() -> None:
    seconds = (0, 1.9, 2, 2.1, 5, 15, 16, 61, 3_000, 100_000)
    assert [axis_ms(s * 1000) // 1000 for s in seconds] == [
        2, 2, 2, 4, 8, 15, 30, 120, 3_600, 172_800,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "drawn"),
    [
        ([AxisSpan(0, 4_000, "a")], "━━━━━━━━━━"),
        ([AxisSpan(600, 1_000, "a")], " ╺╸       "),
        ([AxisSpan(0, 1, "a")], "╸         "),
        ([AxisSpan(9_000, 9_000, "a")], "         ╺"),
        ([AxisSpan(400, 1_500, "a", dotted=True)], " ┄┄┄      "),
        ([AxisSpan(0, 800, "a", dotted=True), AxisSpan(800, 1_600, "b")], "┄┄━━      "),
        ([AxisSpan(0, 600, "a"), AxisSpan(600, 1_200, "b")], "━━━       "),
    ],
)
def test_a_bar_is_drawn_to_half_a_cell(spans: list[AxisSpan], drawn: str) -> None:
    assert TimeAxis(0, 4_000, 10).bar(spans).plain == drawn


@given(st.integers(1, 200_000_000), st.integers(8, 120))
def test_the_labels_of_an_axis_fit_and_name_the_unit(elapsed_ms: int, cells: int) -> None:
    labels = TimeAxis(0, axis_ms(elapsed_ms), cells).labels()
    assert len(labels) <= cells
    assert labels == "0" or labels[-1] in "smh"
    assert "  " in labels or labels.count(" ") < 3


def test_durations_move_in_steps_of_half_a_second() -> None:
    assert [stepped(ms) for ms in (0, 499, 500, 1_250)] == [0, 0, 500, 1_000]


class Mover(Widget):
    """Counts its frames."""

    frames = 0

    def tick(self) -> None:
        self.frames += 1


async def test_all_that_moves_is_drawn_by_one_timer_that_rests_when_nothing_does() -> None:
    first, second = Mover(), Mover()
    async with Solo(first).run_test() as pilot:
        await pilot.app.mount(second)
        ticker = ticker_of(pilot.app)
        assert not ticker.runs
        ticker.follow(first, on=True)
        ticker.follow(second, on=True)
        await settle(pilot, lambda: first.frames > 2)
        assert abs(first.frames - second.frames) <= 1
        ticker.follow(first, on=False)
        await second.remove()
        await settle(pilot, lambda: not ticker.runs)


async def test_a_frame_waits_for_the_effect_of_a_key() -> None:
    app: BaseApp[None] = BaseApp(Preferences())
    mover = Mover()
    async with app.run_test() as pilot:
        await app.mount(mover)
        ticker_of(app).follow(mover, on=True)
        await settle(pilot, lambda: mover.frames > 0)
        app.last_key_s = monotonic()
        before = mover.frames
        ticker_of(app)._tick()
        assert mover.frames == before
        await settle(pilot, lambda: mover.frames > before)
