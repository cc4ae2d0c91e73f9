"""Scripts of a run: its steps, and the prompts that name a behaviour (``tools: one``, ``slow``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, TypeAlias

from tui.demo.records import JsonObject
from tui.demo.scripts import choose
from tui.demo.scripts.steps import (
    AskApproval,
    AskConnection,
    CutStream,
    Outcome,
    Say,
    Script,
    ScriptPrompt,
    Step,
    Together,
    UseSkill,
)
from tui.demo.workflows.records import ProviderPath

ToolKind: TypeAlias = Literal["custom", "builtin", "mcp"]
TroubleKind: TypeAlias = Literal["refused", "cut", "busy", "session"]

_PIECE = re.compile(r"\s*\S{1,6}|\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """Model answer in one stream: one text, or several messages if the path has them."""

    parts: tuple[str, ...]
    after_s: float = 0.0
    pieces: tuple[str, ...] = ()
    """The text as it is streamed; empty: cut into short pieces."""
    pace_s: float | None = None
    """Pause after each piece; None: by the settings."""
    between_s: float = 0.0
    """Pause before each part but the first; a halt is checked there."""
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
class ModelToolCalls:
    """The tool calls of one model answer."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """The model provider fails or hangs."""

    kind: TroubleKind
    said: str = ""
    """Text from before the failure."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the event stream of one listener here, then refuse all requests for some time."""

    outage_s: float = 0.0


RunStep: TypeAlias = ModelAnswer | ModelToolCalls | Trouble | Cut
RunScript: TypeAlias = Iterator[RunStep]


def played(script: Script) -> RunScript:
    """Yield a genie's script as steps of a run; approvals are taken as given."""
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
            return ModelAnswer(parts=(step.text,), after_s=step.after_s)
        case UseSkill():
            return ModelToolCalls((_call(step),))
        case Together():
            return ModelToolCalls(tuple(map(_call, step.calls)))
        case AskApproval():
            call = ToolCall(
                name=tool_name(step.skill), arguments=step.parameters, seconds=step.seconds
            )
            return ModelToolCalls((call,))
        case AskConnection():
            connector = tool_name(step.connector)
            return ModelToolCalls((ToolCall(name=f"search_{connector}", seconds=1.4),))
        case CutStream():
            return Cut(step.outage_s)


def _call(use: UseSkill) -> ToolCall:
    arguments = {"for": use.name}
    return ToolCall(
        name=tool_name(use.name), arguments=arguments, seconds=use.seconds, error=use.error
    )


def tool_name(skill: str) -> str:
    """Return a skill's name as models call functions: ``find_invoices``."""
    return re.sub(r"\W+", "_", skill.lower()).strip("_")


_WORD = re.compile(r"\S+\s*")
_PACE_S = 0.02
_SLOW_S = 0.15
_STEP_S = 1.0
_STEPS = 8
_CHECK = "Let me check."
_CRASH = re.compile(r"\bcrash\b", re.IGNORECASE)
_TODOS = [
    {"id": 1, "title": "Read the order", "status": "completed"},
    {"id": 2, "title": "Write the answer", "status": "in-progress"},
    {"id": 3, "title": "Check it", "status": "not-started"},
]
_TROUBLES: dict[str, TroubleKind] = {"refuse": "refused", "cut": "cut", "error": "session"}


def script_for(prompt: ScriptPrompt, path: ProviderPath) -> RunScript:
    """Return the script for a prompt."""
    if _CRASH.search(prompt.text):
        return iter([Trouble("refused")])
    for pattern, script in _SCRIPTS:
        if found := re.search(pattern, prompt.text):
            return script(prompt.text, path, found)
    return played(choose(prompt).script(prompt))


def _said(text: str, *, note: bool = False) -> ModelAnswer:
    """Return an answer that comes word by word; a ``note`` comes before tools."""
    pieces = tuple(_WORD.findall(f"{text} " if note else text))
    return ModelAnswer(parts=(text,), pieces=pieces, pace_s=_PACE_S)


def _done(text: str) -> ModelAnswer:
    return _said(f"Done. You asked: {text}")


def _looking_up(*numbers: str) -> ModelToolCalls:
    return ModelToolCalls(
        tuple(ToolCall(name="lookup_order", arguments={"number": n}) for n in numbers)
    )


def _tools(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    yield _said(_CHECK, note=True)
    if found["kind"].strip() == "builtin":
        yield ModelToolCalls(
            (ToolCall(name="bash", kind="builtin"),) * (2 if found["what"] == "two" else 1)
        )
    elif found["kind"].strip() == "mcp":
        arguments = {"number": "A-1001"}
        yield ModelToolCalls(
            (ToolCall(name="lookup_order", kind="mcp", server="orders", arguments=arguments),)
        )
    else:
        yield _CALLS[found["what"]]
    yield _done(text)


def _endless(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    most = _STEPS if path == "claude" else 200
    for number in count(1):
        if number > most:
            break
        yield _said(_CHECK, note=True)
        yield _looking_up(f"A-{number}")
    yield _done(text)


def _slow(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    if path == "claude":
        parts = tuple(f"Step {n} of a long job." for n in range(1, _STEPS + 1))
        yield ModelAnswer(parts=parts, between_s=_STEP_S, thinks=False)
        return
    pieces = (*(f"word{n} " for n in range(int(found["count"] or 12))), "end.")
    yield ModelAnswer(parts=("".join(pieces),), pieces=pieces, pace_s=_SLOW_S)


def _burst(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    number = int(found["count"])
    if path == "claude":
        yield ModelAnswer(parts=tuple(f"Part {n}." for n in range(number)))
        return
    pieces = tuple(f"w{n} " for n in range(number))
    yield ModelAnswer(parts=("".join(pieces),), pieces=pieces, pace_s=0.0)


def _model(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    if found["what"] == "busy":
        yield Trouble("busy")
        yield _done(text)
        return
    notes = {
        ("cut", "claude"): "First a note.",
        ("cut", "custom"): "This answer stops in the",
        ("error", "claude"): "First a note.",
    }
    yield Trouble(_TROUBLES[found["what"]], notes.get((found["what"], path), ""))


def _answer(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    answers = {
        "empty": "",
        "json": '{"verdict":"ok","items":[1,2]}',
        "secret": "The code word is swordfish.",
    }
    yield _said(answers[found["what"]])


_CALLS = {
    "one": _looking_up("A-1001"),
    "two": _looking_up("A-1001", "A-1002"),
    "failing": _looking_up("BAD"),
    "unknown": ModelToolCalls((ToolCall(name="no_such_tool", arguments={"x": 1}),)),
    "memory": ModelToolCalls(
        (ToolCall(name="store_memory", arguments={"key": "drink", "value": "likes tea"}),)
    ),
    "todo": ModelToolCalls((ToolCall(name="manage_todo_list", arguments={"todoList": _TODOS}),)),
}

_SCRIPTS: tuple[tuple[str, Callable[[str, ProviderPath, re.Match[str]], RunScript]], ...] = (
    (r"\btools: endless\b", _endless),
    (r"(?P<kind>(builtin |mcp )?)\btools: (?P<what>one|two|failing|unknown|memory|todo)\b", _tools),
    (r"^slow( (?P<count>\d{1,3}))?$", _slow),
    (r"^burst (?P<count>\d{1,4})\b", _burst),
    (r"^model: (?P<what>refuse|cut|error|busy)\b", _model),
    (r"^answer: (?P<what>empty|json|secret)\b", _answer),
    (r"^echo ", lambda text, path, found: iter([_done(text)])),
)
