"""The Headless API. Source: Headless API and Headless API troubleshooting (the vendor's pages);
deleting a conversation and feedback are undocumented and work as observed.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui.core.text import utf8_size
from tui.demo.clock import rfc3339
from tui.demo.context import DemoContext
from tui.demo.errors import Refusal, not_found
from tui.demo.headless import dialect
from tui.demo.headless.callers import conversation_for, genie_for
from tui.demo.headless.event_stream import follow
from tui.demo.headless.runs import Attempt, GenieRun
from tui.demo.headless.script_player import play
from tui.demo.headless.uploads import receive_file
from tui.demo.middleware import Operation, event_stream, routes, visit_of
from tui.demo.records import JsonObject, Upload
from tui.demo.request_parsing import (
    cursor_for,
    cursor_key,
    instant,
    json_body,
    page_size,
    query_of,
    text_field,
)
from tui.demo.scripts import choose
from tui.demo.scripts.steps import Outcome, ScriptPrompt
from tui.demo.state import EVENTS_KEPT, DemoConversation

LARGEST_MESSAGE_BYTES = 12 * 1024

_CHAT = "/api/v1/genies/{genie}/chat"
_ONE = f"{_CHAT}/conversations/{{conversation}}"
_ATTEMPT = f"{_CHAT}/runtime_connection/{{attempt}}"


def headless_routes(demo: DemoContext) -> list[Route]:
    """Return all routes of the API."""
    return routes(
        demo,
        (
            Operation("events", "GET", f"{_CHAT}/conversations/events", get_events),
            Operation("list", "GET", f"{_CHAT}/conversations", list_conversations),
            Operation("create", "POST", f"{_CHAT}/conversations", create_conversation),
            Operation("get", "GET", _ONE, get_conversation),
            Operation("delete", "DELETE", _ONE, delete_conversation),
            Operation("messages", "GET", f"{_ONE}/messages", get_messages),
            Operation("send", "POST", f"{_ONE}/messages", send_message),
            Operation("resume", "GET", f"{_ONE}/genie-runs/{{run}}", resume_run),
            Operation("feedback", "POST", f"{_ONE}/genie-runs/{{run}}/feedback", give_feedback),
            Operation("approval", "POST", f"{_ONE}/skill_approval/{{call}}", resolve_approval),
            Operation("upload", "POST", f"{_ONE}/upload", upload_file),
            Operation("link", "POST", f"{_ATTEMPT}/link", get_link),
            Operation("reject", "POST", f"{_ATTEMPT}/reject", reject_connection),
        ),
    )


async def list_conversations(demo: DemoContext, request: Request) -> Response:
    """Newest first; the cursor is the place of the last row, so new conversations move nothing."""
    genie, user = genie_for(demo.state, request)
    limit, after = page_size(request, 50), cursor_key(request)
    mine = demo.state.conversations_of(genie, user)
    rest = [c for c in mine if _place(c) < after] if after else mine
    now, wait_s = demo.state.clock.now(), demo.settings.title_s
    rows = [dialect.listed(c, c.topic(now, wait_s)) for c in rest[:limit]]
    cursor = cursor_for(_place(rest[limit - 1])) if len(rest) > limit else None
    return demo.shape.conversation_list(rows, len(mine), cursor)


def _place(conversation: DemoConversation) -> str:
    return f"{rfc3339(conversation.created_at)} {conversation.conversation_id}"


async def create_conversation(demo: DemoContext, request: Request) -> Response:
    genie, user = genie_for(demo.state, request)
    await json_body(request)
    conversation = demo.state.open_conversation(genie, user)
    visit_of(request).summary = conversation.conversation_id
    return demo.shape.answer({"conversation_id": conversation.conversation_id})


async def get_conversation(demo: DemoContext, request: Request) -> Response:
    """Return the state of a conversation; its title comes later here than in the list, as
    documented.
    """
    conversation = conversation_for(demo.state, request)
    topic = conversation.topic(demo.state.clock.now(), 3 * demo.settings.title_s)
    return demo.shape.detail(conversation, topic, demo.state.last_event(conversation))


async def delete_conversation(demo: DemoContext, request: Request) -> Response:
    conversation = conversation_for(demo.state, request)
    demo.state.close_conversation(conversation)
    visit_of(request).summary = conversation.conversation_id
    return Response(status_code=204)


async def get_messages(demo: DemoContext, request: Request) -> Response:
    """Newest first; the cursor is a message number from the beginning, so new ones move nothing."""
    conversation = conversation_for(demo.state, request)
    limit, key = page_size(request, 100), cursor_key(request)
    if key and not (key.isascii() and key.isdigit()):
        raise Refusal(400, "cursor is not valid.")
    end = min(int(key), len(conversation.messages)) if key else len(conversation.messages)
    start = max(0, end - limit)
    page = [dialect.message(entry) for entry in reversed(conversation.messages[start:end])]
    return demo.shape.answer(
        {
            "conversation_id": conversation.conversation_id,
            "messages": page,
            "total_count": len(conversation.messages),
            "cursor": cursor_for(str(start)) if start else None,
        }
    )


async def send_message(demo: DemoContext, request: Request) -> Response:
    """Start a turn; the run continues even if the client disconnects."""
    conversation = conversation_for(demo.state, request)
    body = await json_body(request)
    prompt = _prompt(demo, conversation, body)
    streams = _wants_stream(body)
    if conversation.current is not None:
        raise Refusal(409, "The conversation is busy with another turn.", code="conversation_busy")
    run = _start(demo, conversation, prompt)
    visit_of(request).summary = prompt.text
    if streams:
        return event_stream(demo, request, run, follow(demo, run, 0))
    receipt = {"conversation_id": conversation.conversation_id, "genie_run_id": run.run_id}
    return demo.shape.answer(receipt, 202)


def _prompt(demo: DemoContext, conversation: DemoConversation, body: JsonObject) -> ScriptPrompt:
    text, file_id = text_field(body, "message"), text_field(body, "file_id")
    if not text.strip():
        raise Refusal(400, "message is required.")
    if utf8_size(text) > LARGEST_MESSAGE_BYTES:
        raise Refusal(422, "message is longer than 12 KB.")
    upload = demo.state.uploads.get(file_id)
    if file_id and (upload is None or upload.conversation_id != conversation.conversation_id):
        raise Refusal(422, "file_id is not a file of this conversation.")
    earlier = tuple(m.content for m in conversation.messages if m.source == "user")
    return ScriptPrompt(text, conversation.user.name, upload, earlier)


def _wants_stream(body: JsonObject) -> bool:
    stream = body.get("stream") or False
    if not isinstance(stream, bool):
        raise Refusal(400, "stream must be a boolean.")
    return stream


def _start(demo: DemoContext, conversation: DemoConversation, prompt: ScriptPrompt) -> GenieRun:
    scenario = choose(prompt, conversation.genie.variant)
    run = demo.state.begin_run(conversation, prompt.text, scenario.topic(prompt))
    script = scenario.script(prompt)
    demo.state.spawn(play(demo.state, conversation, run, script, demo.faults))
    return run


async def resume_run(demo: DemoContext, request: Request) -> Response:
    """Stream the events after ``Last-Event-ID``, then live; all events for an unknown id."""
    run = _run_for(demo, request)
    if run.started_at < demo.state.clock.now() - EVENTS_KEPT:
        raise not_found("Genie run")
    last_event_id = request.headers.get("last-event-id", "")
    visit_of(request).summary = last_event_id
    return event_stream(demo, request, run, follow(demo, run, run.position_after(last_event_id)))


def _run_for(demo: DemoContext, request: Request) -> GenieRun:
    run = conversation_for(demo.state, request).runs.get(request.path_params["run"])
    if run is None:
        raise not_found("Genie run")
    return run


async def give_feedback(demo: DemoContext, request: Request) -> Response:
    _run_for(demo, request)
    body = await json_body(request)
    reaction = body.get("reaction")
    if reaction not in ("positive", "negative"):
        raise Refusal(422, "reaction must be positive or negative.")
    visit_of(request).summary = f"{reaction} {text_field(body, 'comment')}".strip()
    return demo.shape.done({"reaction": reaction}, 202)


async def get_events(demo: DemoContext, request: Request) -> Response:
    """Oldest first; ``next_since_created_at`` only if there is more."""
    genie, user = genie_for(demo.state, request)
    limit, since = page_size(request, 100), instant(request, "since_created_at")
    wanted = query_of(request).get("conversation_id")
    found = demo.state.recent_events(since, genie, user, wanted)
    body: JsonObject = {"events": [demo.shape.event(event) for event in found[:limit]]}
    if len(found) > limit:
        body["next_since_created_at"] = demo.shape.continuation(found[limit - 1], found[limit])
    return demo.shape.answer(body)


async def resolve_approval(demo: DemoContext, request: Request) -> Response:
    """Accept the decision on a skill call: once, then 409."""
    conversation = conversation_for(demo.state, request)
    call_id = request.path_params["call"]
    approval = demo.state.approvals.get((conversation.conversation_id, call_id))
    if approval is None:
        raise not_found("Skill call")
    body = await json_body(request)
    resolution, reason = body.get("resolution"), text_field(body, "rejection_reason")
    if resolution not in ("approved", "rejected"):
        raise Refusal(422, "resolution must be approved or rejected.")
    if approval.answer.done():
        raise Refusal(409, "The skill call is already resolved.", code="already_resolved")
    approval.answer.set_result(Outcome(resolution == "approved", reason))
    visit_of(request).summary = f"{call_id} {resolution} {reason}".strip()
    return demo.shape.done({"call_id": call_id, "resolution": resolution})


async def get_link(demo: DemoContext, request: Request) -> Response:
    """Return the state of a connection attempt, with a link that still works."""
    attempt = _attempt_for(demo, request)
    if not demo.settings.link_endpoint or attempt.status == "rejected":
        raise not_found("Runtime connection attempt")
    visit_of(request).summary = f"{attempt.attempt_id} {attempt.status}"
    if attempt.status == "authorized":
        return demo.shape.answer({"status": "authorized"})
    link = demo.state.renew_link(attempt)
    return demo.shape.answer({"status": "auth_required", "auth_link": link})


async def reject_connection(demo: DemoContext, request: Request) -> Response:
    attempt = _attempt_for(demo, request)
    reason = text_field(await json_body(request), "reason")
    if attempt.answer.done():
        raise Refusal(409, "The attempt is already resolved.", code="already_resolved")
    attempt.answer.set_result(Outcome(False, reason))
    visit_of(request).summary = f"{attempt.attempt_id} rejected {reason}".strip()
    return demo.shape.done({"status": "rejected"})


def _attempt_for(demo: DemoContext, request: Request) -> Attempt:
    genie, user = genie_for(demo.state, request)
    attempt = demo.state.attempts.get(request.path_params["attempt"])
    if attempt is None or (attempt.genie, attempt.user_id) != (genie.handle, user.user_id):
        raise not_found("Runtime connection attempt")
    return attempt


async def upload_file(demo: DemoContext, request: Request) -> Response:
    conversation = conversation_for(demo.state, request)
    file = await receive_file(request)
    upload = Upload(
        demo.state.ids.short("fil"),
        conversation.conversation_id,
        file.name,
        file.size_bytes,
        file.line_count,
        file.text_head(),
    )
    demo.state.uploads[upload.file_id] = upload
    visit_of(request).summary = f"{upload.name} {upload.size_bytes}"
    return demo.shape.answer({"file_id": upload.file_id})
