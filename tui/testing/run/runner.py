"""Runner: the cases of a run, several at once, over one session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from tui.api.recording.exchanges import RecordingProblem
from tui.api.recording.recorder import Recorder
from tui.api.recording.replayer import Replayer
from tui.api.recording.wire import CASE, SESSION, WIRE_LAYER
from tui.core.errors import BackendError, ErrorKind
from tui.core.ports import Capability
from tui.engine.session import Session
from tui.engine.updates import Publish
from tui.testing.result_masking import ResultMask
from tui.testing.results import CaseAttempt, CaseResult
from tui.testing.run.conversation import CaseRun
from tui.testing.run.run_folder import RunFolder
from tui.testing.run.turn_watch import TurnWatcher
from tui.testing.run.verdicts import NEEDS, case_result, is_decided
from tui.testing.suite.loading import PlannedCase, Suite

OpenSession = Callable[[Publish], AbstractAsyncContextManager[Session]]


class Progress(Protocol):
    """Listener of a run."""

    def case_started(self, case: PlannedCase) -> None: ...

    def case_done(self, result: CaseResult) -> None: ...

    def told_to_wait(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How the cases are run."""

    jobs: int = 1
    repeat: int | None = None
    """Repeats of each case; None: as the suites say."""
    fail_fast: bool = False
    until_decided: bool = False
    """No further repeats of a case whose verdict they can't change."""
    timeout_s: float | None = None
    """Limit of a turn, in place of those of the suites."""
    environ: Mapping[str, str] = field(default_factory=dict)
    wire: Recorder | Replayer | None = None
    """Records what the service sends, or plays it."""


@dataclass(slots=True)
class Runner:
    """Runs cases; what was judged is stored in the folder of the run at once."""

    suites: Sequence[Suite]
    cases: Sequence[PlannedCase]
    folder: RunFolder
    run_id: str
    options: RunOptions
    progress: Progress
    mask: ResultMask = field(init=False)
    problem: BackendError | None = None
    """Why the run ended early."""
    _results: dict[str, CaseResult] = field(default_factory=dict)
    _attempts: dict[str, list[CaseAttempt]] = field(default_factory=dict)
    _done: dict[str, asyncio.Event] = field(default_factory=dict)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _told_s: float = 0.0
    _silent: int = 0
    """Conversations in which nothing came at all; negative once something did."""

    def __post_init__(self) -> None:
        self.mask = ResultMask(secret for suite in self.suites for secret in suite.secrets)

    async def run(self, open_session: OpenSession) -> list[CaseResult]:
        """Run all cases that have no results yet, and return all results in the planned order."""
        for key, attempt in self.folder.attempts():
            self._attempts.setdefault(key, []).append(attempt)
        self._done = {case.key: asyncio.Event() for case in self.cases}
        watcher = TurnWatcher(self._stop, self._told_to_wait)
        wire = self.options.wire
        WIRE_LAYER.set(wire.layer if wire else None)
        try:
            async with open_session(watcher.hear) as session:
                await self._check_sign_in(session)
                if isinstance(wire, Recorder):
                    wire.save(SESSION, [])
                await self._run_all(session, watcher)
        except BackendError as error:
            self._stop(error)
        finally:
            self.folder.close()
        return [self._results.get(case.key) or self._not_run(case) for case in self.cases]

    async def _check_sign_in(self, session: Session) -> None:
        """Raise ``BackendError`` once, rather than for each case, if the service refuses us."""
        await session.conversations.refresh()

    async def _run_all(self, session: Session, watcher: TurnWatcher) -> None:
        waiting = iter(self.cases)

        async def work() -> None:
            for case in waiting:
                if self._stopped.is_set():
                    return
                await self._run_case(session, watcher, case)

        workers = [asyncio.create_task(work()) for _ in range(self.options.jobs)]
        finished = asyncio.gather(*workers)
        stopped = asyncio.create_task(self._stopped.wait())
        stopped.add_done_callback(lambda _: finished.cancel())
        try:
            await finished
        except asyncio.CancelledError:
            if not self._stopped.is_set():
                raise
        finally:
            stopped.cancel()
            await asyncio.gather(*workers, stopped, return_exceptions=True)

    async def _run_case(self, session: Session, watcher: TurnWatcher, case: PlannedCase) -> None:
        repeat = self._repeat(case)
        attempts = self._attempts.setdefault(case.key, [])
        reason = await self._missing_need(case)
        if not reason:
            self.progress.case_started(case)
            known = {attempt.n for attempt in attempts}
            for number in range(1, repeat + 1):
                if number in known:
                    continue
                if self.options.until_decided and is_decided(case, attempts, repeat):
                    break
                attempt = await self._attempt(session, watcher, case, number)
                attempt = self.mask.masked(attempt)
                attempts.append(attempt)
                await self.folder.add(case.key, attempt)
                self._watch_silence(session, attempt)
            attempts.sort(key=lambda attempt: attempt.n)
        result = self._result(case, attempts, repeat, reason)
        self._results[case.key] = result
        self._done[case.key].set()
        self.progress.case_done(result)
        if self.options.fail_fast and result.verdict not in ("pass", "known"):
            self._stopped.set()

    async def _attempt(
        self, session: Session, watcher: TurnWatcher, case: PlannedCase, number: int
    ) -> CaseAttempt:
        suite = next(suite for suite in self.suites if suite.file == case.file)
        names = suite.spec.env
        environ = {n: v for n in names if (v := self.options.environ.get(n)) is not None}
        wire = self.options.wire
        name = f"{case.key}.{number}"
        CASE.set(name)
        attempt = await CaseRun(
            session=session,
            watcher=watcher,
            case=case,
            defaults=suite.spec.defaults,
            guarded=suite.spec.guarded,
            number=number,
            run_id=self.run_id,
            environ=environ,
            timeout_s=self.options.timeout_s,
            times=_recorded_times(wire, name),
        ).run()
        if isinstance(wire, Recorder):
            wire.save(name, [[t.first_event_s, t.first_text_s, t.end_s] for t in attempt.turns])
        return attempt

    async def _missing_need(self, case: PlannedCase) -> str:
        """Return why a case says nothing: a case that it needs did not pass; else nothing."""
        for need in case.spec.needs:
            key = f"{case.suite}/{need}"
            if key not in self._done:
                continue
            await self._done[key].wait()
            if self._results[key].verdict != "pass":
                return f"{NEEDS}{need}, which didn't pass"
        return ""

    def _repeat(self, case: PlannedCase) -> int:
        return self.options.repeat or case.spec.repeat or 1

    def _not_run(self, case: PlannedCase) -> CaseResult:
        repeat, attempts = self._repeat(case), self._attempts.get(case.key, [])
        if len(attempts) >= repeat:
            return self._result(case, attempts, repeat)
        why = str(self.problem) if self.problem else "the run ended before this case"
        return self._result(case, [], repeat, why)

    def _result(
        self, case: PlannedCase, attempts: Sequence[CaseAttempt], repeat: int, reason: str = ""
    ) -> CaseResult:
        """Return the result of a case; its attempts are masked already."""
        result = case_result(case, attempts, repeat, reason=reason)
        head = self.mask.masked(result.model_copy(update={"attempts": []}))
        return head.model_copy(update={"attempts": result.attempts})

    def _watch_silence(self, session: Session, attempt: CaseAttempt) -> None:
        """End the run if an agent that can be stopped never says or does anything."""
        silent = all(
            turn.outcome == "finished" and not (turn.reply or turn.skills or turn.approvals)
            for turn in attempt.turns
        )
        self._silent = self._silent + 1 if silent and attempt.turns else -_MOST_SILENT
        if self._silent == _MOST_SILENT and Capability.BE_STOPPED in session.can:
            text = f"The agent finished {_MOST_SILENT} conversations without a word."
            self._stop(BackendError(ErrorKind.SERVER, text, hint="Check that it is started."))

    def _stop(self, error: BackendError) -> None:
        if self.problem is None:
            self.problem = error
        self._stopped.set()

    def _told_to_wait(self) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s > _TOLD_AGAIN_S:
            self._told_s = now_s
            self.progress.told_to_wait()


def _recorded_times(
    wire: Recorder | Replayer | None, name: str
) -> Sequence[Sequence[float | None]]:
    try:
        return wire.times(name) if isinstance(wire, Replayer) else ()
    except RecordingProblem:
        return ()  # told by the first request


_TOLD_AGAIN_S = 30.0
_MOST_SILENT = 3
