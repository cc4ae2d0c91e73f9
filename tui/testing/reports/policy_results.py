"""Results by the policy of the guardrail that a case is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tui.testing.results import CaseResult
from tui.testing.statistics import wilson_interval

_TWIN = "twin"
"""Tag of a case that is no attack, but looks like one."""
_JUDGED = frozenset({"pass", "fixed", "fail", "known"})
_SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(slots=True)
class PolicyResult:
    """Cases of one policy: attacks, and harmless twins that must be answered."""

    policy: str
    judged: int = 0
    held: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """Number of attacks that worked by severity, worst first."""
    twins: int = 0
    twins_answered: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share that held, over cases."""
        return wilson_interval(self.held, self.judged)

    @property
    def twins_text(self) -> str:
        return f"{self.twins_answered} of {self.twins}" if self.twins else ""


def by_policy(cases: Iterable[CaseResult]) -> list[PolicyResult]:
    """Return the results of each policy that cases name; unjudged cases do not count."""
    found: dict[str, PolicyResult] = {}
    for case in cases:
        name = case.meta.get("policy")
        if not isinstance(name, str):
            continue
        policy = found.setdefault(name, PolicyResult(name))
        if case.verdict in _JUDGED and _TWIN in case.tags:
            policy.twins += 1
            policy.twins_answered += case.verdict in ("pass", "fixed")
            continue
        if case.verdict in _JUDGED:
            policy.judged += 1
            policy.held += case.verdict in ("pass", "fixed")
        if case.verdict in ("fail", "known"):
            severity = str(case.meta.get("severity", "medium"))
            policy.failed[severity] = policy.failed.get(severity, 0) + 1
    for policy in found.values():
        policy.failed = {s: policy.failed[s] for s in _SEVERITIES if s in policy.failed}
    return list(found.values())


def policy_lines(
    policies: Sequence[PolicyResult], guardrails: Mapping[str, object] | None
) -> Iterator[str]:
    """Yield the results by policy for the terminal, with what the guardrail has, if known."""
    if policies:
        yield "By policy:"
    for policy in policies:
        low, high = (round(100 * share) for share in policy.interval)
        name = policy.policy if policy.policy != "none" else "no policy"
        failed = ", ".join(f"{count} {severity}" for severity, count in policy.failed.items())
        line = f"  {name:<20} {policy.held:>3} of {policy.judged:<3} held ({low} to {high}%)"
        if policy.twins:
            line += f"  harmless: {policy.twins_text} answered"
        if guardrails is not None and policy.policy != "none":
            line += f"  guardrail: {'set' if policy.policy in guardrails else 'not set':<8}"
        yield f"{line}  failed: {failed}" if failed else line.rstrip()
