"""Order of workflow frames, however they arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.api.coerce import epoch_ms, int_of
from tui.api.sse import Frame
from tui.backends.workflows.frame_order import WINDOW, FrameOrder, Ordered


def frame(number: int, kind: str = "message_delta", second: float = 0) -> Frame:
    stamp = f"2026-11-28T22:{int(second) // 60:02}:{second % 60:09.6f}+00:00"
    return Frame(kind, {"data": {"delta": f"w{number} "}, "timestamp": stamp}, str(number))


def take(order: FrameOrder, item: Frame) -> list[Ordered]:
    return order.take(item, int_of(item.id), epoch_ms(item.data.get("timestamp")))


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Frame], int]:
    """Pieces and other frames as the server may send them, and the first number."""
    first = draw(st.integers(1, 60))
    kinds = draw(st.lists(st.sampled_from(["message_delta"] * 8 + ["log"]), max_size=60))
    frames = [frame(number, kind) for number, kind in enumerate(kinds, first)]
    arrived: list[Frame] = []
    waiting: list[Frame] = []
    for each in [*frames, frame(first + len(frames), "status")]:
        if each.kind != "message_delta":
            arrived += draw(st.permutations(waiting)) if len(waiting) <= WINDOW else waiting
            waiting = []
            arrived.append(each)
            continue
        waiting.append(each)
        oldest = min(int(w.id or 0) for w in waiting)
        while waiting and int(each.id or 0) - oldest >= WINDOW:
            late = next(w for w in waiting if int(w.id or 0) == oldest)
            ready = draw(st.sampled_from([late, *waiting]))
            arrived.append(ready)
            waiting.remove(ready)
            oldest = min((int(w.id or 0) for w in waiting), default=int(each.id or 0) + 1)
    return arrived, first


def numbers(given_out: list[Ordered]) -> list[int | None]:
    return [each.number for each in given_out]


@given(arrivals())
def test_frames_reordered_within_the_window_are_sorted(script: tuple[list[Frame], int]) -> None:
    arrived, first = script
    order = FrameOrder(first - 1)
    given_out = [each for item in arrived for each in take(order, item)]
    assert numbers(given_out) == sorted(int(item.id or 0) for item in arrived)
    assert not any(each.late or each.after_hole for each in given_out)


@given(arrivals())
def test_frames_before_the_resume_position_are_not_missing(
    script: tuple[list[Frame], int],
) -> None:
    arrived, first = script
    order, here = FrameOrder(first - 1), set[int]()
    for item in arrived:
        here.add(int(item.id or 0))
        take(order, item)
        assert order.through is not None
        assert set(range(first, order.through + 1)) <= here
        highest = first - 1
        while highest + 1 in here:
            highest += 1
        assert order.through == highest


def test_a_missing_frame_delays_others_until_a_timeout() -> None:
    order = FrameOrder(10)
    out = [each for n in range(12, 30) for each in take(order, frame(n))]
    assert numbers(out) == list(range(12, 30))
    assert [each.number for each in out if each.after_hole] == [12]


def test_a_frame_behind_the_window_is_late() -> None:
    order = FrameOrder(10)
    for n in range(12, 25):
        take(order, frame(n))
    [late] = take(order, frame(11))
    assert late.late


def test_other_frames_are_not_delayed_and_release_waiting_ones() -> None:
    order = FrameOrder(10)
    assert take(order, frame(12)) == []
    assert numbers(take(order, frame(13, "log"))) == [12, 13]
    assert order.through == 13


def test_sequence_numbers_restart_after_five_idle_minutes() -> None:
    order = FrameOrder(8)
    assert numbers(take(order, frame(9, "log", 1))) == [9]
    assert take(order, frame(4, second=330)) == []
    assert numbers(take(order, frame(2, second=330.001))) == [2]
    assert numbers(take(order, frame(3, second=330.002))) == [3, 4]


def test_a_log_line_with_a_lower_sequence_number_means_a_restart() -> None:
    order = FrameOrder(40)
    take(order, frame(41, "log", 1))
    [line] = take(order, frame(2, "log", 400))
    assert not line.late
    assert order.through == 2


def test_a_stream_without_sequence_numbers_keeps_its_order() -> None:
    order = FrameOrder(None)
    out = take(order, Frame("message_delta", {"data": {}}))
    assert [each.number for each in out] == [None]
