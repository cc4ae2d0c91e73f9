"""From the outbox to the agent: sending a prompt once, and finding out whether it arrived."""

from __future__ import annotations

from functools import partial

from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import FileId, is_local
from tui.core.options import OptionValues
from tui.core.ports import Can
from tui.core.records import Message
from tui.core.text import clean_line
from tui.engine.prompt_lookup import adopt, find_prompt
from tui.engine.retry import retry_once_on_401
from tui.engine.turn_runner import Player
from tui.engine.updates import Recovery

_TITLE_CHARS = 60


class SendRejected(Exception):
    """The agent certainly does not have the message; ``error`` says why."""

    def __init__(self, error: BackendError) -> None:
        super().__init__(str(error))
        self.error = error


class ConversationBusy(Exception):
    """The conversation works on another message, perhaps another client's; ``error`` says so."""

    def __init__(self, error: BackendError) -> None:
        super().__init__(str(error))
        self.error = error


def check(player: Player) -> None:
    """Raise ``SendRejected`` for a message that the service is known to refuse."""
    prompt = player.turn.prompt
    if prompt is None:
        return
    try:
        player.kit.backend.check(prompt.text, prompt.attachments)
    except BackendError as error:
        raise SendRejected(error) from error


async def begin_conversation(player: Player) -> None:
    """Create the conversation at the server if it exists only here.

    Failures that pass are waited out. Raises ``BackendError`` for a credential that is refused,
    ``SendRejected`` for other refusals.
    """
    attempt = 0
    create = partial(player.kit.backend.create, _first_options(player))
    while is_local(player.conversation_id):
        try:
            new = await retry_once_on_401(create)
        except BackendError as error:
            if error.kind is ErrorKind.UNAUTHORIZED:
                raise
            if not error.transient:
                raise SendRejected(error) from error
            attempt += 1
            await _wait(player, attempt, error)
            continue
        await player.rename(new)


def _first_options(player: Player) -> OptionValues | None:
    """A title, where the service keeps those of the user's and finds none by itself."""
    prompt = player.turn.prompt
    if prompt is None or Can.RENAME not in player.kit.backend.can:
        return None
    return {"title": clean_line(prompt.text, _TITLE_CHARS)}


async def deliver(player: Player) -> bool:
    """Send the prompt and take in the stream that answers it.

    Returns False if it stays unknown whether the message arrived; the prompt is then marked
    ``unconfirmed`` and the user decides. Raises ``SendRejected`` if the service refused it,
    ``ConversationBusy`` if another turn is in the way, and ``BackendError`` when the credential is
    refused even after it could be renewed: the prompt then stays in the outbox.
    """
    attempt, renewed = 0, False
    while True:
        error = await _send(player)
        if error is None:
            return True
        if error.sent:
            return await reconcile(player, error)
        if error.kind is ErrorKind.UNAUTHORIZED:
            await player.mark("queued", str(error))
            if renewed:
                raise error
            renewed = True
            continue
        if error.kind is ErrorKind.BUSY:
            await player.mark("queued", str(error))
            raise ConversationBusy(error) from error
        if not error.transient:
            raise SendRejected(error)
        attempt += 1
        await _wait(player, attempt, error)


async def reconcile(player: Player, error: BackendError) -> bool:
    """Look whether a message whose sending was cut short is there, and go on accordingly.

    It is sent again only if the connection broke, two looks did not find it and the conversation
    is idle. Returns False, with the prompt ``unconfirmed``, where that proves nothing.
    """
    kit = player.kit
    if Can.HISTORY not in kit.backend.can:
        await player.mark("unconfirmed", error.sentence())
        return False
    proven = error.kind is ErrorKind.INTERRUPTED
    for look in (1, 2):
        player.report(Recovery(step="finding", attempt=look, problem=str(error)))
        found = await _find(player)
        if found is not None:
            await adopt(player, found)
            player.report(None)
            return True
        if look == 1:
            await player.pause(kit.patience.second_look_s)
    player.report(None)
    if proven and await _is_idle(player):
        await player.mark("queued")
        return await deliver(player)
    await player.mark("unconfirmed", error.sentence())
    return False


async def _send(player: Player) -> BackendError | None:
    """One try. None: the agent has the message (whatever became of the stream)."""
    prompt = player.turn.prompt
    assert prompt is not None
    try:
        file_id = await _upload(player)
        await player.mark("sending")
        stream = player.kit.backend.send(player.conversation_id, prompt.text, file_id)
        await player.unless_hurried(player.drink(stream), once_known=True)
        # A stream that ends without a word is as unclear as a lost answer.
        silent = "The stream ended before the first event."
        problem = BackendError(ErrorKind.INTERRUPTED, silent, sent=True)
    except BackendError as error:
        problem = error
    return None if _accepted(player) else problem


async def _upload(player: Player) -> FileId | None:
    """The id of the file that goes with the message. Should it fail, no message was sent."""
    try:
        return await player.upload()
    except BackendError as error:
        error.sent = False
        raise


def _accepted(player: Player) -> bool:
    prompt = player.turn.prompt
    return prompt is not None and prompt.state == "sent"


async def wait_while_busy(player: Player, attempt: int, error: BackendError) -> None:
    """Give a turn that is in the way, and that we know nothing of, time to end."""
    delay = player.kit.wait_s(attempt, error, player.kit.patience.busy_poll)
    due = player.kit.clock.now_ms() + round(delay * 1000)
    prompt = player.turn.prompt
    player.report(Recovery(step="sending", next_ms=due, problem=prompt.problem if prompt else ""))
    await player.pause(delay)
    player.report(None)


async def _wait(player: Player, attempt: int, error: BackendError) -> None:
    kit = player.kit
    await player.mark("queued", str(error))
    delay = kit.wait_s(attempt, error)
    due = kit.clock.now_ms() + round(delay * 1000)
    step = Recovery(
        step="sending", attempt=attempt, next_ms=due, problem=str(error), hint=error.hint
    )
    player.report(step)
    await player.pause(delay)
    player.report(None)


async def _find(player: Player) -> Message | None:
    """Our message in the conversation, if it is there; waits out what passes by itself."""
    kit, attempt = player.kit, 0
    while True:
        try:
            return await find_prompt(player)
        except BackendError as error:
            if not error.transient:
                raise
            attempt += 1
            delay = kit.wait_s(attempt, error)
            due = kit.clock.now_ms() + round(delay * 1000)
            step = Recovery(step="finding", attempt=attempt, next_ms=due, problem=str(error))
            player.report(step)
            await player.pause(delay)


async def _is_idle(player: Player) -> bool:
    try:
        status = await player.kit.backend.status(player.conversation_id)
    except BackendError:
        return False
    return status.activity == "idle"
