"""Process that answers the open question of a conversation on command, like a second window.

It prints one JSON line at each step. ``hold`` stops it before or after its POST until it is killed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.engine.engine_room import QUICK
from tui.api.headless import HeadlessClient
from tui.auth.request_auth import ApiKeyAuth
from tui.backends.genie.backend import GenieBackend
from tui.core.errors import BackendError
from tui.core.ids import ConversationId
from tui.core.turn import Turn
from tui.engine.session import Session
from tui.engine.updates import TurnChanged, Update
from tui.store import SqliteStore


def tell(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


class Held(GenieBackend):
    """Stops around a post."""

    hold = ""

    async def decide(self, *args: Any) -> None:
        await self._around(super().decide(*args))

    async def reject_connection(self, *args: Any) -> None:
        await self._around(super().reject_connection(*args))

    async def _around(self, post: Any) -> None:
        if self.hold == "before":
            post.close()
        else:
            await post
        if self.hold:
            tell(step="held")
            await asyncio.Event().wait()


async def answer(session: Session, turn: Turn, decision: str) -> str:
    """Give the answer; what the user is told, empty if it went through."""
    try:
        for approval in turn.open_approvals:
            await session.decide(turn, approval.call_id, decision)  # type: ignore[arg-type]
        for link in turn.open_connections:
            await session.reject_connection(turn, link.attempt_id, "No.")
    except BackendError as error:
        return str(error)
    return ""


def outcome(turn: Turn) -> str:
    """Return the outcome of the question."""
    return next(
        getattr(s, "decision", None) or getattr(s, "outcome", None) or ""
        for s in turn.steps
        if hasattr(s, "decision") or hasattr(s, "outcome")
    )


async def main(url: str, genie: str, key: str, user: str, path: str, cid: str) -> None:
    decision, hold = sys.argv[7:9]
    turns: list[Turn] = []
    changed = asyncio.Event()

    def hear(update: Update) -> None:
        if isinstance(update, TurnChanged):
            turns.append(update.turn)
            changed.set()

    backend = Held(HeadlessClient(url, genie, ApiKeyAuth(url, SecretStr(key), user)))
    backend.hold = hold
    store = await SqliteStore.open(Path(path), "test")
    async with Session(backend, store, hear, timeouts=QUICK) as session:
        turn = (await session.history.turns(ConversationId(cid)))[-1]
        assert turn.open_approvals or turn.open_connections, turn
        tell(step="ready")
        await asyncio.to_thread(sys.stdin.readline)
        tell(step="answered", told=await answer(session, turn, decision))
        while not (turns[-1].over and outcome(turns[-1])):
            changed.clear()
            await changed.wait()
        tell(step="over", outcome=outcome(turns[-1]))
    await store.aclose()
    await backend.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:7]))
