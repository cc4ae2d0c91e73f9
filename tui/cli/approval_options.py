"""Decisions on skill calls given in advance, as options of a command."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.core.events import Decision
from tui.core.text import clean_line, closest

_Match = Literal["exact", "folded"]


@dataclass(frozen=True, slots=True)
class PlannedDecision:
    """A decision, with the reason that the agent reads."""

    decision: Decision
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalOptions:
    """``--approve NAME``, ``--reject NAME[=REASON]``, ``--approve-all`` and ``--reject-all``.

    A name is taken as written first, then regardless of case and spacing. Named skills win over
    ``all``.
    """

    approve: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    approve_all: bool = False
    reject_all: bool = False

    def __post_init__(self) -> None:
        """Raise ``CommandFailure`` if two options contradict each other."""
        if self.approve_all and self.reject_all:
            text = "Use either --approve-all or --reject-all, not both."
            raise CommandFailure(text, ExitCode.USAGE)
        for spec in self.reject:
            names = {spec, spec.partition("=")[0]}
            if both := names.intersection(self.approve):
                text = f"{both.pop()!r} is in both --approve and --reject."
                raise CommandFailure(text, ExitCode.USAGE)

    def to(self, skill: str, others: Collection[str] = ()) -> PlannedDecision | None:
        """Return the decision on a skill; None if the options give none, or no unambiguous one.

        ``others`` are the names of other skills that need approval.
        """
        found = list(self._named(skill))
        exact = [answer for match, answer in found if match == "exact"]
        answers = exact or [answer for _, answer in found]
        if answers:
            return None if self._is_ambiguous(skill, exact, answers, others) else answers[0]
        if self.approve_all:
            return PlannedDecision("approved")
        return PlannedDecision("rejected") if self.reject_all else None

    def hint(self, skill: str, others: Collection[str] = ()) -> str:
        """Return the reason why a similar option does not apply to a skill; empty if none is
        similar.
        """
        found = list(self._named(skill))
        if found and self.to(skill, others) is None:
            return f"Use the exact name: '{clean_line(skill)}'."
        near = closest(skill, self._names())
        if not near or found:
            return ""
        return f"You wrote '{clean_line(near)}'; the skill is named '{clean_line(skill)}'."

    def _named(self, skill: str) -> Iterator[tuple[_Match, PlannedDecision]]:
        """Yield the decisions of the options that name a skill."""
        for name in self.approve:
            if match := _match(name, skill):
                yield match, PlannedDecision("approved")
        for spec in self.reject:
            for name, reason in _splits(spec):
                if match := _match(name, skill):
                    yield match, PlannedDecision("rejected", reason.strip() or None)
                    break

    def _is_ambiguous(
        self,
        skill: str,
        exact: list[PlannedDecision],
        answers: list[PlannedDecision],
        others: Collection[str],
    ) -> bool:
        if exact:
            return False
        twins = any(other != skill and _folded(other) == _folded(skill) for other in others)
        return twins or len({answer.decision for answer in answers}) > 1

    def _names(self) -> Iterator[str]:
        yield from self.approve
        yield from (spec.partition("=")[0] for spec in self.reject)


def _match(name: str, skill: str) -> _Match | None:
    if name == skill:
        return "exact"
    return "folded" if _folded(name) == _folded(skill) else None


def _folded(name: str) -> str:
    return " ".join(clean_line(name).casefold().split())


def _splits(spec: str) -> Iterator[tuple[str, str]]:
    """Split ``NAME=REASON`` at each of its equals signs, since names may contain some."""
    yield spec, ""
    for place, character in enumerate(spec):
        if character == "=":
            yield spec[:place], spec[place + 1 :]
