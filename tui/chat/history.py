"""The server's record of a conversation, made into turns in the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from tui.chat.kit import Kit
from tui.core.events import AgentMessage, TurnEvent, TurnFinished
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.ports import Can
from tui.core.records import Message, Prompt, TurnRecord

_MOST_PAGES = 200


def rfc3339(at_ms: int) -> str:
    """A time as the events endpoint takes it, such as ``2026-05-26T12:00:00.123000Z``."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def as_event(message: Message) -> AgentMessage:
    """A message of the agent's, read from the history, as an event."""
    name = message.id or f"{message.run_id}:{message.at_ms}"
    return AgentMessage(
        key=f"message:{name}",
        run_id=message.run_id,
        at_ms=message.at_ms,
        text=message.text,
        message_id=message.id,
        from_history=True,
    )


async def read_events(kit: Kit, conversation_id: ConversationId) -> None:
    """Keep what the server still has of a conversation's events and the store has not."""
    if Can.REPLAY not in kit.backend.can:
        return
    newest = [e.at_ms for e in await kit.store.timeline(conversation_id, 50) if e.at_ms]
    since = rfc3339(max(newest)) if newest else None
    for _ in range(_MOST_PAGES):
        page = await kit.backend.events(conversation_id, since)
        await _keep_events(kit, conversation_id, page.events)
        if page.next_since is None or page.next_since == since:
            return
        since = page.next_since


async def read_messages(
    kit: Kit, conversation_id: ConversationId, cursor: str | None = None, *, idle: bool
) -> str | None:
    """Keep one page of the message history; the cursor of the next, older one.

    ``idle`` says that nothing runs in the conversation, so that its newest turn is over too.
    """
    page = await kit.backend.history(conversation_id, cursor)
    turns = _by_run(reversed(page.items))
    for place, (run_id, messages) in enumerate(turns):
        newest = cursor is None and place == len(turns) - 1
        await _keep_turn(kit, conversation_id, run_id, messages, over=idle or not newest)
    return page.cursor


def _by_run(messages: Iterable[Message]) -> list[tuple[RunId | None, list[Message]]]:
    """Messages, oldest first, as turns; without run ids each user message begins one."""
    turns: list[tuple[RunId | None, list[Message]]] = []
    for message in messages:
        begins = not turns or (
            message.run_id != turns[-1][0] if message.run_id else message.source == "user"
        )
        if begins:
            turns.append((message.run_id, []))
        turns[-1][1].append(message)
    return turns


async def _keep_turn(
    kit: Kit,
    conversation_id: ConversationId,
    run_id: RunId | None,
    messages: Sequence[Message],
    *,
    over: bool,
) -> None:
    asked = next((m for m in messages if m.source == "user"), None)
    record = await _record(kit, conversation_id, run_id, messages[0])
    prompt = _prompt(asked) if asked else record.prompt
    if record.prompt and record.prompt.attachments and prompt:
        prompt = record.prompt
    await kit.store.save_turn(record.id, conversation_id, prompt, run_id)
    events: list[TurnEvent] = [as_event(m) for m in messages if m.source == "agent"]
    if over and not any(isinstance(event, TurnFinished) for event in record.events):
        last_ms = messages[-1].at_ms
        key = f"local:finished:{run_id or record.id}"
        events.append(TurnFinished(key=key, run_id=run_id, at_ms=last_ms))
    await kit.store.append(record.id, conversation_id, events)


async def _record(
    kit: Kit, conversation_id: ConversationId, run_id: RunId | None, first: Message
) -> TurnRecord:
    """The stored turn these messages belong to, or a new one with a name that all would give."""
    found = await kit.store.turn_of_run(conversation_id, run_id) if run_id else None
    if found:
        return found
    turn_id = TurnId(f"turn:{run_id or first.id or first.at_ms}")
    known = await kit.store.turn(turn_id)
    return known or TurnRecord(id=turn_id, conversation_id=conversation_id, prompt=None)


def _prompt(message: Message) -> Prompt:
    return Prompt(text=message.text, state="sent", message_id=message.id, at_ms=message.at_ms or 0)


async def _keep_events(
    kit: Kit, conversation_id: ConversationId, events: Sequence[TurnEvent]
) -> None:
    for run_id, group in groupby(events, key=lambda event: event.run_id):
        if run_id is None:
            continue
        found = await kit.store.turn_of_run(conversation_id, run_id)
        turn_id = found.id if found else TurnId(f"turn:{run_id}")
        batch = tuple(group)
        if found is None:
            await kit.store.save_turn(turn_id, conversation_id, None, run_id)
        await kit.store.append(turn_id, conversation_id, batch)
