"""Conversations to export: one with every kind of content, and marked text in every place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from tests.ui.widget_app import T0_MS, at
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    Json,
    LogLine,
    SkillFinished,
    SkillStarted,
    StreamInterrupted,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import AttemptId, CallId, ConversationId, TurnId
from tui.core.records import Attachment, Conversation, Prompt
from tui.core.turn import Turn, fold
from tui.export import ExportSource

AGENT = "Ifrit"


def chronicle(
    *events: TurnEvent, prompt: str = "Hello", title: str = "A talk", agent: str = AGENT
) -> ExportSource:
    """One turn with these events."""
    return _bound(title, agent, Prompt(text=prompt, state="sent", at_ms=T0_MS), events)


def said(text: str) -> ExportSource:
    """One reply with this text."""
    return chronicle(at(AgentMessage, 1, 1, text=text), at(TurnFinished, 2, 2))


def everywhere(text: str) -> ExportSource:
    """A text in every place that the wire or the user can fill."""
    prompt = Prompt(
        text=text,
        state="refused",
        problem=text,
        attachments=(Attachment(path=text, name=text, size_bytes=3),),
        at_ms=T0_MS,
    )
    return _bound(text, text, prompt, events_with(text))


def events_with(text: str) -> Sequence[TurnEvent]:
    call, attempt = CallId(text), AttemptId(text)
    values: Json = {text: text, "deep": {text: [text, {text: text}]}}
    schema = ({"name": text, "label": text, "hint": text},)
    raw = {"raw": {"text": text, text: [text]}}
    return (
        at(TurnStarted, 1, 1, run=text, **raw),
        at(AgentMessage, 2, 2, run=text, text=text, **raw),
        at(SkillStarted, 3, 3, run=text, skill=text, call_id=call),
        at(SkillFinished, 4, 4, run=text, skill=text, call_id=call, outcome="failed", error=text),
        at(
            ApprovalRequested,
            5,
            5,
            run=text,
            skill=text,
            call_id=call,
            parameters=values,
            schema=schema,
        ),
        at(ApprovalResolved, 6, 6, run=text, call_id=call, decision="rejected", reason=text),
        at(ConnectionRequested, 7, 7, run=text, attempt_id=attempt, connector=text, url=text),
        at(ConnectionResolved, 8, 8, run=text, attempt_id=attempt, outcome="failed", reason=text),
        at(LogLine, 9, 9, run=text, name=text, detail=text),
        at(StreamInterrupted, 10, 10, run=text, reason=text),
        at(UnknownEvent, 11, 11, run=text, kind=text, **raw),
        at(TurnFinished, 12, 12, run=text, outcome="failed", reason=text),
    )


def _bound(title: str, agent: str, prompt: Prompt, events: Sequence[TurnEvent]) -> ExportSource:
    where = ConversationId("c")
    turn = fold(Turn(id=TurnId("t"), conversation_id=where, prompt=prompt), events)
    return ExportSource(
        conversation=Conversation(id=where, title=title),
        turns=[turn],
        events=events,
        agent=agent,
        exported_ms=T0_MS + 60_000,
        zone=UTC,
    )
