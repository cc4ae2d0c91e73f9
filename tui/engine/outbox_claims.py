"""Claim a queued message across processes: of all that share the store, one at a time sends it.

The others show its progress from the store: a message that was sent is followed like any other; one
whose sender died is taken over.
"""

from __future__ import annotations

from tui.core.ids import ConversationId, TurnId
from tui.core.store_port import TurnStore
from tui.engine.turn_runner import TurnRunner


class MessageGone(Exception):
    """The message is gone from the store: it was canceled elsewhere, or rejected."""


async def claim(runner: TurnRunner) -> bool:
    """Claim the message of a turn, waiting while another process holds it.

    Returns False if there is nothing left to send. Raises ``MessageGone``. Release the claim with
    :func:`release`, however the work ends.
    """
    context, turn_id = runner.context, runner.turn.id
    while True:
        claimed = await context.store.claim(turn_id, runner.name)
        record = claimed or await context.store.turn(turn_id)
        if record is None:
            raise MessageGone
        await runner.merge_stored(record)
        if claimed is not None:
            return True
        if not runner.unsent:
            return False
        await runner.pause(context.timeouts.elsewhere_poll_s)


async def release(runner: TurnRunner) -> None:
    """Release the message to other processes."""
    await runner.context.store.let_go(runner.turn.id, runner.name)


async def forget(store: TurnStore, conversation_id: ConversationId, turn_id: TurnId) -> None:
    """Delete a rejected message, and its conversation if that is local and empty."""
    await store.return_rejected(turn_id, conversation_id, await store.draft(conversation_id))
    await store.drop_if_empty(conversation_id)


async def reload(runner: TurnRunner) -> None:
    """Apply changes stored by other processes. Raises ``MessageGone`` if the turn is gone."""
    record = await runner.context.store.turn(runner.turn.id)
    if record is None:
        raise MessageGone
    await runner.merge_stored(record)
