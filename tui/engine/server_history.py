"""Store the server's record of a conversation as turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby

from tui.core.errors import BackendError
from tui.core.events import AgentMessage, TurnEvent, TurnFinished
from tui.core.ids import ConversationId, RunId, TurnId, within_run
from tui.core.ports import Capability
from tui.core.records import Message, Prompt, TurnRecord
from tui.core.text import clean
from tui.core.turn import Turn, turn_of
from tui.engine.context import EngineContext
from tui.engine.continuation import join, passed_connections

_MOST_PAGES = 200
_MOST_PAUSED = 20
"""Turns searched for one that continues in another run."""


EVENTS_KEPT_MS = 24 * 60 * 60 * 1000
"""Time for which the service keeps events. Source: Headless API, Get events."""


def same_words(one: str, other: str) -> bool:
    """Return True if two texts differ only in ways that transport and storage may cause."""
    return clean(one).split() == clean(other).split()


def rfc3339(at_ms: int) -> str:
    """Return a time for the events endpoint, such as ``2026-05-26T12:00:00.123000Z``."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def as_event(message: Message) -> AgentMessage:
    """Return a message of the agent from the history as an event."""
    run_id = message.run_id
    name = within_run(message.id, run_id) if message.id else f"{run_id}:{message.at_ms}"
    return AgentMessage(
        key=f"message:{name}",
        run_id=run_id,
        at_ms=message.at_ms,
        text=message.text,
        message_id=message.id,
        from_history=True,
    )


async def read_events(
    context: EngineContext, conversation_id: ConversationId, since: str | None = None
) -> str | None:
    """Store the events that the server has; return the time from which to read next.

    ``since`` (RFC 3339) is the result of an earlier call; without it everything that the server
    still has is read. Raises ``BackendError``. Source: Headless API, Get events.
    """
    if Capability.REPLAY not in context.backend.can:
        return None
    for _ in range(_MOST_PAGES):
        page = await context.backend.events(conversation_id, since)
        await _save_events(context, conversation_id, page.events)
        newest = max((event.at_ms for event in page.events if event.at_ms), default=None)
        if page.next_since is None or page.next_since == since:
            return rfc3339(newest) if newest is not None else since
        since = page.next_since
    return since


async def running_turn(context: EngineContext, mine: Turn) -> Turn | None:
    """Return the turn that keeps a conversation busy, if known: another client's, for example."""
    try:
        await read_events(context, mine.conversation_id)
        if Capability.HISTORY in context.backend.can:
            await read_messages(context, mine.conversation_id, idle=False)
    except BackendError:
        return None
    for record in await context.store.unfinished():
        here = record.conversation_id == mine.conversation_id and record.id != mine.id
        if here and record.run_id is not None:
            return turn_of(record)
    return None


async def read_messages(
    context: EngineContext,
    conversation_id: ConversationId,
    cursor: str | None = None,
    *,
    idle: bool,
) -> str | None:
    """Store one page of the message history; return the cursor of the next, older one.

    ``idle`` says that nothing ran in the conversation just now, so that its newest turn is over
    too, unless it has had no reply: it may have started since.
    """
    page = await context.backend.history(conversation_id, cursor)
    turns = await _with_records(context, conversation_id, _by_run(reversed(page.items)))
    for place, (record, messages) in enumerate(turns):
        newest = cursor is None and place == len(turns) - 1
        spoken = any(message.source == "agent" for message in messages)
        over = (idle and spoken) or not newest
        await _save_turn(context, record, messages, over=over)
    return page.cursor


def _by_run(messages: Iterable[Message]) -> list[tuple[RunId | None, list[Message]]]:
    """Group messages, oldest first, as turns; without run ids each user message starts one."""
    turns: list[tuple[RunId | None, list[Message]]] = []
    for message in messages:
        begins = not turns or (
            message.run_id != turns[-1][0] if message.run_id else message.source == "user"
        )
        if begins and message.source == "agent" and turns and _awaits_run(*turns[-1]):
            turns[-1] = (message.run_id, turns[-1][1])
        elif begins:
            turns.append((message.run_id, []))
        turns[-1][1].append(message)
    return turns


def _awaits_run(run_id: RunId | None, messages: Sequence[Message]) -> bool:
    """Return True if these are a user's messages without a run, which the reply may name."""
    return run_id is None and all(message.source == "user" for message in messages)


async def _with_records(
    context: EngineContext,
    conversation_id: ConversationId,
    turns: Sequence[tuple[RunId | None, list[Message]]],
) -> list[tuple[TurnRecord, list[Message]]]:
    """Store the prompts; return the stored turn of each group, which may be the one before."""
    found: list[tuple[TurnRecord, list[Message]]] = []
    for run_id, messages in turns:
        record = await _record(context, conversation_id, run_id, messages)
        if found and found[-1][0].id == record.id:
            found[-1][1].extend(messages)
            continue
        asked = next((m for m in messages if m.source == "user"), None)
        attached = record.prompt and record.prompt.attachments
        prompt = record.prompt if attached or not asked else _prompt(asked, record.prompt)
        await context.store.save_turn(record.id, conversation_id, prompt, run_id)
        found.append((replace(record, prompt=prompt), messages))
    return found


async def _save_turn(
    context: EngineContext, record: TurnRecord, messages: Sequence[Message], *, over: bool
) -> None:
    run_id = record.run_id
    events: list[TurnEvent] = [as_event(m) for m in messages if m.source == "agent"]
    events += await passed_connections(context, turn_of(record), events)
    if over and not any(isinstance(event, TurnFinished) for event in record.events):
        last_ms = messages[-1].at_ms
        key = f"local:finished:{run_id or record.id}"
        events.append(TurnFinished(key=key, run_id=run_id, at_ms=last_ms))
    await context.store.append(record.id, record.conversation_id, events)


async def _record(
    context: EngineContext,
    conversation_id: ConversationId,
    run_id: RunId | None,
    messages: Sequence[Message],
) -> TurnRecord:
    """Return the stored turn of these messages, or a new one with a reproducible id."""
    first = messages[0]
    asked = next((m for m in messages if m.source == "user"), None)
    found = await context.store.turn_of_run(conversation_id, run_id) if run_id else None
    if found and (asked or found.prompt):
        return found
    if run_id and asked is None:
        paused = await _paused(context, conversation_id, run_id, first.at_ms)
        if paused:
            return paused
    if found:
        return found
    turn_id = TurnId(f"turn:{run_id or first.id or first.at_ms}")
    known = await context.store.turn(turn_id)
    record = known or TurnRecord(id=turn_id, conversation_id=conversation_id, prompt=None)
    if asked and record.prompt is None and record.run_id is None:
        record = await _unconfirmed_turn_of(context, conversation_id, asked) or record
    return replace(record, run_id=record.run_id or run_id)


async def _paused(
    context: EngineContext, conversation_id: ConversationId, run_id: RunId, at_ms: int | None
) -> TurnRecord | None:
    """Return the turn that continues in a run without a known user message.

    It can only be the last one that started before the run's first message.
    """
    for record in reversed(await context.store.turns(conversation_id, limit=_MOST_PAUSED)):
        prompt = record.prompt
        if record.run_id == run_id or prompt is None or prompt.state != "sent":
            continue
        began_ms = next((e.at_ms for e in record.events if e.at_ms is not None), prompt.at_ms)
        if at_ms is None or began_ms <= at_ms:
            joined = await join(context, turn_of(record), run_id, at_ms)
            return await context.store.turn(record.id) if joined else None
    return None


async def _unconfirmed_turn_of(
    context: EngineContext, conversation_id: ConversationId, message: Message
) -> TurnRecord | None:
    """Return the unconfirmed local turn matching this message."""
    for record in await context.store.pending(conversation_id):
        prompt = record.prompt
        unsure = prompt and prompt.state in ("sending", "unconfirmed")
        if prompt and unsure and not record.run_id and same_words(prompt.text, message.text):
            return record
    return None


def _prompt(message: Message, known: Prompt | None) -> Prompt:
    """Return the prompt of a message; if it was sent from here, with the text as typed."""
    own = known.text if known and same_words(known.text, message.text) else message.text
    return Prompt(text=own, state="sent", message_id=message.id, at_ms=message.at_ms or 0)


async def _save_events(
    context: EngineContext, conversation_id: ConversationId, events: Sequence[TurnEvent]
) -> None:
    for run_id, group in groupby(events, key=lambda event: event.run_id):
        if run_id is None:
            continue
        found = await context.store.turn_of_run(conversation_id, run_id)
        turn_id = found.id if found else TurnId(f"turn:{run_id}")
        batch = tuple(group)
        if found is None:
            await context.store.save_turn(turn_id, conversation_id, None, run_id)
        await context.store.append(turn_id, conversation_id, batch)
