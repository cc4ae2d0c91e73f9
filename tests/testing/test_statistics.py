"""Statistics, against values computed elsewhere."""

from __future__ import annotations

import pytest

from tui.testing.statistics import (
    fisher_p,
    mcnemar_p,
    pass_power,
    passes_needed,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("passed", "count", "low", "high"),
    [  # Wilson's interval without continuity correction
        (5, 5, 0.5655, 1.0),
        (10, 10, 0.7225, 1.0),
        (4, 5, 0.3755, 0.9638),
        (0, 5, 0.0, 0.4345),
        (8, 10, 0.4902, 0.9433),
    ],
)
def test_the_interval_of_a_pass_rate(passed: int, count: int, low: float, high: float) -> None:
    assert wilson_interval(passed, count) == pytest.approx((low, high), abs=5e-4)


def test_nothing_is_known_without_repeats() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("rate", "count", "needed"), [(0.8, 5, 4), (1.0, 3, 3), (0.7, 10, 7), (0.1, 3, 1), (0.0, 4, 0)]
)
def test_noise_of_floats_does_not_raise_the_number_of_passes(
    rate: float, count: int, needed: int
) -> None:
    assert passes_needed(rate, count) == needed


def test_passing_several_times_in_a_row() -> None:
    assert pass_power(8, 10, 3) == pytest.approx(56 / 120)
    assert pass_power(3, 3, 3) == 1.0
    assert pass_power(2, 2, 3) == 0.0


@pytest.mark.parametrize(
    ("old", "new", "p"),
    [
        ((5, 5), (1, 5), 0.0476),
        ((5, 5), (2, 5), 0.1667),
        ((3, 3), (0, 3), 0.1),
        ((4, 5), (4, 5), 1.0),
    ],
)
def test_fishers_exact_test(old: tuple[int, int], new: tuple[int, int], p: float) -> None:
    assert fisher_p(*old, *new) == pytest.approx(p, abs=5e-4)


@pytest.mark.parametrize(
    ("worse", "better", "p"), [(6, 0, 0.03125), (5, 0, 0.0625), (0, 0, 1.0), (3, 3, 1.0)]
)
def test_mcnemars_exact_test(worse: int, better: int, p: float) -> None:
    assert mcnemar_p(worse, better) == pytest.approx(p)
