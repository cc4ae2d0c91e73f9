"""Client of the Headless API. Source: Headless API, and Headless API troubleshooting."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx
from pydantic import ValidationError

from tui.api.coerce import path_segment
from tui.api.error_hints import HEADLESS, FailureCase
from tui.api.failures import failure
from tui.api.http import Http
from tui.api.models import (
    ApiModel,
    ConversationCreated,
    ConversationPage,
    ConversationState,
    EventList,
    FileUploaded,
    MessageList,
    RunAccepted,
    RuntimeConnection,
)
from tui.api.multipart import FileForm, size_of
from tui.api.network.settings import Network
from tui.api.sse import Frame
from tui.core.diagnostics import CallListener
from tui.core.ports import Clock, Progress
from tui.core.text import utf8_size

LARGEST_MESSAGE_BYTES = 12 * 1024
"""The documents say "12 KB"; this is the larger reading, since the service decides."""
LARGEST_FILE_BYTES = 20 * 1024 * 1024
"""The documents say "20 MB"; also the larger reading."""

_A = TypeVar("_A", bound=ApiModel)


class HeadlessClient:
    """One user's access to one genie. Every call raises :class:`tui.core.errors.BackendError`.

    Nothing is repeated: the engine decides when to retry.
    """

    def __init__(
        self,
        base_url: str,
        genie: str,
        auth: httpx.Auth,
        clock: Clock | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        self._http = Http(base_url, auth, hints=HEADLESS, clock=clock, network=network)
        self.genie = genie
        """Handle of the genie."""
        self._chat = f"/api/v1/genies/{path_segment(genie)}/chat"

    async def list_conversations(
        self, cursor: str | None = None, limit: int = 50
    ) -> ConversationPage:
        """GET conversations: the user's, newest first. Source: List conversations."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(ConversationPage, "/conversations", params)

    async def create_conversation(self) -> str:
        """POST conversations: return the id of a new one. Source: Create a conversation.

        Raises BackendError(BAD_ANSWER) for a response without an id.
        """
        created = await self._post(ConversationCreated, "/conversations", {})
        return self._required(created.conversation_id)

    async def get_conversation(self, conversation_id: str) -> ConversationState:
        """GET conversations/ID: state and newest event. Source: Get a conversation."""
        return await self._get(ConversationState, _conversation(conversation_id))

    async def delete_conversation(self, conversation_id: str) -> None:
        """DELETE conversations/ID. Undocumented, observed; UNSUPPORTED or NOT_FOUND without it."""
        path = self._chat + _conversation(conversation_id)
        await self._http.call("DELETE", path)

    async def list_messages(
        self, conversation_id: str, cursor: str | None = None, limit: int = 100
    ) -> MessageList:
        """GET conversations/ID/messages: newest first. Source: Get messages."""
        path = f"{_conversation(conversation_id)}/messages"
        return await self._get(MessageList, path, {"limit": limit, "cursor": cursor})

    def send_message(
        self, conversation_id: str, message: str, file_id: str | None = None
    ) -> AsyncGenerator[Frame]:
        """POST conversations/ID/messages with ``stream: true``. Source: Send a message.

        At most 12 KB in UTF-8 (``LARGEST_MESSAGE_BYTES``); an empty message is rejected even with a
        file. Raises BackendError(INVALID or TOO_LARGE) for these, before anything is sent.
        """
        body = _message_body(message, file_id, stream=True)
        path = f"{self._chat}{_conversation(conversation_id)}/messages"
        return self._http.stream("POST", path, json=body)

    async def post_message(
        self, conversation_id: str, message: str, file_id: str | None = None
    ) -> RunAccepted:
        """POST conversations/ID/messages without a stream: return the run that answers it.

        For proxies that hold streams back. Limits as in :meth:`send_message`.
        Source: Send a message.
        """
        body = _message_body(message, file_id, stream=False)
        return await self._post(RunAccepted, f"{_conversation(conversation_id)}/messages", body)

    def follow_run(
        self, conversation_id: str, run_id: str, last_event_id: str | None = None
    ) -> AsyncGenerator[Frame]:
        """GET conversations/ID/genie-runs/RUN: its stream again, after ``last_event_id``.

        An id that is invalid in a header is left out. Source: Reconnect to a stream.
        """
        headers: dict[bytes, bytes] = {}
        if last_event_id and not any(c in last_event_id for c in "\r\n\0"):
            headers[b"Last-Event-ID"] = last_event_id.encode("utf-8", "replace")
        path = f"{self._chat}{_run(conversation_id, run_id)}"
        return self._http.stream("GET", path, headers=headers)

    async def list_events(
        self, conversation_id: str | None = None, since: str | None = None, limit: int = 100
    ) -> EventList:
        """GET conversations/events: those of the last 24 hours, oldest first.

        ``since`` is an RFC 3339 time, inclusive. Source: Get events.
        """
        params = {"since_created_at": since, "conversation_id": conversation_id, "limit": limit}
        return await self._get(EventList, "/conversations/events", params)

    async def resolve_approval(
        self,
        conversation_id: str,
        call_id: str,
        resolution: Literal["approved", "rejected"],
        reason: str | None = None,
    ) -> None:
        """POST conversations/ID/skill_approval/CALL. Source: Approve or reject a skill."""
        body: dict[str, str] = {"resolution": resolution}
        if reason and resolution == "rejected":
            body["rejection_reason"] = reason
        path = f"{_conversation(conversation_id)}/skill_approval/{path_segment(call_id)}"
        await self._post(ApiModel, path, body)

    async def connection_link(self, attempt_id: str) -> RuntimeConnection:
        """POST runtime_connection/ATTEMPT/link: its state, with a fresh link.

        Source: Get an authentication link for a runtime connection.
        """
        path = f"{self._chat}/runtime_connection/{path_segment(attempt_id)}/link"
        return self._read(RuntimeConnection, await self._http.call("POST", path))

    async def reject_connection(self, attempt_id: str, reason: str | None = None) -> None:
        """POST runtime_connection/ATTEMPT/reject. Source: Reject a runtime connection."""
        path = f"/runtime_connection/{path_segment(attempt_id)}/reject"
        await self._post(ApiModel, path, {"reason": reason} if reason else {})

    async def upload(self, conversation_id: str, path: Path, progress: Progress) -> str:
        """POST conversations/ID/upload: return the id of the file, to send with a message.

        At most 20 MB (``LARGEST_FILE_BYTES``), read while it is sent. Raises BackendError(TOO_LARGE
        or INVALID) for a file that is larger or unreadable. Source: Upload a file.
        """
        size_bytes = await size_of(path)
        check_file(size_bytes)
        form = FileForm(path, size_bytes, progress)
        url = f"{self._chat}{_conversation(conversation_id)}/upload"
        body = await self._http.upload(url, form.content(), form.headers)
        return self._required(self._read(FileUploaded, body).file_id)

    def watch_calls(self, listener: CallListener) -> None:
        """Report every request, with its result."""
        self._http.watch_calls(listener)

    def lift_delays(self) -> None:
        """Send the next requests although a service asked to wait, on the user's request."""
        self._http.lift_delays()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _get(
        self, model: type[_A], path: str, params: Mapping[str, str | int | None] | None = None
    ) -> _A:
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self._read(model, await self._http.call("GET", self._chat + path, params=given))

    async def _post(self, model: type[_A], path: str, body: object) -> _A:
        return self._read(model, await self._http.call("POST", self._chat + path, json=body))

    def _read(self, model: type[_A], body: Any) -> _A:
        """Parse a response: documented flat, observed inside ``result``, or empty."""
        if isinstance(body, dict) and isinstance(body.get("result"), dict):
            body = body["result"]
        try:
            return model.model_validate({} if body is None else body)
        except ValidationError:
            raise failure(FailureCase.NOT_AN_OBJECT, host=self._http.host) from None

    def _required(self, wire_id: str | None) -> str:
        if wire_id is None:
            raise failure(FailureCase.NO_ID, host=self._http.host, sent=True)
        return wire_id


def check_message(message: str) -> None:
    """Raise BackendError(INVALID or TOO_LARGE) for a text that the service rejects."""
    if not message.strip():
        raise failure(FailureCase.EMPTY_MESSAGE)
    if utf8_size(message) > LARGEST_MESSAGE_BYTES:
        raise failure(FailureCase.LONG_MESSAGE)


def check_file(size_bytes: int) -> None:
    """Raise BackendError(TOO_LARGE) for a file that the service rejects."""
    if size_bytes > LARGEST_FILE_BYTES:
        raise failure(FailureCase.LARGE_FILE)


def _conversation(conversation_id: str) -> str:
    return f"/conversations/{path_segment(conversation_id)}"


def _run(conversation_id: str, run_id: str) -> str:
    return f"{_conversation(conversation_id)}/genie-runs/{path_segment(run_id)}"


def _message_body(message: str, file_id: str | None, *, stream: bool) -> dict[str, object]:
    check_message(message)
    body: dict[str, object] = {"message": message, "stream": stream}
    return body | {"file_id": file_id} if file_id else body
