"""Runs of suites over a demo server, for the tests of this folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest

from tui.cli import main
from tui.engine.session import Session
from tui.testing.results import CaseResult
from tui.testing.run.case_selection import selected
from tui.testing.run.run_folder import Plan, RunFolder
from tui.testing.run.runner import Runner, RunOptions
from tui.testing.suite.loading import PlannedCase, Suite


class Connect(Protocol):
    def __call__(self, *arguments: Any, **options: Any) -> AbstractAsyncContextManager[Session]: ...


class Heard:
    """Progress that is kept."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.done: list[CaseResult] = []
        self.waits = 0

    def case_started(self, case: PlannedCase) -> None:
        self.started.append(case.spec.id)

    def case_done(self, result: CaseResult) -> None:
        self.done.append(result)

    def told_to_wait(self) -> None:
        self.waits += 1


def begun(folder: Path) -> RunFolder:
    """A run folder with its plan."""
    run_folder = RunFolder(folder)
    run_folder.begin(Plan(id="run", started="", suites={}, cases=[]))
    return run_folder


def runner_of(
    suite: Suite,
    folder: RunFolder,
    progress: Heard | None = None,
    cases: Sequence[PlannedCase] = (),
    **options: Any,
) -> Runner:
    """A runner of these cases, or of all."""
    usual = RunOptions(environ=os.environ, **options)
    chosen = list(cases) or selected(suite.cases)
    return Runner([suite], chosen, folder, "run", usual, progress or Heard())


async def run_suite(
    suite: Suite, connect: Connect, folder: Path, **options: Any
) -> dict[str, CaseResult]:
    """The results of all cases, by ID; the store is in the folder of the run."""
    runner = runner_of(suite, begun(folder), **options)
    results = await runner.run(partial(connect, one_shot=True, store=folder / "store.db"))
    return {result.id: result for result in results}


class Command:
    """The command, in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._caught = monkeypatch, capsys

    def __call__(self, *arguments: object, word: str = "test") -> tuple[int, str]:
        """Return the exit code, and all that was printed."""
        self._patch.setattr(sys, "argv", ["genie-tui", word, *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        caught = self._caught.readouterr()
        return int(left.value.code or 0), caught.out + caught.err
