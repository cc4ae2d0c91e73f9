"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui.api.retry import DELAYS


@pytest.fixture(autouse=True)
def no_delay_outlives_its_test() -> Iterator[None]:
    """Another test's server may get the same port."""
    DELAYS.clear()
    yield
    DELAYS.clear()
