"""Short run of the fuzzer; ``python -m tests.e2e.fuzz`` runs for as long as you like."""

from __future__ import annotations

import pytest

from tests.e2e import fuzz, fuzz_bytes

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2])
def test_random_keys_and_mouse_events_do_not_crash_the_app(
    environ: dict[str, str], seed: int
) -> None:
    assert fuzz.run(environ, seed, seconds=6) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_terminal_bytes_do_not_crash_the_app(environ: dict[str, str], seed: int) -> None:
    assert fuzz_bytes.run(environ, seed, seconds=6) == []
