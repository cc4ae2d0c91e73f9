"""Bringing a turn to its end, whatever happens to its stream.

The ladder: reconnect to the run, then replay its stored events, then look at the state and the
messages. It is climbed again and again, with growing pauses, until the turn is over. Source:
Headless API, Reconnect to a stream, Get events; Troubleshooting, Rebuild a conversation timeline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui.chat.history import as_event, rfc3339
from tui.chat.player import Player
from tui.chat.updates import Recovery, RecoveryStep
from tui.core.errors import BackendError, ErrorKind
from tui.core.ports import Can

_MOST_PAGES = 200


async def follow(player: Player) -> None:
    """Return when the turn is over. Raises ``BackendError`` for what time does not heal."""
    attempt = 0
    while not player.turn.over:
        if player.turn.open_connections and Can.CONNECT in player.kit.backend.can:
            await player.unblocked()
            continue
        before = player.turn
        problem = await _climb(player, attempt + 1)
        if player.turn.over:
            break
        attempt = 1 if player.turn is not before else attempt + 1
        await _pause(player, attempt, problem)
    player.report(None)


async def catch_up(player: Player) -> None:
    """Read the stored events of the run, page by page, from the last one known."""
    kit = player.kit
    at_ms = None if player.turn.has_gap else player.turn.last_at_ms
    since = rfc3339(at_ms) if at_ms is not None else None
    for _ in range(_MOST_PAGES):
        page = await kit.backend.events(player.conversation_id, since)
        own = [e for e in page.events if e.run_id in (None, player.turn.run_id)]
        await player.absorb(own)
        if page.next_since is None or page.next_since == since or player.turn.over:
            return
        since = page.next_since


async def _climb(player: Player, attempt: int) -> BackendError | None:
    """Try each rung once; the failure that is worth telling, if any."""
    can = player.kit.backend.can
    rungs: tuple[tuple[RecoveryStep, Callable[[Player], Awaitable[None]], bool], ...] = (
        ("reconnecting", _reconnect, player.turn.run_id is not None),
        ("replaying", catch_up, Can.REPLAY in can),
        ("looking", _look, Can.HISTORY in can),
    )
    problem = None
    for step, climb, possible in rungs:
        if not possible or player.turn.over:
            continue
        _tell(player, step, attempt, problem)
        try:
            await climb(player)
        except BackendError as error:
            if not error.transient and error.kind is not ErrorKind.NOT_FOUND:
                raise
            problem = error
            if error.kind is ErrorKind.UNREACHABLE:
                return problem
    return problem


async def _reconnect(player: Player) -> None:
    turn = player.turn
    if turn.run_id is None:
        return
    backend = player.kit.backend
    await player.drink(backend.resume(turn.conversation_id, turn.run_id, turn.last_event_id))


async def _look(player: Player) -> None:
    """The last resort: is the conversation done, and what was said?"""
    backend, cid = player.kit.backend, player.conversation_id
    status = await backend.status(cid)
    if status.activity != "idle" or player.turn.open_connections:
        return
    page = await backend.history(cid)
    own = [m for m in page.items if m.source == "agent" and m.run_id == player.turn.run_id]
    await player.absorb([as_event(message) for message in reversed(own)])
    await player.finish_here()


async def _pause(player: Player, attempt: int, problem: BackendError | None) -> None:
    kit, asked = player.kit, player.asked_delay_s
    player.asked_delay_s = None
    if asked is None and problem is not None:
        asked = problem.retry_after_s
    delay = kit.patience.backoff_s(attempt, kit.clock.jitter(), asked)
    due = kit.clock.now_ms() + round(delay * 1000)
    text = str(problem) if problem else ""
    player.report(Recovery(step="waiting", attempt=attempt, next_ms=due, problem=text))
    await player.pause(delay)


def _tell(player: Player, step: RecoveryStep, attempt: int, problem: BackendError | None) -> None:
    text = str(problem) if problem else ""
    player.report(Recovery(step=step, attempt=attempt, problem=text))
