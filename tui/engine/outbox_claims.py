"""Having a message to oneself: of all processes that share the store, one at a time sends it.

Whoever does not have it shows what becomes of it, as the store tells: a message that has gone out
is followed like any other, one whose sender died is taken over.
"""

from __future__ import annotations

from tui.core.ids import ConversationId, TurnId
from tui.core.ports import TurnStore
from tui.engine.turn_runner import TurnRunner


class Withdrawn(Exception):
    """The message is gone from the store: somebody took it back elsewhere, or it was refused."""


async def claim(runner: TurnRunner) -> bool:
    """Have the message of a turn, waiting while another process has it.

    False: there is nothing left to send. Raises ``Withdrawn``. What was claimed is let go with
    :func:`let_go`, in whatever way this ends.
    """
    context, turn_id = runner.context, runner.turn.id
    while True:
        claimed = await context.store.claim(turn_id, runner.name)
        record = claimed or await context.store.turn(turn_id)
        if record is None:
            raise Withdrawn
        await runner.learn(record)
        if claimed is not None:
            return True
        if not runner.unsent:
            return False
        await runner.pause(context.timeouts.elsewhere_poll_s)


async def release(runner: TurnRunner) -> None:
    """Let other processes have the message."""
    await runner.context.store.let_go(runner.turn.id, runner.name)


async def forget(store: TurnStore, conversation_id: ConversationId, turn_id: TurnId) -> None:
    """Forget a refused message, and its conversation where that exists only here and is empty."""
    await store.return_rejected(turn_id, conversation_id, await store.draft(conversation_id))
    await store.drop_if_empty(conversation_id)


async def reload(runner: TurnRunner) -> None:
    """Take in what other processes have stored of a turn. Raises ``Withdrawn`` if it is gone."""
    record = await runner.context.store.turn(runner.turn.id)
    if record is None:
        raise Withdrawn
    await runner.learn(record)
