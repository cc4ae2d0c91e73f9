"""Convert frames of the Workflows API to domain events.

Source of every shape: Workflows API, SSE stream; both shapes are accepted where a server differs.
Texts are cleaned; ``raw`` is kept as received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from tui.api.coerce import epoch_ms, int_of, object_of, piece_of, text_of
from tui.api.sse import COMMENT, Frame
from tui.api.workflow_models import UsageTotals
from tui.backends.workflows.cursor import StreamCursor, began_ms
from tui.backends.workflows.frame_order import FrameOrder, Ordered
from tui.backends.workflows.log_lines import (
    TOOL_EVENTS,
    LogReader,
    OpenToolCall,
    SeenRow,
    Stamp,
    content_of,
    progress_event,
    usage_event,
    violation_text,
)
from tui.backends.workflows.messages import MessageAssembler
from tui.core.events import (
    Heartbeat,
    Json,
    LogLine,
    SkillFinished,
    SkillStarted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnOutcome,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import MessageId, RunId
from tui.core.steps import SkillStep
from tui.core.text import clean_line
from tui.core.turn import Turn

OUTCOMES: Mapping[str, TurnOutcome] = {
    "completed": "finished",
    "failed": "failed",
    "halted": "halted",
    "max_turns_reached": "limit",
}
"""Statuses that end a run."""

_ANSWERED = "model_response"
_NEXT_STEPS = TOOL_EVENTS | {"model_call", _ANSWERED, "max_turns", "error", "halted"}
"""Rows of the log that come after a complete message."""
_VIOLATION = "output_guardrail_violation"


class RunReader:
    """Reader of the frames of one run, from a position in its stream on."""

    def __init__(
        self,
        run_id: RunId,
        seen_ms: Callable[[], int],
        place: StreamCursor | None = None,
        so_far: Turn | None = None,
    ) -> None:
        """``place``: everything up to it has been read. None: the stream is read live.

        ``so_far``: the turn at that position.
        """
        self.run_id = run_id
        self.end: TurnFinished | None = None
        """End reported by the stream."""
        self.has_hole = False
        """Numbers are missing after the position: the server keeps no events of them."""
        self._has_place = place is not None
        self.is_first = False
        """No earlier run: a running total started with this one."""
        self.problem = ""
        """Newest error reported by the agent's runtime."""
        self.used: UsageTotals | None = None
        """Newest usage count in the stream."""
        self.known: set[str] = set(so_far.seen) if so_far else set()
        """Keys of all events of the run so far."""
        self.texts = MessageAssembler(run_id, place or StreamCursor(), so_far)
        self._order = FrameOrder(place.number if place else None)
        self._number = place.number if place else 0
        self._at_ms = place.at_ms if place else 0
        self._in_text = False
        self._seen_ms = seen_ms
        self._resumed = place
        self._seen: set[tuple[int | None, object]] = set()
        self._violation = ""
        self._answered = False
        """The current row is about the pieces that it settled."""
        self.rows = [
            SeenRow(event.key, content_of(object_of(event.raw.get("data"))), event.at_ms or 0)
            for event in (so_far.log if so_far else ())
            if isinstance(event, SkillStarted | SkillFinished)
        ]
        """Rows of the log that have been read; before a reconnect, only those of tools."""
        running = (step for step in (so_far.steps if so_far else ()) if isinstance(step, SkillStep))
        self._log = LogReader(
            run_id,
            self.known,
            (
                OpenToolCall(step.call_id, step.skill, step.skill_id or "")
                for step in running
                if step.status == "running" and step.call_id
            ),
        )

    @property
    def place(self) -> StreamCursor:
        """Position up to which the stream has been read without gaps."""
        return StreamCursor(
            number=self._number,
            at_ms=self._at_ms,
            message=self.texts.number,
            offset=self.texts.offset,
        )

    @property
    def has_advanced(self) -> bool:
        """True if the stream has brought anything from after the resumed position."""
        return self._number > (self._resumed.number if self._resumed else 0)

    @property
    def message_id(self) -> MessageId:
        """Id of the message that is being written."""
        return self.texts.message_id

    def read(self, frame: Frame) -> list[TurnEvent]:
        """Return the events of a frame and of those that waited for it.

        None for a frame read before, and for an end (see ``end``).
        """
        if frame.kind == COMMENT:
            return [Heartbeat(key="", run_id=self.run_id, seen_ms=self._seen_ms())]
        timestamp = frame.data.get("timestamp")
        number, at_ms = int_of(frame.id), epoch_ms(timestamp)
        if self._is_old(number, at_ms, timestamp):
            return []
        ready = self._order.take(frame, number, at_ms)
        return self._noted(event for each in ready for event in self._events(each))

    def count(self, totals: UsageTotals, stamp: Stamp) -> list[TurnEvent]:
        """Return the usage; before that of a first run, an event of zero usage."""
        if not (self.is_first and totals.is_running_total):
            return [usage_event(totals, stamp)]
        self.is_first = False
        nothing = Stamp(**{**stamp, "key": f"{self.run_id}/used-before", "event_id": None})
        before = usage_event(UsageTotals(total_in=0, total_out=0), nothing, before=True)
        return [before, usage_event(totals, stamp)]

    def finish(self) -> list[TurnEvent]:
        """Return the events held back, and the partial message: the run is over."""
        events = [event for each in self._order.release() for event in self._events(each)]
        events += self.texts.decide("", "")
        self.texts.lose()
        events += self.texts.settle(self._own_stamp())
        return self._noted(events)

    def _noted(self, events: Iterable[TurnEvent]) -> list[TurnEvent]:
        found = list(events)
        self.known |= {event.key for event in found if not isinstance(event, TextDelta)}
        return found

    def _events(self, ordered: Ordered) -> Iterator[TurnEvent]:
        frame, data = ordered.frame, object_of(ordered.frame.data.get("data"))
        row = text_of(data.get("event")) if frame.kind == "log" else ""
        if not ordered.late:
            self.texts.reach(ordered.number)
        if ordered.after_hole and frame.kind != "message_delta":
            self.texts.lose()
        self.has_hole = self.has_hole or (ordered.after_hole and self._has_place)
        self._has_place = True
        yield from self.texts.decide(frame.kind, row)
        if row in _NEXT_STEPS or self._is_end(frame.kind, data):
            detail = text_of(data.get("detail")) if row == _ANSWERED else None
            self._answered = self.texts.is_open and row == _ANSWERED
            yield from self.texts.settle(self._own_stamp(), detail)
        if not ordered.late:
            self._move(ordered, is_piece=frame.kind == "message_delta")
        stamp = self._stamp(frame, ordered.number)
        reader = _READERS.get(frame.kind)
        try:
            if reader:
                yield from reader(self, data, stamp, ordered)
                return
        except (KeyError, TypeError, ValueError, RecursionError):
            pass
        yield UnknownEvent(kind=clean_line(frame.kind), **stamp)

    def _is_end(self, kind: str, data: Json) -> bool:
        return kind == "status" and text_of(data.get("status")) in OUTCOMES

    def _is_old(self, number: int | None, at_ms: int | None, timestamp: object) -> bool:
        """Return True if a frame was read before, or belongs to an earlier run of the workflow."""
        name = (number, timestamp)
        if number is not None and timestamp is not None:
            if name in self._seen:
                return True
            self._seen.add(name)
        if self._resumed is None or at_ms is None:
            return False
        if at_ms < began_ms(self.run_id):
            return True
        resumed = self._resumed
        return number is not None and number <= resumed.number and at_ms <= resumed.at_ms

    def _move(self, ordered: Ordered, *, is_piece: bool) -> None:
        """Advance the time: only pieces of one text may share it, so that the order is clear."""
        self._number = self._number if ordered.number is None else ordered.number
        self._at_ms = max(ordered.at_ms or 0, self._at_ms + (not (is_piece and self._in_text)))
        self._in_text = is_piece

    def _own_stamp(self) -> Stamp:
        """Return the stamp of an event that is derived from a frame."""
        return Stamp(
            key="",
            run_id=self.run_id,
            event_id=None,
            at_ms=self._at_ms,
            seen_ms=self._seen_ms(),
            raw={},
        )

    def _stamp(self, frame: Frame, number: int | None) -> Stamp:
        return Stamp(
            key=f"{self.run_id}/{number or 0}.{self._at_ms}.{frame.kind}",
            run_id=self.run_id,
            event_id=self._place_id() if frame.id else None,
            at_ms=self._at_ms,
            seen_ms=self._seen_ms(),
            raw=frame.data,
        )

    def _placed(self, stamp: Stamp) -> str | None:
        """Return the event id after the frame has been processed."""
        return self._place_id() if stamp["event_id"] else None

    def _place_id(self) -> str:
        """Return the position as text, cached across the pieces of a message."""
        return f"{self._number}.{self._at_ms}.{self.texts.number}.{self.texts.offset}"

    # -- one kind of frame each ------------------------------------------------------------------

    def _piece(self, data: Json, stamp: Stamp, ordered: Ordered) -> Iterator[TurnEvent]:
        found = self.texts.piece(ordered, piece_of(data["delta"]), stamp)
        if isinstance(found, tuple):
            stamp["event_id"] = self._placed(stamp)
            offset, text = found
            yield TextDelta(message_id=self.message_id, offset=offset, text=text, **stamp)
        elif found:
            yield found

    def _message(self, data: Json, stamp: Stamp, _: Ordered) -> Iterator[TurnEvent]:
        text, role = text_of(data["content"]), text_of(data.get("role"))
        if role != "assistant":
            yield LogLine(
                name=f"message from {clean_line(role) or 'unknown'}", detail=text, **stamp
            )
            return
        for event in self.texts.message(text, stamp):
            yield replace(event, event_id=self._placed(stamp))

    def _row(self, data: Json, stamp: Stamp, _: Ordered) -> Iterator[TurnEvent]:
        event, detail = text_of(data.get("event")), text_of(data.get("detail"))
        if event == _ANSWERED and not self._answered:
            yield from self.texts.response(detail, self._own_stamp())
        elif event in TOOL_EVENTS:
            self.texts.tool()
        elif event == "error":
            self.problem = detail
        elif event == _VIOLATION:
            self._violation = detail
        stamp["event_id"], stamp["key"] = self._placed(stamp), ""
        told = self._log.read(data, stamp)
        self.rows.append(SeenRow(told.key, content_of(data), self._at_ms))
        yield told

    def _usage(self, data: Json, stamp: Stamp, _: Ordered) -> Iterator[TurnEvent]:
        self.used = UsageTotals.model_validate(data)
        yield from self.count(self.used, stamp)

    def _status(self, data: Json, stamp: Stamp, _: Ordered) -> Iterator[TurnEvent]:
        status = text_of(data["status"])
        if status == "running":
            stamp["key"] = f"{self.run_id}/started"
            yield TurnStarted(**stamp)
        elif status not in OUTCOMES:
            yield LogLine(name="status", detail=status, **stamp)
        else:
            self.end = TurnFinished(outcome=OUTCOMES[status], **stamp)

    def _progress(self, data: Json, stamp: Stamp, _: Ordered) -> Iterator[TurnEvent]:
        yield progress_event(data, stamp)

    def _violated(self, data: Json, stamp: Stamp, _: Ordered) -> Iterator[TurnEvent]:
        """Report a violated guardrail, unless the log has reported it in the same words."""
        found = data["violations"]
        words = [violation_text(each) for each in found] if isinstance(found, list) else []
        if (text := "; ".join(words)) != self._violation or not text:
            yield LogLine(name="guardrail", detail=text, **stamp)
        self._violation = ""


_READERS: Mapping[str, Callable[[RunReader, Json, Stamp, Ordered], Iterator[TurnEvent]]] = {
    "message_delta": RunReader._piece,
    "message": RunReader._message,
    "log": RunReader._row,
    "usage": RunReader._usage,
    "status": RunReader._status,
    "progress": RunReader._progress,
    _VIOLATION: RunReader._violated,
}
"""Reader of each known type; all others are shown as received."""
