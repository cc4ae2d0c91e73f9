"""Log lines of a run: tool calls, usage, progress and violations."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

from tui.api.coerce import objects_of, share_of, text_of
from tui.api.workflow_models import UsageTotals
from tui.core.events import (
    Json,
    LogLine,
    SkillFinished,
    SkillOutcome,
    SkillProgress,
    SkillStarted,
    TurnEvent,
    UsageReported,
)
from tui.core.ids import CallId, RunId
from tui.core.json_values import read_json, write_json
from tui.core.text import clean_line

TOOL_EVENTS = frozenset({"tool_call", "tool_result", "tool_denied"})
"""Kinds of log rows about tools."""
UNNAMED = "a tool"

_NAME_CHARS = 80
_ORIGIN = re.compile(r"(?P<name>.+?) \((?P<origin>mcp:[^()]*|built-in)\)", re.DOTALL)
_END = re.compile(r"(?P<name>.+?) (?P<how>completed|FAILED)", re.DOTALL)
_UNNAMED_ENDS = {"mcp tool": "mcp", "built-in tool": "built-in"}
_ERROR = re.compile(r'\s*\{\s*"error"\s*:(?!\s*(?:null\b|""))')
"""Start of an error, also where the rest has been cut off."""


@dataclass(frozen=True, slots=True)
class OpenToolCall:
    """Call that has started and, as far as known, not ended."""

    id: CallId
    name: str
    origin: str = ""
    """``mcp:SERVER`` or ``built-in``; empty for others."""

    @property
    def kind(self) -> str:
        return self.origin.partition(":")[0]


class ToolCallPairs:
    """Matches the starts and ends of a run's calls, in the order of the log."""

    def __init__(self, running: Iterable[OpenToolCall] = ()) -> None:
        self._running = list(running)

    def start(self, detail: str, call_id: CallId) -> OpenToolCall:
        found = _ORIGIN.fullmatch(detail)
        name, origin = found.group("name", "origin") if found else (detail, "")
        call = OpenToolCall(call_id, clean_line(name, _NAME_CHARS) or UNNAMED, clean_line(origin))
        self._running.append(call)
        return call

    def end(self, detail: str) -> tuple[str, OpenToolCall | None]:
        """Return the name of the tool that ended, and its call if the start is known.

        That is the oldest one with the name, or, without a name, the oldest of the kind.
        """
        found = _END.fullmatch(detail)
        bare = found["name"] if found else detail
        kind = _UNNAMED_ENDS.get(bare.lower())
        names = [clean_line(name, _NAME_CHARS) for name in (bare, detail)]
        for wanted in names:
            for call in self._running:
                if call.name == wanted or (kind and call.kind == kind):
                    self._running.remove(call)
                    return call.name, call
        return names[0] or UNNAMED, None


def verdict(event: str, detail: str, output: str) -> tuple[SkillOutcome, str | None]:
    """Return the outcome of a call, and the reason of a failure. Most show in the output alone."""
    error = _error_in(output)
    if event == "tool_denied":
        return "failed", error or "Denied."
    if error is not None:
        return "failed", error
    found = _END.fullmatch(detail)
    if found and found["how"] == "FAILED":
        return "failed", output or None
    return "completed", None


def _error_in(output: str) -> str | None:
    if output.lstrip().lower().startswith("error"):
        return output
    if not _ERROR.match(output):
        body = _object_in(output)
        error = body.get("error")
        return None if not error else _reason(error)
    return _reason(_object_in(output).get("error") or output)


def _object_in(text: str) -> dict[str, object]:
    try:
        found = read_json(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(error: object) -> str:
    """Return the error as text; of a Python traceback only the last line, which names it."""
    text = error if isinstance(error, str) else write_json(error, ensure_ascii=False)
    if text.startswith("Traceback (most recent call last)"):
        return text.rstrip().rpartition("\n")[2] or text
    return text


_NAMES = {"output_guardrail_violation": "guardrail"}
"""Events of the log with another name here."""


class Stamp(TypedDict):
    """Fields of every event."""

    key: str
    run_id: RunId | None
    event_id: str | None
    at_ms: int | None
    seen_ms: int
    raw: Json


class Names:
    """Keys by content, for items that appear in both the stream and the workflow.

    Their numbers and times differ. Repeated content is the next item.
    """

    def __init__(self, run_id: RunId, known: Collection[str] = ()) -> None:
        """``known``: keys assigned before a reconnect; counting continues after them."""
        self._run_id = run_id
        self._known = known
        self._said = Counter[str]()

    def of(self, *content: str) -> str:
        digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]
        while True:
            self._said[digest] += 1
            key = f"{self._run_id}/{digest}/{self._said[digest]}"
            if key not in self._known:
                return key


def content_of(row: Json) -> tuple[str, str]:
    """Return event and detail of a row, which the stream and the workflow share."""
    return clean_line(text_of(row.get("event"))), text_of(row.get("detail"))


class SeenRow(NamedTuple):
    """Row received from the stream."""

    key: str
    content: tuple[str, str]
    at_ms: int


class LogReader:
    """Converts the rows of a run's log to events, in order."""

    def __init__(
        self, run_id: RunId, known: Collection[str] = (), running: Iterable[OpenToolCall] = ()
    ) -> None:
        """``known`` and ``running``: keys and open calls from before a reconnect."""
        self._names = Names(run_id, known)
        self._calls = ToolCallPairs(running)

    def read(self, row: Json, stamp: Stamp) -> TurnEvent:
        """Return the event of a row; rows about tools are the starts and ends of skills.

        The workflow's own log lacks the input and output of a tool, so the key leaves them out.
        A key in the stamp is that of the row in the stream.
        """
        event, detail = content_of(row)
        stamp["key"] = stamp["key"] or self._names.of(event, detail)
        if event not in TOOL_EVENTS:
            return LogLine(name=_NAMES.get(event, event) or "log", detail=detail, **stamp)
        if event == "tool_call":
            call = self._calls.start(detail, CallId(stamp["key"]))
            return SkillStarted(
                skill=call.name, skill_id=call.origin or None, call_id=call.id, **stamp
            )
        output = text_of(row.get("tool_output"))
        outcome, error = verdict(event, detail, output)
        name, ended = self._calls.end(detail)
        return SkillFinished(
            skill=name,
            outcome=outcome,
            skill_id=(ended.origin or None) if ended else None,
            call_id=ended.id if ended else None,
            error=error,
            result=output or None,
            **stamp,
        )


def usage_event(totals: UsageTotals, stamp: Stamp, *, before: bool = False) -> UsageReported:
    """Return the usage of a run, or of the whole workflow by the original document."""
    return UsageReported(
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cached_tokens=totals.cached_tokens,
        cache_write_tokens=totals.total_cache_write_tokens or 0,
        premium_requests=totals.total_premium_requests or 0.0,
        cost=totals.price,
        currency=clean_line(totals.currency, 8),
        running_total=totals.is_running_total,
        before=before,
        **stamp,
    )


def progress_event(data: Json, stamp: Stamp) -> SkillProgress:
    """Return the progress of the agent's list of tasks.

    It names no tool: the recorded server sends it right before the call that wrote the list, the
    document describes it while tools run. The share was documented as 75 and recorded as 0.75.
    """
    percent = data.get("percent_complete")
    is_share = isinstance(percent, float) and percent <= 1
    todos, current = objects_of(data.get("todos")), data.get("current_step")
    title = next((t.get("title") for t in todos if t.get("id") == current), None)
    return SkillProgress(
        share=share_of(percent, 1 if is_share else 100),
        message=clean_line(text_of(title)),
        **stamp,
    )


def violation_text(violation: Any) -> str:
    if not isinstance(violation, dict):
        return text_of(violation)
    parts = (text_of(violation.get(name)) for name in ("guardrail", "name", "reason", "message"))
    return ": ".join(filter(None, parts)) or text_of(violation)
