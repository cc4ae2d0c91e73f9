"""Run a client process that chats with a profile until its standard input ends.

``python -m tests.auth.loopback_client`` takes the profile from the environment, prints ``ready``
when it is connected and waits for a line; then it prints one for every reply. It exits with code 1
and the reason if its user saw an error. With ``die`` it is killed between the response to a refresh
and the moment it is stored.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from tui.auth.token_vault import Tokens, TokenVault
from tui.bootstrap import profile_target
from tui.core.ids import ConversationId
from tui.core.turn import Turn
from tui.engine.updates import MessageRejected, Problem, RecoveryChanged, TurnChanged, Update

QUESTION = "Where is my parcel?"


async def chat() -> None:
    updates: asyncio.Queue[Update] = asyncio.Queue()
    conversation: ConversationId | None = None
    async with profile_target(None, None).connect(updates.put_nowait) as session:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        over = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        while not over.done():
            asked = await session.send(conversation, QUESTION)
            turn = await answered(asked, updates)
            conversation = turn.conversation_id
            print(turn.reply.partition("\n")[0], flush=True)


async def answered(turn: Turn, updates: asyncio.Queue[Update]) -> Turn:
    while not turn.over:
        match await updates.get():
            case TurnChanged(turn=newer) if newer.id == turn.id:
                turn = newer
            case RecoveryChanged(recovery=None):
                pass
            case Problem() | MessageRejected() | RecoveryChanged() as trouble:
                sys.exit(f"the user saw {trouble}")
    return turn


def kill_instead_of_storing(vault: TokenVault, tokens: Tokens) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    if sys.argv[1:] == ["die"]:
        TokenVault.save = kill_instead_of_storing  # type: ignore[assignment,method-assign]
    asyncio.run(chat())
