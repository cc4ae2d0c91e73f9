"""A turn as a case of a test suite: what happened, as what is expected (``genie-tui test``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tui.core.masking import MASK, masked_event
from tui.core.steps import ApprovalStep, ConnectionStep, SkillStep, TextStep
from tui.core.text import clean_line
from tui.core.turn import Turn
from tui.export import atomic_write

_HEAD = """\
# Cases saved from conversations. Edit them, then run: genie-tui test {name}
version: 1
suite: saved
cases:
"""
_LONGEST_WORDS = 60
_LONGEST_ID = 40


def case_of(turn: Turn, case_id: str) -> dict[str, Any]:
    """Return a case whose expectations are what the turn did."""
    assert turn.prompt is not None
    said: dict[str, Any] = {"say": turn.prompt.text}
    if files := [file.name for file in turn.prompt.attachments]:
        said["files"] = files
    if answers := list(_answers(turn)):
        said["approvals"] = answers
    if asked := [step for step in turn.steps if isinstance(step, ConnectionStep)]:
        said["connections"] = {step.connector: {"answer": "reject"} for step in asked}
    said["expect"] = list(_expectations(turn))
    return {"id": case_id, "name": clean_line(turn.prompt.text, 80), "turns": [said]}


def append_case(path: Path, turn: Turn) -> str:
    """Add the turn to a suite of saved cases, which is begun if it is missing; return the ID.

    The rest of the file stays as it is. Raises ``OSError`` or ``CannotWrite``.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else _HEAD.format(name=path.name)
    case_id = _free_id(turn, text)
    written = yaml.dump(
        [case_of(turn, case_id)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    indented = "".join(f"  {line}\n" if line else "\n" for line in written.splitlines())
    atomic_write.write(path, f"{text.rstrip()}\n{indented}")
    return case_id


def _free_id(turn: Turn, text: str) -> str:
    """Return an ID made of the first words that no case of the file has."""
    assert turn.prompt is not None
    words = re.sub(r"[^a-z0-9]+", "-", turn.prompt.text.casefold()).strip("-")
    base = words[:_LONGEST_ID].strip("-") or "case"
    taken = set(re.findall(r"\bid: *['\"]?([a-z0-9._-]+)", text))
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, 10_000))
    return next(name for name in candidates if name not in taken)


def _answers(turn: Turn) -> Iterator[dict[str, str]]:
    for step in turn.steps:
        if isinstance(step, ApprovalStep):
            answer = {"approved": "approve", "rejected": "reject"}.get(step.decision or "", "leave")
            reason = {"reason": step.reason} if step.reason else {}
            yield {"skill": step.request.skill, "answer": answer, **reason}


def _expectations(turn: Turn) -> Iterator[dict[str, Any]]:
    yield {"outcome": turn.outcome or "waiting"}
    for step in turn.steps:
        match step:
            case ApprovalStep():
                parameters = _testable(masked_event(step.request).parameters)
                yield {"asks_approval": {"skill": step.request.skill, "parameters": parameters}}
            case ConnectionStep():
                yield {"asks_connection": step.connector}
            case _:
                pass
    calls = [step for step in turn.steps if isinstance(step, SkillStep)]
    for call in calls:
        if call.status in ("completed", "failed"):
            yield {"skill": {"name": call.skill, "outcome": call.status}}
    yield {"skills_only": list(dict.fromkeys(call.skill for call in calls))}
    texts = [step.text for step in turn.steps if isinstance(step, TextStep) and step.text.strip()]
    if texts and (words := _first_words(texts[-1])):
        yield {"contains": words}


def _testable(value: Any) -> Any:
    """Return parameters as they can be expected: a masked value is only known to exist."""
    match value:
        case str() if value == MASK:
            return {"exists": True}
        case Mapping():
            return {key: _testable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_testable(inner) for inner in value]
        case _:
            return value


def _first_words(text: str) -> str:
    """Return the beginning of a reply, up to the end of a word; empty if it has no words."""
    line = next((line for line in text.splitlines() if re.search(r"\w", line)), "")
    line = " ".join(re.sub(r"[#*`>|]+", " ", line).split())
    return line if len(line) <= _LONGEST_WORDS else line[:_LONGEST_WORDS].rsplit(" ", 1)[0]


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and others so that they are read as text."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    text = text.replace("${", "$${")  # else it would be a variable of the suite
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
