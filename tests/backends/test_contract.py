"""Contract of every chat backend with the engine, over real loopback HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.engine.engine_room import agent_of, genie_of, serving
from tests.engine.user import essence
from tui.backends.base import BaseBackend
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import Heartbeat, TurnEvent, TurnFinished
from tui.core.ids import AttemptId, CallId, ConversationId, RunId, SkillId, TurnId
from tui.core.ports import Capability, ChatBackend
from tui.core.turn import Turn, fold
from tui.demo.server import DemoServer

BROKEN = "Is anything broken right now?"
NOWHERE = ConversationId("nowhere")
BACKENDS = {"genie": genie_of, "workflows": agent_of}


class House(NamedTuple):
    """A service and a backend that speaks to it."""

    server: DemoServer
    backend: ChatBackend


@pytest.fixture(params=[f"{name} {s}" for name in BACKENDS for s in ("documented", "observed")])
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    name, shape = str(request.param).split()
    with serving(shape, ping_s=0.05, park_s=0.3) as server:
        backend = BACKENDS[name](server)
        yield House(server, backend)
        await backend.aclose()


async def all_of(events: AsyncGenerator[TurnEvent]) -> list[TurnEvent]:
    async with asyncio.timeout(60), aclosing(events):
        return [event async for event in events]


async def told(house: House, text: str = BROKEN) -> tuple[ConversationId, list[TurnEvent]]:
    """A turn that was listened to from its beginning to its end."""
    conversation_id = await house.backend.create()
    return conversation_id, await all_of(house.backend.send(conversation_id, text))


def turn_of(events: list[TurnEvent]) -> Turn:
    return fold(Turn(id=TurnId("t"), conversation_id=NOWHERE), events)


def run_in(events: list[TurnEvent]) -> RunId:
    return next(event.run_id for event in events if event.run_id)


async def failure_of(events: AsyncGenerator[TurnEvent]) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await all_of(events)
    return caught.value


async def test_a_turn_has_one_run_id_and_ends_once(house: House) -> None:
    _, events = await told(house)
    assert {event.run_id for event in events} - {None} == {run_in(events)}
    assert sum(isinstance(event, TurnFinished) for event in events) == 1
    assert isinstance(events[-1], TurnFinished)
    assert [kind for kind, *_ in essence(turn_of(events))].count("skill") == 4


async def test_event_keys_are_unique_and_no_sequence_number_is_missing(house: House) -> None:
    _, events = await told(house)
    kept = [event for event in events if not isinstance(event, Heartbeat)]
    assert len({event.key for event in kept}) == len(kept)
    assert not turn_of(events).has_gap


async def test_a_finished_run_is_replayed_from_its_start(house: House) -> None:
    cid, events = await told(house)
    again = await all_of(house.backend.resume(cid, run_in(events), None))
    assert essence(turn_of(again)) == essence(turn_of(events))
    assert essence(turn_of(events + again)) == essence(turn_of(events))


async def test_a_finished_run_is_replayed_after_any_event(house: House) -> None:
    cid, events = await told(house)
    places = [n for n, event in enumerate(events) if event.event_id][:: max(1, len(events) // 8)]
    for n in places:
        so_far = turn_of(events[: n + 1])
        again = house.backend.resume(cid, run_in(events), so_far.last_event_id, so_far)
        rest = await all_of(again)
        assert essence(turn_of(events[: n + 1] + rest)) == essence(turn_of(events))


async def test_the_history_has_the_run_id_and_both_messages(house: House) -> None:
    cid, events = await told(house)
    page = await house.backend.history(cid)
    assert {message.run_id for message in page.items} == {run_in(events)}
    oldest = page.items[-1]
    assert (oldest.source, oldest.text) == ("user", BROKEN)
    said = [message.text for message in reversed(page.items[:-1])]
    reply = turn_of(events).reply
    assert "\n\n".join(said) == reply or (len(said) == 1 and reply.endswith(said[0]))


async def test_a_conversation_is_listed_and_idle_when_its_turn_is_over(house: House) -> None:
    cid, _ = await told(house)
    page = await house.backend.conversations()
    assert [row.id for row in page.items] == [cid]
    assert page.items[0].updated_ms
    assert (await house.backend.status(cid)).activity == "idle"


async def test_a_deleted_conversation_is_gone(house: House) -> None:
    cid = await house.backend.create()
    await house.backend.delete(cid)
    with pytest.raises(BackendError) as caught:
        await house.backend.status(cid)
    assert caught.value.kind is ErrorKind.NOT_FOUND


async def test_an_unknown_conversation_is_not_found_before_anything_is_sent(house: House) -> None:
    error = await failure_of(house.backend.send(NOWHERE, "hello"))
    assert (error.kind, error.sent) == (ErrorKind.NOT_FOUND, False)


async def test_an_empty_message_is_never_sent(house: House) -> None:
    cid = await house.backend.create()
    error = await failure_of(house.backend.send(cid, "  "))
    assert (error.kind, error.sent) == (ErrorKind.INVALID, False)
    assert all(not record.summary for record in house.server.log.of("send"))


@pytest.mark.parametrize(
    ("fault", "kind", "sent"),
    [
        ("drop_request:on=send", ErrorKind.INTERRUPTED, True),
        ("lose_answer:on=send", ErrorKind.INTERRUPTED, True),
        ("status:504,on=send", ErrorKind.SERVER, True),
        ("status:429,on=send,retry_after=3", ErrorKind.RATE_LIMITED, False),
        ("status:401,on=send", ErrorKind.UNAUTHORIZED, False),
    ],
)
async def test_a_failure_says_whether_the_message_may_have_arrived(
    house: House, fault: str, kind: ErrorKind, sent: bool
) -> None:
    cid = await house.backend.create()
    house.server.faults.add(fault)
    error = await failure_of(house.backend.send(cid, "hello"))
    assert (error.kind, error.sent) == (kind, sent)
    assert error.retry_after_s == (3 if kind is ErrorKind.RATE_LIMITED else None)


async def test_an_unreachable_service_is_a_network_error(house: House) -> None:
    cid = await house.backend.create()
    house.server.stop()
    error = await failure_of(house.backend.send(cid, "hello"))
    assert (error.kind, error.sent) == (ErrorKind.UNREACHABLE, False)


async def test_canceling_a_stream_closes_the_connection(house: House) -> None:
    cid = await house.backend.create()
    async with aclosing(house.backend.send(cid, BROKEN)) as events:
        await anext(events)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "anext" in repr(task.get_coro())]


CALLS: dict[Capability, Callable[[ChatBackend], Coroutine[Any, Any, object]]] = {
    Capability.RENAME: lambda b: b.rename(NOWHERE, "x"),
    Capability.HALT: lambda b: b.halt(NOWHERE, None),
    Capability.WAKE: lambda b: b.wake(NOWHERE),
    Capability.REPLAY: lambda b: b.events(NOWHERE),
    Capability.APPROVE: lambda b: b.decide(NOWHERE, CallId("c"), "approved"),
    Capability.CONNECT: lambda b: b.connection_link(AttemptId("a")),
    Capability.UPLOAD: lambda b: b.upload(NOWHERE, Path(__file__), lambda sent, total: None),
    Capability.SKILLS: lambda b: b.install_skill(NOWHERE, SkillId("s")),
    Capability.BUNDLE: lambda b: b.export_bundle(NOWHERE),
}


@pytest.mark.parametrize("ability", CALLS, ids=lambda ability: str(ability.name))
async def test_missing_capabilities_raise_unsupported(house: House, ability: Capability) -> None:
    try:
        await CALLS[ability](house.backend)
        refusal = None
    except BackendError as error:
        refusal = error.kind
    assert (refusal is ErrorKind.UNSUPPORTED) is (ability not in house.backend.can)


async def test_options_are_listed_by_backends_that_accept_them(house: House) -> None:
    options = await house.backend.options()
    assert bool(options) is (Capability.CHOOSE in house.backend.can)
    assert len({option.name for option in options}) == len(options)


def test_every_optional_call_raises_unsupported_by_default() -> None:
    optional = {name for name in vars(BaseBackend) if not name.startswith("_")}
    promised = {name for name in vars(ChatBackend) if not name.startswith("_")}
    assert optional < promised
