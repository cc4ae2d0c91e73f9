"""Steps of a run of the Workflows API, and the genie's scripts as such steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tui.demo.records import JsonObject
from tui.demo.steps import (
    AskApproval,
    AskConnection,
    CutStream,
    Outcome,
    Say,
    Script,
    Step,
    Together,
    UseSkill,
)

ToolKind: TypeAlias = Literal["custom", "builtin", "mcp"]
TroubleKind: TypeAlias = Literal["refused", "cut", "busy", "session"]

_PIECE = re.compile(r"\s*\S{1,6}|\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says in one stream: one text, or several messages where the path has them."""

    parts: tuple[str, ...]
    after_s: float = 0.0
    pieces: tuple[str, ...] = ()
    """The text as it is streamed; empty: cut into short pieces."""
    pace_s: float | None = None
    """Pause after each piece; None: as the settings say."""
    between_s: float = 0.0
    """Pause before each part but the first; a halt is looked at there."""
    thinks: bool = True

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def streamed(self) -> tuple[str, ...]:
        return self.pieces or tuple(_PIECE.findall(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call of a tool."""

    name: str
    arguments: JsonObject = field(default_factory=dict)
    kind: ToolKind = "custom"
    server: str = ""
    seconds: float = 0.1
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """The tool calls of one model answer."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """The model provider fails, or keeps everybody waiting."""

    kind: TroubleKind
    said: str = ""
    """What came before it broke off."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the event stream of one listener here."""


RunStep: TypeAlias = Answer | Calls | Trouble | Cut
RunScript: TypeAlias = Iterator[RunStep]


def played(script: Script) -> RunScript:
    """Yield a genie's script as steps of a run; approvals are not asked for, but taken as given."""
    outcome: Outcome | None = None
    while True:
        try:
            step = next(script) if outcome is None else script.send(outcome)
        except StopIteration:
            return
        yield _step_of(step)
        outcome = Outcome()


def _step_of(step: Step) -> RunStep:
    match step:
        case Say():
            return Answer(parts=(step.text,), after_s=step.after_s)
        case UseSkill():
            return Calls((_call(step),))
        case Together():
            return Calls(tuple(map(_call, step.calls)))
        case AskApproval():
            call = ToolCall(
                name=tool_name(step.skill), arguments=step.parameters, seconds=step.seconds
            )
            return Calls((call,))
        case AskConnection():
            connector = tool_name(step.connector)
            return Calls((ToolCall(name=f"search_{connector}", seconds=1.4),))
        case CutStream():
            return Cut()


def _call(use: UseSkill) -> ToolCall:
    arguments = {"for": use.name}
    return ToolCall(
        name=tool_name(use.name), arguments=arguments, seconds=use.seconds, error=use.error
    )


def tool_name(skill: str) -> str:
    """Return a skill's name as models call functions: ``find_invoices``."""
    return re.sub(r"\W+", "_", skill.lower()).strip("_")
