"""Results of a run: what a turn did, how it was judged. They are also the JSON report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal["finished", "failed", "halted", "limit", "waiting", "timeout", "refused"]
"""``waiting``: a question was left open; ``refused``: the service did not accept the message."""
Verdict = Literal["pass", "fail", "error", "known", "fixed", "inconclusive", "not_run"]
"""``error``: it could not be judged. ``known``: fails as the suite says; ``fixed``: it says so, but
the case passes. ``inconclusive``: a case that this one needs did not pass."""


class Result(BaseModel):
    """Part of the results."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class SkillCall(Result):
    """Call of a skill."""

    name: str
    outcome: str
    """completed, failed, stopped, running or unreported."""
    parameters: dict[str, Any] | None = None
    """None: the service does not tell."""
    error: str | None = None
    result: str | None = None
    start_s: float | None = None
    """Seconds since the turn began, by the clock of the service."""
    end_s: float | None = None


class Question(Result):
    """Question for approval, and the answer to it."""

    skill: str
    parameters: dict[str, Any] = {}
    answer: Literal["approved", "rejected"] | None = None
    reason: str = ""


class ConnectionAsked(Result):
    """Request to connect an app, and its outcome."""

    connector: str
    outcome: str | None = None


class TurnError(Result):
    """Error with which the service refused a message, or ended a turn."""

    code: str = ""
    status: int | None = None
    text: str = ""
    request_id: str = ""


class TokenUsage(Result):
    """Usage of a turn, as far as the service told it."""

    tokens: int | None = None
    cost: float | None = None
    currency: str = ""


class Check(Result):
    """One expectation, judged."""

    kind: str
    line: int = 0
    """Line in the suite; 0: a rule of the whole suite."""
    ok: bool | None
    """None: it could not be judged."""
    message: str = ""


class TurnResult(Result):
    """One turn: what was said, what came, and how it was judged."""

    say: str
    reply: str = ""
    messages: list[str] = []
    skills: list[SkillCall] = []
    approvals: list[Question] = []
    connections: list[ConnectionAsked] = []
    outcome: Outcome = "finished"
    error: TurnError | None = None
    blocked: str | None = None
    """Reason, if a guardrail of the service said no."""
    usage: TokenUsage | None = None
    first_event_s: float | None = None
    first_text_s: float | None = None
    end_s: float | None = None
    """Seconds from the send, without waits that the service asked for."""
    run_id: str | None = None
    files: list[str] = []
    checks: list[Check] = []


class CaseAttempt(Result):
    """One repeat of a case."""

    n: int
    verdict: Literal["pass", "fail", "error"]
    conversation: str | None = None
    seconds: float = 0.0
    turns: list[TurnResult] = []
    checks: list[Check] = []
    """Of the conversation as a whole."""
    problem: str = ""
    """Reason why it could not be judged."""

    def failed_checks(self) -> list[tuple[int, Check]]:
        """Return what did not hold, with the number of its turn; 0 for the conversation."""
        own = [(0, check) for check in self.checks if not check.ok]
        return [
            *((n, c) for n, turn in enumerate(self.turns, 1) for c in turn.checks if not c.ok),
            *own,
        ]


class CaseResult(Result):
    """A case with all its repeats."""

    suite: str
    id: str
    name: str = ""
    tags: list[str] = []
    meta: dict[str, Any] = {}
    file: str = ""
    line: int = 0
    sha256: str = ""
    """Digest of the case as it was run: another one means another question."""
    verdict: Verdict
    flaky: bool = False
    passed: int = 0
    repeats: int = 0
    """Repeats that could be judged."""
    needed: int = 1
    """Passes that were needed."""
    interval: tuple[float, float] | None = None
    """95 % interval of the pass rate; None for a single repeat."""
    all_pass: dict[int, float] = {}
    """Estimated chance that so many repeats in a row all pass (pass^k), by their number."""
    reason: str = ""
    """Known failure, or why it was not run or not judged."""
    attempts: list[CaseAttempt] = []

    @property
    def key(self) -> str:
        return f"{self.suite}/{self.id}"

    @property
    def first_bad(self) -> CaseAttempt | None:
        """First repeat that did not pass."""
        return next((attempt for attempt in self.attempts if attempt.verdict != "pass"), None)

    @property
    def seconds(self) -> float:
        return sum(attempt.seconds for attempt in self.attempts)


class SuiteInfo(Result):
    """A suite of the run."""

    name: str
    file: str
    sha256: str
    description: str = ""


class RunInfo(Result):
    """Circumstances of a run."""

    id: str
    started: str
    """ISO 8601, UTC."""
    seconds: float = 0.0
    version: str = ""
    agent: str = ""
    backend: str = ""
    target: str = ""
    """Options that name the agent, such as ``--profile staging``."""
    variables: str = ""
    """Options that set the variables of the suites, such as ``--var sku=A``."""
    seed: int | None = None
    shard: str = "1/1"
    repeat: int | None = None
    problem: str = ""
    """What ended the run before its last case, told once."""


class RunResult(Result):
    """Everything about a run."""

    schema_: Literal["genie-tui.test/1"] = Field(default="genie-tui.test/1", alias="schema")
    run: RunInfo
    suites: list[SuiteInfo] = []
    cases: list[CaseResult] = []
    guardrails: dict[str, Any] | None = None
    """Settings of the guardrail's policies, where they were asked for."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    def counts(self) -> dict[Verdict, int]:
        """Return the number of cases of each verdict that occurs."""
        found: dict[Verdict, int] = {}
        for case in self.cases:
            found[case.verdict] = found.get(case.verdict, 0) + 1
        return found

    @property
    def passed(self) -> bool:
        """True if every case passed, or failed as the suite says it does."""
        good: tuple[Verdict, ...] = ("pass", "known")
        return all(case.verdict in good for case in self.cases) and not self.run.problem
