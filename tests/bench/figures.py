"""Result of a benchmark, next to a baseline from the same run and its budget."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Size of a benchmark run."""

    smoke: bool = False
    """Only as much as shows that everything still runs."""
    runs: int = 5

    def pick(self, full: int, smoke: int) -> int:
        return smoke if self.smoke else full


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table. ``floor`` has what the yardstick took, run by run if there is one."""

    what: str
    unit: str
    values: Sequence[float]
    floor: Sequence[float] = ()
    budget: float | None = None
    """The most that is allowed."""
    of: Literal["value", "ratio"] = "value"
    """What the budget limits: the median, or its ratio to the floor."""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]

    @property
    def ratio(self) -> float | None:
        """Pair by pair where both were run in turn, so that it holds on a machine that drifts."""
        if not self.floor:
            return None
        if len(self.floor) == len(self.values):
            pairs = zip(self.values, self.floor, strict=True)
            return statistics.median(mine / other for mine, other in pairs)
        return self.median / statistics.median(self.floor)

    @property
    def met(self) -> bool | None:
        """Return true if the budget was met; None if there is none."""
        if self.budget is None:
            return None
        measured = self.ratio if self.of == "ratio" else self.median
        return measured is not None and measured <= self.budget


_HEAD = ("what", "median", "p95", "floor", "ratio", "budget", "")


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table that lines up in a terminal too."""
    rows = [_HEAD, *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in rows]
    rule = "|".join("-" * (width + 1) + ("-" if n == 0 else ":") for n, width in enumerate(widths))
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]
    return f"| {' | '.join(cells)} |"


def _row(figure: Figure) -> tuple[str, ...]:
    budget = ""
    if figure.budget is not None:
        budget = f"{figure.budget:g} x" if figure.of == "ratio" else _value(figure, figure.budget)
    return (
        figure.what,
        _value(figure, figure.median),
        _value(figure, figure.p95) if len(figure.values) > 1 else "",
        _value(figure, statistics.median(figure.floor)) if figure.floor else "",
        f"{figure.ratio:.2f} x" if figure.ratio is not None else "",
        budget,
        {True: "✓", False: "✗ over", None: ""}[figure.met],
    )


def _value(figure: Figure, value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {figure.unit}"
