"""Having a message to oneself: of all processes that share the store, one at a time sends it.

Whoever does not have it shows what becomes of it, as the store tells: a message that has gone out
is followed like any other, one whose sender died is taken over.
"""

from __future__ import annotations

from tui.core.ids import ConversationId, TurnId
from tui.core.ports import TurnStore
from tui.engine.turn_runner import Player


class Withdrawn(Exception):
    """The message is gone from the store: somebody took it back elsewhere, or it was refused."""


async def claim(player: Player) -> bool:
    """Have the message of a turn, waiting while another process has it.

    False: there is nothing left to send. Raises ``Withdrawn``. What was claimed is let go with
    :func:`let_go`, in whatever way this ends.
    """
    kit, turn_id = player.kit, player.turn.id
    while True:
        claimed = await kit.store.claim(turn_id, player.name)
        record = claimed or await kit.store.turn(turn_id)
        if record is None:
            raise Withdrawn
        await player.learn(record)
        if claimed is not None:
            return True
        if not player.unsent:
            return False
        await player.pause(kit.patience.elsewhere_poll_s)


async def let_go(player: Player) -> None:
    """Let other processes have the message."""
    await player.kit.store.let_go(player.turn.id, player.name)


async def forget(store: TurnStore, conversation_id: ConversationId, turn_id: TurnId) -> None:
    """Forget a refused message, and its conversation where that exists only here and is empty."""
    await store.return_rejected(turn_id, conversation_id, await store.draft(conversation_id))
    await store.drop_if_empty(conversation_id)


async def reread(player: Player) -> None:
    """Take in what other processes have stored of a turn. Raises ``Withdrawn`` if it is gone."""
    record = await player.kit.store.turn(player.turn.id)
    if record is None:
        raise Withdrawn
    await player.learn(record)
