"""One way of waiting for every app in these tests, and a folder of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import app, pilot
from textual.css.stylesheet import Stylesheet

from tests.textual_internals import parse_css_once
from tests.ui.idle import wait_for_idle


@pytest.fixture(scope="session", autouse=True)
def _css_is_parsed_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_css_once(Stylesheet._parse_rules))
        yield


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
