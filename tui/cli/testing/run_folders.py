"""Folders of runs, in the data folder."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.core.text import clean_line, did_you_mean
from tui.testing.run.run_folder import Plan, RunFolder, RunProblem
from tui.testing.suite.loading import PlannedCase, Suite


def runs_folder() -> Path:
    """Return the folder of all runs."""
    from tui.config import data_dir

    return data_dir() / "runs"


def new_plan(
    suites: Sequence[Suite], cases: Sequence[PlannedCase], *, agent: str, **options: Any
) -> tuple[RunFolder, Plan]:
    """Begin a run: its folder and plan are on the disk on return."""
    now = datetime.now(UTC)
    plan = Plan(
        id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        started=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        suites={suite.file: suite.sha256 for suite in suites},
        cases=[case.key for case in cases],
        agent=agent,
        **options,
    )
    folder = RunFolder(runs_folder() / plan.id)
    folder.begin(plan)
    return folder, plan


def resumed_plan(name: str, suites: Sequence[Suite]) -> tuple[RunFolder, Plan]:
    """Return an interrupted run. Raises ``CommandFailure`` if it was of other suites."""
    folder = RunFolder(runs_folder() / Path(name).name)
    try:
        plan = folder.plan()
    except RunProblem as problem:
        raise CommandFailure(str(problem), ExitCode.USAGE) from None
    for suite in suites:
        if plan.suites.get(suite.file) != suite.sha256:
            text = f"{suite.file} has changed since run {plan.id}. Start a new run."
            raise CommandFailure(text, ExitCode.USAGE)
    return folder, plan


def planned_cases(
    plan: Plan, suites: Sequence[Suite], selected: Sequence[PlannedCase]
) -> list[PlannedCase]:
    """Return the cases of an interrupted run, in its order.

    Raises ``CommandFailure`` if ``selected``, unless empty, are other ones.
    """
    by_key = {case.key: case for suite in suites for case in suite.cases}
    cases = [by_key[key] for key in plan.cases if key in by_key]
    others = selected and {case.key for case in selected} != set(plan.cases)
    if others or len(cases) < len(plan.cases):
        text = (
            f"run {plan.id} has other cases. Name the same suites, and leave out --filter, --tag, "
            "--shard, and --seed."
        )
        raise CommandFailure(text, ExitCode.USAGE)
    return cases


def store_of_run(name: str) -> Path:
    """Return the path of a run's conversations. Raises ``CommandFailure`` if there are none."""
    folder = RunFolder(runs_folder() / Path(name).name)
    if not folder.store.is_file():
        there = [path.name for path in runs_folder().glob("*")]
        text = f"There's no run '{clean_line(name, 60)}'. {did_you_mean(name, there)}".rstrip()
        raise CommandFailure(text, ExitCode.USAGE)
    return folder.store
