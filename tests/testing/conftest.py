"""The command, for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.testing.suite_runs import Command


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)
