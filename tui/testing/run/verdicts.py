"""Verdict of a case from its repeats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from tui.testing.results import CaseAttempt, CaseResult, Verdict
from tui.testing.statistics import IN_A_ROW, pass_power, passes_needed, wilson_interval
from tui.testing.suite.loading import PlannedCase


def case_result(
    case: PlannedCase, attempts: Sequence[CaseAttempt], repeat: int, *, reason: str = ""
) -> CaseResult:
    """Return the result of a case; ``reason``: why it was not run, or says nothing."""
    spec = case.spec
    judged = [attempt for attempt in attempts if attempt.verdict != "error"]
    passed = sum(attempt.verdict == "pass" for attempt in judged)
    needed = _needed(case, repeat)
    verdict = _verdict(attempts, passed, needed, repeat)
    if reason:
        verdict = "inconclusive" if attempts or reason.startswith(NEEDS) else "not_run"
    elif spec.known_failure is not None and verdict in ("pass", "fail"):
        verdict = "fixed" if verdict == "pass" else "known"
    return CaseResult(
        suite=case.suite,
        id=spec.id,
        name=spec.name,
        tags=list(spec.tags),
        meta=spec.meta.model_dump(exclude_defaults=True),
        file=case.file,
        line=case.line,
        sha256=digest_of(case),
        verdict=verdict,
        flaky=0 < passed < len(judged),
        passed=passed,
        repeats=len(judged),
        needed=needed,
        interval=wilson_interval(passed, len(judged)) if len(judged) > 1 else None,
        all_pass={
            k: round(pass_power(passed, len(judged), k), 4)
            for k in sorted({min(IN_A_ROW, len(judged)), len(judged)})
            if k > 1
        },
        reason=reason or (spec.known_failure or "" if verdict in ("known", "fixed") else ""),
        attempts=list(attempts),
    )


NEEDS = "needs "
"""Begins the reason of a case that says nothing because of another."""


def is_decided(case: PlannedCase, attempts: Sequence[CaseAttempt], repeat: int) -> bool:
    """Return True if further repeats can't change the verdict."""
    needed = _needed(case, repeat)
    passed = sum(attempt.verdict == "pass" for attempt in attempts)
    failed = sum(attempt.verdict == "fail" for attempt in attempts)
    return passed >= needed or failed > repeat - needed


def _needed(case: PlannedCase, repeat: int) -> int:
    """Return the number of repeats that must pass, at least one."""
    rate = 1.0 if case.spec.pass_rate is None else case.spec.pass_rate
    return max(1, passes_needed(rate, repeat))


def digest_of(case: PlannedCase) -> str:
    """Return a digest of what a case says and expects, for comparisons of two runs."""
    text = json.dumps(case.spec.model_dump(mode="json", by_alias=True), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _verdict(attempts: Sequence[CaseAttempt], passed: int, needed: int, repeat: int) -> Verdict:
    """Return the verdict: errors are no trials, unless the needed passes are there already."""
    if passed >= needed:
        return "pass"
    errors = sum(attempt.verdict == "error" for attempt in attempts)
    failed = sum(attempt.verdict == "fail" for attempt in attempts)
    if failed > repeat - needed:
        return "fail"
    return "error" if errors or len(attempts) < repeat else "fail"
