"""Decisions on skill calls: posted once, and looked up when it is unclear whether they arrived."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tui.chat.calls import SETTLED, TRIES, once_more_if_refused
from tui.chat.kit import Kit
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ApprovalRequested, ApprovalResolved, Decision
from tui.core.ids import CallId, ConversationId, within_run
from tui.core.questions import same_question, shown_digest
from tui.core.text import clean_line

Newest = Callable[[], ApprovalRequested | None]
"""Returns a question as it is asked now; None: it is not known."""


async def decide(
    kit: Kit,
    conversation_id: ConversationId,
    request: ApprovalRequested,
    decision: Decision,
    reason: str | None,
    unclear: set[str],
    newest: Newest,
) -> ApprovalResolved:
    """Post a decision; the event that records it, with a digest of what was shown.

    ``unclear`` are the names of questions of which a decision was posted and may have arrived; it
    is kept up to date. ``newest`` returns the question as it is asked now: nothing is approved
    that the user has not seen (kind ``CHANGED``).

    After a failure that leaves it open whether the decision arrived, it is posted again only if
    the conversation says that it still waits for one. Raises ``BackendError`` if it could not be
    posted, or if somebody else has decided already (kind ``BUSY``).
    """
    post = partial(kit.backend.decide, conversation_id, request.call_id, decision, reason)
    name = name_of(request)
    for attempt in range(1, TRIES + 1):
        try:
            unsure = name in unclear
            if not unsure or await _still_waits(kit, conversation_id, request.call_id):
                if decision == "approved":
                    _check(request, newest())
                await once_more_if_refused(post)
            break
        except BackendError as error:
            if error.kind in SETTLED:
                if name in unclear:
                    break
                raise _already(error) from error
            if error.sent:
                unclear.add(name)
            if not error.transient or attempt == TRIES:
                raise
            await kit.clock.sleep(kit.wait_s(attempt, error))
    unclear.discard(name)
    return ApprovalResolved(
        key=f"local:approval:{name}",
        run_id=request.run_id,
        seen_ms=kit.clock.now_ms(),
        call_id=request.call_id,
        decision=decision,
        reason=reason,
        shown_digest=shown_digest(request),
    )


def name_of(request: ApprovalRequested) -> str:
    """Name a question: calls may be numbered anew in each run, or be asked about again."""
    digest = shown_digest(request).rpartition(":")[2]
    return f"{within_run(request.call_id, request.run_id)}:{digest[:16]}"


def _check(shown: ApprovalRequested, newest: ApprovalRequested | None) -> None:
    if newest is not None and not same_question(shown, newest):
        text = f"{clean_line(shown.skill, 80)} was not approved: its parameters changed meanwhile."
        raise BackendError(ErrorKind.CHANGED, text, hint="Check them, then decide again.")


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
