"""Circumstances of a check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tui.testing.checks.text_forms import Normalization
from tui.testing.results import TurnResult


class NotTold(Exception):
    """The service does not tell what an expectation needs: neither a pass nor a fail."""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """Settings that a check needs besides the turn."""

    normalize: tuple[Normalization, ...]


Problems = Callable[[Any, TurnResult, CheckContext], Iterator[str]]
"""Yields a clause for each reason why an expectation of this value does not hold."""
