"""Bringing a turn to its end, whatever happens to its stream.

The ladder: reconnect to the run, then replay its stored events, then look at the state and the
messages. It is climbed again and again, with growing pauses, until the turn is over. Source:
Headless API, Reconnect to a stream, Get events; Troubleshooting, Rebuild a conversation timeline.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from tui.core.errors import BackendError, ErrorKind
from tui.core.events import StreamInterrupted
from tui.core.ports import Can
from tui.core.turn import Turn
from tui.engine.continuation import awaits_reply
from tui.engine.outbox_claims import reread
from tui.engine.prompt_lookup import absorb_question, adopt, find_prompt, read_new_messages
from tui.engine.server_history import rfc3339
from tui.engine.turn_runner import Player
from tui.engine.updates import Recovery, RecoveryStep

_MOST_PAGES = 200

_INSIST = 3
"""Tries before a turn may end without all that should be known of it."""
_INSIST_ON_STREAM = 12
"""The same where no events are stored, so that only a reconnect brings them."""
_INSIST_ON_REPLY = 7
"""The same while the reply after a connection is owed; they take half a minute."""
_INSIST_ON_GONE = 6
"""Tries before a conversation that the service does not know counts as deleted."""
_GONE = "The service does not know the conversation any more; it may have been deleted."


class _Hurried(Exception):
    """The user does not want to wait for this rung."""


async def follow(player: Player) -> None:
    """Return when the turn is over.

    Raises ``BackendError`` for what time does not heal, ``Withdrawn`` if the turn is gone.
    """
    attempt = 0
    while not player.turn.over:
        await reread(player)
        if player.turn.over:
            break
        if player.turn.open_connections and Can.CONNECT in player.kit.backend.can:
            await player.unblocked()
            continue
        if player.asked_delay_s is not None:
            await _pause(player, attempt or 1, None)
        before = _progress(player.turn)
        try:
            problem = await _climb(player, attempt + 1)
        except _Hurried:
            attempt = 0
            continue
        if player.turn.over:
            break
        attempt = 1 if _progress(player.turn) != before else attempt + 1
        await _pause(player, attempt, problem)
    await _fill_gaps(player)
    player.report(None)


def _progress(turn: Turn) -> tuple[int, object, object]:
    """Return what changes when a step has brought the turn forward; an interruption does not."""
    told = sum(not isinstance(event, StreamInterrupted) for event in turn.log)
    return told, turn.run_id, turn.prompt


async def catch_up(player: Player) -> None:
    """Read the stored events of the run, page by page, from the last one known."""
    since = _known_until(player.turn)
    for _ in range(_MOST_PAGES):
        page = await player.kit.backend.events(player.conversation_id, since)
        own = [e for e in page.events if e.run_id in (None, player.turn.run_id)]
        await player.absorb(own)
        complete = player.turn.over and not player.turn.has_gap
        if page.next_since is None or page.next_since == since or complete:
            return
        since = page.next_since


async def watch_gaps(player: Player) -> None:
    """Fetch what a living stream does not bring. Runs until cancelled.

    Numbers show what is missing in the middle, silence that something may be missing at the end,
    or held back by a proxy. Late events fill gaps by themselves, so it waits a little first.
    """
    kit, attempt = player.kit, 0
    problem: BackendError | None = None
    while Can.REPLAY in kit.backend.can:
        before = player.turn
        await player.torn(kit.patience.quiet_s)
        if player.turn.has_gap or problem:
            attempt += 1
            await kit.clock.sleep(kit.wait_s(attempt, problem))
        elif player.turn is not before or not _expects_events(player.turn):
            attempt = 0
            continue
        try:
            if player.turn.run_id is None and Can.HISTORY in kit.backend.can:
                await _learn_run(player)
            await catch_up(player)
            problem = None
        except BackendError as error:
            problem = error


def _expects_events(turn: Turn) -> bool:
    """Whether the agent is at work on it, or has its message for all we know."""
    on_its_way = turn.prompt is not None and turn.prompt.state in ("sending", "sent")
    return turn.phase == "working" or (turn.phase == "waiting" and on_its_way)


async def _fill_gaps(player: Player) -> None:
    """After the end: fetch what is missing, unless the service does not have it either."""
    if player.turn.has_gap and Can.REPLAY in player.kit.backend.can:
        with suppress(BackendError):
            await player.kit.read(partial(catch_up, player))


def _known_until(turn: Turn) -> str | None:
    """Since when events may be missing; None where all of the run's may be."""
    if not turn.has_gap:
        at_ms = turn.last_at_ms
    else:
        at_ms = turn.log[0].at_ms if turn.through and turn.log else None
    return rfc3339(at_ms) if at_ms is not None else None


async def _climb(player: Player, attempt: int) -> BackendError | None:
    """Try each rung once; the failure that is worth telling, if any."""
    can, look = player.kit.backend.can, partial(_look, attempt=attempt)
    rungs: tuple[tuple[RecoveryStep, Callable[[Player], Coroutine[Any, Any, None]], bool], ...] = (
        ("finding", _learn_run, Can.HISTORY in can and player.turn.run_id is None),
        ("reconnecting", _reconnect, True),
        ("replaying", catch_up, Can.REPLAY in can),
        ("looking", look, Can.HISTORY in can),
    )
    problem = None
    for step, climb, possible in rungs:
        if not possible or player.turn.over:
            continue
        _tell(player, step, attempt, problem)
        try:
            if not await player.unless_hurried(climb(player)):
                raise _Hurried
        except BackendError as error:
            if not error.transient and error.kind is not ErrorKind.NOT_FOUND:
                raise
            problem = error
            if error.kind in (ErrorKind.UNREACHABLE, ErrorKind.RATE_LIMITED):
                return problem
            gone = error.kind is ErrorKind.NOT_FOUND and climb is look
            if gone and attempt >= _INSIST_ON_GONE:
                await player.finish_here(_GONE, outcome="failed")
    return problem


async def _learn_run(player: Player) -> None:
    """Find out which run works on our prompt, when its stream broke before saying so."""
    if player.turn.prompt and (message := await find_prompt(player)):
        await adopt(player, message)


async def _reconnect(player: Player) -> None:
    turn = player.turn
    if turn.run_id is None:
        return
    backend = player.kit.backend
    await player.drink(backend.resume(turn.conversation_id, turn.run_id, turn.last_event_id, turn))


async def _look(player: Player, attempt: int) -> None:
    """The last resort: is the conversation done, and what was said?

    Only what is read after the conversation was found idle is complete. Without the stored
    events the turn ends after several tries all the same.
    """
    status = await player.kit.backend.status(player.conversation_id)
    await absorb_question(player, status)
    if status.activity != "idle" or player.turn.open_connections:
        return
    complete = await _replay_rest(player)
    if player.turn.over or player.turn.open_connections:
        return
    await read_new_messages(player)
    owed = awaits_reply(player.turn)
    if attempt >= _tries(player, owed) or (complete and not owed):
        await player.finish_here()


def _tries(player: Player, owed: bool) -> int:
    if owed:
        return _INSIST_ON_REPLY
    return _INSIST if Can.REPLAY in player.kit.backend.can else _INSIST_ON_STREAM


async def _replay_rest(player: Player) -> bool:
    """Read the stored events of a run that is done; False if that may work later.

    Where no events are stored, only a reconnect brings them: it is given its tries.
    """
    if Can.REPLAY not in player.kit.backend.can:
        return False
    try:
        await catch_up(player)
    except BackendError as error:
        return not error.transient
    return True


async def _pause(player: Player, attempt: int, problem: BackendError | None) -> None:
    kit, asked_s = player.kit, player.asked_delay_s
    player.asked_delay_s = None
    delay = max(kit.wait_s(attempt, problem), asked_s or 0.0)
    due = kit.clock.now_ms() + round(delay * 1000)
    text = str(problem) if problem else ""
    player.report(Recovery(step="waiting", attempt=attempt, next_ms=due, problem=text))
    await player.pause(delay)


def _tell(player: Player, step: RecoveryStep, attempt: int, problem: BackendError | None) -> None:
    text = str(problem) if problem else ""
    player.report(Recovery(step=step, attempt=attempt, problem=text))
