"""Tool calls in the log of a run: which end belongs to which start, and how a call ended.

Rows of the log have no call id. A start is ``NAME``, ``NAME (mcp:SERVER)`` or ``NAME (built-in)``;
an end is ``NAME completed``, ``NAME FAILED``, or only the kind: ``MCP tool completed``,
``Built-in tool completed``. The original document has ``NAME`` for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.core.events import SkillOutcome
from tui.core.ids import CallId
from tui.core.jsonvalues import read_json, write_json
from tui.core.text import clean_line

TOOL_EVENTS = frozenset({"tool_call", "tool_result", "tool_denied"})
"""Kinds of log rows that tell of a tool."""
UNNAMED = "a tool"

_NAME_CHARS = 80
_ORIGIN = re.compile(r"(?P<name>.+?) \((?P<origin>mcp:[^()]*|built-in)\)", re.DOTALL)
_END = re.compile(r"(?P<name>.+?) (?P<how>completed|FAILED)", re.DOTALL)
_UNNAMED_ENDS = {"mcp tool": "mcp", "built-in tool": "built-in"}
_ERROR = re.compile(r'\s*\{\s*"error"\s*:(?!\s*(?:null\b|""))')
"""The beginning of an error, also where the rest has been cut off."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that has started and, as far as known, not ended."""

    id: CallId
    name: str
    origin: str = ""
    """``mcp:SERVER`` or ``built-in``; empty for others."""

    @property
    def kind(self) -> str:
        return self.origin.partition(":")[0]


class Calls:
    """Pairs the starts and ends of a run's calls, in the order of the log."""

    def __init__(self, running: Iterable[Call] = ()) -> None:
        self._running = list(running)

    def start(self, detail: str, call_id: CallId) -> Call:
        found = _ORIGIN.fullmatch(detail)
        name, origin = found.group("name", "origin") if found else (detail, "")
        call = Call(call_id, clean_line(name, _NAME_CHARS) or UNNAMED, clean_line(origin))
        self._running.append(call)
        return call

    def end(self, detail: str) -> tuple[str, Call | None]:
        """The name of the tool that ended, and the call that this ends if its start is known.

        That is the oldest one with the name, or, where no name is given, the oldest of the kind.
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
    """How a call ended, and why if it failed. Most failures show in the output alone."""
    error = _error_in(output)
    if event == "tool_denied":
        return "failed", error or "It was denied."
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
    """The error as text; of a Python traceback only the last line, which names it."""
    text = error if isinstance(error, str) else write_json(error, ensure_ascii=False)
    if text.startswith("Traceback (most recent call last)"):
        return text.rstrip().rpartition("\n")[2] or text
    return text
