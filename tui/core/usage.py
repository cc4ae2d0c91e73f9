"""Tokens and cost of a turn or of a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.core.text import plural

if TYPE_CHECKING:
    from tui.core.events import UsageReported

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens and cost. Tokens read from a cache are part of the input."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    premium_requests: float = 0.0
    cost: float | None = None
    """Cost in the service's own unit; None if it reports none."""
    currency: str = ""
    """Unit of the cost, if the service names it."""

    def since(self, before: Usage) -> Usage:
        """Return the usage after ``before``; never negative, even if the counter resets."""
        cost = None if self.cost is None else max(0.0, self.cost - (before.cost or 0.0))
        return Usage(
            input_tokens=max(0, self.input_tokens - before.input_tokens),
            output_tokens=max(0, self.output_tokens - before.output_tokens),
            cached_tokens=max(0, self.cached_tokens - before.cached_tokens),
            cache_write_tokens=max(0, self.cache_write_tokens - before.cache_write_tokens),
            premium_requests=max(0.0, self.premium_requests - before.premium_requests),
            cost=cost,
            currency=self.currency,
        )

    def __add__(self, other: Usage) -> Usage:
        """Return the sum of both. Costs in different currencies have no sum."""
        costs = [usage.cost for usage in (self, other) if usage.cost is not None]
        priced = [usage.currency for usage in (self, other) if usage.cost is not None]
        summed = len(set(priced)) < 2 and bool(costs)
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            premium_requests=self.premium_requests + other.premium_requests,
            cost=sum(costs) if summed else None,
            currency=priced[0] if summed else "",
        )

    def brief(self) -> str:
        """Return a short form such as ``↑12.3k ↓310 · $0.0052``.

        A cost without a currency is left out: a number alone says nothing.
        """
        cost = f" · {self._price(self.cost)}" if self.cost and self.currency else ""
        return f"↑{_short(self.input_tokens)} ↓{_short(self.output_tokens)}{cost}"

    def sentence(self) -> str:
        """Return a sentence such as ``1,204 input tokens (600 cached), 310 output tokens``."""
        cache = [
            f"{count:,} {what}"
            for count, what in (
                (self.cached_tokens, "cached"),
                (self.cache_write_tokens, "written to the cache"),
            )
            if count
        ]
        parts = [
            plural(self.input_tokens, "input token") + (f" ({', '.join(cache)})" if cache else ""),
            plural(self.output_tokens, "output token"),
        ]
        if self.premium_requests:
            word = "request" if self.premium_requests == 1 else "requests"
            parts.append(f"{self.premium_requests:,g} premium {word}")
        if self.cost:
            unknown = "" if self.currency else " (currency not given)"
            parts.append(f"cost {self._price(self.cost)}{unknown}")
        return ", ".join(parts)

    def _price(self, cost: float) -> str:
        if symbol := _SYMBOLS.get(self.currency):
            return f"{symbol}{_amount(cost)}"
        return f"{self.currency} {_amount(cost)}".lstrip()


class UsageCount:
    """Usage of a turn, from its reports."""

    def __init__(self) -> None:
        self._used: Usage | None = None
        self._before: Usage | None = None
        self._is_running_total = False

    def add(self, report: UsageReported) -> None:
        """Count a report; a newer one replaces an older one."""
        usage = Usage(
            input_tokens=report.input_tokens,
            output_tokens=report.output_tokens,
            cached_tokens=report.cached_tokens,
            cache_write_tokens=report.cache_write_tokens,
            premium_requests=report.premium_requests,
            cost=report.cost,
            currency=report.currency,
        )
        if report.before:
            self._before = usage
        else:
            self._used, self._is_running_total = usage, report.running_total

    @property
    def usage(self) -> Usage | None:
        """Usage of this turn alone; None if unknown."""
        if self._used and self._before:
            return self._used.since(self._before)
        return None if self._is_running_total else self._used


def sum_of(usages: Iterable[Usage | None]) -> Usage | None:
    """Return the sum of the known ones; None if none is known."""
    total: Usage | None = None
    for usage in usages:
        if usage is not None:
            total = usage if total is None else total + usage
    return total


def _short(tokens: int) -> str:
    """Return four digits at most: ``950``, ``12.3k``, ``128k``, ``1.5M``."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if tokens >= size:
            count = tokens / size
            return f"{count:.1f}{unit}" if count < 100 else f"{count:.0f}{unit}"
    return str(tokens)


def _amount(cost: float) -> str:
    """Return an amount as exact as useful: ``0.0052``, ``1,204.50``, and never 0 for tiny ones."""
    if 0 < cost < 0.0001:
        return "<0.0001"
    return f"{cost:.4f}" if cost < 1 else f"{cost:,.2f}"
