"""Run the benchmarks, from a module that other processes can import."""

from __future__ import annotations

import importlib
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.bench.figures import Figure, Scale

MODULES = (
    "traffic",
    "suites",
    "start",
    "commands",
    "stream",
    "tokens",
    "history",
    "wire",
    "imports",
    "session",
    "hostile",
)
"""What waits longest is first, so that a short run fills both cores."""


def all_figures(names: Sequence[str], scale: Scale) -> Iterator[Figure]:
    """One after the other, so that none disturbs another; two at once where no figure counts."""
    work = partial(figures_of, scale=scale)
    if not scale.smoke:
        for name in names:
            yield from work(name)
        return
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for figures in pool.map(work, names):
            yield from figures


def figures_of(name: str, scale: Scale) -> list[Figure]:
    """Return all figures of the benchmark of this name, and print a note about it."""
    print(f"measuring: {name}", file=sys.stderr, flush=True)
    return list(importlib.import_module(f"tests.bench.{name}").measure(scale))
