"""Decisions on skill calls: posted once, and looked up when it is unclear whether they arrived."""

from __future__ import annotations

from functools import partial

from tui.chat.calls import SETTLED, TRIES, once_more_if_refused
from tui.chat.kit import Kit
from tui.core.errors import BackendError
from tui.core.events import ApprovalRequested, ApprovalResolved, Decision
from tui.core.ids import CallId, ConversationId


async def decide(
    kit: Kit,
    conversation_id: ConversationId,
    request: ApprovalRequested,
    decision: Decision,
    reason: str | None,
    unclear: set[CallId],
) -> ApprovalResolved:
    """Post a decision; the event that records it.

    ``unclear`` are the calls of which a decision was posted and may have arrived; it is kept up to
    date.

    After a failure that leaves it open whether the decision arrived, it is posted again only if
    the conversation says that it still waits for one. Raises ``BackendError`` if it could not be
    posted, or if somebody else has decided already (kind ``BUSY``).
    """
    post = partial(kit.backend.decide, conversation_id, request.call_id, decision, reason)
    for attempt in range(1, TRIES + 1):
        try:
            unsure = request.call_id in unclear
            if not unsure or await _still_waits(kit, conversation_id, request.call_id):
                await once_more_if_refused(post)
            break
        except BackendError as error:
            if error.kind in SETTLED:
                if request.call_id in unclear:
                    break
                raise _already(error) from error
            if error.sent:
                unclear.add(request.call_id)
            if not error.transient or attempt == TRIES:
                raise
            await kit.clock.sleep(kit.wait_s(attempt, error))
    unclear.discard(request.call_id)
    return ApprovalResolved(
        key=f"local:approval:{request.call_id}",
        run_id=request.run_id,
        seen_ms=kit.clock.now_ms(),
        call_id=request.call_id,
        decision=decision,
        reason=reason,
    )


async def _still_waits(kit: Kit, conversation_id: ConversationId, call_id: CallId) -> bool:
    status = await kit.backend.status(conversation_id)
    last = status.last_event
    if last is None:
        return status.activity != "idle"
    return isinstance(last, ApprovalRequested) and last.call_id == call_id


def _already(error: BackendError) -> BackendError:
    return BackendError(
        error.kind,
        "This call no longer waits for a decision.",
        hint="It was decided elsewhere, or the turn has ended.",
        status=error.status,
        code=error.code,
        request_id=error.request_id,
    )
