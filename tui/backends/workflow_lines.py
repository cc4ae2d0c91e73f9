"""What the Workflows API tells in lines and counts: tools, usage, progress, violations.

Both the stream and the workflow itself bring these; the keys are the same whichever way they came.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any, TypedDict

from tui.api.values import objects_of, text_of
from tui.api.workflow_models import UsageTotals
from tui.core.events import (
    Json,
    LogLine,
    SkillFinished,
    SkillOutcome,
    SkillStarted,
    TurnEvent,
    UsageReported,
)
from tui.core.ids import RunId
from tui.core.text import clean_line

TOOL_EVENTS = frozenset({"tool_call", "tool_result", "tool_denied"})
"""Kinds of log lines that tell of a tool."""

_NAME_CHARS = 80


class Stamp(TypedDict):
    """What every event carries."""

    key: str
    run_id: RunId | None
    event_id: str | None
    at_ms: int | None
    seen_ms: int
    raw: Json


class Names:
    """Keys of things that the stream and the workflow itself both tell of, by what they say.

    Neither numbers nor times are the same on both ways. The same words again are the next one.
    """

    def __init__(self, run_id: RunId) -> None:
        self._run_id = run_id
        self._said = Counter[str]()

    def of(self, *content: str) -> str:
        digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]
        self._said[digest] += 1
        return f"{self._run_id}/{digest}/{self._said[digest]}"


def read_log(data: Json, stamp: Stamp, names: Names) -> TurnEvent:
    """A log line; those about tools are the starts and ends of skills."""
    event, detail = clean_line(text_of(data.get("event"))), text_of(data.get("detail"))
    if event not in TOOL_EVENTS:
        return LogLine(name=event or "log", detail=detail, **stamp)
    skill = clean_line(detail, _NAME_CHARS) or "a tool"
    given, came = text_of(data.get("tool_input")), text_of(data.get("tool_output"))
    stamp["key"] = names.of(event, detail, given, came)
    if event == "tool_call":
        return SkillStarted(skill=skill, **stamp)
    outcome, error = _verdict(event, came)
    return SkillFinished(skill=skill, outcome=outcome, error=error, result=came or None, **stamp)


def usage_event(totals: UsageTotals, stamp: Stamp, *, before: bool = False) -> UsageReported:
    """What the workflow has used so far."""
    return UsageReported(
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cached_tokens=totals.cached_tokens,
        cost=totals.price,
        before=before,
        **stamp,
    )


def _verdict(event: str, came: str) -> tuple[SkillOutcome, str | None]:
    """How a tool ended: that it failed is said in its output alone."""
    if event == "tool_denied":
        return "failed", "It was denied."
    if came.lstrip().lower().startswith("error"):
        return "failed", came
    return "completed", None


def progress_text(data: Json) -> str:
    """Such as ``40 %: Draft document``. The share was documented as 75 and observed as 0.75."""
    share = data.get("percent_complete")
    if not isinstance(share, int | float):
        share = 0
    percent = round(share * 100) if 0 < share <= 1 and isinstance(share, float) else round(share)
    todos, current = objects_of(data.get("todos")), data.get("current_step")
    title = next((t.get("title") for t in todos if t.get("id") == current), None)
    return f"{percent} %: {clean_line(text_of(title))}" if title else f"{percent} %"


def violation_text(violation: Any) -> str:
    if not isinstance(violation, dict):
        return text_of(violation)
    parts = (text_of(violation.get(name)) for name in ("guardrail", "name", "reason", "message"))
    return ": ".join(filter(None, parts)) or text_of(violation)
