"""Watch a connection until the user has authorized it in the browser.

The turn's stream does not resume automatically afterwards, and the rest is not among the stored
events: only the link endpoint tells when it is done, and only the message history has the reply.
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
from tui.engine.outbox_claims import reload
from tui.engine.prompt_lookup import apply_question, read_new_messages
from tui.engine.retry import retry_once_on_401
from tui.engine.turn_runner import TurnRunner
from tui.engine.updates import Problem, Recovery

_EXPIRED = "The sign-in link expired."
_MAX_IDLE_CHECKS = 8
"""Checks before a silent, idle conversation counts as done; they take half a minute."""
_LINK_LIFE_MS = 15 * 60 * 1000
"""Lifetime of a link that states none; the live service gave 5 minutes."""
_LINK_GRACE_MS = 60 * 1000
_LONGEST_LINK_LIFE_MS = 24 * 60 * 60 * 1000


async def watch_connections(runner: TurnRunner) -> None:
    """Poll whenever the turn waits for a connection, until it is resolved. Runs until cancelled.

    Runs beside the stream, which may stay open and bring the rest itself: the first source wins.
    """
    while True:
        await runner.blocked()
        await _wait_for_connection(runner)


async def _wait_for_connection(runner: TurnRunner) -> None:
    """Poll until the connection is resolved, then read the reply, which the stream may not bring.

    It was resolved in the browser, here, or in another window.
    """
    context, attempt, told = runner.context, 0, None
    watched: ConnectionStep | None = None
    while not runner.turn.over:
        problem = None
        try:
            await reload(runner)
            step = next(iter(runner.turn.open_connections), None)
            if step is None:
                if _is_resolved(runner, watched):
                    await read_reply(runner)
                return
            watched = step
            await _poll(runner, step)
        except BackendError as error:
            problem = error
        attempt += 1
        delay = context.wait_s(attempt, problem, context.timeouts.connection_poll(1.5))
        told = _report(runner, problem, told, attempt, delay)
        await runner.pause(delay)


def _is_resolved(runner: TurnRunner, step: ConnectionStep | None) -> bool:
    """Return True if the outcome is known; the turn may also have continued without one."""
    return step is not None and any(
        isinstance(other, ConnectionStep) and other.key == step.key and other.outcome is not None
        for other in runner.turn.steps
    )


def _report(
    runner: TurnRunner,
    problem: BackendError | None,
    told: ErrorKind | None,
    attempt: int,
    delay_s: float,
) -> ErrorKind | None:
    """Report why polling fails: transient failures as a recovery, others once each."""
    if problem and problem.transient:
        due = runner.context.clock.now_ms() + round(delay_s * 1000)
        text = str(problem)
        runner.report(Recovery(step="polling", attempt=attempt, next_ms=due, problem=text))
    elif problem and problem.kind is not told:
        runner.context.publish(Problem(problem, runner.conversation_id))
    return problem.kind if problem else None


async def _poll(runner: TurnRunner, step: ConnectionStep) -> None:
    link = await _link(runner, step)
    if link and link.authorized:
        authorized = outcome_of(runner.context, runner.turn, step.attempt_id, "authorized")
        await runner.apply_events((authorized,))
        await read_reply(runner)
        return
    if link and link.url and link.url != step.url:
        await runner.apply_events((_renewed(runner, step, link),))
    await read_new_messages(runner)
    if said_since(runner.turn, step):
        await runner.apply_events((await passed_by(runner.context, runner.turn, step),))
        await read_reply(runner)
    elif link is None and _has_expired(runner, step):
        await _give_up(runner, step)


def _has_expired(runner: TurnRunner, step: ConnectionStep) -> bool:
    """Return True if the newest link of a request has expired.

    Its lifetime is measured by the server's clock and its age by ours, which may differ.
    """
    links = [
        event
        for event in runner.turn.log
        if isinstance(event, ConnectionRequested) and event.attempt_id == step.attempt_id
    ]
    if not links or links[-1].seen_ms is None:
        return False
    at_ms, expires_ms = links[-1].at_ms, links[-1].expires_ms
    life_ms = expires_ms - at_ms if at_ms and expires_ms else _LINK_LIFE_MS
    age_ms = runner.context.clock.now_ms() - links[-1].seen_ms
    return age_ms >= min(max(life_ms, 0) + _LINK_GRACE_MS, _LONGEST_LINK_LIFE_MS)


async def _give_up(runner: TurnRunner, step: ConnectionStep) -> None:
    """End a turn with an expired link, if nothing runs: a newer link cannot be requested.

    Later messages of the conversation would wait forever.
    """
    status = await runner.context.backend.status(runner.conversation_id)
    if status.activity == "idle":
        failed = outcome_of(runner.context, runner.turn, step.attempt_id, "failed", _EXPIRED)
        await runner.apply_events((failed,))
        await runner.finish_locally(_EXPIRED, outcome="failed")


async def _link(runner: TurnRunner, step: ConnectionStep) -> ConnectionLink | None:
    """Return the state of the request; None if the service has no such endpoint."""
    try:
        ask = partial(runner.context.backend.connection_link, step.attempt_id)
        return await retry_once_on_401(ask)
    except BackendError as error:
        if error.kind in (ErrorKind.NOT_FOUND, ErrorKind.UNSUPPORTED):
            return None
        raise


async def read_reply(runner: TurnRunner) -> None:
    """Read the history until the reply is there and the conversation idle, then end the turn.

    Transient failures are waited out; others are raised as ``BackendError``. A conversation that
    stays idle and silent for several checks counts as done.
    """
    context, attempt = runner.context, 0
    while not runner.turn.over:
        attempt += 1
        runner.report(Recovery(step="polling", attempt=attempt))
        idle, problem = False, None
        try:
            status = await context.backend.status(runner.conversation_id)
            await apply_question(runner, status)
            await read_new_messages(runner)
            idle = status.activity == "idle"
        except BackendError as error:
            if not error.transient:
                raise
            problem = error
        if runner.turn.open_connections or runner.turn.open_approvals:
            return  # the agent asks for something else
        if idle and (attempt >= _MAX_IDLE_CHECKS or not awaits_reply(runner.turn)):
            await runner.finish_locally()
            return
        delay = context.wait_s(attempt, problem, context.timeouts.connection_poll(1.25))
        _report(runner, problem, None, attempt, delay)
        await runner.pause(delay)


def _renewed(runner: TurnRunner, step: ConnectionStep, link: ConnectionLink) -> ConnectionRequested:
    return ConnectionRequested(
        key=f"local:link:{within_run(step.attempt_id, runner.turn.run_id)}:{link.expires_ms}",
        run_id=runner.turn.run_id,
        seen_ms=runner.context.clock.now_ms(),
        attempt_id=step.attempt_id,
        connector=link.connector or step.connector,
        url=link.url,
        expires_ms=link.expires_ms,
    )
