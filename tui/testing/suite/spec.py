"""Model of a suite: agent, cases and turns. It is also the published JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, Tag, model_validator

from tui.testing.checks.text_forms import Normalization
from tui.testing.suite.expectations import Expectation, Matcher, Seconds, Spec, Text, by_shape

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=100)]
"""Lower case letters, digits, '.', '_' and '-'."""
Share = Annotated[float, Field(ge=0, le=1)]
Repeats = Annotated[int, Field(ge=1, le=10_000)]
Severity = Literal["critical", "high", "medium", "low"]
Policy = Literal[
    "prompt_attack",
    "harmful_content",
    "pii_detection",
    "topic_boundary",
    "profanity_filter",
    "custom_word_filter",
    "none",
]
"""Policies of a genie's guardrail (Agent Studio); ``none``: no policy covers the case."""
AnswerWord = Literal["approve", "reject", "leave"]
ConnectionWord = Literal["reject", "leave"]


class Answer(Spec):
    """Answer to questions for approval."""

    skill: Text = "any"
    when: dict[str, Matcher] | None = None
    """Parameters that the question must have."""
    answer: AnswerWord
    reason: str = ""


class ShortAnswer(Spec):
    """Answer under the name of its skill."""

    answer: AnswerWord
    reason: str = ""
    when: dict[str, Matcher] | None = None


class ConnectionReply(Spec):
    """Answer to a request to connect an app: nobody can sign in during a test."""

    answer: ConnectionWord
    reason: str = ""


AnswerValue = Annotated[
    Annotated[AnswerWord, Tag("text")] | Annotated[ShortAnswer, Tag("object")], by_shape
]
ConnectionValue = Annotated[
    Annotated[ConnectionWord, Tag("text")] | Annotated[ConnectionReply, Tag("object")], by_shape
]
Answers = Annotated[
    Annotated[list[Answer], Tag("list")] | Annotated[dict[str, AnswerValue], Tag("object")],
    by_shape,
]
Expectations = Annotated[
    Annotated[Literal["none"], Tag("text")]
    | Annotated[Annotated[list[Expectation], Field(min_length=1)], Tag("list")],
    by_shape,
]


class TurnSpec(Spec):
    """One message to the agent, and what must follow."""

    say: Text
    files: list[Text] = []
    """Paths beside the suite."""
    approvals: Answers = []
    connections: dict[str, ConnectionValue] = {}
    expect: Expectations = []
    timeout: Seconds | None = None

    @property
    def answers(self) -> list[Answer]:
        if isinstance(self.approvals, list):
            return self.approvals
        return [_long_answer(skill, value) for skill, value in self.approvals.items()]

    @property
    def expectations(self) -> list[Expectation]:
        return [] if self.expect == "none" else list(self.expect)

    def connection_answer(self, connector: str) -> ConnectionReply | None:
        """Return the answer for an app; None if there is none."""
        value = self.connections.get(connector, self.connections.get("any"))
        return ConnectionReply(answer=value) if isinstance(value, str) else value


def _long_answer(skill: str, value: str | ShortAnswer) -> Answer:
    if isinstance(value, str):
        return Answer(skill=skill, answer=value)  # type: ignore[arg-type]
    return Answer(skill=skill, answer=value.answer, reason=value.reason, when=value.when)


class RowSource(Spec):
    """Source of the rows from which cases are made."""

    file: Text | None = None
    """CSV with a header, or JSON lines; a path beside the suite."""
    rows: Annotated[list[dict[str, Any]], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.file is None) is (self.rows is None):
            raise ValueError("'each' has either 'file' or 'rows'")
        return self


class CaseMeta(BaseModel):
    """Notes on a case, for the reports. Further keys are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    policy: Policy | None = None
    severity: Severity | None = None
    owasp: list[str] = []


class CaseSpec(Spec):
    """One conversation with the agent."""

    id: Name
    name: str = ""
    tags: list[Name] = []
    meta: CaseMeta = CaseMeta()
    needs: list[Name] = []
    """Cases without which this one says nothing: it is not judged unless they passed."""
    each: RowSource | None = None
    repeat: Repeats | None = None
    pass_rate: Share | None = None
    timeout: Seconds | None = None
    known_failure: str | None = None
    """Reason why the case fails for now; it is reported once it passes."""
    turns: Annotated[list[TurnSpec], Field(min_length=1)]
    expect: Expectations = []
    """What must hold for the whole conversation."""

    @property
    def expectations(self) -> list[Expectation]:
        return [] if self.expect == "none" else list(self.expect)


class Defaults(Spec):
    """Values for all cases."""

    timeout: Seconds = 60.0
    """Seconds for a turn, without waits that the service asked for."""
    repeat: Repeats = 1
    pass_rate: Share = 1.0
    """Share of the repeats that must pass."""
    normalize: list[Normalization] = ["case", "space", "markdown", "quotes"]
    expect: list[Expectation] = []
    """Added to each turn; what a turn says about the same key wins for ``outcome``."""
    known_failure: str | None = None


class AgentSpec(Spec):
    """Agent to test; options of the command win."""

    profile: Text | None = None
    backend: Literal["genie", "workflows"] | None = None
    genie: Text | None = None
    """Its name or handle; an agent ID of the Workflows API."""


AgentValue = Annotated[Annotated[Text, Tag("text")] | Annotated[AgentSpec, Tag("object")], by_shape]
"""Name or handle of the agent, or more about it."""


class SuiteSpec(Spec):
    """File with cases."""

    version: Literal[1]
    suite: Name
    description: str = ""
    agent: AgentValue = AgentSpec()
    vars: dict[str, Any] = {}
    env: list[Text] = []
    """The only environment variables that ``${env.NAME}`` can read."""
    secrets: list[Text] = []
    """Environment variables of ``env`` whose values no report contains."""
    guarded: list[Text] = []
    """Skills that never run without an approved question, in any turn."""
    defaults: Defaults = Defaults()
    cases: Annotated[list[CaseSpec], Field(min_length=1)]

    @property
    def wanted_agent(self) -> AgentSpec:
        return AgentSpec(genie=self.agent) if isinstance(self.agent, str) else self.agent


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a suite."""
    schema = SuiteSpec.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "genie-tui test suite",
        **{key: value for key, value in schema.items() if key != "title"},
    }


Fill = Callable[[str], str]


def filled(turn: TurnSpec, fill: Fill) -> TurnSpec:
    """Return a turn with each of its texts replaced, such as by values captured before."""
    return TurnSpec.model_validate(
        _filled(turn.model_dump(by_alias=True, exclude_unset=True), fill)
    )


def _filled(value: Any, fill: Fill) -> Any:
    match value:
        case str():
            return fill(value)
        case list():
            return [_filled(item, fill) for item in value]
        case dict():
            return {key: _filled(item, fill) for key, item in value.items()}
        case _:
            return value
