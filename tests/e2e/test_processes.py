"""Short run of several processes on one profile; ``python -m tests.e2e.processes`` runs longer."""

from __future__ import annotations

import pytest

from tests.e2e import processes

pytestmark = pytest.mark.slow


def test_processes_with_one_profile_lose_and_double_nothing_despite_faults_and_kills() -> None:
    assert processes.run(processes=3, seconds=10, seed=1)[1] == []
