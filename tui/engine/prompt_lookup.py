"""Find a turn's own messages in the history of its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from tui.core.events import AgentMessage, ApprovalRequested, ConnectionRequested
from tui.core.records import ConversationStatus, Message
from tui.core.turn import Turn
from tui.engine.continuation import awaits_reply, join
from tui.engine.server_history import as_event, same_words
from tui.engine.turn_runner import TurnRunner

_MOST_PAGES = 20
"""Pages of messages searched for a reply."""


async def find_prompt(runner: TurnRunner) -> Message | None:
    """Return the message that carries our prompt, if the server has it.

    The history is read from its newest end to the first message of an earlier turn: older messages
    cannot be ours, even with the same text. Turns of other processes may have come after ours.
    Raises ``BackendError``.
    """
    prompt = runner.turn.prompt
    assert prompt is not None
    page = await runner.context.backend.history(runner.conversation_id)
    for message in page.items:
        if await _is_of_later_turn(runner, message):
            continue
        if await _belongs_elsewhere(runner, message):
            return None
        if message.source == "user" and same_words(message.text, prompt.text):
            return message
    return None


async def may_be_recorded_elsewhere(runner: TurnRunner) -> bool:
    """Return True if another process has recorded our words as the message of a later turn.

    It met our turn at the server before we knew its run. Raises ``BackendError``.
    """
    prompt = runner.turn.prompt
    assert prompt is not None
    page = await runner.context.backend.history(runner.conversation_id)
    for message in page.items:
        if message.source == "user" and same_words(message.text, prompt.text):
            return await _is_of_later_turn(runner, message)
    return False


async def confirm_prompt(runner: TurnRunner, message: Message) -> None:
    """Accept a message of the history as our prompt: it arrived, and this is its run."""
    prompt = runner.turn.prompt
    assert prompt is not None
    if message.run_id:
        await runner.set_run_id(message.run_id)
    at_ms = message.at_ms or prompt.at_ms
    await runner.change_prompt(
        replace(prompt, state="sent", problem="", message_id=message.id, at_ms=at_ms)
    )


async def read_new_messages(runner: TurnRunner) -> None:
    """Apply the agent's messages of this turn that are missing here. Raises ``BackendError``."""
    messages = await _newest_messages(runner)
    await runner.apply_events(await _answers(runner, messages))


async def apply_question(runner: TurnRunner, status: ConversationStatus) -> None:
    """Apply the conversation's pending question, if this turn asks it."""
    asked, turn = status.last_event, runner.turn
    if not isinstance(asked, ApprovalRequested | ConnectionRequested):
        return
    run_id = asked.run_id
    if run_id == turn.run_id or (run_id and await join(runner.context, turn, run_id, asked.at_ms)):
        await runner.apply_events((asked,))


async def _newest_messages(runner: TurnRunner) -> list[Message]:
    """Return the newest messages of the conversation, newest first.

    One page, or, while a reply is expected that may name any run, all pages back to our prompt.
    """
    turn, messages = runner.turn, list[Message]()
    cursor = None
    for _ in range(_MOST_PAGES):
        page = await runner.context.backend.history(runner.conversation_id, cursor)
        messages += page.items
        cursor = page.cursor
        if cursor is None or not awaits_reply(turn):
            break
        if any(_is_prompt_of(turn, message) for message in page.items):
            break
    return messages


async def _answers(runner: TurnRunner, newest_first: Sequence[Message]) -> list[AgentMessage]:
    """Return the agent's messages of a turn, oldest first, as events.

    They name its run, or no run and follow its prompt, or the run that continues it after a
    connection. A turn without a known run gets everything after the last prompt.
    """
    turn = runner.turn
    if turn.run_id is None:
        behind = takewhile(lambda message: message.source == "agent", newest_first)
        return [as_event(message) for message in behind][::-1] if turn.prompt else []
    asked = {message.run_id for message in newest_first if message.source == "user"}
    own: list[AgentMessage] = []
    behind_prompt = False
    for message in reversed(newest_first):
        run_id = message.run_id
        if message.source == "user":
            behind_prompt = _is_prompt_of(turn, message)
        elif run_id is None:
            if behind_prompt:
                own.append(replace(as_event(message), run_id=turn.run_id))
        elif run_id == turn.run_id or (
            run_id not in asked and await join(runner.context, turn, run_id, message.at_ms)
        ):
            own.append(as_event(message))
    return own


def _is_prompt_of(turn: Turn, message: Message) -> bool:
    """Return True if a message is the turn's own prompt: by its id or run, else by its words."""
    prompt = turn.prompt
    if message.source != "user":
        return False
    if message.run_id is not None and turn.run_id is not None:
        return message.run_id == turn.run_id
    if prompt is None:
        return False
    if message.id is not None and prompt.message_id is not None:
        return message.id == prompt.message_id
    return same_words(message.text, prompt.text)


async def _is_of_later_turn(runner: TurnRunner, message: Message) -> bool:
    """Return True if a message is of another turn that began here after ours was written.

    Both times are of this machine's clock. A turn without one counts as earlier.
    """
    store, prompt = runner.context.store, runner.turn.prompt
    if message.run_id is None or prompt is None:
        return False
    known = await store.turn_of_run(runner.conversation_id, message.run_id)
    if known is None or known.id == runner.turn.id:
        return False
    record = await store.turn(known.id)
    seen = [event.seen_ms for event in record.events if event.seen_ms] if record else []
    return bool(seen) and min(seen) >= prompt.at_ms


async def _belongs_elsewhere(runner: TurnRunner, message: Message) -> bool:
    store, cid = runner.context.store, runner.conversation_id
    if message.run_id is not None:
        known = await store.turn_of_run(cid, message.run_id)
        if known is not None:
            return known.id != runner.turn.id
    prompt = runner.turn.prompt
    if prompt and message.id and message.id == prompt.message_id:
        return False
    return message.id is not None and await store.message_known(cid, message.id)
