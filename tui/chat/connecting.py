"""Waiting while the user authorises a connection in the browser.

The turn's stream does not go on by itself afterwards, and what follows is not among the stored
events: only the link endpoint says when it is done, and only the message history has the reply.
Source: Headless API, Get an authentication link; Troubleshooting, Empty stream.
"""

from __future__ import annotations

from tui.chat.history import as_event
from tui.chat.player import Player
from tui.chat.updates import Problem, Recovery
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ConnectionOutcome, ConnectionRequested, ConnectionResolved
from tui.core.records import ConnectionLink
from tui.core.steps import ConnectionStep, TextStep


async def watch_connections(player: Player) -> None:
    """Whenever the turn waits for a connection, ask until it is settled. Runs until cancelled.

    Works beside the stream, which may stay open and bring the rest by itself: the first way wins.
    """
    while True:
        await player.blocked()
        await _wait_for_connection(player)


async def _wait_for_connection(player: Player) -> None:
    kit, attempt = player.kit, 0
    while (step := next(iter(player.turn.open_connections), None)) and not player.turn.over:
        try:
            await _poll(player, step)
        except BackendError as error:
            kit.publish(Problem(error, player.conversation_id))
        if not player.turn.open_connections:
            return
        growing = kit.patience.connection_poll_s * 1.5**attempt
        attempt += 1
        await player.pause(min(growing, kit.patience.longest_connection_poll_s))


async def _poll(player: Player, step: ConnectionStep) -> None:
    link = await _link(player, step)
    if link and link.authorized:
        await settle(player, step, "authorized")
        await read_reply(player)
    elif link and link.url and link.url != step.url:
        await player.absorb((_renewed(player, step, link),))
    elif await read_new_messages(player):
        await settle(player, step, "authorized")
        await read_reply(player)


async def _link(player: Player, step: ConnectionStep) -> ConnectionLink | None:
    """Where the request stands; None where the service has no such endpoint."""
    try:
        return await player.kit.backend.connection_link(step.attempt_id)
    except BackendError as error:
        if error.kind in (ErrorKind.NOT_FOUND, ErrorKind.UNSUPPORTED):
            return None
        raise


async def settle(
    player: Player, step: ConnectionStep, outcome: ConnectionOutcome, reason: str | None = None
) -> None:
    """Record what became of a connection request."""
    event = ConnectionResolved(
        key=f"local:connection:{step.attempt_id}",
        run_id=player.turn.run_id,
        seen_ms=player.kit.clock.now_ms(),
        attempt_id=step.attempt_id,
        outcome=outcome,
        reason=reason,
    )
    await player.absorb((event,))


async def read_reply(player: Player) -> None:
    """Read the history until the conversation is idle, then end the turn.

    Failures that pass are waited out; others are raised as ``BackendError``.
    """
    kit, attempt = player.kit, 0
    while not player.turn.over:
        player.report(Recovery(step="polling", attempt=attempt + 1))
        idle = False
        try:
            idle = (await kit.backend.status(player.conversation_id)).activity == "idle"
            await read_new_messages(player)
        except BackendError as error:
            if not error.transient:
                raise
        if idle:
            await player.finish_here()
            return
        attempt += 1
        growing = kit.patience.connection_poll_s * 1.25 ** (attempt - 1)
        await player.pause(min(growing, kit.patience.longest_connection_poll_s))


async def read_new_messages(player: Player) -> bool:
    """Take in the agent's messages of this run that are not here yet; whether there were any."""
    page = await player.kit.backend.history(player.conversation_id)
    own = [m for m in page.items if m.source == "agent" and m.run_id == player.turn.run_id]
    before = _texts(player)
    await player.absorb([as_event(message) for message in reversed(own)])
    return _texts(player) > before


def _texts(player: Player) -> int:
    return sum(isinstance(step, TextStep) for step in player.turn.steps)


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
