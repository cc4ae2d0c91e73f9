"""One way of waiting for every app in these tests."""

from __future__ import annotations

import pytest
from textual import app, pilot

from tests.ui.idle import wait_for_idle


@pytest.fixture(autouse=True)
def _looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "wait_for_idle", wait_for_idle)
    monkeypatch.setattr(pilot, "wait_for_idle", wait_for_idle)
