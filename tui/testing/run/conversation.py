"""One repeat of a case: a conversation with the agent, judged turn by turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tui.core.errors import BackendError, ErrorKind
from tui.core.events import Decision
from tui.core.ids import ConversationId, is_local
from tui.core.ports import Capability
from tui.core.records import Attachment
from tui.core.steps import ApprovalStep, ConnectionStep
from tui.core.text import clean_line
from tui.core.turn import Turn
from tui.engine.session import Session
from tui.testing.checks.check_context import CheckContext
from tui.testing.checks.judgement import (
    capture,
    guarded_check,
    judge_one,
    whole_conversation,
)
from tui.testing.checks.matching import MatchError, matches
from tui.testing.results import CaseAttempt, Check, Outcome, TurnError, TurnResult
from tui.testing.run.judge import judged
from tui.testing.run.turn_results import turn_result
from tui.testing.run.turn_watch import TurnWatch, TurnWatcher
from tui.testing.suite.expectations import Expectation
from tui.testing.suite.loading import PlannedCase
from tui.testing.suite.spec import Answer, Defaults, TurnSpec, filled
from tui.testing.suite.variables import UnknownVariable, replace_captures

_MOST_TRIES_UNSENT = 6
_NEGATIVE = frozenset(
    {"not_contains", "not_matches", "no_secret", "no_skill", "skills_only", "no_approval",
     "no_connection", "outcome"}
)  # fmt: skip
"""Expectations that an agent which says nothing meets too."""

_PATTERNS = frozenset({"matches", "not_matches"})
"""They can take a second, during which other conversations go on."""

_STILL_BUSY = frozenset({"waiting", "timeout"})
"""Outcomes after which a conversation takes no further message."""

Verdict = Literal["pass", "fail", "error"]


class _Stopped(Exception):
    """The turn can't go on; the text says why."""


class _NoAnswer(_Stopped):
    """The suite has no answer to a question."""


@dataclass(slots=True)
class CaseRun:
    """Runs a case once."""

    session: Session
    watcher: TurnWatcher
    case: PlannedCase
    defaults: Defaults
    guarded: Sequence[str]
    number: int
    run_id: str
    environ: Mapping[str, str] = field(default_factory=dict)
    """Variables for commands that judge."""
    timeout_s: float | None = None
    """Limit of a turn that overrides those of the suite."""
    times: Sequence[Sequence[float | None]] = ()
    """Recorded times of the turns, in place of those of a replay."""
    conversation: ConversationId | None = None
    _captured: dict[str, str] = field(default_factory=dict)
    _turns: list[TurnResult] = field(default_factory=list)
    _answered: set[str] = field(default_factory=set)
    _decisions: dict[str, tuple[Decision, str]] = field(default_factory=dict)
    """Decisions that the service took, by call: a fast turn ends before they are in its log."""
    _watch: TurnWatch | None = None

    async def run(self) -> CaseAttempt:
        """Return the result; never raises for what the agent or the service did."""
        begun_s = time.monotonic()
        problem, checks = "", []
        try:
            for index, spec in enumerate(self.case.spec.turns, 1):
                result = await self._run_turn(index - 1, spec)
                if not all(check.ok for check in result.checks):
                    break
                if result.outcome in _STILL_BUSY and index < len(self.case.spec.turns):
                    problem = f"turn {index} is still open ({result.outcome}), so no other followed"
                    break
            else:
                checks = await self._judge_conversation()
        except (BackendError, UnknownVariable, OSError) as error:
            problem = error.sentence() if isinstance(error, BackendError) else str(error)
        finally:
            await self._leave_clean()
        attempt = CaseAttempt(
            n=self.number,
            verdict="pass",
            conversation=None if self.conversation is None else str(self.conversation),
            seconds=round(time.monotonic() - begun_s, 3),
            turns=self._turns,
            checks=[*checks, *guarded_check(self.guarded, self._turns)],
            problem=problem,
        )
        return attempt.model_copy(update={"verdict": verdict_of(attempt)})

    # -- one turn --------------------------------------------------------------------------

    async def _run_turn(self, index: int, spec: TurnSpec) -> TurnResult:
        """Send a message, wait for the end, and judge."""
        spec = filled(spec, lambda text: replace_captures(text, self._captured))
        files = tuple(_attachment(self.case.folder / name) for name in spec.files)
        sent_s = time.monotonic()
        turn = await self.session.send(self.conversation, spec.say, files)
        self.conversation = turn.conversation_id
        self._watch = watch = self.watcher.watch(turn.id)
        checks: list[Check] = []
        try:
            outcome = await self._follow(watch, spec, sent_s)
        except _NoAnswer as stopped:
            outcome = "waiting"
            checks.append(Check(kind="answer", ok=False, message=str(stopped)))
        finally:
            if watch.turn is not None and not is_local(watch.turn.conversation_id):
                self.conversation = watch.turn.conversation_id
        result = self._timed(index, turn_result(spec.say, watch, outcome, sent_s, self._decisions))
        if outcome == "timeout":
            late = TurnError(code="timeout", text=f"no end after {self._limit_s(spec):g} s")
            result = result.model_copy(update={"error": late})
        checks += await self._judge(index, spec, result)
        result = result.model_copy(update={"checks": checks})
        self._turns.append(result)
        self.watcher.forget(turn.id)
        return result

    def _timed(self, index: int, result: TurnResult) -> TurnResult:
        if index >= len(self.times):
            return result
        names = ("first_event_s", "first_text_s", "end_s")
        return result.model_copy(update=dict(zip(names, self.times[index], strict=True)))

    async def _follow(self, watch: TurnWatch, spec: TurnSpec, sent_s: float) -> Outcome:
        """Answer what the turn asks, and return how it ended."""
        limit_s = self._limit_s(spec)
        while True:
            watch.changed.clear()
            if watch.error is not None:
                return "refused"
            if watch.dropped:
                raise BackendError(ErrorKind.CHANGED, "The message was canceled elsewhere.")
            if (turn := watch.turn) is not None:
                if turn.over and turn.outcome is not None:
                    return turn.outcome
                if await self._answer(turn, spec):
                    return "waiting"
            _check_unsent(watch)
            now_s = time.monotonic()
            left_s = sent_s + limit_s + watch.waited_until(now_s) - now_s
            if left_s <= 0:
                return "timeout"
            try:
                async with asyncio.timeout(left_s):
                    await watch.changed.wait()
            except TimeoutError:
                continue

    def _limit_s(self, spec: TurnSpec) -> float:
        case = self.case.spec
        return self.timeout_s or spec.timeout or case.timeout or self.defaults.timeout

    async def _answer(self, turn: Turn, spec: TurnSpec) -> bool:
        """Answer open questions as the suite says; return True if one is to stay open."""
        for step in turn.open_approvals:
            name = f"{step.call_id} {step.revision}"
            if name not in self._answered:
                self._answered.add(name)
                if await self._decide(turn, step, spec.answers):
                    return True
        for connection in turn.open_connections:
            if connection.attempt_id not in self._answered:
                self._answered.add(connection.attempt_id)
                if await self._connect(turn, connection, spec):
                    return True
        return False

    async def _decide(self, turn: Turn, step: ApprovalStep, answers: Sequence[Answer]) -> bool:
        skill = clean_line(step.request.skill)
        answer = next((a for a in answers if _fits(a, step)), None)
        if answer is None:
            why = "no answer of this turn fits" if answers else "the turn has no 'approvals'"
            raise _NoAnswer(f"answer: {skill} asked for approval, and {why}")
        if answer.answer == "leave":
            return True
        decision: Decision = "approved" if answer.answer == "approve" else "rejected"
        try:
            await self.session.decide(
                turn, step.call_id, decision, answer.reason or None, shown=step.request
            )
            self._decisions[step.call_id] = decision, answer.reason
        except BackendError as error:
            if error.kind not in (ErrorKind.CHANGED, ErrorKind.BUSY, ErrorKind.NOT_FOUND):
                raise
        return False

    async def _connect(self, turn: Turn, step: ConnectionStep, spec: TurnSpec) -> bool:
        connector = clean_line(step.connector)
        answer = spec.connection_answer(step.connector)
        if answer is None:
            raise _NoAnswer(
                f"answer: {connector} needs a sign-in, and the turn has no answer under "
                "'connections'"
            )
        if answer.answer == "leave":
            return True
        await self.session.reject_connection(turn, step.attempt_id, answer.reason or None)
        return False

    async def _leave_clean(self) -> None:
        """Reject what was left open, so that nobody approves it later, and stop the turn."""
        turn = self._watch.turn if self._watch else None
        if turn is None or turn.over or self.conversation is None:
            return
        reason = f"Test run {self.run_id} has ended."
        for step in turn.open_approvals:
            try:
                await self.session.decide(turn, step.call_id, "rejected", reason)
            except BackendError:
                continue  # answered or expired meanwhile
        for connection in turn.open_connections:
            try:
                await self.session.reject_connection(turn, connection.attempt_id, reason)
            except BackendError:
                continue
        if turn.run_id is None and not turn.seen:
            await self.session.withdraw(self.conversation, turn.id)
        elif Capability.HALT in self.session.can:
            with suppress(BackendError):
                await self.session.conversations.halt(turn)
        await self.session.stop_waiting(self.conversation)

    # -- verdicts --------------------------------------------------------------------------

    async def _judge(self, index: int, spec: TurnSpec, result: TurnResult) -> list[Check]:
        _, lines = self.case.turn_lines[index]
        own = list(zip(spec.expectations, lines, strict=True))
        kinds = {expectation.kind for expectation, _ in own}
        usual = [
            (e, 0) for e in self.defaults.expect if not (e.kind in kinds and e.kind == "outcome")
        ]
        checks = [await self._check(e, line, result) for e, line in [*own, *usual]]
        if not result.reply.strip() and own and kinds <= _NEGATIVE and result.outcome == "finished":
            text = "reply: empty, so that it doesn't show whether the agent answered"
            checks.append(Check(kind="reply", ok=None, message=text))
        said = kinds | {expectation.kind for expectation, _ in usual}
        if result.outcome != "finished" and not said & {"outcome", "error"}:
            checks.append(_ended(result))
        return checks

    async def _judge_conversation(self) -> list[Check]:
        if not self.case.spec.expectations:
            return []
        whole = whole_conversation(self._turns)
        pairs = zip(self.case.spec.expectations, self.case.expect_lines, strict=True)
        return [await self._check(expectation, line, whole) for expectation, line in pairs]

    async def _check(self, expectation: Expectation, line: int, result: TurnResult) -> Check:
        if expectation.kind == "judge":
            seen = self._seen(result)
            return await judged(expectation.value, line, seen, self.case.folder, self.environ)
        if expectation.kind == "capture":
            try:
                return capture(expectation.value, result, self._captured, line)
            except MatchError as error:
                return Check(kind="capture", line=line, ok=None, message=f"capture: {error}")
        context = CheckContext(normalize=tuple(self.defaults.normalize))
        if expectation.kind in _PATTERNS:
            return await asyncio.to_thread(judge_one, expectation, line, result, context)
        return judge_one(expectation, line, result, context)

    def _seen(self, result: TurnResult) -> dict[str, Any]:
        """Return the object that a judge reads. It has no secrets of the sign-in."""
        own = result.model_dump(exclude={"checks"})
        return {
            "suite": self.case.suite,
            "case": self.case.spec.id,
            "repeat": self.number,
            "turn": len(self._turns) + 1,
            "meta": self.case.spec.meta.model_dump(),
            **own,
            "history": [{"say": turn.say, "reply": turn.reply} for turn in self._turns],
        }


def verdict_of(attempt: CaseAttempt) -> Verdict:
    """Return the verdict: an error before a fail, a fail before a pass."""
    checks = [*attempt.checks, *(check for turn in attempt.turns for check in turn.checks)]
    if attempt.problem or any(check.ok is None for check in checks):
        return "error"
    return "fail" if any(not check.ok for check in checks) else "pass"


def _ended(result: TurnResult) -> Check:
    """Return the check that nobody wrote: a turn finishes, unless the suite says otherwise."""
    error = result.error
    why = f" ({error.text})" if error and error.text else ""
    request = f" Request ID {error.request_id}." if error and error.request_id else ""
    ok = None if result.outcome in ("timeout", "refused") else False
    text = f"outcome: {result.outcome}{why}, not finished{request}"
    return Check(kind="outcome", ok=ok, message=text)


def _check_unsent(watch: TurnWatch) -> None:
    """Raise ``BackendError`` if the message can't be sent, or may or may not have arrived."""
    prompt = watch.turn.prompt if watch.turn else None
    if prompt is not None and prompt.state == "unconfirmed":
        text = "Couldn't confirm that the message arrived, so it wasn't sent again."
        raise BackendError(ErrorKind.INTERRUPTED, f"{prompt.problem} {text}".strip())
    recovery = watch.recovery
    if recovery and recovery.step == "sending" and recovery.attempt >= _MOST_TRIES_UNSENT:
        raise BackendError(ErrorKind.UNREACHABLE, recovery.problem, hint=recovery.hint)


def _fits(answer: Answer, step: ApprovalStep) -> bool:
    request = step.request
    named = answer.skill == "any" or answer.skill.casefold() == request.skill.casefold()
    return named and (answer.when is None or matches(answer.when, dict(request.parameters)))


def _attachment(path: Path) -> Attachment:
    return Attachment(path=str(path), name=path.name, size_bytes=path.stat().st_size)
