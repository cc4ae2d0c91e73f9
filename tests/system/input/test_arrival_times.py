"""Input has the time of its arrival, not of its reading."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from tui.system.input.arrival_times import Arrivals


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_no_input_has_no_arrival_time(pipe: tuple[int, int]) -> None:
    assert Arrivals(pipe[0]).wait(0.01) is None
    assert Arrivals(pipe[0]).wait(-1) is None


def test_buffered_input_arrived_since_the_last_read(pipe: tuple[int, int]) -> None:
    arrivals = Arrivals(pipe[0])
    arrivals.note_read()
    read_s = monotonic()
    os.write(pipe[1], b"x")
    sleep(0.02)
    arrival = arrivals.wait(5)
    assert arrival is not None
    assert arrival.earliest_s <= read_s <= arrival.latest_s <= monotonic()


def test_a_busy_program_knows_the_arrival_time_of_keys(pipe: tuple[int, int]) -> None:
    written_s: list[float] = []
    done = threading.Event()
    interval_s = sys.getswitchinterval()
    write_without_a_break = ctypes.PyDLL(None).write  # os.write lets another thread run

    def write() -> None:
        written_s.append(monotonic())
        assert write_without_a_break(pipe[1], b"x", 1) == 1
        written_s.append(monotonic())
        end_s = monotonic() + 0.6
        while monotonic() < end_s:  # and blocks every other task
            pass
        done.set()

    sys.setswitchinterval(10)
    try:
        threading.Timer(0.05, write).start()
        arrival = Arrivals(pipe[0]).wait(5)
        told_s = monotonic()
    finally:
        sys.setswitchinterval(interval_s)
    done.wait()
    assert arrival is not None
    assert arrival.earliest_s == arrival.latest_s
    before_s, after_s = written_s
    assert before_s - 0.05 < arrival.latest_s < after_s + 0.4
    assert told_s - after_s > 0.5
