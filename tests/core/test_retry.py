"""Retry policy: the larger of Retry-After and the exponential backoff."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import HastyClock
from tui.core.errors import BackendError, ErrorKind
from tui.core.retry import (
    LONGEST_DELAY_S,
    Backoff,
    repeat,
    requested_s,
    try_again_text,
    wait_text,
)

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers()),
    st.integers(0, 10**400).map(str),
)


@given(anything, st.sampled_from([1.0, 0.001]))
def test_a_retry_after_is_a_delay_or_missing(value: object, unit_s: float) -> None:
    asked_s = requested_s(value, unit_s)
    assert asked_s is None or 0 < asked_s <= LONGEST_DELAY_S


@given(st.integers(1, 366 * 86_400))
def test_a_retry_after_is_never_shortened(seconds: int) -> None:
    assert requested_s(str(seconds)) == requested_s(seconds) == seconds
    assert requested_s(seconds * 1000, 0.001) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    [0, 0.0, -1, -1000, "0", "-3", "000", "", "soon", "nan", "inf", "1e9", math.nan, math.inf,
     -math.inf, None, True, [], {}, "3, 3", "٣"],
)  # fmt: skip
def test_zero_negative_and_invalid_retry_after_counts_as_missing(value: object) -> None:
    assert requested_s(value) is None


@pytest.mark.parametrize("value", ["9" * 5000, 10**4000, 1e300])
def test_an_absurd_retry_after_is_capped(value: object) -> None:
    assert requested_s(value) == LONGEST_DELAY_S


@pytest.mark.parametrize(
    ("value", "asked_s"),
    [
        ("1.5", 1.5),
        ("10", 10),
        ("0007", 7),
        ("0" * 30 + "1.5", 1.5),
        (" 20 ", 20),
        ("100.0", 100),
        ("0000000000000000000007.25", 7.25),
        ("31622400.0", LONGEST_DELAY_S),
    ],
)
def test_a_decimal_retry_after_is_parsed_with_its_zeros(value: str, asked_s: float) -> None:
    assert requested_s(value) == asked_s


def test_backoff_doubles_from_the_first_wait_to_the_longest() -> None:
    backoff = Backoff(first_s=1.0, longest_s=10.0)
    assert [backoff.wait_s(n, 0.0) for n in (-1, 0, 1, 2, 3, 4, 5, 99)] == [
        *[1.0, 1.0, 1.0],
        *[2.0, 4.0, 8.0, 10.0, 10.0],
    ]
    assert backoff.wait_s(5, 1.0) == 7.5
    assert backoff.wait_s(1, 0.0, 3.0) == 3.0
    assert Backoff(first_s=1.0, factor=1.5).wait_s(3, 0.0) == 2.25


@given(
    st.integers(-5, 10**6),
    st.floats(0, 1, exclude_max=True),
    st.one_of(st.none(), st.floats(0.001, LONGEST_DELAY_S)),
)
def test_a_backoff_is_at_least_the_retry_after_and_never_zero(
    attempt: int, jitter: float, asked_s: float | None
) -> None:
    wait_s = Backoff().wait_s(attempt, jitter, asked_s)
    assert wait_s >= max(0.375, asked_s or 0)
    assert wait_s <= max(30.0, asked_s or 0)


@given(st.floats(0, 1, exclude_max=True))
def test_backoff_allows_only_a_handful_of_retries_in_six_seconds(jitter: float) -> None:
    waits = [Backoff().wait_s(attempt, jitter) for attempt in range(1, 9)]
    assert waits == sorted(waits)
    tries = 1 + sum(sum(waits[: n + 1]) <= 6 for n in range(len(waits)))
    assert tries <= 5


def failure(asked_s: float | None = None) -> BackendError:
    return BackendError(ErrorKind.RATE_LIMITED, "Too many requests.", retry_after_s=asked_s)


class Flaky:
    """Fails with one error after the other, then works."""

    def __init__(self, *errors: BackendError) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


async def test_a_read_is_retried_after_the_larger_delay() -> None:
    clock, read = HastyClock(), Flaky(failure(), failure(7), failure(0.1))
    assert await repeat(read, clock, tries=4, longest_wait_s=20) == "done"
    assert clock.slept_s == [0.5, 7, 2.0]


@pytest.mark.parametrize(
    ("errors", "calls"),
    [
        ([failure(), failure(), failure()], 3),
        ([failure(21)], 1),
        ([BackendError(ErrorKind.NOT_FOUND, "Gone.")], 1),
        ([BackendError(ErrorKind.BUSY, "At work.")], 1),
        ([BackendError(ErrorKind.BUSY, "At work.", retry_after_s=1)], 2),
    ],
)
async def test_a_read_fails_after_a_few_retries_or_when_the_delay_is_too_long(
    errors: list[BackendError], calls: int
) -> None:
    read = Flaky(*errors)
    if calls > len(errors):
        assert await repeat(read, HastyClock(), tries=3, longest_wait_s=20) == "done"
    else:
        with pytest.raises(BackendError) as caught:
            await repeat(read, HastyClock(), tries=3, longest_wait_s=20)
        assert caught.value is errors[-1]
    assert read.calls == calls


async def test_each_retry_delay_is_reported_before_it_starts() -> None:
    told: list[float] = []
    clock, read = HastyClock(), Flaky(failure(), failure(20))
    assert await repeat(read, clock, tries=3, longest_wait_s=20, on_wait=told.append) == "done"
    assert told == clock.slept_s == [0.5, 20]


def test_the_retry_time_is_a_sentence() -> None:
    assert try_again_text(45) == "Try again in 45 s."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (45, "45 s"),
        (119.2, "2 min"),
        (170, "3 min"),
        (3480, "58 min"),
        (3600, "60 min"),
        (7140, "119 min"),
        (7141, "2 h"),
        (7201, "2 h 1 min"),
        (86_400, "24 h"),
        (83_100, "23 h 5 min"),
        (172_740, "47 h 59 min"),
        (172_800, "2 days"),
        (172_801, "3 days"),
        (3 * 86_400, "3 days"),
        (LONGEST_DELAY_S, "366 days"),
    ],
)
def test_a_retry_delay_is_rounded_up_in_words(seconds: float, words: str) -> None:
    assert wait_text(seconds) == words
