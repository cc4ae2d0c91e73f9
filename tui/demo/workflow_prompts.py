"""Prompts that name a behaviour, as they were used for the recordings: ``tools: one``, ``slow``.

They make each path do what it was recorded to do; other prompts get the genie's scripts. ``crash``
anywhere in a prompt makes the provider fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count

from tui.demo.scripts import choose
from tui.demo.steps import Prompt
from tui.demo.workflow_records import ProviderPath
from tui.demo.workflow_steps import (
    Answer,
    Calls,
    RunScript,
    RunStep,
    ToolCall,
    Trouble,
    TroubleKind,
    played,
)

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


def script_for(prompt: Prompt, path: ProviderPath) -> RunScript:
    """Return what a run does for a prompt."""
    if _CRASH.search(prompt.text):
        return iter([Trouble("refused")])
    for pattern, script in _SCRIPTS:
        if found := re.search(pattern, prompt.text):
            return script(prompt.text, path, found)
    return played(choose(prompt).script(prompt))


def _said(text: str, *, note: bool = False) -> Answer:
    """Return an answer that comes word by word; a ``note`` comes before tools."""
    pieces = tuple(_WORD.findall(f"{text} " if note else text))
    return Answer(parts=(text,), pieces=pieces, pace_s=_PACE_S)


def _done(text: str) -> Answer:
    return _said(f"Done. You asked: {text}")


def _looking_up(*numbers: str) -> Calls:
    return Calls(tuple(ToolCall(name="lookup_order", arguments={"number": n}) for n in numbers))


def _tools(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    yield _said(_CHECK, note=True)
    if found["kind"].strip() == "builtin":
        yield Calls((ToolCall(name="bash", kind="builtin"),) * (2 if found["what"] == "two" else 1))
    elif found["kind"].strip() == "mcp":
        arguments = {"number": "A-1001"}
        yield Calls(
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
        yield Answer(parts=parts, between_s=_STEP_S, thinks=False)
        return
    pieces = (*(f"word{n} " for n in range(int(found["count"] or 12))), "end.")
    yield Answer(parts=("".join(pieces),), pieces=pieces, pace_s=_SLOW_S)


def _burst(text: str, path: ProviderPath, found: re.Match[str]) -> Iterator[RunStep]:
    number = int(found["count"])
    if path == "claude":
        yield Answer(parts=tuple(f"Part {n}." for n in range(number)))
        return
    pieces = tuple(f"w{n} " for n in range(number))
    yield Answer(parts=("".join(pieces),), pieces=pieces, pace_s=0.0)


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
    "unknown": Calls((ToolCall(name="no_such_tool", arguments={"x": 1}),)),
    "memory": Calls(
        (ToolCall(name="store_memory", arguments={"key": "drink", "value": "likes tea"}),)
    ),
    "todo": Calls((ToolCall(name="manage_todo_list", arguments={"todoList": _TODOS}),)),
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
