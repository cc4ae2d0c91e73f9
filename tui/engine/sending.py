"""Send a prompt from the outbox exactly once, and find out if it arrived."""

from __future__ import annotations

from functools import partial

from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import FileId, is_local
from tui.core.options import OptionValues
from tui.core.ports import Capability
from tui.core.records import Message
from tui.core.text import clean_line
from tui.engine.prompt_lookup import confirm_prompt, find_prompt, may_be_recorded_elsewhere
from tui.engine.retry import retry_once_on_401
from tui.engine.turn_runner import TurnRunner
from tui.engine.updates import Recovery

_TITLE_CHARS = 60


class SendRejected(Exception):
    """The agent certainly does not have the message; ``error`` says why."""

    def __init__(self, error: BackendError) -> None:
        super().__init__(str(error))
        self.error = error


class ConversationBusy(Exception):
    """The conversation is busy with another message, perhaps another client's; see ``error``."""

    def __init__(self, error: BackendError) -> None:
        super().__init__(str(error))
        self.error = error


def check(runner: TurnRunner) -> None:
    """Raise ``SendRejected`` for a message that the service is known to reject."""
    prompt = runner.turn.prompt
    if prompt is None:
        return
    try:
        runner.context.backend.check(prompt.text, prompt.attachments)
    except BackendError as error:
        raise SendRejected(error) from error


async def begin_conversation(runner: TurnRunner) -> None:
    """Create the conversation at the server if it exists only here.

    Transient failures are waited out. Raises ``BackendError`` for a rejected credential,
    ``SendRejected`` for other rejections.
    """
    attempt = 0
    create = partial(runner.context.backend.create, _first_options(runner))
    while is_local(runner.conversation_id):
        try:
            new = await retry_once_on_401(create)
        except BackendError as error:
            if error.kind is ErrorKind.UNAUTHORIZED:
                raise
            if not error.transient:
                raise SendRejected(error) from error
            attempt += 1
            await _wait(runner, attempt, error)
            continue
        await runner.rename(new)


def _first_options(runner: TurnRunner) -> OptionValues | None:
    """Return a title, if the service stores the user's titles and generates none."""
    prompt = runner.turn.prompt
    if prompt is None or Capability.RENAME not in runner.context.backend.can:
        return None
    return {"title": clean_line(prompt.text, _TITLE_CHARS)}


async def deliver(runner: TurnRunner) -> bool:
    """Send the prompt and consume the stream that answers it.

    Returns False if it stays unknown whether the message arrived; the prompt is then marked
    ``unconfirmed`` and the user decides. Raises ``SendRejected`` if the service rejected it,
    ``ConversationBusy`` if another turn is in the way, and ``BackendError`` if the credential is
    rejected even after a renewal: the prompt then stays in the outbox.
    """
    attempt, renewed = 0, False
    while True:
        error = await _send(runner)
        if error is None:
            return True
        if error.sent:
            return await reconcile(runner, error)
        if error.kind is ErrorKind.UNAUTHORIZED:
            await runner.set_prompt_state("queued", str(error))
            if renewed:
                raise error
            renewed = True
            continue
        if error.kind is ErrorKind.BUSY:
            await runner.set_prompt_state("queued", str(error))
            raise ConversationBusy(error) from error
        if not error.transient:
            raise SendRejected(error)
        attempt += 1
        await _wait(runner, attempt, error)


async def reconcile(runner: TurnRunner, error: BackendError) -> bool:
    """Find out if an interrupted message arrived, and continue accordingly.

    It is sent again only if the connection broke, two checks did not find it, no other process took
    it for another client's, and the conversation is idle. Returns False, with the prompt
    ``unconfirmed``, if that proves nothing.
    """
    context = runner.context
    if Capability.HISTORY not in context.backend.can:
        await runner.set_prompt_state("unconfirmed", error.sentence())
        return False
    proven = error.kind is ErrorKind.INTERRUPTED
    for look in (1, 2):
        runner.report(Recovery(step="finding", attempt=look, problem=str(error)))
        found = await _find(runner)
        if found is not None:
            await confirm_prompt(runner, found)
            runner.report(None)
            return True
        if look == 1:
            await runner.pause(context.timeouts.second_look_s)
    runner.report(None)
    if proven and await _is_missing(runner):
        await runner.set_prompt_state("queued")
        return await deliver(runner)
    await runner.set_prompt_state("unconfirmed", error.sentence())
    return False


async def _send(runner: TurnRunner) -> BackendError | None:
    """Try once; return None if the agent has the message (whatever the stream did)."""
    prompt = runner.turn.prompt
    assert prompt is not None
    try:
        file_id = await _upload(runner)
        await runner.set_prompt_state("sending")
        stream = runner.context.backend.send(runner.conversation_id, prompt.text, file_id)
        await runner.run_until_retry(runner.consume(stream), once_known=True)
        # A stream that ends without an event is as unclear as a lost response.
        silent = "The stream ended before the first event."
        problem = BackendError(ErrorKind.INTERRUPTED, silent, sent=True)
    except BackendError as error:
        problem = error
    return None if _accepted(runner) else problem


async def _upload(runner: TurnRunner) -> FileId | None:
    """Upload the file of the message; return its id. If that fails, no message was sent."""
    try:
        return await runner.upload()
    except BackendError as error:
        error.sent = False
        raise


def _accepted(runner: TurnRunner) -> bool:
    prompt = runner.turn.prompt
    return prompt is not None and prompt.state == "sent"


async def wait_while_busy(runner: TurnRunner, attempt: int, error: BackendError) -> None:
    """Wait for the end of an unknown turn that keeps the conversation busy."""
    delay = runner.context.wait_s(attempt, error, runner.context.timeouts.busy_poll)
    due = runner.context.clock.now_ms() + round(delay * 1000)
    prompt = runner.turn.prompt
    runner.report(Recovery(step="sending", next_ms=due, problem=prompt.problem if prompt else ""))
    await runner.pause(delay)
    runner.report(None)


async def _wait(runner: TurnRunner, attempt: int, error: BackendError) -> None:
    context = runner.context
    await runner.set_prompt_state("queued", str(error))
    delay = context.wait_s(attempt, error)
    due = context.clock.now_ms() + round(delay * 1000)
    step = Recovery(
        step="sending", attempt=attempt, next_ms=due, problem=str(error), hint=error.hint
    )
    runner.report(step)
    await runner.pause(delay)
    runner.report(None)


async def _find(runner: TurnRunner) -> Message | None:
    """Return our message in the conversation, if it is there; wait out transient failures."""
    context, attempt = runner.context, 0
    while True:
        try:
            return await find_prompt(runner)
        except BackendError as error:
            if not error.transient:
                raise
            attempt += 1
            delay = context.wait_s(attempt, error)
            due = context.clock.now_ms() + round(delay * 1000)
            step = Recovery(step="finding", attempt=attempt, next_ms=due, problem=str(error))
            runner.report(step)
            await runner.pause(delay)


async def _is_missing(runner: TurnRunner) -> bool:
    """Return True if nothing runs in the conversation that could be our message."""
    try:
        status = await runner.context.backend.status(runner.conversation_id)
        return status.activity == "idle" and not await may_be_recorded_elsewhere(runner)
    except BackendError:
        return False
