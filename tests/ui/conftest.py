"""One way of waiting for every app in these tests, and a folder of its own for each."""

from __future__ import annotations

import pytest
from textual import app, pilot

from tests.ui.idle import wait_for_idle


@pytest.fixture(autouse=True)
def _looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "wait_for_idle", wait_for_idle)
    monkeypatch.setattr(pilot, "wait_for_idle", wait_for_idle)


@pytest.fixture(autouse=True)
def _own_data_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep what the app remembers apart from other tests, and from the user's own folder."""
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path_factory.mktemp("data")))
