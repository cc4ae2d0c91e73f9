"""Rows of the timeline: one for each thing that happened in a turn, from its start to its end.

The start and the end of a skill, a question and its answer, or the log lines of one activity share
a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.core.event_labels import Activity, activity_of
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    HaltRequested,
    Heartbeat,
    LogLine,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    StreamInterrupted,
    StreamLost,
    StreamResumed,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.timeline_row import GapRows, RowKind, RowState, TimelineRow

if TYPE_CHECKING:
    from tui.core.ids import CallId


class RowReducer:
    """Reducer of a turn's events, in order, to rows.

    ``raw``: each log line has a row of its own.
    """

    def __init__(self, *, raw: bool = False) -> None:
        self.rows: list[TimelineRow] = []
        self.gaps = GapRows()
        self.head: list[TurnEvent] = []
        """Events about the turn as a whole."""
        self._raw = raw
        self._messages: dict[str, TimelineRow] = {}
        self._calls: list[TimelineRow] = []
        """Calls that have not ended."""
        self._waits: list[TimelineRow] = []
        """Rows that end when the agent continues."""
        self._end: TimelineRow | None = None
        self._usage: TimelineRow | None = None
        self._unclaimed: TimelineRow | None = None
        self._ending: list[TimelineRow] = []
        """Log lines about the end of the run, which its row will take over."""

    def apply(self, event: TurnEvent, at_ms: int, begin_ms: int) -> None:
        """Add an event; ``begin_ms``: start of the turn."""
        match event:
            case TurnStarted():
                self.head.append(event)
            case TextDelta() | AgentMessage():
                self._say(event, at_ms)
            case SkillStarted():
                self._start_skill(event, at_ms)
            case SkillProgress():
                self._advance_skill(event, at_ms)
            case SkillFinished():
                self._finish_skill(event, at_ms)
            case ApprovalRequested():
                self._ask_approval(event, at_ms)
            case ApprovalResolved():
                self._resolve_approval(event, at_ms)
            case ConnectionRequested():
                self._ask_connection(event, at_ms)
            case ConnectionResolved():
                self._resolve_connection(event, at_ms)
            case LogLine():
                self._log(event, at_ms)
            case UsageReported():
                self._count_usage(event, at_ms)
            case StreamInterrupted() | StreamLost():
                if row := self.gaps.begin(event, at_ms):
                    self.rows.append(row)
            case StreamResumed():
                self.gaps.end(event, at_ms)
                self._new("moment", event, at_ms)
            case TurnFinished():
                self._finish(event, at_ms, begin_ms)
            case HaltRequested() | UnknownEvent():
                self._new("moment", event, at_ms)
            case Heartbeat():
                pass

    def extend_message(self, message_id: str, text: str) -> None:
        """Show more of a message that is being written."""
        if row := self._messages.get(message_id):
            row.text = text

    def _new(
        self, kind: RowKind, event: TurnEvent, at_ms: int, state: RowState = "moment"
    ) -> TimelineRow:
        row = TimelineRow(kind, at_ms, event, [event], state)
        self.rows.append(row)
        return row

    def _go_on(self, at_ms: int) -> None:
        """End the waiting rows: the agent has continued."""
        for row in self._waits:
            if row.kind == "connection":
                row.state = "open_end" if row.is_open else row.state
            else:
                row.state = "done"
            row.ended_ms = at_ms if row.ended_ms is None else min(row.ended_ms, at_ms)
        self._waits.clear()

    def _say(self, event: TextDelta | AgentMessage, at_ms: int) -> None:
        self._go_on(at_ms)
        row = self._messages.get(event.message_id or "")
        if row is None:
            row = self._new("message", event, at_ms)
            if event.message_id:
                self._messages[event.message_id] = row
        elif isinstance(event, AgentMessage):
            row.events = [known for known in row.events if not isinstance(known, TextDelta)]
            row.add(event)
        if isinstance(event, TextDelta):
            row.text, row.state = event.text, "running"
        else:
            row.text, row.state = "", "moment"

    # -- skills ------------------------------------------------------------------------------------

    def _start_skill(self, event: SkillStarted, at_ms: int) -> None:
        self._go_on(at_ms)
        asked = self._found(event.call_id, event.skill, "asks", "approved")
        row = asked or self._new_call(event, at_ms)
        if asked:
            row.add(event)
            row.answered_ms = at_ms if row.answered_ms is None else row.answered_ms
        row.state, row.started_ms = "running", at_ms
        if self._unclaimed:
            self.rows.remove(self._unclaimed)
            row.events[:0] = self._unclaimed.events
            self._unclaimed = None

    def _advance_skill(self, event: SkillProgress, at_ms: int) -> None:
        """Add progress to its call; without a name to the newest, or else to the next one."""
        nameless = not (event.skill or event.call_id)
        running = [row for row in self._calls if row.state == "running"]
        if nameless:
            row = running[-1] if running else None
        else:
            row = self._found(event.call_id, event.skill, "running")
        if row:
            row.add(event)
            return
        row = self._new("moment", event, at_ms)
        self._unclaimed = row if nameless else None

    def _finish_skill(self, event: SkillFinished, at_ms: int) -> None:
        self._go_on(at_ms)
        row = self._found(event.call_id, event.skill, "running", "approved", "asks")
        if row:
            row.add(event)
            self._calls.remove(row)
        else:
            since_ms = self._earliest_start(at_ms)
            row = self._new("skill", event, at_ms)
            row.not_before_ms = since_ms
        row.state = "done" if event.outcome == "completed" else event.outcome
        row.ended_ms = at_ms
        if row.asked_ms is not None and row.answered_ms is None:
            row.answered_ms = at_ms

    def _earliest_start(self, at_ms: int) -> int:
        """Return the start of the skills that ran together up to now, else the last event."""
        since_ms = None
        for row in reversed(self.rows):
            if row.kind != "skill":
                return row.at_ms if since_ms is None else since_ms
            since_ms = row.at_ms if row.not_before_ms is None else row.not_before_ms
        return at_ms if since_ms is None else since_ms

    def _new_call(self, event: TurnEvent, at_ms: int) -> TimelineRow:
        row = self._new("skill", event, at_ms)
        self._calls.append(row)
        return row

    def _found(self, call_id: CallId | None, skill: str, *states: RowState) -> TimelineRow | None:
        """Return the first open row of a call in one of these states."""
        return next(
            (
                row
                for row in self._calls
                if row.state in states and any(_is_of(e, call_id, skill) for e in row.events)
            ),
            None,
        )

    def _ask_approval(self, event: ApprovalRequested, at_ms: int) -> None:
        self._go_on(at_ms)
        row = self._found(event.call_id, event.skill, "asks", "running")
        if row:
            row.add(event)
        else:
            row = self._new_call(event, at_ms)
        row.asked_ms = at_ms if row.asked_ms is None else row.asked_ms
        row.state = "asks"

    def _resolve_approval(self, event: ApprovalResolved, at_ms: int) -> None:
        row = self._found(event.call_id, "", "asks", "approved", "running")
        if row and row.state != "asks":  # known only after the skill went on
            row.events.insert(1, event)
            return
        if row:
            row.add(event)
        else:
            row = self._late_answer(event) or self._new_call(event, at_ms)
        if row.state not in ("asks", "moment"):
            return
        row.answered_ms = at_ms
        row.state = "approved" if event.decision == "approved" else "rejected"
        if row.state == "rejected":
            row.ended_ms = at_ms
            self._calls.remove(row)

    def _late_answer(self, event: ApprovalResolved) -> TimelineRow | None:
        """Add a decision to a call that is over; return its row."""
        for row in reversed(self.rows):
            if row.kind == "skill" and any(_is_of(e, event.call_id, "") for e in row.events):
                row.events.insert(1, event)
                return row
        return None

    # -- connections, log lines, and the end -------------------------------------------------------

    def _ask_connection(self, event: ConnectionRequested, at_ms: int) -> None:
        for row in self._waits:
            asked = row.events[0]
            if isinstance(asked, ConnectionRequested) and asked.attempt_id == event.attempt_id:
                row.add(event)
                return
        row = self._new("connection", event, at_ms, "asks")
        row.asked_ms = at_ms
        self._waits.append(row)

    def _resolve_connection(self, event: ConnectionResolved, at_ms: int) -> None:
        row = next(self._connections_to(event), None)
        if row:
            row.events.append(event)
        else:
            row = self._new("connection", event, at_ms)
        row.ended_ms = at_ms if row.ended_ms is None else min(row.ended_ms, at_ms)
        row.answered_ms = row.ended_ms
        row.state = "done" if event.outcome == "authorized" else event.outcome

    def _connections_to(self, event: ConnectionResolved) -> Iterator[TimelineRow]:
        for row in reversed(self.rows):
            asked = row.events[0]
            if (
                isinstance(asked, ConnectionRequested)
                and row.state in ("asks", "open_end")
                and event.attempt_id in (None, asked.attempt_id)
            ):
                yield row

    def _log(self, event: LogLine, at_ms: int) -> None:
        activity = activity_of(event.name)
        last = self.rows[-1] if self.rows else None
        if self._raw or last is None or not self._joins(last, event, activity):
            if not activity.about_message:
                self._go_on(at_ms)
            last = self._new("log", event, at_ms)
            if activity.about_end:
                self._ending.append(last)
        if last.kind == "log" and not self._raw and activity.is_open:
            last.started_ms, last.state, last.ended_ms = last.at_ms, "running", None
            self._waits.append(last)

    def _joins(self, last: TimelineRow, event: LogLine, activity: Activity) -> bool:
        """Add a log line to the row above it if it is about the same."""
        if activity.about_message and last.kind == "message":
            last.events.append(event)
            return True
        if last.kind != "log" or not isinstance(last.event, LogLine):
            return False
        if activity.what != activity_of(last.event.name).what:
            return False
        last.add(event)
        last.started_ms, last.ended_ms, last.state = (
            last.at_ms,
            max(last.at_ms, self._at(event)),
            "done",
        )
        return True

    def _at(self, event: TurnEvent) -> int:
        return event.at_ms if event.at_ms is not None else event.seen_ms or 0

    def _count_usage(self, event: UsageReported, at_ms: int) -> None:
        """Keep one row for the newest count, where it is reported."""
        if event.before and not (event.input_tokens or event.output_tokens):
            self.head.append(event)
            return
        if self._usage and not event.before:
            self.rows.remove(self._usage)
        row = self._new("moment", event, at_ms)
        self._usage = self._usage if event.before else row

    def _finish(self, event: TurnFinished, at_ms: int, begin_ms: int) -> None:
        self._go_on(at_ms)
        for row in self._calls:
            ran = row.state == "running"
            row.state = "stopped" if ran and event.outcome == "halted" else "open_end"
            row.ended_ms = at_ms
        self._calls.clear()
        earlier = [*self._ending, *([self._end] if self._end else [])]
        self._ending = []
        for row in earlier:
            self.rows.remove(row)
        ends: dict[str, RowState] = {"finished": "done", "failed": "failed"}
        self._end = self._new("end", event, at_ms, ends.get(event.outcome, "stopped"))
        self._end.events = [*(e for row in earlier for e in row.events), event]
        self._end.started_ms, self._end.ended_ms = begin_ms, at_ms


def _is_of(event: TurnEvent, call_id: CallId | None, skill: str) -> bool:
    """Return True if an event is about a call; ids decide if both have one."""
    match event:
        case ApprovalResolved():
            return call_id == event.call_id
        case SkillStarted() | SkillFinished() | SkillProgress() | ApprovalRequested():
            if call_id and event.call_id:
                return call_id == event.call_id
            return bool(skill) and event.skill == skill
        case _:
            return False
