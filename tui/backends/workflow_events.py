"""Frames of the Workflows API as domain events.

Source of every shape: Workflows API, SSE stream; where a server was seen to differ, the reader
takes both. Texts are cleaned on the way; ``raw`` is kept as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tui.api.sse import COMMENT, Frame
from tui.api.values import epoch_ms, int_of, object_of, piece_of, text_of
from tui.api.workflow_models import UsageTotals
from tui.backends.workflow_lines import (
    Names,
    Stamp,
    progress_text,
    read_log,
    usage_event,
    violation_text,
)
from tui.backends.workflow_place import Place, began_ms
from tui.core.events import (
    AgentMessage,
    Heartbeat,
    Json,
    LogLine,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnOutcome,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import MessageId, RunId
from tui.core.text import clean_line

OUTCOMES: Mapping[str, TurnOutcome] = {
    "completed": "finished",
    "failed": "failed",
    "halted": "halted",
    "max_turns_reached": "limit",
}
"""Statuses that end a run."""

_NEXT_STEPS = frozenset({"tool_call", "model_call"})
"""Log lines before which a message is complete."""


class RunReader:
    """Makes events of the frames of one run, from a place in its stream on."""

    def __init__(self, run_id: RunId, seen_ms: Callable[[], int], place: Place | None = None):
        """``place``: what is not behind it has been read. None: the stream is read live."""
        self.run_id = run_id
        self.place = place or Place()
        self.end: TurnFinished | None = None
        """The end that the stream reported; whoever reads on decides whether to believe it."""
        self.given: set[str] = set()
        """Keys of what was read so far."""
        self.used: UsageTotals | None = None
        """The newest count that the stream brought."""
        self._seen_ms = seen_ms
        self._names = Names(run_id)
        self._resumed = place
        self._seen: set[tuple[int | None, object]] = set()
        self._begun = False
        self._torn = False
        """Pieces of the message at hand are missing, so further ones have no place."""
        self._text: str | None = None if self.place.offset else ""
        """The message at hand; None where it is not known to be whole."""

    def read(self, frame: Frame) -> list[TurnEvent]:
        """The events of a frame; none for what was read before, and for an end (see ``end``)."""
        if frame.kind == COMMENT:
            return [Heartbeat(key="", run_id=self.run_id, seen_ms=self._seen_ms())]
        number, at_ms = int_of(frame.id), epoch_ms(frame.data.get("timestamp"))
        if self._is_old(number, at_ms, frame.data.get("timestamp")):
            return []
        delta = frame.kind == "message_delta"
        self._look_for_gap(number, delta=delta)
        settled = self._settle(frame)
        self._move(number, at_ms, delta=delta)
        events = [event for event in (settled, self._event_of(frame)) if event]
        self.given |= {event.key for event in events if not isinstance(event, TextDelta)}
        return events

    def _event_of(self, frame: Frame) -> TurnEvent | None:
        data = object_of(frame.data.get("data"))
        reader = _READERS.get(frame.kind)
        try:
            if reader:
                return reader(self, data, self._stamp(frame))
        except (KeyError, TypeError, ValueError, RecursionError):
            pass
        return UnknownEvent(kind=clean_line(frame.kind), **self._stamp(frame))

    def _settle(self, frame: Frame) -> TurnEvent | None:
        """The message that was written before a frame, where no ``message`` has said so.

        Some servers never send one. What the agent does next then tells where the message ends.
        """
        following = text_of(object_of(frame.data.get("data")).get("event"))
        if frame.kind != "log" or following not in _NEXT_STEPS or not self._text:
            return None
        return self._whole(self._text, self._stamp(replace(frame, data={})))

    def _is_old(self, number: int | None, at_ms: int | None, timestamp: object) -> bool:
        """Whether a frame came before, or belongs to an earlier run of the workflow."""
        name = (number, timestamp)
        if number is not None and timestamp is not None and name in self._seen:
            return True
        self._seen.add(name)
        if self._resumed is None or at_ms is None:
            return False
        if at_ms < began_ms(self.run_id):
            return True
        resumed = self._resumed
        return number is not None and number <= resumed.number and at_ms <= resumed.at_ms

    def _look_for_gap(self, number: int | None, *, delta: bool) -> None:
        """Notice that pieces may be missing: behind a reconnect, or where numbers are left out.

        Numbers are left out for other reasons too, so nothing is fetched; but we do not vouch for
        the text any more.
        """
        first, self._begun = not self._begun, True
        if number == self.place.number + 1:
            return
        if first and self._resumed is not None:
            self._torn = delta or self._resumed.offset > 0
        if delta or self.place.offset:
            self._text = None

    def _move(self, number: int | None, at_ms: int | None, *, delta: bool) -> None:
        """No two events but pieces of text have the same time, so that their order is plain."""
        earliest = self.place.at_ms + (0 if delta else 1)
        self.place = replace(
            self.place,
            number=self.place.number if number is None else number,
            at_ms=max(at_ms or 0, earliest),
        )

    def _stamp(self, frame: Frame) -> Stamp:
        place = self.place
        return Stamp(
            key=f"{self.run_id}/{place.number}.{place.at_ms}.{frame.kind}",
            run_id=self.run_id,
            event_id=str(place) if frame.id else None,
            at_ms=place.at_ms,
            seen_ms=self._seen_ms(),
            raw=frame.data,
        )

    # -- one kind of frame each ------------------------------------------------------------------

    def _piece(self, data: Json, stamp: Stamp) -> TurnEvent | None:
        text, place = piece_of(data["delta"]), self.place
        if self._torn:
            return None
        self.place = replace(place, offset=place.offset + len(text))
        if self._text is not None:
            self._text += text
        stamp["event_id"] = str(self.place)
        return TextDelta(message_id=self.message_id, offset=place.offset, text=text, **stamp)

    def _message(self, data: Json, stamp: Stamp) -> TurnEvent | None:
        text, role = text_of(data["content"]), text_of(data.get("role"))
        if role != "assistant":
            return LogLine(name=f"message of {clean_line(role) or 'nobody'}", detail=text, **stamp)
        if not text.strip():
            return None
        return self._whole(text, stamp)

    def _whole(self, text: str, stamp: Stamp) -> TurnEvent:
        message_id = self.message_id
        self.place = replace(self.place, message=self.place.message + 1, offset=0)
        self._torn, self._text = False, ""
        stamp["key"], stamp["event_id"] = self._names.of("said", text), str(self.place)
        return AgentMessage(text=text, message_id=message_id, **stamp)

    @property
    def message_id(self) -> MessageId:
        """The message that is being written."""
        return MessageId(f"{self.run_id}/{self.place.message}")

    def _log(self, data: Json, stamp: Stamp) -> TurnEvent | None:
        return read_log(data, stamp, self._names)

    def _usage(self, data: Json, stamp: Stamp) -> TurnEvent | None:
        self.used = UsageTotals.model_validate(data)
        return usage_event(self.used, stamp)

    def _status(self, data: Json, stamp: Stamp) -> TurnEvent | None:
        status = text_of(data["status"])
        if status == "running":
            stamp["key"] = f"{self.run_id}/started"
            return TurnStarted(**stamp)
        if status not in OUTCOMES:
            return LogLine(name="status", detail=status, **stamp)
        self.end = TurnFinished(outcome=OUTCOMES[status], **stamp)
        return None

    def _progress(self, data: Json, stamp: Stamp) -> TurnEvent | None:
        return LogLine(name="progress", detail=progress_text(data), **stamp)

    def _violation(self, data: Json, stamp: Stamp) -> TurnEvent | None:
        found = data["violations"]
        words = [violation_text(each) for each in found] if isinstance(found, list) else []
        return LogLine(name="guardrail", detail="; ".join(words), **stamp)


_READERS: Mapping[str, Callable[[RunReader, Json, Stamp], TurnEvent | None]] = {
    "message_delta": RunReader._piece,
    "message": RunReader._message,
    "log": RunReader._log,
    "usage": RunReader._usage,
    "status": RunReader._status,
    "progress": RunReader._progress,
    "output_guardrail_violation": RunReader._violation,
}
"""Every type whose meaning is known; all others are shown as they came."""
