"""Tokens and cost, of a turn or of a conversation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was used. Tokens read from a cache are part of the input."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float | None = None
    """In the service's own unit; None where it gives none."""

    def since(self, before: Usage) -> Usage:
        """What was used after ``before``; never less than nothing, should a count start anew."""
        cost = None if self.cost is None else max(0.0, self.cost - (before.cost or 0.0))
        return Usage(
            input_tokens=max(0, self.input_tokens - before.input_tokens),
            output_tokens=max(0, self.output_tokens - before.output_tokens),
            cached_tokens=max(0, self.cached_tokens - before.cached_tokens),
            cost=cost,
        )

    def brief(self) -> str:
        """Such as ``↑12.3k ↓310 · 0.0052``."""
        cost = f" · {_amount(self.cost)}" if self.cost else ""
        return f"↑{_short(self.input_tokens)} ↓{_short(self.output_tokens)}{cost}"

    def sentence(self) -> str:
        """Such as ``1,204 tokens in (600 cached), 310 out, cost 0.0052``."""
        cached = f" ({self.cached_tokens:,} cached)" if self.cached_tokens else ""
        cost = f", cost {_amount(self.cost)}" if self.cost is not None else ""
        return f"{self.input_tokens:,} tokens in{cached}, {self.output_tokens:,} out{cost}"


def _short(tokens: int) -> str:
    """Four digits at most: ``950``, ``12.3k``, ``128k``, ``1.5M``."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if tokens >= size:
            count = tokens / size
            return f"{count:.1f}{unit}" if count < 100 else f"{count:.0f}{unit}"
    return str(tokens)


def _amount(cost: float) -> str:
    """As exact as is of use: ``0.0052``, ``1,204.50``, and not nothing for very little."""
    if 0 < cost < 0.0001:
        return "<0.0001"
    return f"{cost:.4f}" if cost < 1 else f"{cost:,.2f}"
