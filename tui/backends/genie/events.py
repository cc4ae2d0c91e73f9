"""Convert frames of the Headless API to domain events.

Source of every event's shape: Headless API, SSE events; both shapes are accepted where the observed
one differs. Texts are cleaned; ``raw`` is kept as received.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from tui.api.coerce import (
    epoch_ms,
    id_of,
    int_of,
    link_of,
    object_of,
    objects_of,
    share_of,
    text_of,
)
from tui.api.sse import COMMENT, Frame
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ConnectionRequested,
    ConnectionResolved,
    Heartbeat,
    Json,
    SkillFinished,
    SkillOutcome,
    SkillProgress,
    SkillStarted,
    StreamInterrupted,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import AttemptId, CallId, MessageId, RunId, within_run
from tui.core.json_values import write_json
from tui.core.retry import requested_s
from tui.core.text import clean, clean_line


def read(frame: Frame, *, run_id: RunId | None, seen_ms: int) -> TurnEvent:
    """Return the domain event of a frame; an unreadable one is kept as received.

    ``run_id`` is the run of an event that does not name one.
    """
    stamp = _stamp(frame, run_id, seen_ms)
    reader = READERS.get(frame.kind)
    try:
        if reader:
            return reader(frame.data, stamp)
    except (KeyError, TypeError, ValueError, RecursionError):
        pass
    return UnknownEvent(kind=clean_line(frame.kind), **stamp)


class _Stamp(TypedDict):
    """Fields of every event."""

    key: str
    run_id: RunId | None
    event_id: str | None
    seq: int | None
    at_ms: int | None
    seen_ms: int
    raw: Json


def _stamp(frame: Frame, run_id: RunId | None, seen_ms: int) -> _Stamp:
    named = id_of(frame.data.get("genie_run_id"))
    run_id = RunId(named) if named else run_id
    seq = int_of(frame.data.get("seq_num"))
    return _Stamp(
        key=_key(frame, run_id, seq),
        run_id=run_id,
        event_id=frame.id,
        seq=seq,
        at_ms=epoch_ms(frame.data.get("created_at")),
        seen_ms=seen_ms,
        raw=frame.data,
    )


def _key(frame: Frame, run_id: RunId | None, seq: int | None) -> str:
    """Return the identity of an event: the same for stream, replay and state."""
    if event_id := id_of(frame.data.get("event_id")):
        return within_run(event_id, run_id)
    number = f"{run_id}#{seq}" if run_id and seq is not None else None
    if frame.id and (number is None or within_run(frame.id, run_id) == frame.id):
        return within_run(frame.id, run_id)
    if number:
        return number
    content = write_json([frame.kind, run_id, frame.data], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _started(data: Json, stamp: _Stamp) -> TurnEvent:
    return TurnStarted(**stamp)


def _finished(data: Json, stamp: _Stamp) -> TurnEvent:
    return TurnFinished(**stamp)


def _alive(data: Json, stamp: _Stamp) -> TurnEvent:
    return Heartbeat(**stamp)


def _said(data: Json, stamp: _Stamp) -> TurnEvent:
    message = data["message"]
    message_id = id_of(data.get("message_id")) or id_of(object_of(message).get("message_id"))
    return AgentMessage(
        text=text_of(message), message_id=MessageId(message_id) if message_id else None, **stamp
    )


def _skill_started(data: Json, stamp: _Stamp) -> TurnEvent:
    return SkillStarted(
        skill=_skill(data), skill_id=_skill_id(data), call_id=_call_id(data), **stamp
    )


def _skill_advanced(data: Json, stamp: _Stamp) -> TurnEvent:
    call_id = _call_id(data)
    percent, share = share_of(data.get("percent"), 100), share_of(data.get("fraction"))
    return SkillProgress(
        skill=clean_line(text_of(data.get("skill_name"))) if call_id else _skill(data),
        call_id=call_id,
        share=share if percent is None else percent,
        message=clean_line(text_of(data.get("message"))),
        **stamp,
    )


def _skill_ended(outcome: SkillOutcome) -> Callable[[Json, _Stamp], TurnEvent]:
    def finished(data: Json, stamp: _Stamp) -> TurnEvent:
        return SkillFinished(
            skill=_skill(data),
            outcome=outcome,
            skill_id=_skill_id(data),
            call_id=_call_id(data),
            error=text_of(data.get("error")) or None,
            result=text_of(data.get("result")) or None,
            **stamp,
        )

    return finished


def _approval_requested(data: Json, stamp: _Stamp) -> TurnEvent:
    return ApprovalRequested(
        call_id=CallId(_required_id(data, "call_id")),
        skill=_skill(data),
        skill_id=_skill_id(data),
        parameters=_clean_json(object_of(data.get("skill_parameters"))),
        schema=tuple(map(_clean_json, objects_of(data.get("skill_parameter_schema")))),
        **stamp,
    )


def _connection_requested(data: Json, stamp: _Stamp) -> TurnEvent:
    link = object_of(data.get("auth_link"))
    return ConnectionRequested(
        attempt_id=AttemptId(_required_id(data, "runtime_connection_attempt_id")),
        connector=clean_line(text_of(link.get("connector_name"))),
        url=link_of(link.get("url")),
        expires_ms=epoch_ms(link.get("expires_at")),
        **stamp,
    )


def _connection_authorized(data: Json, stamp: _Stamp) -> TurnEvent:
    return ConnectionResolved(attempt_id=_attempt_id(data), outcome="authorized", **stamp)


def _connection_failed(data: Json, stamp: _Stamp) -> TurnEvent:
    reason = text_of(data.get("error") or data.get("reason")) or None
    return ConnectionResolved(
        attempt_id=_attempt_id(data), outcome="failed", reason=reason, **stamp
    )


def _interrupted(data: Json, stamp: _Stamp) -> TurnEvent:
    asked_s = requested_s(data.get("retry_after_ms"), unit_s=0.001)
    return StreamInterrupted(
        reason=clean_line(text_of(data.get("reason"))),
        retry_after_ms=None if asked_s is None else round(asked_s * 1000),
        **stamp,
    )


READERS: Mapping[str, Callable[[Json, _Stamp], TurnEvent]] = {
    COMMENT: _alive,
    "processing.started": _started,
    "processing.finished": _finished,
    "agent.message": _said,
    "skill.running": _skill_started,
    "skill.progress": _skill_advanced,
    "skill.completed": _skill_ended("completed"),
    "skill.failed": _skill_ended("failed"),
    "skill.stopped": _skill_ended("stopped"),
    "skill.confirmation_required": _approval_requested,
    "runtime_connection.auth_required": _connection_requested,
    "runtime_connection.auth_success": _connection_authorized,
    "runtime_connection.auth_failed": _connection_failed,
    "system.ping": _alive,
    "system.stream_interrupted": _interrupted,
}
"""Reader of each known type; all others are shown as received."""


def _required_id(data: Json, name: str) -> str:
    wire_id = id_of(data[name])
    if wire_id is None:
        raise ValueError(name)
    return wire_id


def _skill(data: Json) -> str:
    """Return the skill's name, or its id if the name is missing: the label must not be empty."""
    name = clean_line(text_of(data.get("skill_name")))
    return name or clean_line(_required_id(data, "skill_id"))


def _skill_id(data: Json) -> str | None:
    return id_of(data.get("skill_id"))


def _call_id(data: Json) -> CallId | None:
    call_id = id_of(data.get("call_id"))
    return CallId(call_id) if call_id else None


def _attempt_id(data: Json) -> AttemptId | None:
    attempt_id = id_of(data.get("runtime_connection_attempt_id"))
    return AttemptId(attempt_id) if attempt_id else None


def _clean_json(value: Any) -> Any:
    """Return a JSON value with every text in it cleaned, including names."""
    match value:
        case str():
            return clean(value)
        case list():
            return [_clean_json(item) for item in value]
        case dict():
            return {clean(name): _clean_json(item) for name, item in value.items()}
        case _:
            return value
