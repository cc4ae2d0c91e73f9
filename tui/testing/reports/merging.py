"""Reports of the shards of a run, as one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from tui.testing.results import RunResult


class ReportProblem(Exception):
    """A report that can't be read or merged. The text is a sentence for the user."""


def read_report(path: Path) -> RunResult:
    """Read a JSON report. Raises ``ReportProblem``."""
    try:
        return RunResult.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReportProblem(f"Couldn't read {path}: {error.strerror}.") from None
    except ValidationError:
        raise ReportProblem(f"{path} isn't a JSON report of 'genie-tui test'.") from None


def merged(results: Sequence[RunResult]) -> RunResult:
    """Return all results as one. Raises ``ReportProblem`` if a case is in two of them."""
    first = min(results, key=lambda result: result.run.started)
    seen: dict[str, str] = {}
    for result in results:
        for case in result.cases:
            if case.key in seen:
                text = f"{case.key} is in run {seen[case.key]} and in run {result.run.id}."
                raise ReportProblem(text)
            seen[case.key] = result.run.id
    digests = {suite.file: suite for result in results for suite in result.suites}
    for result in results:
        for suite in result.suites:
            if digests[suite.file].sha256 != suite.sha256:
                raise ReportProblem(f"The runs are of different versions of {suite.file}.")
    run = first.run.model_copy(
        update={
            "seconds": max(result.run.seconds for result in results),
            "shard": "1/1" if len(results) == 1 else "+".join(r.run.shard for r in results),
            "problem": next((r.run.problem for r in results if r.run.problem), ""),
        }
    )
    return RunResult(
        run=run,
        suites=list(digests.values()),
        cases=[case for result in results for case in result.cases],
        guardrails=first.guardrails,
    )
