"""Waiting while the user authorises a connection in the browser.

The turn's stream does not go on by itself afterwards, and what follows is not among the stored
events: only the link endpoint says when it is done, and only the message history has the reply.
Source: Headless API, Get an authentication link; Troubleshooting, Empty stream.
"""

from __future__ import annotations

from functools import partial

from tui.chat.calls import SETTLED, TRIES, once_more_if_refused
from tui.chat.finding import owes_reply, read_new_messages, said_since
from tui.chat.kit import Kit
from tui.chat.outbox import reread
from tui.chat.player import Player
from tui.chat.updates import Problem, Recovery
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ConnectionOutcome, ConnectionRequested, ConnectionResolved
from tui.core.ids import AttemptId
from tui.core.records import ConnectionLink
from tui.core.steps import ConnectionStep
from tui.core.turn import Turn

_INSIST = 5
"""Looks before a silent, idle conversation is taken for done."""


async def watch_connections(player: Player) -> None:
    """Whenever the turn waits for a connection, ask until it is settled. Runs until cancelled.

    Works beside the stream, which may stay open and bring the rest by itself: the first way wins.
    """
    while True:
        await player.blocked()
        await _wait_for_connection(player)


async def _wait_for_connection(player: Player) -> None:
    kit, attempt, told = player.kit, 0, None
    while (step := next(iter(player.turn.open_connections), None)) and not player.turn.over:
        problem = None
        try:
            await reread(player)
            await _poll(player, step)
        except BackendError as error:
            problem = error
        if not player.turn.open_connections:
            return
        attempt += 1
        delay = kit.wait_s(attempt, problem, kit.patience.connection_poll(1.5))
        told = _tell(player, problem, told, attempt, delay)
        await player.pause(delay)


def _tell(
    player: Player,
    problem: BackendError | None,
    told: ErrorKind | None,
    attempt: int,
    delay_s: float,
) -> ErrorKind | None:
    """Say what keeps us from looking: what passes as a recovery, the rest once each."""
    if problem and problem.transient:
        due = player.kit.clock.now_ms() + round(delay_s * 1000)
        text = str(problem)
        player.report(Recovery(step="polling", attempt=attempt, next_ms=due, problem=text))
    elif problem and problem.kind is not told:
        player.kit.publish(Problem(problem, player.conversation_id))
    return problem.kind if problem else None


async def _poll(player: Player, step: ConnectionStep) -> None:
    link = await _link(player, step)
    if link and link.authorized:
        await _settle(player, step)
        await read_reply(player)
    elif link and link.url and link.url != step.url:
        await player.absorb((_renewed(player, step, link),))
    else:
        await read_new_messages(player)
        if said_since(player.turn, step):
            await _settle(player, step)
            await read_reply(player)


async def _link(player: Player, step: ConnectionStep) -> ConnectionLink | None:
    """Where the request stands; None where the service has no such endpoint."""
    try:
        ask = partial(player.kit.backend.connection_link, step.attempt_id)
        return await once_more_if_refused(ask)
    except BackendError as error:
        if error.kind in (ErrorKind.NOT_FOUND, ErrorKind.UNSUPPORTED):
            return None
        raise


async def reject(kit: Kit, attempt_id: AttemptId, reason: str | None) -> None:
    """Tell the agent that a connection will not be authorised.

    What is unclear is said again: a service that has heard it answers that nothing waits any more.
    Raises ``BackendError``.
    """
    post = partial(kit.backend.reject_connection, attempt_id, reason)
    heard = False  # perhaps
    for attempt in range(1, TRIES + 1):
        try:
            await once_more_if_refused(post)
            return
        except BackendError as error:
            if heard and error.kind in SETTLED:
                return
            heard = heard or error.sent
            if not error.transient or attempt == TRIES:
                raise
            await kit.clock.sleep(kit.wait_s(attempt, error))


def outcome_of(
    kit: Kit,
    turn: Turn,
    attempt_id: AttemptId,
    outcome: ConnectionOutcome,
    reason: str | None = None,
) -> ConnectionResolved:
    """The event that records what became of a connection request."""
    return ConnectionResolved(
        key=f"local:connection:{attempt_id}",
        run_id=turn.run_id,
        seen_ms=kit.clock.now_ms(),
        attempt_id=attempt_id,
        outcome=outcome,
        reason=reason,
    )


async def _settle(player: Player, step: ConnectionStep) -> None:
    """The turn has gone on: because it was authorised, unless we are about to reject it."""
    rejected = step.attempt_id in player.rejecting
    outcome: ConnectionOutcome = "rejected" if rejected else "authorized"
    await player.absorb((outcome_of(player.kit, player.turn, step.attempt_id, outcome),))


async def read_reply(player: Player) -> None:
    """Read the history until the reply is there and the conversation idle, then end the turn.

    Failures that pass are waited out; others are raised as ``BackendError``. A conversation that
    was idle all along and says nothing for several looks is believed in the end.
    """
    kit, attempt = player.kit, 0
    while not player.turn.over:
        attempt += 1
        player.report(Recovery(step="polling", attempt=attempt))
        idle, problem = False, None
        try:
            idle = (await kit.backend.status(player.conversation_id)).activity == "idle"
            await read_new_messages(player)
        except BackendError as error:
            if not error.transient:
                raise
            idle, problem = False, error
        if idle and (attempt >= _INSIST or not owes_reply(player.turn)):
            await player.finish_here()
            return
        delay = kit.wait_s(attempt, problem, kit.patience.connection_poll(1.25))
        _tell(player, problem, None, attempt, delay)
        await player.pause(delay)


def _renewed(player: Player, step: ConnectionStep, link: ConnectionLink) -> ConnectionRequested:
    return ConnectionRequested(
        key=f"local:link:{step.attempt_id}:{link.expires_ms}",
        run_id=player.turn.run_id,
        seen_ms=player.kit.clock.now_ms(),
        attempt_id=step.attempt_id,
        connector=link.connector or step.connector,
        url=link.url,
        expires_ms=link.expires_ms,
    )
