"""Short run of the fuzzer; ``python -m tests.e2e.fuzz`` runs for as long as you like."""

from __future__ import annotations

import pytest

from tests.e2e import fuzz, fuzz_bytes

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_a_keyboard_or_a_mouse_can_do_breaks_it(environ: dict[str, str], seed: int) -> None:
    assert fuzz.run(environ, seed, seconds=6) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_bytes_of_a_terminal_break_it(environ: dict[str, str], seed: int) -> None:
    assert fuzz_bytes.run(environ, seed, seconds=6) == []
