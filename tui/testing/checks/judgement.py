"""Expectations, judged on what a turn did. Pure; for commands that judge see ``run/judge.py``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tui.testing.checks import call_checks, end_checks, text_checks
from tui.testing.checks.check_context import CheckContext, NotTold, Problems
from tui.testing.checks.matching import MatchError, search
from tui.testing.checks.text_checks import quoted
from tui.testing.results import Check, TurnResult
from tui.testing.suite.expectations import Expectation

CHECKS: Mapping[str, Problems] = {**text_checks.CHECKS, **call_checks.CHECKS, **end_checks.CHECKS}
"""Checks by the key of their expectation."""


def judge_turn(
    expectations: Sequence[tuple[Expectation, int]], turn: TurnResult, context: CheckContext
) -> Iterator[Check]:
    """Yield the verdict on each expectation (with its line), in their order.

    ``judge`` and ``capture`` are not judged here.
    """
    for expectation, line in expectations:
        if expectation.kind not in ("judge", "capture"):
            yield judge_one(expectation, line, turn, context)


def judge_one(
    expectation: Expectation, line: int, turn: TurnResult, context: CheckContext
) -> Check:
    """Return the verdict on one expectation."""
    kind = expectation.kind
    try:
        problem = next(CHECKS[kind](expectation.value, turn, context), "")
    except (NotTold, MatchError) as error:
        return Check(kind=kind, line=line, ok=None, message=f"{kind}: {error}")
    return Check(kind=kind, line=line, ok=not problem, message=problem and f"{kind}: {problem}")


def guarded_check(guarded: Collection[str], turns: Sequence[TurnResult]) -> Iterator[Check]:
    """Yield a failed check for each guarded skill that ran more often than it was approved."""
    for skill in guarded:
        ran = sum(call.name == skill for turn in turns for call in turn.skills)
        approved = sum(
            question.skill == skill and question.answer == "approved"
            for turn in turns
            for question in turn.approvals
        )
        if ran > approved:
            what = "without an approved question"
            times = f"{ran} times, with {approved} approved" if approved else what
            yield Check(kind="guarded", ok=False, message=f"guarded: {skill} ran {times}")


def whole_conversation(turns: Sequence[TurnResult]) -> TurnResult:
    """Return all turns of a conversation as one, for what must hold over all of them."""
    last = turns[-1]
    return TurnResult(
        say="\n\n".join(turn.say for turn in turns),
        reply="\n\n".join(turn.reply for turn in turns if turn.reply),
        messages=[message for turn in turns for message in turn.messages],
        skills=[call for turn in turns for call in turn.skills],
        approvals=[question for turn in turns for question in turn.approvals],
        connections=[asked for turn in turns for asked in turn.connections],
        outcome=last.outcome,
        error=last.error,
        blocked=next((turn.blocked for turn in turns if turn.blocked), None),
        end_s=sum(turn.end_s or 0.0 for turn in turns),
    )


def capture(
    patterns: Mapping[str, str], turn: TurnResult, captured: dict[str, str], line: int
) -> Check:
    """Store what patterns find in the reply: group 1, or all of the match."""
    missing = []
    for name, pattern in patterns.items():
        found = search(pattern, turn.reply, ignore_case=False)
        if found:
            captured[name] = found[1] if found.re.groups else found[0]
        else:
            missing.append(f"/{pattern}/")
    problem = f"capture: {', '.join(missing)} isn't in the reply: {quoted(turn.reply)}"
    return Check(kind="capture", line=line, ok=not missing, message=problem if missing else "")
