"""Fixtures and guards for all tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from tui.api.retry import DELAYS

# Many tests start the program: without its bytecode, each would compile it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No example, and no making of one, is too slow on a busy machine."""
settings.load_profile("default")

settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
"""The same examples in every run, so that a check of a change tells about that change."""

settings.register_profile(
    "mutation",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],
)
"""A few examples, the same in every run, and no search for the shortest one that fails."""


def pytest_collection_finish() -> None:
    """Exclude the collected tests from garbage collection, which otherwise scans them all often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(autouse=True)
def no_delay_outlives_its_test() -> Iterator[None]:
    """Another test's server may get the same port."""
    DELAYS.clear()
    yield
    DELAYS.clear()
