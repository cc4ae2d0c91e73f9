"""Run of ``genie-tui test``: suites in, reports out."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from tui import __version__
from tui.api.recording.exchanges import RecordingIndex, RecordingProblem, read_index
from tui.api.recording.recorder import Recorder
from tui.api.recording.replayer import Replayer
from tui.bootstrap import AgentTarget
from tui.cli.exit_codes import CommandFailure, ExitCode, failure_of
from tui.cli.options import Target, target_options_of
from tui.cli.testing.run_folders import new_plan, planned_cases, resumed_plan
from tui.cli.testing.suite_agent import place_of, target_of_suites
from tui.core.errors import ErrorKind
from tui.core.text import clean_line, did_you_mean, plural
from tui.engine.session import Session
from tui.engine.updates import Publish
from tui.studio.models import GenieId
from tui.testing.packs import INCLUDED, included_packs
from tui.testing.reports.comparison import Comparison, compare, comparison_lines
from tui.testing.reports.html_report import html_report
from tui.testing.reports.junit import junit_xml
from tui.testing.reports.merging import ReportProblem, merged, read_report
from tui.testing.reports.policy_results import by_policy, policy_lines
from tui.testing.reports.wording import case_line, closing_lines
from tui.testing.results import CaseResult, RunInfo, RunResult, SuiteInfo
from tui.testing.run.case_selection import Shard, selected
from tui.testing.run.runner import OpenSession, Runner, RunOptions
from tui.testing.suite.loading import InvalidSuite, PlannedCase, Suite, load_suite
from tui.testing.suite.spec import json_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOptions:
    """Options of the command."""

    __test__ = False

    suites: tuple[Path, ...]
    jobs: int = 1
    repeat: int | None = None
    until_decided: bool = False
    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    seed: int | None = None
    fail_fast: bool = False
    variables: tuple[str, ...] = ()
    timeout: float | None = None
    resume: str | None = None
    junit: Path | None = None
    json_file: Path | None = None
    html: Path | None = None
    record: Path | None = None
    replay: Path | None = None
    compare: Path | None = None
    fail_on: str = "any"
    studio: bool = False


def with_pack(suites: tuple[Path, ...], pack: str | None) -> tuple[Path, ...]:
    """Return the paths of the suites and of the pack, if one is named."""
    if pack is None:
        return suites
    path = INCLUDED / f"{Path(pack).name}.yaml"
    if not path.is_file():
        names = included_packs()
        hint = did_you_mean(pack, names) or f"Included: {', '.join(names)}."
        raise CommandFailure(f"There's no pack '{clean_line(pack, 60)}'. {hint}", ExitCode.USAGE)
    return (*suites, path)


def print_schema() -> None:
    """Print the JSON Schema of a suite."""
    click.echo(json.dumps(json_schema(), indent=2))


def list_cases(asked: TestOptions) -> int:
    """Print the selected cases; the suites are validated."""
    suites = _suites(asked)
    for case in _selected(asked, suites):
        tags = f"  [{', '.join(case.spec.tags)}]" if case.spec.tags else ""
        click.echo(f"{case.key:<40} {case.spec.name}{tags}".rstrip())
    return ExitCode.FINISHED


def run_suites(target: Target, asked: TestOptions) -> int:
    """Run the suites, write the reports, and return the exit code."""
    suites = _suites(asked)
    cases = _selected(asked, suites)
    _check_outputs(asked)
    if asked.resume:
        folder, plan = resumed_plan(asked.resume, suites)
        cases = planned_cases(plan, suites, cases if _selects(asked) else ())
    target, place, wire = _place_and_wire(target, asked, suites)
    if not asked.resume:
        shard = str(Shard(*asked.shard)) if asked.shard else "1/1"
        options = {"repeat": asked.repeat, "seed": asked.seed, "shard": shard}
        folder, plan = new_plan(suites, cases, agent=place.agent_name, **options)
    click.echo(f"Run {plan.id}: {plural(len(cases), 'case')}, {place.agent_name}", err=True)
    progress = LiveProgress(len(cases)) if sys.stdout.isatty() else PlainProgress()
    run_options = RunOptions(
        jobs=asked.jobs,
        repeat=asked.repeat or plan.repeat,
        fail_fast=asked.fail_fast,
        until_decided=asked.until_decided,
        timeout_s=asked.timeout,
        environ=os.environ,
        wire=wire,
    )
    runner = Runner(suites, cases, folder, plan.id, run_options, progress)
    connect = partial(place.connect, one_shot=True, store=folder.store)
    begun_s = time.monotonic()
    try:
        with progress:
            work = _run(runner, connect, place if asked.studio else None)
            results, guardrails = asyncio.run(work)
    except KeyboardInterrupt:
        again = [] if asked.resume else ["--resume", plan.id]
        command = shlex.join(["genie-tui", *sys.argv[1:], *again])
        click.echo(f"Interrupted. To continue: {command}", err=True)
        return ExitCode.INTERRUPTED
    result = RunResult(
        run=runner.mask.masked(
            RunInfo(
                id=plan.id,
                started=plan.started,
                seconds=round(time.monotonic() - begun_s, 3),
                version=__version__,
                agent=place.agent_name,
                backend=place.backend,
                target=target_options_of(target),
                variables=shlex.join(w for v in asked.variables for w in ("--var", v)),
                seed=plan.seed,
                shard=plan.shard,
                repeat=run_options.repeat,
                problem=runner.problem.sentence() if runner.problem else "",
            )
        ),
        suites=[runner.mask.masked(_suite_info(suite)) for suite in suites],
        cases=results,
        guardrails=runner.mask.value(guardrails),
    )
    folder.report.write_text(result.model_dump_json(by_alias=True, indent=1), encoding="utf-8")
    refused = runner.problem is not None and runner.problem.kind in _REFUSED
    code = _report(asked, result)
    return failure_of(runner.problem).code if refused and runner.problem else code


def _suite_info(suite: Suite) -> SuiteInfo:
    spec = suite.spec
    return SuiteInfo(
        name=spec.suite, file=suite.file, sha256=suite.sha256, description=spec.description
    )


def _place_and_wire(
    target: Target, asked: TestOptions, suites: Sequence[Suite]
) -> tuple[Target, AgentTarget, Recorder | Replayer | None]:
    """Return the target and its agent, and what records or replays its service."""
    if asked.record and asked.replay:
        raise click.UsageError("--record and --replay exclude each other.")
    if asked.replay:
        from tui.bootstrap.replay import replay_target

        try:
            index = read_index(asked.replay)
        except RecordingProblem as problem:
            raise CommandFailure(str(problem), ExitCode.USAGE) from None
        place = replay_target(index.backend, index.genie, index.agent)
        return target, place, Replayer(asked.replay)
    place, target = place_of(target_of_suites(target, suites))
    if not asked.record:
        return target, place, None
    recorder = Recorder(asked.record, [s for suite in suites for s in suite.secrets])
    recorder.begin(
        RecordingIndex(
            backend=place.backend,
            genie=place.genie,
            agent=place.agent_name,
            recorded=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            suites={suite.spec.suite: suite.sha256 for suite in suites},
        )
    )
    return target, place, recorder


async def _run(
    runner: Runner, connect: OpenSession, place: AgentTarget | None
) -> tuple[list[CaseResult], dict[str, Any] | None]:
    """Run the cases; return their results, and the guardrail's settings of ``place``, if given.

    The settings are read after the run, when an embedded demo is there to answer.
    """
    if place is None:
        return await runner.run(connect), None
    if place.studio is None:
        raise CommandFailure("--studio needs a developer token.", ExitCode.USAGE)
    settings: dict[str, Any] = {}

    @asynccontextmanager
    async def connect_and_read(publish: Publish) -> AsyncGenerator[Session]:
        async with connect(publish) as session:
            settings.update(await _guardrail(place))
            yield session

    return await runner.run(connect_and_read), settings


async def _guardrail(place: AgentTarget) -> dict[str, Any]:
    """Return the configuration of each policy that is set."""
    assert place.studio is not None
    async with place.studio() as studio:
        guardrail = await studio.guardrails.get(GenieId(place.genie))
    return {policy.policy_type: dict(policy.configuration) for policy in guardrail.policies}


_REFUSED = (ErrorKind.UNAUTHORIZED, ErrorKind.FORBIDDEN)


def merge_reports(paths: Sequence[Path], asked: TestOptions) -> int:
    """Join the JSON reports of shards, report on all, and return the exit code."""
    if not paths:
        raise click.UsageError("Name the JSON reports to merge.")
    _check_outputs(asked)
    try:
        result = merged([read_report(path) for path in paths])
    except ReportProblem as problem:
        raise CommandFailure(str(problem), ExitCode.USAGE) from None
    return _report(asked, result)


def _report(asked: TestOptions, result: RunResult) -> int:
    """Write the reports, print the end of the summary, and return the exit code."""
    comparison = compare(_older(asked.compare), result) if asked.compare else None
    _write_reports(asked, result, comparison)
    lines = [*closing_lines(result), *policy_lines(by_policy(result.cases), result.guardrails)]
    lines += comparison_lines(comparison) if comparison else []
    for line in lines:
        click.echo(line)
    if comparison and asked.fail_on == "regression":
        failed = bool(comparison.of("newly failing"))
    else:
        failed = not result.passed
    return ExitCode.FAILED if failed else ExitCode.FINISHED


class LiveProgress:
    """Progress on a terminal: the running cases below a line for each finished one."""

    def __init__(self, count: int) -> None:
        from tui.ui.terminal.live_lines import LiveLines

        self._lines = LiveLines(count)

    def __enter__(self) -> LiveProgress:
        self._lines.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._lines.__exit__(*error)

    def case_started(self, case: PlannedCase) -> None:
        self._lines.start(case.key)

    def case_done(self, result: CaseResult) -> None:
        self._lines.finish(result.key, case_line(result))

    def told_to_wait(self) -> None:
        self._lines.say(_TOLD_TO_WAIT)


_TOLD_TO_WAIT = "wait  429 from the service: all jobs wait as it asks"


class PlainProgress(nullcontext[None]):
    """Progress as lines: one a finished case."""

    def case_started(self, case: PlannedCase) -> None:
        """Print nothing: a line is for what is known."""

    def case_done(self, result: CaseResult) -> None:
        click.echo(case_line(result))

    def told_to_wait(self) -> None:
        click.echo(_TOLD_TO_WAIT, err=True)


def _suites(asked: TestOptions) -> list[Suite]:
    if not asked.suites:
        raise click.UsageError("Name a suite, or use --schema to see what one looks like.")
    variables = dict(_variable(text) for text in asked.variables)
    suites, problems = [], []
    for path in asked.suites:
        try:
            suites.append(load_suite(path, variables, os.environ))
        except InvalidSuite as invalid:
            problems.append(str(invalid))
    if problems:
        raise CommandFailure("\n".join(["Invalid suite:", *problems]), ExitCode.USAGE)
    names = [suite.spec.suite for suite in suites]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise CommandFailure(f"Two suites are called '{twice}'. Rename one.", ExitCode.USAGE)
    return suites


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"--var {text}: must be NAME=VALUE.")
    return name, value


def _selected(asked: TestOptions, suites: Sequence[Suite]) -> list[PlannedCase]:
    cases = selected(
        [case for suite in suites for case in suite.cases],
        words=[word for words in asked.words for word in words.split()],
        tags=asked.tags,
        shard=Shard(*asked.shard) if asked.shard else Shard(),
        seed=asked.seed,
    )
    if not cases and not asked.shard:
        raise CommandFailure(
            "No case matches --filter and --tag. To see all, use --list.", ExitCode.USAGE
        )
    return cases


def _selects(asked: TestOptions) -> bool:
    return bool(asked.words or asked.tags or asked.shard or asked.seed is not None)


def _check_outputs(asked: TestOptions) -> None:
    """Raise ``CommandFailure`` before the run for a report that can't be written or read."""
    if asked.fail_on != "any" and not asked.compare:
        raise click.UsageError("--fail-on goes with --compare.")
    if asked.compare:
        _older(asked.compare)  # before the run, not after it
    for path in (asked.junit, asked.json_file, asked.html):
        if path is not None and not os.access(path.parent, os.W_OK):
            text = f"Can't write {path}: its folder doesn't exist or is read-only."
            raise CommandFailure(text, ExitCode.USAGE)


def _older(path: Path) -> RunResult:
    try:
        return read_report(path)
    except ReportProblem as problem:
        raise CommandFailure(str(problem), ExitCode.USAGE) from None


def _write_reports(asked: TestOptions, result: RunResult, comparison: Comparison | None) -> None:
    if asked.json_file:
        text = result.model_dump_json(by_alias=True, indent=1)
        asked.json_file.write_text(text + "\n", encoding="utf-8")
    if asked.junit:
        asked.junit.write_text(junit_xml(result), encoding="utf-8")
    if asked.html:
        asked.html.write_text(html_report(result, comparison), encoding="utf-8")
