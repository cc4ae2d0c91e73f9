"""Terminal output: each write changes something, and every change is written."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.drivers.linux_driver import LinuxDriver

from tui.ui.terminal.driver import GenieDriver
from tui.ui.terminal.output_diff import OutputDiff

COLUMNS, ROWS = 12, 3

pieces = st.lists(
    st.tuples(
        st.integers(1, ROWS),
        st.integers(1, COLUMNS),
        st.text("ab ✓", min_size=1, max_size=COLUMNS),
    ),
    max_size=6,
)


def frame(written: list[tuple[int, int, str]], row: int = 1) -> str:
    """As Textual writes it: each piece at its place, the cursor last."""
    fitting = [(y, x, text) for y, x, text in written if x + len(text) <= COLUMNS]
    body = "".join(f"\x1b[{y};{x}H\x1b[1m{text}\x1b[0m\x1b[2mc\x1b[0m" for y, x, text in fitting)
    return f"{body}\x1b[{row};1H"


@given(st.lists(pieces, min_size=1, max_size=6))
def test_diff_output_gives_the_same_screen_as_full_output(frames: list) -> None:  # type: ignore[type-arg]
    shown = OutputDiff()
    screens = pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    for written in frames:
        pyte.Stream(screens[0]).feed(frame(written))
        pyte.Stream(screens[1]).feed(shown.needed(frame(written)))
        assert screens[0].display == screens[1].display


def test_unchanged_cells_are_not_sent_again() -> None:
    shown = OutputDiff()
    first = frame([(1, 1, "a"), (2, 1, "b")])
    assert "a" in shown.needed(first)
    assert shown.needed(first) == ""
    again = shown.needed(frame([(1, 1, "a"), (2, 1, "ab")]))
    assert "\x1b[2;1H" in again
    assert again.endswith("\x1b[1;1H")  # the cursor
    assert again.count("\x1b[1;1H") == 1
    shown.forget()
    assert shown.needed(first).count("\x1b[1m") == 2


def test_terminal_modes_are_always_sent() -> None:
    shown = OutputDiff()
    assert [shown.needed("\x1b[?2026h") for _ in range(2)] == ["\x1b[?2026h"] * 2


class Tube:
    """Driver with a terminal that only collects output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.output = ""
        self.driver = GenieDriver.__new__(GenieDriver)
        self.driver.shown = OutputDiff()
        self.driver._before = ""
        monkeypatch.setattr(LinuxDriver, "write", lambda _, data: self._take(data))

    def _take(self, data: str) -> None:
        self.output += data


def test_a_frame_that_changes_nothing_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tube = Tube(monkeypatch)
    for _ in range(3):
        for data in (SYNC_START, frame([(1, 1, "a")]), SYNC_END):
            tube.driver.write(data)
    assert tube.output.count(SYNC_START) == tube.output.count(SYNC_END) == 1
    assert tube.output.startswith(SYNC_START)
    assert tube.output.endswith(SYNC_END)


def test_a_link_has_the_same_id_in_each_frame_and_piece() -> None:
    def linked(number: int) -> str:
        return f"\x1b]8;id={number};https://acme.example\x1b\\here\x1b]8;;\x1b\\"

    shown = OutputDiff()
    first = shown.needed(f"\x1b[1;1H{linked(1)}\x1b[2;1H{linked(2)}\x1b[1;1H")
    start = "\x1b]8;id="
    ids = [part.partition(";")[0] for part in first.split(start)[1:]]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert "here" not in shown.needed(f"\x1b[1;1H{linked(3)}\x1b[1;1H")
