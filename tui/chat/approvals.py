"""Decisions on skill calls: posted once, and looked up when it is unclear whether they arrived."""

from __future__ import annotations

from tui.chat.kit import Kit
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ApprovalRequested, ApprovalResolved, Decision
from tui.core.ids import CallId, ConversationId

_SETTLED = frozenset({ErrorKind.BUSY, ErrorKind.NOT_FOUND, ErrorKind.INVALID})
"""How a service says that a call is not waiting any more (which one is not documented)."""

_TRIES = 4


async def decide(
    kit: Kit,
    conversation_id: ConversationId,
    request: ApprovalRequested,
    decision: Decision,
    reason: str | None = None,
) -> ApprovalResolved:
    """Post a decision; the event that records it.

    After a failure that leaves it open whether the decision arrived, the conversation is looked
    at before anything is posted again. Raises ``BackendError`` if it could not be posted, or if
    somebody else has decided already (kind ``BUSY``).
    """
    for attempt in range(1, _TRIES + 1):
        try:
            await kit.backend.decide(conversation_id, request.call_id, decision, reason)
            break
        except BackendError as error:
            if error.kind in _SETTLED and attempt == 1:
                raise _already(error) from error
            if error.kind in _SETTLED:
                break  # the earlier try, whose answer was lost, did arrive
            if not error.transient or attempt == _TRIES:
                raise
            await kit.clock.sleep(kit.patience.backoff_s(attempt, kit.clock.jitter()))
            if error.sent and not await _still_waits(kit, conversation_id, request.call_id):
                break
    return ApprovalResolved(
        key=f"local:approval:{request.call_id}",
        run_id=request.run_id,
        seen_ms=kit.clock.now_ms(),
        call_id=request.call_id,
        decision=decision,
        reason=reason,
    )


async def _still_waits(kit: Kit, conversation_id: ConversationId, call_id: CallId) -> bool:
    try:
        status = await kit.backend.status(conversation_id)
    except BackendError:
        return True
    last = status.last_event
    if isinstance(last, ApprovalRequested):
        return last.call_id == call_id
    return status.activity == "awaiting_approval"


def _already(error: BackendError) -> BackendError:
    return BackendError(
        error.kind,
        "This call no longer waits for a decision.",
        hint="It was decided elsewhere, or the turn has ended.",
        status=error.status,
        code=error.code,
        request_id=error.request_id,
    )
