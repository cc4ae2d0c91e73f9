"""Waiting while the user authorises a connection in the browser.

The turn's stream does not go on by itself afterwards, and what follows is not among the stored
events: only the link endpoint says when it is done, and only the message history has the reply.
Source: Headless API, Get an authentication link; Troubleshooting, Empty stream.
"""

from __future__ import annotations

from functools import partial

from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ConnectionRequested
from tui.core.ids import within_run
from tui.core.records import ConnectionLink
from tui.core.steps import ConnectionStep
from tui.engine.continuation import awaits_reply, outcome_of, passed_by, said_since
from tui.engine.outbox_claims import reread
from tui.engine.prompt_lookup import absorb_question, read_new_messages
from tui.engine.retry import retry_once_on_401
from tui.engine.turn_runner import Player
from tui.engine.updates import Problem, Recovery

_EXPIRED = "The sign-in link expired."
_INSIST = 8
"""Looks before a silent, idle conversation is taken for done; they take half a minute."""
_LINK_LIFE_MS = 15 * 60 * 1000
"""How long a link is good for that does not say so itself; the live service gave 5 minutes."""
_LINK_GRACE_MS = 60 * 1000
_LONGEST_LINK_LIFE_MS = 24 * 60 * 60 * 1000


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
        authorized = outcome_of(player.kit, player.turn, step.attempt_id, "authorized")
        await player.absorb((authorized,))
        await read_reply(player)
        return
    if link and link.url and link.url != step.url:
        await player.absorb((_renewed(player, step, link),))
    await read_new_messages(player)
    if said_since(player.turn, step):
        await player.absorb((await passed_by(player.kit, player.turn, step),))
        await read_reply(player)
    elif link is None and _has_expired(player, step):
        await _give_up(player, step)


def _has_expired(player: Player, step: ConnectionStep) -> bool:
    """Return True if the newest link of a request is too old to be used.

    Its life is measured by the server's clock and its age by ours, which may differ.
    """
    links = [
        event
        for event in player.turn.log
        if isinstance(event, ConnectionRequested) and event.attempt_id == step.attempt_id
    ]
    if not links or links[-1].seen_ms is None:
        return False
    at_ms, expires_ms = links[-1].at_ms, links[-1].expires_ms
    life_ms = expires_ms - at_ms if at_ms and expires_ms else _LINK_LIFE_MS
    age_ms = player.kit.clock.now_ms() - links[-1].seen_ms
    return age_ms >= min(max(life_ms, 0) + _LINK_GRACE_MS, _LONGEST_LINK_LIFE_MS)


async def _give_up(player: Player, step: ConnectionStep) -> None:
    """End a turn whose link has expired, if nothing runs: no newer link can be asked for.

    Later messages of the conversation would wait for ever.
    """
    status = await player.kit.backend.status(player.conversation_id)
    if status.activity == "idle":
        failed = outcome_of(player.kit, player.turn, step.attempt_id, "failed", _EXPIRED)
        await player.absorb((failed,))
        await player.finish_here(_EXPIRED, outcome="failed")


async def _link(player: Player, step: ConnectionStep) -> ConnectionLink | None:
    """Where the request stands; None where the service has no such endpoint."""
    try:
        ask = partial(player.kit.backend.connection_link, step.attempt_id)
        return await retry_once_on_401(ask)
    except BackendError as error:
        if error.kind in (ErrorKind.NOT_FOUND, ErrorKind.UNSUPPORTED):
            return None
        raise


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
            status = await kit.backend.status(player.conversation_id)
            await absorb_question(player, status)
            await read_new_messages(player)
            idle = status.activity == "idle"
        except BackendError as error:
            if not error.transient:
                raise
            problem = error
        if player.turn.open_connections or player.turn.open_approvals:
            return  # the agent asks for something else
        if idle and (attempt >= _INSIST or not awaits_reply(player.turn)):
            await player.finish_here()
            return
        delay = kit.wait_s(attempt, problem, kit.patience.connection_poll(1.25))
        _tell(player, problem, None, attempt, delay)
        await player.pause(delay)


def _renewed(player: Player, step: ConnectionStep, link: ConnectionLink) -> ConnectionRequested:
    return ConnectionRequested(
        key=f"local:link:{within_run(step.attempt_id, player.turn.run_id)}:{link.expires_ms}",
        run_id=player.turn.run_id,
        seen_ms=player.kit.clock.now_ms(),
        attempt_id=step.attempt_id,
        connector=link.connector or step.connector,
        url=link.url,
        expires_ms=link.expires_ms,
    )
