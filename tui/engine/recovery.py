"""Recover an interrupted turn.

Steps: reconnect to the run, then replay its stored events, then check the state and the messages.
They are repeated, with growing pauses, until the turn is over. Source: Headless API, Reconnect to a
stream, Get events; Troubleshooting, Rebuild a conversation timeline.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from tui.core.errors import BackendError, ErrorKind
from tui.core.ports import Capability
from tui.core.turn import Turn, is_ours
from tui.engine.continuation import awaits_reply
from tui.engine.outbox_claims import reload
from tui.engine.prompt_lookup import apply_question, confirm_prompt, find_prompt, read_new_messages
from tui.engine.server_history import rfc3339
from tui.engine.turn_runner import TurnRunner
from tui.engine.updates import Recovery, RecoveryStep

_MOST_PAGES = 200

_MAX_ATTEMPTS = 3
"""Maximum attempts before a turn ends incomplete."""
_MAX_STREAM_ATTEMPTS = 12
"""The same if no events are stored, so that only a reconnect brings them."""
_MAX_REPLY_ATTEMPTS = 7
"""The same while the reply after a connection is missing; they take half a minute."""
_MAX_NOT_FOUND_ATTEMPTS = 6
"""Attempts before a conversation unknown to the service counts as deleted."""
_GONE = "The service can't find this conversation. It may have been deleted."


class _RetryRequested(Exception):
    """The user does not want to wait for this step."""


async def follow(runner: TurnRunner) -> None:
    """Return when the turn is over.

    Raises ``BackendError`` for permanent failures, ``MessageGone`` if the turn is gone.
    """
    attempt = 0
    while not runner.turn.over:
        await reload(runner)
        if runner.turn.over:
            break
        if runner.turn.open_connections and Capability.CONNECT in runner.context.backend.can:
            await runner.unblocked()
            continue
        if runner.asked_delay_s is not None:
            await _pause(runner, attempt or 1, None)
        before = _progress(runner.turn)
        try:
            problem = await _run_steps(runner, attempt + 1)
        except _RetryRequested:
            attempt = 0
            continue
        if runner.turn.over:
            break
        attempt = 1 if _progress(runner.turn) != before else attempt + 1
        await _pause(runner, attempt, problem)
    await _fill_gaps(runner)
    await runner.breaks.record_end()
    runner.report(None)


def _progress(turn: Turn) -> tuple[int, object, object]:
    """Return a value that changes with progress of the turn; our record of a break is none."""
    told = sum(not is_ours(event) for event in turn.log)
    return told, turn.run_id, turn.prompt


async def catch_up(runner: TurnRunner) -> None:
    """Read the stored events of the run, page by page, from the last one known."""
    since = _known_until(runner.turn)
    for _ in range(_MOST_PAGES):
        page = await runner.context.backend.events(runner.conversation_id, since)
        own = [e for e in page.events if e.run_id in (None, runner.turn.run_id)]
        await runner.apply_events(own)
        complete = runner.turn.over and not runner.turn.has_gap
        if page.next_since is None or page.next_since == since or complete:
            return
        since = page.next_since


async def watch_gaps(runner: TurnRunner) -> None:
    """Fetch events that an open stream does not bring. Runs until cancelled.

    Numbers show gaps in the middle; silence shows that events may be missing at the end, or held
    back by a proxy. Late events fill gaps without help, so it waits a little first.
    """
    context, attempt = runner.context, 0
    problem: BackendError | None = None
    while Capability.REPLAY in context.backend.can:
        before = runner.turn
        await runner.wait_for_gap(context.timeouts.quiet_s)
        if runner.turn.has_gap or problem:
            attempt += 1
            await context.clock.sleep(context.wait_s(attempt, problem))
        elif runner.turn is not before or not _expects_events(runner.turn):
            attempt = 0
            continue
        try:
            if runner.turn.run_id is None and Capability.HISTORY in context.backend.can:
                await _find_run(runner)
            await catch_up(runner)
            problem = None
        except BackendError as error:
            problem = error


def _expects_events(turn: Turn) -> bool:
    """Return True if the agent works on the turn, or may have its message."""
    on_its_way = turn.prompt is not None and turn.prompt.state in ("sending", "sent")
    return turn.phase == "working" or (turn.phase == "waiting" and on_its_way)


async def _fill_gaps(runner: TurnRunner) -> None:
    """Fetch missing events after the end, unless the service does not have them either."""
    if runner.turn.has_gap and Capability.REPLAY in runner.context.backend.can:
        with suppress(BackendError):
            await runner.context.read(partial(catch_up, runner))


def _known_until(turn: Turn) -> str | None:
    """Return the time since which events may be missing; None if the whole run may be."""
    if not turn.has_gap:
        at_ms = turn.last_at_ms
    else:
        numbered = (event for event in turn.log if event.seq is not None)
        first = next(numbered, None) if turn.contiguous_seq else None
        at_ms = first.at_ms if first else None
    return rfc3339(at_ms) if at_ms is not None else None


async def _run_steps(runner: TurnRunner, attempt: int) -> BackendError | None:
    """Try each step once; return the failure worth reporting, if any."""
    can, look = runner.context.backend.can, partial(_check_status, attempt=attempt)
    rungs: tuple[
        tuple[RecoveryStep, Callable[[TurnRunner], Coroutine[Any, Any, None]], bool], ...
    ] = (
        ("finding", _find_run, Capability.HISTORY in can and runner.turn.run_id is None),
        ("reconnecting", _reconnect, True),
        ("replaying", catch_up, Capability.REPLAY in can),
        ("looking", look, Capability.HISTORY in can),
    )
    problem = None
    for step, climb, possible in rungs:
        if not possible or runner.turn.over:
            continue
        _report(runner, step, attempt, problem)
        try:
            if not await runner.run_until_retry(climb(runner)):
                raise _RetryRequested
        except BackendError as error:
            if not error.transient and error.kind is not ErrorKind.NOT_FOUND:
                raise
            problem = error
            if error.kind in (ErrorKind.UNREACHABLE, ErrorKind.RATE_LIMITED):
                return problem
            gone = error.kind is ErrorKind.NOT_FOUND and climb is look
            if gone and attempt >= _MAX_NOT_FOUND_ATTEMPTS:
                await runner.finish_locally(_GONE, outcome="failed")
    return problem


async def _find_run(runner: TurnRunner) -> None:
    """Find the run of our prompt, when its stream broke before naming it."""
    if runner.turn.prompt and (message := await find_prompt(runner)):
        await confirm_prompt(runner, message)


async def _reconnect(runner: TurnRunner) -> None:
    turn = runner.turn
    if turn.run_id is None:
        return
    backend = runner.context.backend
    await runner.consume(
        backend.resume(turn.conversation_id, turn.run_id, turn.last_event_id, turn)
    )


async def _check_status(runner: TurnRunner, attempt: int) -> None:
    """Check, as the last resort, if the conversation is done, and read its messages.

    Only messages read after the conversation was found idle are complete. Without the stored
    events the turn ends after several attempts all the same.
    """
    status = await runner.context.backend.status(runner.conversation_id)
    await apply_question(runner, status)
    if status.activity != "idle" or runner.turn.open_connections:
        return
    complete = await _replay_rest(runner)
    if runner.turn.over or runner.turn.open_connections:
        return
    await read_new_messages(runner)
    owed = awaits_reply(runner.turn)
    if attempt >= _max_attempts(runner, owed) or (complete and not owed):
        await runner.finish_locally()


def _max_attempts(runner: TurnRunner, owed: bool) -> int:
    if owed:
        return _MAX_REPLY_ATTEMPTS
    return (
        _MAX_ATTEMPTS if Capability.REPLAY in runner.context.backend.can else _MAX_STREAM_ATTEMPTS
    )


async def _replay_rest(runner: TurnRunner) -> bool:
    """Read the stored events of a finished run; return False if that may work later.

    If no events are stored, only a reconnect brings them, up to its number of attempts.
    """
    if Capability.REPLAY not in runner.context.backend.can:
        return False
    try:
        await catch_up(runner)
    except BackendError as error:
        return not error.transient
    return True


async def _pause(runner: TurnRunner, attempt: int, problem: BackendError | None) -> None:
    context, asked_s = runner.context, runner.asked_delay_s
    runner.asked_delay_s = None
    delay = max(context.wait_s(attempt, problem), asked_s or 0.0)
    due = context.clock.now_ms() + round(delay * 1000)
    text = str(problem) if problem else ""
    runner.report(Recovery(step="waiting", attempt=attempt, next_ms=due, problem=text))
    await runner.pause(delay)


def _report(
    runner: TurnRunner, step: RecoveryStep, attempt: int, problem: BackendError | None
) -> None:
    text = str(problem) if problem else ""
    runner.report(Recovery(step=step, attempt=attempt, problem=text))
