"""Model of an expectation, and the values that its kinds take.

Short forms (a text in place of an object) are told apart by their shape, so that an error names
the form that was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from tui.testing.checks.text_forms import Normalization

Text = Annotated[str, StringConstraints(min_length=1)]
Texts = Annotated[list[Text], Field(min_length=1)]
Seconds = Annotated[float, Field(gt=0)]
Matcher = Any
"""A value that must be equal, an object whose keys must match, or an object of operators."""


def _shape(value: object) -> str:
    match value:
        case str():
            return "text"
        case list() | tuple():
            return "list"
        case dict() | BaseModel():
            return "object"
        case _:
            return "text"


by_shape = Discriminator(_shape)
OneOrMore = Annotated[Annotated[Text, Tag("text")] | Annotated[Texts, Tag("list")], by_shape]


class Spec(BaseModel):
    """Part of a suite: unknown keys are errors, and values keep their types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextOptions(Spec):
    """Texts, and how they are compared."""

    text: OneOrMore
    normalize: Literal["none"] | list[Normalization]

    @property
    def texts(self) -> list[str]:
        return [self.text] if isinstance(self.text, str) else self.text

    @property
    def normalization(self) -> tuple[Normalization, ...]:
        return () if self.normalize == "none" else tuple(self.normalize)


TextValue = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[Texts, Tag("list")]
    | Annotated[TextOptions, Tag("object")],
    by_shape,
]
PatternValue = Annotated[
    Annotated[Text, Tag("text")] | Annotated[TextOptions, Tag("object")], by_shape
]
"""Regular expression; case is ignored."""


class JsonCheck(Spec):
    """Value at a JSONPath in the reply, or in its first JSON block."""

    path: Text
    is_: Matcher = Field(alias="is")


class SkillCheck(Spec):
    """Calls of a skill that ended so."""

    name: Text
    times: Matcher = None
    """Number of calls; at least one if not given."""
    outcome: Literal["completed", "failed", "stopped"] | None = None
    error: Matcher = None
    parameters: dict[str, Matcher] | None = None
    """Known only for skills that asked for approval."""
    result: Matcher = None


class ApprovalCheck(Spec):
    """Questions for approval of a skill."""

    skill: Text
    times: Matcher = None
    parameters: dict[str, Matcher] | None = None


class ErrorCheck(Spec):
    """The error with which the service refused the turn."""

    code: Matcher = None
    status: Matcher = None
    text: Matcher = None


class JudgeCommand(Spec):
    """Command that judges: one line of JSON on stdin; exit 0 holds, 1 fails."""

    run: Texts
    timeout: Seconds = 30.0


SkillValue = Annotated[
    Annotated[Text, Tag("text")] | Annotated[SkillCheck, Tag("object")], by_shape
]
ApprovalValue = Annotated[
    Annotated[Text, Tag("text")] | Annotated[ApprovalCheck, Tag("object")], by_shape
]
OutcomeWord = Literal["finished", "failed", "halted", "limit", "waiting", "timeout", "any"]
OutcomeValue = Annotated[
    Annotated[OutcomeWord, Tag("text")]
    | Annotated[Annotated[list[OutcomeWord], Field(min_length=1)], Tag("list")],
    by_shape,
]
JudgeValue = Annotated[
    Annotated[Texts, Tag("list")] | Annotated[JudgeCommand, Tag("object")], by_shape
]


def _one_kind(schema: dict[str, Any]) -> None:
    schema["minProperties"] = schema["maxProperties"] = 1


class Expectation(Spec):
    """One thing that must hold; the key says which."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, json_schema_extra=_one_kind)

    contains: TextValue | None = None
    contains_any: TextValue | None = None
    not_contains: TextValue | None = None
    equals: TextValue | None = None
    matches: PatternValue | None = None
    not_matches: PatternValue | None = None
    json_: JsonCheck | None = Field(default=None, alias="json")
    length: Matcher = None
    no_secret: OneOrMore | None = None
    refuses: bool | None = None
    blocked: bool | None = None
    skill: SkillValue | None = None
    no_skill: OneOrMore | None = None
    skills_only: list[Text] | None = None
    skill_order: Texts | None = None
    asks_approval: ApprovalValue | None = None
    no_approval: OneOrMore | None = None
    asks_connection: Text | None = None
    no_connection: OneOrMore | None = None
    outcome: OutcomeValue | None = None
    error: ErrorCheck | None = None
    first_event_within: Seconds | None = None
    first_text_within: Seconds | None = None
    ends_within: Seconds | None = None
    tokens_under: Annotated[int, Field(gt=0)] | None = None
    cost_under: Annotated[float, Field(gt=0)] | None = None
    judge: JudgeValue | None = None
    capture: dict[str, Text] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            kinds = ", ".join(self.kinds())
            found = f"has {kinds}: write each on a line of its own" if kinds else "is empty"
            if {"skill", "outcome"} <= self.model_fields_set:
                found += ", or write 'skill: {name: ..., outcome: ...}'"
            raise ValueError(f"an expectation has one key; this one {found}")
        if self.value is None:
            raise ValueError(f"'{self.kind}' needs a value")
        return self

    def kinds(self) -> Iterator[str]:
        """Yield the keys that were written."""
        for name, field in type(self).model_fields.items():
            if name in self.model_fields_set:
                yield field.alias or name

    @property
    def kind(self) -> str:
        return next(self.kinds())

    @property
    def value(self) -> Any:
        return getattr(self, next(iter(self.model_fields_set)))
