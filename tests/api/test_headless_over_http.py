"""Every endpoint against the demo server, which shares no code with the client.

Each test runs with documented and with observed responses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from tui.api.headless import HeadlessClient
from tui.auth.request_auth import ApiKeyAuth, BearerAuth
from tui.backends.genie.backend import GenieBackend
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ConnectionRequested,
    Heartbeat,
    SkillFinished,
    StreamInterrupted,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import AttemptId, CallId, ConversationId, RunId, TurnId
from tui.core.turn import Turn, fold
from tui.demo.server import DemoServer, DemoSettings


@dataclass(frozen=True)
class Here:
    """A demo server and a backend that talks to it."""

    server: DemoServer
    chats: GenieBackend
    client: HeadlessClient


@pytest.fixture(params=["documented", "observed"])
async def here(request: pytest.FixtureRequest) -> AsyncIterator[Here]:
    settings = DemoSettings(
        observed=request.param == "observed", speed=0, seed=7, ping_s=0.02, park_s=0.05
    )
    with DemoServer(settings) as server:
        client = HeadlessClient(server.url, server.genie, api_key(server))
        yield Here(server, GenieBackend(client), client)
        await client.aclose()
        assert server.errors == []


def api_key(server: DemoServer, user: str | None = None) -> ApiKeyAuth:
    return ApiKeyAuth(server.url, SecretStr(server.api_key), user or server.idp_user_id)


async def all_of(
    events: AsyncGenerator[TurnEvent], into: list[TurnEvent] | None = None
) -> list[TurnEvent]:
    """All events but the heartbeats; ``into`` keeps those that came before an error."""
    got = [] if into is None else into
    async with aclosing(events):
        async for event in events:
            if not isinstance(event, Heartbeat):
                got.append(event)
    return got


async def first(events: AsyncGenerator[TurnEvent], kind: type[TurnEvent]) -> TurnEvent:
    """The first event of a kind; the stream is left after it."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError(f"no {kind.__name__} came")


async def eventually(condition: Callable[[], AsyncGenerator[bool]]) -> None:
    async with asyncio.timeout(60), aclosing(condition()) as tries:
        async for true in tries:
            if true:
                return


def turn_of(events: list[TurnEvent]) -> Turn:
    return fold(Turn(id=TurnId("t"), conversation_id=ConversationId("c")), events)


async def test_conversations_are_created_and_deleted(here: Here):
    before = await here.chats.conversations()
    mine = await here.chats.create()
    page = await here.chats.conversations()
    assert [c.id for c in page.items] == [mine, *(c.id for c in before.items)]
    assert page.items[0].title == ""
    assert all(c.title and c.created_ms and c.updated_ms for c in before.items)
    await here.chats.delete(mine)
    assert (await here.chats.conversations()).items == before.items
    with pytest.raises(BackendError) as caught:
        await here.chats.status(mine)
    assert (caught.value.kind, bool(caught.value.request_id)) == (ErrorKind.NOT_FOUND, True)


async def test_pages_of_conversations(here: Here):
    seen: list[str | None] = []
    cursor: str | None = None
    while True:
        page = await here.client.list_conversations(cursor, limit=2)
        seen += [c.conversation_id for c in page.conversations]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


async def test_a_turn_by_stream_replay_and_history(here: Here):
    mine = await here.chats.create()
    live = await all_of(here.chats.send(mine, "Is anything broken right now?"))
    assert isinstance(live[0], TurnStarted)
    assert isinstance(live[-1], TurnFinished)
    assert not [event for event in live if isinstance(event, UnknownEvent)]
    assert len([event for event in live if isinstance(event, SkillFinished)]) == 4

    run = live[0].run_id
    assert run
    again = await all_of(here.chats.resume(mine, run, live[1].event_id))
    assert [event.key for event in again] == [event.key for event in live[2:]]
    stored = await here.chats.events(mine)
    assert {event.key for event in stored.events} == {event.key for event in live}
    assert turn_of(list(stored.events)).reply == turn_of(live).reply

    history = await here.chats.history(mine)
    assert [m.source for m in history.items][-1] == "user"
    assert history.items[0].text == [e.text for e in live if isinstance(e, AgentMessage)][-1]
    assert {m.run_id for m in history.items} == {run}
    status = await here.chats.status(mine)
    assert (status.activity, isinstance(status.last_event, TurnFinished)) == ("idle", True)


async def test_pages_of_events_and_messages(here: Here):
    mine = await here.chats.create()
    live = await all_of(here.chats.send(mine, "Is anything broken right now?"))
    keys: set[str] = set()
    since: str | None = None
    for _ in range(len(live)):
        page = await here.client.list_events(mine, since, limit=3)
        keys |= {str(event["event_id"]) for event in page.events}
        if page.next_since_created_at in (None, since):
            break
        since = page.next_since_created_at
    assert keys == {event.key for event in live}
    newest = await here.client.list_messages(mine, limit=1)
    rest = await here.client.list_messages(mine, newest.cursor)
    whole = await here.client.list_messages(mine)
    assert newest.messages + rest.messages == whole.messages


async def test_a_turn_without_a_stream(here: Here):
    mine = await here.chats.create()
    accepted = await here.client.post_message(mine, "hello")
    events = await all_of(here.chats.resume(mine, RunId(str(accepted.genie_run_id)), None))
    assert isinstance(events[-1], TurnFinished)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
async def test_the_stream_continues_after_an_approval(here: Here, decision):
    mine = await here.chats.create()
    events: list[TurnEvent] = []
    async with aclosing(here.chats.send(mine, "Order a laptop")) as stream:
        async for event in stream:
            events.append(event)
            if isinstance(event, ApprovalRequested):
                assert (await here.chats.status(mine)).activity == "awaiting_approval"
                with pytest.raises(BackendError) as caught:
                    await first(here.chats.send(mine, "hurry"), TurnStarted)
                assert (caught.value.kind, caught.value.sent) == (ErrorKind.BUSY, False)
                await here.chats.decide(mine, event.call_id, decision, "too dear")
    turn = turn_of(events)
    assert turn.over
    assert ("too dear" in turn.reply) == (decision == "rejected")
    (asked,) = [event for event in events if isinstance(event, ApprovalRequested)]
    assert asked.parameters["delivery"]["address"]["city"] == "Bristol"
    assert len(asked.schema) == len(asked.parameters)
    with pytest.raises(BackendError) as caught:
        await here.chats.decide(mine, asked.call_id, "approved")
    assert caught.value.kind in (ErrorKind.BUSY, ErrorKind.NOT_FOUND)


async def test_a_connection_is_authorized_and_the_reply_is_in_the_history(here: Here):
    mine = await here.chats.create()
    events = await all_of(here.chats.send(mine, "Show open Acme opportunities in Salesforce"))
    (asked,) = [event for event in events if isinstance(event, ConnectionRequested)]
    assert (asked.connector, bool(asked.expires_ms)) == ("Salesforce", True)
    assert isinstance(events[-1], StreamInterrupted)
    assert events[-1].retry_after_ms

    link = await here.chats.connection_link(asked.attempt_id)
    assert (link.authorized, link.url) == (False, asked.url)
    async with httpx.AsyncClient(verify=False) as browser:
        assert (await browser.post(str(link.url), data={"decision": "allow"})).is_success
    assert (await here.chats.connection_link(asked.attempt_id)).authorized

    async def replied() -> AsyncGenerator[bool]:
        while True:
            yield "Acme" in (await here.chats.history(mine)).items[0].text

    await eventually(replied)


async def test_a_connection_is_rejected(here: Here):
    mine = await here.chats.create()
    asked = await first(here.chats.send(mine, "connect jira"), ConnectionRequested)
    assert isinstance(asked, ConnectionRequested)
    await here.chats.reject_connection(asked.attempt_id, "not today")
    with pytest.raises(BackendError):
        await here.chats.reject_connection(AttemptId("rca-none"))

    async def replied() -> AsyncGenerator[bool]:
        while True:
            yield "not today" in (await here.chats.history(mine)).items[0].text

    await eventually(replied)


async def test_a_file_is_uploaded_with_a_message(here: Here, tmp_path: Path):
    path = tmp_path / "Größen 2026.csv"
    path.write_text("name,size\nlamp,1\n" * 20_000)
    mine = await here.chats.create()
    progress: list[tuple[int, int]] = []
    file_id = await here.chats.upload(mine, path, lambda *step: progress.append(step))
    assert progress[-1] == (path.stat().st_size, path.stat().st_size)
    events = await all_of(here.chats.send(mine, "Summarise it", file_id))
    assert "40,000 lines" in turn_of(events).reply
    assert here.server.log.of("upload")[-1].summary.startswith(path.name)


async def test_an_interrupted_stream_reconnects_after_the_last_event(here: Here):
    mine = await here.chats.create()
    here.server.faults.add("cut:after=2,times=1,on=send")
    got: list[TurnEvent] = []
    with pytest.raises(BackendError) as caught:
        await all_of(here.chats.send(mine, "Is anything broken right now?"), got)
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.INTERRUPTED, True)
    run = got[-1].run_id
    assert run
    got += await all_of(here.chats.resume(mine, run, got[-1].event_id))
    assert [event.seq for event in got] == list(range(1, len(got) + 1))
    assert turn_of(got).over


async def test_malformed_and_duplicate_events_do_no_harm(here: Here):
    here.server.faults.add("duplicate")
    here.server.faults.add("malformed:after=1")
    events = await all_of(here.chats.send(await here.chats.create(), "hello"))
    unknown = [event for event in events if isinstance(event, UnknownEvent)]
    assert {event.kind for event in unknown} == {"malformed"}
    turn = turn_of(events)
    assert turn.over
    assert len(turn.steps) == 1


@pytest.mark.parametrize("fault", ["drop_request", "lose_answer"])
async def test_a_lost_response_to_a_message_leaves_it_unconfirmed(here: Here, fault: str):
    mine = await here.chats.create()
    here.server.faults.add(f"{fault}:times=1")
    with pytest.raises(BackendError) as caught:
        await all_of(here.chats.send(mine, "hello"))
    assert (caught.value.kind, caught.value.sent) == (ErrorKind.INTERRUPTED, True)
    assert len(here.server.log.of("send")) == 1


async def test_requests_before_the_end_of_a_retry_after_are_not_sent(here: Here):
    here.server.faults.add("status:429,retry_after=3600,times=1,on=list")
    for _ in range(2):
        with pytest.raises(BackendError) as caught:
            await here.chats.conversations()
        assert "Try again in 60 min." in caught.value.sentence()
    assert [record.status for record in here.server.log.of("list")] == [429]
    here.chats.lift_delays()
    assert (await here.chats.conversations()).items


async def refusal(client: HeadlessClient) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await client.list_conversations()
    await client.aclose()
    return caught.value


async def test_wrong_credentials_get_the_right_advice(here: Here):
    server = here.server
    wrong = ApiKeyAuth(server.url, SecretStr("wrong"), server.idp_user_id)
    error = await refusal(HeadlessClient(server.url, server.genie, wrong))
    assert (error.kind, error.code) == (ErrorKind.UNAUTHORIZED, "auth_failed")
    assert "data center" in error.hint
    invited = api_key(server, "usr-alan-09fe")
    error = await refusal(HeadlessClient(server.url, server.genie, invited))
    assert (error.kind, error.code) == (ErrorKind.UNAUTHORIZED, "user_nonactive_or_missing")
    assert "invitation" in error.hint


async def test_a_genie_without_a_client_or_at_all(here: Here):
    server = here.server
    error = await refusal(HeadlessClient(server.url, server.no_client_genie, api_key(server)))
    assert (error.kind, "attach" in error.hint) == (ErrorKind.NOT_ACCEPTABLE, True)
    error = await refusal(HeadlessClient(server.url, "gin-none", api_key(server)))
    assert (error.kind, "gin-" in error.hint) == (ErrorKind.NOT_FOUND, True)


async def test_an_access_token_signs_in_as_the_same_user(here: Here):
    class Tokens:
        async def get_token(self, refused: SecretStr | None = None) -> SecretStr:
            return SecretStr(here.server.access_token if refused else "expired")

    auth = BearerAuth(here.server.url, Tokens())
    client = HeadlessClient(here.server.url, here.server.genie, auth)
    with pytest.raises(BackendError) as caught:
        await all_of(GenieBackend(client).send(await here.chats.create(), "hello"))
    assert (caught.value.code, caught.value.sent) == ("auth_failed", False)
    assert len(here.server.log.of("send")) == 1
    await client.aclose()

    auth = BearerAuth(here.server.url, Tokens())
    client = HeadlessClient(here.server.url, here.server.genie, auth)
    mine = await here.chats.conversations()
    theirs = await GenieBackend(client).conversations()
    assert theirs == mine
    assert [record.status for record in here.server.log.of("list")][-2:] == [401, 200]
    await client.aclose()


async def test_unknown_ids_are_not_found(here: Here):
    odd = ConversationId("../../x?y#z %2F")
    for call in (
        here.chats.status(odd),
        here.chats.history(odd),
        here.chats.decide(odd, CallId("a/b"), "approved"),
        all_of(here.chats.resume(odd, RunId(".."), None)),
    ):
        with pytest.raises(BackendError) as caught:
            await call
        assert caught.value.kind is ErrorKind.NOT_FOUND
