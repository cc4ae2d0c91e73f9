"""A turn's own messages in the history of its conversation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile

from tui.chat.history import as_event, same_words
from tui.chat.player import Player
from tui.core.events import ConnectionRequested
from tui.core.records import Message
from tui.core.steps import ConnectionStep, TextStep
from tui.core.turn import Turn


async def find_prompt(player: Player) -> Message | None:
    """The message that carries our prompt, if the server has it.

    The history is read from its newest end to the first message that belongs to another turn:
    what is older cannot be ours, even if it has the same words. Raises ``BackendError``.
    """
    prompt = player.turn.prompt
    assert prompt is not None
    page = await player.kit.backend.history(player.conversation_id)
    for message in page.items:
        if await _belongs_elsewhere(player, message):
            return None
        if message.source == "user" and same_words(message.text, prompt.text):
            return message
    return None


async def adopt(player: Player, message: Message) -> None:
    """Take a message of the history for our prompt: it arrived, and this is its run."""
    prompt = player.turn.prompt
    assert prompt is not None
    if message.run_id:
        await player.know_run(message.run_id)
    at_ms = message.at_ms or prompt.at_ms
    await player.change_prompt(
        replace(prompt, state="sent", problem="", message_id=message.id, at_ms=at_ms)
    )


async def read_new_messages(player: Player) -> None:
    """Take in what the agent said in this turn and is not here yet. Raises ``BackendError``."""
    page = await player.kit.backend.history(player.conversation_id)
    own = list(_answers(player.turn, page.items))
    await player.absorb([as_event(message) for message in reversed(own)])


def owes_reply(turn: Turn) -> bool:
    """Whether a connection was settled and nothing has been said since."""
    asked = [step for step in turn.steps if isinstance(step, ConnectionStep)]
    return bool(asked) and not said_since(turn, asked[-1])


def said_since(turn: Turn, asked: ConnectionStep) -> bool:
    """Whether the agent said something after it had asked for a connection.

    What the history brings without a number stands behind everything that has one, even if it
    was said before: only its time tells.
    """
    asked_ms = _asked_ms(turn, asked)
    behind = False
    for step in turn.steps:
        if isinstance(step, ConnectionStep) and step.attempt_id == asked.attempt_id:
            behind = True
        elif isinstance(step, TextStep):
            if step.at_ms is None or asked_ms is None:
                later = behind and not turn.has_gap
            else:
                later = step.at_ms > asked_ms
            if later:
                return True
    return False


def _asked_ms(turn: Turn, asked: ConnectionStep) -> int | None:
    """When a connection was first asked for; a renewed link does not count."""
    times = (
        event.at_ms
        for event in turn.log
        if isinstance(event, ConnectionRequested) and event.attempt_id == asked.attempt_id
    )
    return min((at_ms for at_ms in times if at_ms is not None), default=None)


def _answers(turn: Turn, newest_first: Iterable[Message]) -> Iterable[Message]:
    """The agent's messages of a turn: by its run, or, without one, all behind its prompt."""
    if turn.run_id is None:
        behind = takewhile(lambda message: message.source == "agent", newest_first)
        return behind if turn.prompt else ()
    return (m for m in newest_first if m.source == "agent" and m.run_id == turn.run_id)


async def _belongs_elsewhere(player: Player, message: Message) -> bool:
    store, cid = player.kit.store, player.conversation_id
    if message.run_id is not None:
        known = await store.turn_of_run(cid, message.run_id)
        if known is not None:
            return known.id != player.turn.id
    prompt = player.turn.prompt
    if prompt and message.id and message.id == prompt.message_id:
        return False
    return message.id is not None and await store.message_known(cid, message.id)
