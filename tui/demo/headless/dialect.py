"""The two dialects of the Headless API: as documented, and as observed from the live service.

The observed one differs: bodies are wrapped in ``result``, the list of conversations has another
name, approve, reject and feedback respond with an empty body, the detail call leaves out the
conversation id, agent messages carry no message id, and there are only two states.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import JSONResponse, Response

from tui.demo.clock import rfc3339
from tui.demo.records import DemoEvent, DemoMessage, JsonObject
from tui.demo.state import DemoConversation


@dataclass(frozen=True, slots=True)
class Shape:
    """Formats responses in one of the two dialects."""

    observed: bool

    def answer(self, body: JsonObject, status: int = 200) -> Response:
        """Return a successful JSON response."""
        return JSONResponse({"result": body} if self.observed else body, status)

    def done(self, body: JsonObject, status: int = 200) -> Response:
        """Return the response to a decision: observed with no body at all."""
        return Response(status_code=status) if self.observed else self.answer(body, status)

    def conversation_list(self, rows: list[JsonObject], total: int, cursor: str | None) -> Response:
        """Return a page of the list. Source: Headless API, List conversations."""
        name = "conversations" if self.observed else "list"
        return self.answer({name: rows, "total_count": total, "cursor": cursor})

    def detail(
        self, conversation: DemoConversation, topic: str, last: DemoEvent | None
    ) -> Response:
        """Return the state of one conversation. Source: Headless API, Get a conversation."""
        identity = {} if self.observed else {"conversation_id": conversation.conversation_id}
        return self.answer(
            identity
            | {
                "topic": topic,
                "state": self.state(conversation),
                "updated_at": rfc3339(conversation.updated_at),
                "last_event": self.event(last) if last else None,
            }
        )

    def state(self, conversation: DemoConversation) -> str:
        """Return one of the four documented states, or of the two observed.

        Observed, a turn that waits for a connection looks ``idle`` although it is not free.
        """
        run = conversation.current
        if run is None:
            return "idle"
        if not self.observed:
            return run.activity
        return "idle" if run.waits_for_connection else "skill_processing"

    def event(self, event: DemoEvent) -> JsonObject:
        """Return an event with the base fields first. Source: Headless API, SSE events."""
        fields = dict(event.fields)
        if self.observed:
            fields.pop("message_id", None)
        return {
            "type": event.type,
            "conversation_id": event.conversation_id,
            "genie_handle": event.genie,
            "genie_run_id": event.run_id,
            "event_id": event.event_id,
            "seq_num": event.seq_num,
            "created_at": rfc3339(event.created_at),
            **fields,
        }

    def continuation(self, last: DemoEvent, following: DemoEvent) -> str:
        """Return the start of the next page of events. The bound is inclusive, so the observed
        value, the time of the last event sent, repeats that event.
        """
        return rfc3339((last if self.observed else following).created_at)


def listed(conversation: DemoConversation, topic: str) -> JsonObject:
    """Return a row of the list of conversations."""
    return {
        "conversation_id": conversation.conversation_id,
        "topic": topic,
        "created_at": rfc3339(conversation.created_at),
        "last_updated_at": rfc3339(conversation.updated_at),
    }


def message(entry: DemoMessage) -> JsonObject:
    """Return a message of the history. Source: Headless API, Get messages."""
    return {
        "message_id": entry.message_id,
        "source": entry.source,
        "content": entry.content,
        "genie_run_id": entry.run_id,
        "created_at": rfc3339(entry.created_at),
    }


def ping(at: datetime) -> JsonObject:
    """Return a heartbeat: without event id and number, because it is not persisted."""
    return {"type": "system.ping", "timestamp": rfc3339(at)}


def interrupted(run_id: str, last_seq_num: int, reason: str, retry_after_ms: int) -> JsonObject:
    """Return the event of an interrupted stream; the turn continues. Not persisted either."""
    return {
        "type": "system.stream_interrupted",
        "genie_run_id": run_id,
        "last_seq_num": last_seq_num,
        "reason": reason,
        "retry_after_ms": retry_after_ms,
    }
