"""Statistics of repeats and of two runs, with the standard library alone."""

from __future__ import annotations

import math
from statistics import NormalDist

_Z_95 = NormalDist().inv_cdf(0.975)

IN_A_ROW = 3
"""Repeats for which reports tell the chance that all of them pass."""


def wilson_interval(passed: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a pass rate (Wilson's score interval)."""
    if not count:
        return 0.0, 1.0
    rate, z2 = passed / count, _Z_95**2
    middle = (rate + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z_95 / (1 + z2 / count) * math.sqrt(rate * (1 - rate) / count + z2 / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def passes_needed(pass_rate: float, count: int) -> int:
    """Return the number of passes that a rate asks for; float noise does not raise it."""
    return math.ceil(pass_rate * count - 1e-9)


def pass_power(passed: int, count: int, k: int) -> float:
    """Return the probability that ``k`` repeats all pass, estimated without replacement."""
    return math.comb(passed, k) / math.comb(count, k) if count >= k else 0.0


def fisher_p(passed: int, count: int, other_passed: int, other_count: int) -> float:
    """Return the two-sided p-value of Fisher's exact test for two pass rates."""
    total, passes = count + other_count, passed + other_passed
    lowest, highest = max(0, passes - other_count), min(passes, count)

    def weight(k: int) -> int:
        return math.comb(count, k) * math.comb(other_count, passes - k)

    seen = weight(passed)
    weights = [weight(k) for k in range(lowest, highest + 1)]
    return sum(w for w in weights if w <= seen) / math.comb(total, passes)


def mcnemar_p(worse: int, better: int) -> float:
    """Return the two-sided exact p-value for the cases whose verdict changed between two runs."""
    changed = worse + better
    if not changed:
        return 1.0
    tail = sum(math.comb(changed, k) for k in range(min(worse, better) + 1))
    return min(1.0, 2 * tail / float(2**changed))
