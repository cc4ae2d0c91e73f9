"""Words of the reports, on the terminal and in files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from tui.core.text import duration, percent, plural
from tui.testing.results import CaseAttempt, CaseResult, RunInfo, RunResult, Verdict

LABELS: dict[Verdict, str] = {
    "pass": "ok",
    "fail": "FAIL",
    "error": "ERROR",
    "known": "known",
    "fixed": "FIXED",
    "inconclusive": "skip",
    "not_run": "skip",
}
_COUNTED: tuple[tuple[Verdict, str, str], ...] = (
    ("pass", "passed", "passed"),
    ("fail", "failed", "failed"),
    ("error", "error", "errors"),
    ("known", "known failure", "known failures"),
    ("fixed", "passes now", "pass now"),
    ("inconclusive", "inconclusive", "inconclusive"),
    ("not_run", "not run", "not run"),
)
_SUMMARY = 120


def case_line(case: CaseResult) -> str:
    """Return a case on one line."""
    label = "flaky" if case.flaky and case.verdict == "pass" else LABELS[case.verdict]
    count = f"{case.passed}/{case.repeats}" if case.repeats > 1 else ""
    line = f"{label:<5} {case.key:<36} {count:>5} {duration(case.seconds):>8}"
    return f"{line}   {summary}".rstrip() if (summary := case_summary(case)) else line.rstrip()


def case_summary(case: CaseResult) -> str:
    """Return why a case did not simply pass; empty if it did."""
    if case.verdict in ("known", "inconclusive", "not_run"):
        return case.reason
    if case.verdict == "fixed":
        return f"passes now; remove known_failure ({case.reason})"
    bad = case.first_bad
    if bad is None:
        return ""
    number = f" (repeat {bad.n})" if len(case.attempts) > 1 else ""
    return _cut(attempt_summary(bad)) + number


def attempt_summary(attempt: CaseAttempt) -> str:
    """Return the first thing that did not hold."""
    if attempt.problem:
        return attempt.problem
    failed = attempt.failed_checks()
    if not failed:
        return ""
    unjudged = [(turn, check) for turn, check in failed if check.ok is None]
    turn, check = (unjudged or failed)[0]
    where = f"turn {turn}: " if turn and len(attempt.turns) > 1 else ""
    return f"{where}{check.message}"


def failure_lines(case: CaseResult) -> list[str]:
    """Return all that did not hold in the first repeat that did not pass, with its place."""
    bad = case.first_bad
    if bad is None:
        return [case_summary(case)]
    lines = [bad.problem] if bad.problem else []
    for number, check in bad.failed_checks():
        say = f"turn {number} ({_cut(bad.turns[number - 1].say, 40)!r}) " if number else ""
        place = f"{case.file}:{check.line or case.line}"
        lines.append(f"{place}: {say}{check.message}")
    return lines or [case_summary(case)]


def rerun_command(run: RunInfo, case: CaseResult) -> str:
    """Return the command that runs a case again, against the same agent."""
    path = PurePath(case.file)
    suite = f"--pack {path.stem}" if path.parts[-3:-1] == _PACKS else shlex.quote(case.file)
    words = ["genie-tui test", suite, run.target, run.variables]
    words += ["--filter", shlex.quote(case.key)]
    return " ".join(word for word in words if word)


_PACKS = ("testing", "packs")
"""Folder of the suites that come with the program."""


def repeats_sentence(case: CaseResult) -> str:
    """Return what the repeats of a case say about its reliability; empty for a single one."""
    if case.interval is None or case.repeats < 2:
        return ""
    low, high = (percent(share) for share in case.interval)
    k = min(case.all_pass, default=0) if 0 < case.passed < case.repeats else 0
    streak = f" {k} in a row all pass {percent(case.all_pass[k])} of the time." if k else ""
    return (
        f"{case.passed} of {case.repeats} repeats passed, {case.needed} were needed. "
        f"It passes {low} to {high} of the time (95% interval).{streak}"
    )


def repeat_lines(cases: Sequence[CaseResult]) -> Iterator[str]:
    """Yield the reliability of repeated cases: each that failed at times, the others together."""
    repeated = [case for case in cases if case.interval is not None]
    if not repeated:
        return
    yield "Repeats:"
    steady = [case for case in repeated if case.passed == case.repeats]
    uneven = [case for case in repeated if case.passed < case.repeats]
    for case in uneven[:_MOST_REPEATED]:
        yield f"  {case.key}: {repeats_sentence(case)}"
    if (more := len(uneven) - _MOST_REPEATED) > 0:
        yield f"  … and {plural(more, 'case')} more"
    if steady:
        fewest = min(steady, key=lambda case: case.repeats)
        low = percent(fewest.interval[0]) if fewest.interval else ""
        yield (
            f"  {plural(len(steady), 'case')} passed every time. "
            f"{fewest.repeats} of {fewest.repeats} means at least {low} of the time (95% interval)."
        )


_MOST_REPEATED = 20


def open_command(run: RunInfo, attempt: CaseAttempt) -> str:
    """Return the command that opens the conversation of a repeat; empty if it has none."""
    if not run.id or not attempt.conversation:
        return ""
    target = f" {run.target}" if run.target else ""
    place = f"--run {run.id} --conversation {shlex.quote(attempt.conversation)}"
    return f"genie-tui{target} {place}"


def totals(cases: Sequence[CaseResult]) -> str:
    """Return the counts of all verdicts that occur, such as ``7 passed (1 flaky), 1 failed``."""
    return ", ".join(_counts(cases)) or "no cases"


def _counts(cases: Sequence[CaseResult]) -> Iterator[str]:
    for verdict, one, many in _COUNTED:
        count = sum(case.verdict == verdict for case in cases)
        if not count:
            continue
        flaky = sum(case.flaky and case.verdict == "pass" for case in cases)
        note = f" ({flaky} flaky)" if verdict == "pass" and flaky else ""
        yield f"{count} {one if count == 1 else many}{note}"


def closing_lines(result: RunResult) -> list[str]:
    """Return the end of the terminal's summary: each failure in full, then the counts."""
    lines: list[str] = []
    for case in result.cases:
        if case.verdict in ("fail", "error", "fixed"):
            lines += ["", f"{LABELS[case.verdict]} {case.key}"]
            lines += [f"  {line}" for line in failure_lines(case)]
            lines += list(_conversation(case))
            lines.append(f"  again: {rerun_command(result.run, case)}")
            bad = case.first_bad
            if bad and (command := open_command(result.run, bad)):
                lines.append(f"  open:  {command}")
    if repeats := list(repeat_lines(result.cases)):
        lines += ["", *repeats]
    if result.run.problem:
        lines += ["", result.run.problem]
    names = ", ".join(dict.fromkeys(suite.name for suite in result.suites))
    lines += ["", f"{names}: {totals(result.cases)} in {duration(result.run.seconds)}"]
    return lines


def _conversation(case: CaseResult) -> Iterator[str]:
    for turn in case.first_bad.turns if case.first_bad else ():
        yield f"  > {_cut(turn.say, 200)}"
        ran = ", ".join(f"{call.name} ({call.outcome})" for call in turn.skills)
        if ran:
            yield f"    ran: {ran}"
        if turn.reply:
            yield f"    {_cut(turn.reply, 400)}"


def _cut(text: str, longest: int = _SUMMARY) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
