"""Comparison of two runs: what newly fails, newly passes, is slower, or costs more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Literal, get_args

from pydantic import BaseModel

from tui.testing.results import CaseResult, RunResult
from tui.testing.statistics import fisher_p, mcnemar_p

Change = Literal[
    "newly failing", "newly passing", "less often", "more often", "slower", "dearer",
    "new", "gone", "changed",
]  # fmt: skip
"""``less often``, ``more often``: the pass rate moved without a new verdict. ``changed``: the text
of the case is another, so that the results say nothing about each other."""

SIGNIFICANT = 0.05
_SLOWER_SHARE, _SLOWER_S = 1.25, 1.0
_DEARER_SHARE, _DEARER_TOKENS = 1.10, 100
_FEWEST_REPEATS = 4
"""With fewer repeats no difference of pass rates can be significant."""


class CaseChange(BaseModel):
    """A difference between two results of one case."""

    case: str
    change: Change
    text: str


class Comparison(BaseModel):
    """Differences between two runs."""

    old: str
    """ID of the older run."""
    changes: list[CaseChange] = []
    guardrails: list[str] = []
    """Policies of the guardrail that were changed, as clauses."""
    p: float = 1.0
    """Exact McNemar test over the cases whose verdict changed."""

    def of(self, *wanted: Change) -> list[CaseChange]:
        """Return the changes of these kinds."""
        return [change for change in self.changes if change.change in wanted]


def compare(old: RunResult, new: RunResult) -> Comparison:
    """Return the differences, by the keys of the cases."""
    before = {case.key: case for case in old.cases}
    after = {case.key: case for case in new.cases}
    changes = [change for key, case in after.items() for change in _changes(before.get(key), case)]
    changes += [
        CaseChange(case=key, change="gone", text="isn't in the new run")
        for key in before
        if key not in after
    ]
    worse = sum(change.change == "newly failing" for change in changes)
    better = sum(change.change == "newly passing" for change in changes)
    return Comparison(
        old=old.run.id,
        changes=changes,
        guardrails=list(_guardrail_changes(old.guardrails, new.guardrails)),
        p=mcnemar_p(worse, better),
    )


def _guardrail_changes(old: Guardrails | None, new: Guardrails | None) -> Iterator[str]:
    """Yield what changed in the guardrail; nothing unless both runs told it."""
    if old is None or new is None:
        return
    for policy in sorted(old.keys() | new.keys()):
        if policy not in new:
            yield f"{policy}: removed"
        elif policy not in old:
            yield f"{policy}: set"
        elif old[policy] != new[policy]:
            yield f"{policy}: changed"


Guardrails = Mapping[str, Any]


def _changes(old: CaseResult | None, new: CaseResult) -> Iterator[CaseChange]:
    def change(kind: Change, text: str) -> CaseChange:
        return CaseChange(case=new.key, change=kind, text=text)

    if old is None:
        yield change("new", "isn't in the old run")
        return
    if old.sha256 != new.sha256:
        yield change("changed", "says or expects something else than in the old run")
        return
    rates = f"{old.passed}/{old.repeats} → {new.passed}/{new.repeats}{_certainty(old, new)}"
    if _passes(old) and new.verdict in ("fail", "error"):
        yield change("newly failing", rates)
    elif old.verdict in ("fail", "error") and _passes(new):
        yield change("newly passing", rates)
    elif old.repeats and new.repeats and old.passed / old.repeats != new.passed / new.repeats:
        fell = new.passed / new.repeats < old.passed / old.repeats
        yield change("less often" if fell else "more often", rates)
    if _passes(old) and _passes(new):
        yield from _dearer(old, new)


def _passes(case: CaseResult) -> bool:
    return case.verdict in ("pass", "fixed")


def _certainty(old: CaseResult, new: CaseResult) -> str:
    if min(old.repeats, new.repeats) < _FEWEST_REPEATS:
        return " (too few repeats to tell)" if max(old.repeats, new.repeats) > 1 else ""
    p = fisher_p(old.passed, old.repeats, new.passed, new.repeats)
    return f" (p = {p:.2g})" if p < SIGNIFICANT else f" (p = {p:.2g}, may be chance)"


def _dearer(old: CaseResult, new: CaseResult) -> Iterator[CaseChange]:
    before_s, after_s = _seconds(old), _seconds(new)
    if after_s > before_s * _SLOWER_SHARE and after_s > before_s + _SLOWER_S:
        text = f"{before_s:.1f} s → {after_s:.1f} s"
        yield CaseChange(case=new.key, change="slower", text=text)
    before, after = _tokens(old), _tokens(new)
    if before and after and after > before * _DEARER_SHARE and after > before + _DEARER_TOKENS:
        text = f"{before:,.0f} → {after:,.0f} tokens"
        yield CaseChange(case=new.key, change="dearer", text=text)


def _seconds(case: CaseResult) -> float:
    return median([attempt.seconds for attempt in case.attempts] or [0.0])


def _tokens(case: CaseResult) -> float:
    counts = [
        sum(turn.usage.tokens or 0 for turn in attempt.turns if turn.usage)
        for attempt in case.attempts
    ]
    return median(counts or [0])


def comparison_lines(found: Comparison) -> list[str]:
    """Return a comparison for the terminal."""
    if not found.changes and not found.guardrails:
        return [f"Compared with run {found.old}: no difference."]
    lines = [f"Compared with run {found.old}:"]
    lines += [f"  guardrail      {text}" for text in found.guardrails]
    lines += [f"  {c.change:<14} {c.case}  {c.text}" for c in _by_weight(found.changes)]
    if found.of("newly failing", "newly passing"):
        sure = "significant" if found.p < SIGNIFICANT else "may be chance"
        lines.append(f"  over all cases: p = {found.p:.2g}, {sure}")
    return lines


def _by_weight(changes: Sequence[CaseChange]) -> list[CaseChange]:
    order = get_args(Change)
    return sorted(changes, key=lambda change: order.index(change.change))
