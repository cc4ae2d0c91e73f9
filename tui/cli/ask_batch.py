"""``ask --batch``: a prompt a row, several at once, results in the order of the rows."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

import click

from tui.cli.approval_options import ApprovalOptions
from tui.cli.exit_codes import CommandFailure, ExitCode, failure_of
from tui.cli.options import Target
from tui.cli.testing.run_folders import new_plan, resumed_plan
from tui.core.text import plural
from tui.testing.results import CaseAttempt, CaseResult
from tui.testing.run.runner import Runner, RunOptions
from tui.testing.suite.loading import PlannedCase, Suite, outside_problem
from tui.testing.suite.row_files import csv_rows, json_rows
from tui.testing.suite.spec import SuiteSpec

_SUITE = "batch"
_COLUMNS = ("prompt", "text", "message", "say")
"""Names of the column with the prompts, else it is the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRequest:
    """Prompts of a file, and how they are asked."""

    path: Path
    answers: ApprovalOptions = field(default_factory=ApprovalOptions)
    jobs: int = 1
    timeout_s: float | None = None
    output: Path | None = None
    resume: str | None = None


def run_batch(target: Target, asked: BatchRequest) -> int:
    """Ask all prompts, print the results, and return the exit code."""
    text = _read(asked.path)
    rows = list(_rows(asked.path, text))
    if not rows:
        raise CommandFailure(f"{asked.path} has no prompts.", ExitCode.USAGE)
    suite = _suite(asked, text, rows)
    if asked.output and not os.access(asked.output.parent, os.W_OK):
        text = f"Can't write {asked.output}: its folder doesn't exist or is read-only."
        raise CommandFailure(text, ExitCode.USAGE)
    place = target.place()
    if asked.resume:
        folder, plan = resumed_plan(asked.resume, [suite])
    else:
        folder, plan = new_plan([suite], suite.cases, agent=place.agent_name)
        hint = f"To continue it after an interruption, add: --resume {plan.id}"
        click.echo(f"Run {plan.id}, {plural(len(rows), 'prompt')}. {hint}", err=True)
    options = RunOptions(jobs=asked.jobs)
    with ExitStack() as stack:
        output = _Output(stack, asked.output, rows)
        runner = Runner([suite], suite.cases, folder, plan.id, options, output)
        connect = partial(place.connect, one_shot=True, store=folder.store)
        try:
            results = asyncio.run(runner.run(connect))
        except KeyboardInterrupt:
            return ExitCode.INTERRUPTED
        for result in results:
            output.case_done(result)
    failed = sum(result.verdict != "pass" for result in results)
    click.echo(f"{len(results) - failed} of {len(results)} answered.", err=True)
    if runner.problem is not None:
        raise failure_of(runner.problem)
    return ExitCode.FAILED if failed else ExitCode.FINISHED


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = f"{path} isn't UTF-8 (byte {error.start})."
    except OSError as error:
        text = f"Couldn't read {path} ({error.strerror})."
    raise CommandFailure(text, ExitCode.USAGE)


def _rows(path: Path, text: str) -> Iterator[Mapping[str, object]]:
    """Yield the rows of a CSV file, of JSON lines, or of plain lines, each with a ``prompt``."""
    try:
        if path.suffix == ".csv":
            yield from map(_with_prompt, csv_rows(text))
        elif path.suffix in (".jsonl", ".ndjson"):
            yield from map(_with_prompt, json_rows(text))
        else:
            yield from ({"prompt": line} for line in text.splitlines() if line.strip())
    except ValueError as error:
        raise CommandFailure(f"{path}: {error}.", ExitCode.USAGE) from None


def _with_prompt(row: Mapping[str, object]) -> Mapping[str, object]:
    name = next((name for name in _COLUMNS if name in row), next(iter(row), ""))
    prompt = row.get(name)
    if not isinstance(prompt, str) or not prompt.strip():
        raise ValueError(f"a row has no text in column '{name or _COLUMNS[0]}'")
    return {**{key: value for key, value in row.items() if key != name}, "prompt": prompt}


def _suite(asked: BatchRequest, text: str, rows: Sequence[Mapping[str, object]]) -> Suite:
    answers = _answers(asked.answers)
    cases = []
    for number, row in enumerate(rows, 1):
        turn: dict[str, Any] = {"say": row["prompt"], "approvals": answers, "expect": "none"}
        turn["connections"] = {"any": "leave"}
        if isinstance(name := row.get("file"), str) and name:
            if problem := outside_problem(name):
                raise CommandFailure(f"Row {number}: {problem}.", ExitCode.USAGE)
            turn["files"] = [name]
        cases.append({"id": f"row-{number}", "turns": [turn]})
    tree: dict[str, Any] = {"version": 1, "suite": _SUITE, "cases": cases}
    if asked.timeout_s is not None:
        tree["defaults"] = {"timeout": asked.timeout_s}
    spec = SuiteSpec.model_validate(tree)
    path, folder = str(asked.path), asked.path.parent
    planned = tuple(
        PlannedCase(_SUITE, case, path, folder, number, ((number, ()),), ())
        for number, case in enumerate(spec.cases, 1)
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Suite(spec, path, digest, planned)


def _answers(options: ApprovalOptions) -> list[dict[str, str]]:
    answers = [{"skill": name, "answer": "approve"} for name in options.approve]
    for text in options.reject:
        name, _, reason = text.partition("=")
        answers.append({"skill": name, "answer": "reject", "reason": reason})
    if options.approve_all or options.reject_all:
        answers.append({"skill": "any", "answer": "approve" if options.approve_all else "reject"})
    return answers


class _Output:
    """Writes each result as soon as all rows before it are written."""

    def __init__(
        self, stack: ExitStack, path: Path | None, rows: Sequence[Mapping[str, object]]
    ) -> None:
        self._rows = rows
        self._waiting: dict[int, CaseResult] = {}
        self._written = 0
        self._as_csv = path is not None and path.suffix == ".csv"
        self._file: IO[str] | None = None
        if path is not None:
            try:
                self._file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            except OSError as error:
                raise CommandFailure(f"Couldn't write {path} ({error.strerror}).") from None
        if self._as_csv:
            self._write(_csv_line(list(self._columns())))

    def case_started(self, case: PlannedCase) -> None:
        """Nothing is known yet."""

    def told_to_wait(self) -> None:
        click.echo("The service asks to wait; all prompts wait (HTTP 429).", err=True)

    def case_done(self, result: CaseResult) -> None:
        number = int(result.id.removeprefix("row-"))
        if number > self._written:
            self._waiting[number] = result
        while (following := self._waiting.pop(self._written + 1, None)) is not None:
            self._written += 1
            self._write(self._line(self._rows[self._written - 1], following))

    def _columns(self) -> Iterator[str]:
        yield from dict.fromkeys(key for row in self._rows for key in row)
        yield from _result({}, None)

    def _line(self, row: Mapping[str, object], result: CaseResult) -> str:
        found = _result(row, result)
        if not self._as_csv:
            return json.dumps({**row, **found}, ensure_ascii=False) + "\n"
        values = {**row, **found}
        return _csv_line([values.get(column) for column in self._columns()])

    def _write(self, text: str) -> None:
        if self._file is None:
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            self._file.write(text)
            self._file.flush()


def _result(row: Mapping[str, object], result: CaseResult | None) -> dict[str, object]:
    attempt = result.attempts[-1] if result and result.attempts else None
    turn = attempt.turns[-1] if attempt and attempt.turns else None
    error = ""
    if result is not None and result.verdict != "pass":
        error = (attempt and attempt.problem) or _first_problem(attempt) or result.reason
    return {
        "reply": turn.reply if turn else "",
        "outcome": turn.outcome if turn else None,
        "error": error or None,
        "conversation_id": attempt.conversation if attempt else None,
        "seconds": turn.end_s if turn else None,
        "tokens": turn.usage.tokens if turn and turn.usage else None,
    }


def _first_problem(attempt: CaseAttempt | None) -> str:
    failed = attempt.failed_checks() if attempt else []
    if not failed:
        return ""
    _, check = failed[0]
    if check.kind == "answer":
        return f"{check.message.removeprefix('answer: ').partition(',')[0]}. {_ANSWERS}"
    return check.message


_ANSWERS = "Use --approve, --reject, --approve-all, or --reject-all."


def _csv_line(values: Sequence[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow("" if v is None else v for v in values)
    return buffer.getvalue()
