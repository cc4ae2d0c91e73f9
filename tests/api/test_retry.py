"""Rate limits and Retry-After: no client sends its next request too early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

import tui.studio.client
from tests.api.conftest import ScriptedServer, reply
from tests.fakes import ManualClock
from tui.api.headless import HeadlessClient
from tui.api.identity import IdentityClient
from tui.api.retry import DELAYS, retry_after_s
from tui.api.workflows import WorkflowsClient
from tui.auth.request_auth import DeveloperAuth, TokenAuth
from tui.core.errors import BackendError
from tui.core.retry import LONGEST_DELAY_S
from tui.studio.developer_client import DeveloperClient
from tui.studio.models import GenieId

ANSWERED = datetime(2026, 11, 28, 12, tzinfo=UTC)
DATE = format_datetime(ANSWERED, usegmt=True)
IN_SIX = format_datetime(ANSWERED + timedelta(seconds=6), usegmt=True)


def read(value: str, date: str | None = DATE) -> float | None:
    fields = {"Retry-After": value} | ({"Date": date} if date else {})
    return retry_after_s(httpx.Response(429, headers=fields))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7", 7),
        ("1.5", 1.5),
        (" 7 ", 7),
        ("3, 5", 5),
        ("86400", 86_400),
        ("0", None),
        ("-3", None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("9" * 5000, LONGEST_DELAY_S),
        (IN_SIX, 6),
        (DATE, None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("Mon, 99 Foo 2026", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_DELAY_S),
    ],
)
def test_retry_after_is_read(value: str, expected: float | None) -> None:
    assert read(value) == expected


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])), st.text("0123456789,"))
def test_no_retry_after_header_raises(words: str, digits: str) -> None:
    for value in (words, digits):
        asked_s = retry_after_s(
            httpx.Response(503, headers=[(b"Retry-After", value.encode("latin-1"))])
        )
        assert asked_s is None or 0 < asked_s <= LONGEST_DELAY_S


@given(st.integers(-400 * 86_400, 400 * 86_400))
def test_a_wrong_local_clock_does_not_change_retry_after(wrong_by_s: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: ANSWERED.timestamp() + wrong_by_s)
        assert read(IN_SIX) == 6


def test_without_a_date_header_retry_after_uses_the_local_clock() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", ANSWERED.timestamp)
        assert read(IN_SIX, None) == read(IN_SIX, "yesterday") == 6


# -- every route ---------------------------------------------------------------------------------


class Clients:
    """All clients of one host, with a clock that only the test moves."""

    def __init__(self, url: str, file: Path) -> None:
        self.clock = ManualClock()
        self.headless = HeadlessClient(url, "gin-1", TokenAuth(url, None), self.clock)
        self.workflows = WorkflowsClient(url, TokenAuth(url, None), self.clock)
        token = SecretStr("wrkaus-x")
        self.developer = DeveloperClient(url, DeveloperAuth(url, token), self.clock)
        self.identity = IdentityClient(url, "client", self.clock)
        self.stranger = IdentityClient(url, "client", self.clock)
        """Has not read the discovery document."""
        self.file = file

    async def aclose(self) -> None:
        for client in (self.headless, self.workflows, self.developer, self.identity, self.stranger):
            await client.aclose()


def nothing(sent: int, total: int) -> None:
    """Take no notice of the progress of an upload."""


async def drained(frames: AsyncGenerator[Any]) -> None:
    async for _ in frames:
        pass


ROUTES: Mapping[str, Callable[[Clients], Awaitable[Any]]] = {
    "list": lambda c: c.headless.list_conversations(),
    "create": lambda c: c.headless.create_conversation(),
    "get": lambda c: c.headless.get_conversation("c"),
    "delete": lambda c: c.headless.delete_conversation("c"),
    "messages": lambda c: c.headless.list_messages("c"),
    "send": lambda c: drained(c.headless.send_message("c", "hi")),
    "post": lambda c: c.headless.post_message("c", "hi"),
    "resume": lambda c: drained(c.headless.follow_run("c", "r")),
    "events": lambda c: c.headless.list_events("c"),
    "approval": lambda c: c.headless.resolve_approval("c", "call", "approved"),
    "link": lambda c: c.headless.connection_link("a"),
    "reject": lambda c: c.headless.reject_connection("a"),
    "upload": lambda c: c.headless.upload("c", c.file, nothing),
    "agents": lambda c: c.workflows.list_agents(),
    "skills": lambda c: c.workflows.list_skills(),
    "workflows": lambda c: c.workflows.list_workflows(),
    "create workflow": lambda c: c.workflows.create_workflow({"agent_id": "a"}),
    "get workflow": lambda c: c.workflows.get_workflow("w"),
    "update": lambda c: c.workflows.update_workflow("w", {"title": "t"}),
    "delete workflow": lambda c: c.workflows.delete_workflow("w"),
    "prompt": lambda c: c.workflows.send_prompt("w", "hi"),
    "halt": lambda c: c.workflows.halt("w"),
    "stream": lambda c: drained(c.workflows.stream("w")),
    "install": lambda c: c.workflows.install_skill("w", "s"),
    "remove": lambda c: c.workflows.remove_skill("w", "s"),
    "export": lambda c: c.workflows.export_workflows(),
    "import": lambda c: c.workflows.import_workflows({}),
    "genie": lambda c: c.developer.genies.get(GenieId("gin-1")),
    "start genie": lambda c: c.developer.genies.start(GenieId("gin-1")),
    "discovery": lambda c: c.stranger.provider(),
    "token": lambda c: c.identity.refresh(SecretStr("t")),
    "code": lambda c: c.identity.exchange(SecretStr("c"), SecretStr("v"), "http://127.0.0.1/c"),
    "userinfo": lambda c: c.identity.userinfo(SecretStr("t")),
}
FORMS: Mapping[str, tuple[dict[str, str], float]] = {
    "seconds": ({"retry_after": "6"}, 6),
    "an hour": ({"retry_after": "3600"}, 3600),
    "a day": ({"retry_after": "86400"}, 86_400),
    "a date": ({"retry_after": IN_SIX, "date": DATE}, 6),
    "twice": ({"retry_after": "3, 6"}, 6),
    "5,000 digits": ({"retry_after": "9" * 5000}, LONGEST_DELAY_S),
}


@pytest.fixture
async def clients(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Clients]:
    monkeypatch.setattr(tui.studio.client, "_LONGEST_WAIT_S", 0)  # it says so at once
    file = tmp_path / "file.txt"
    file.write_text("x")
    clients = Clients(server.url, file)
    names = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint")
    server.says(reply(200, {name: f"{server.url}/{name}" for name in names}))
    await clients.identity.provider()
    server.asked.clear()
    yield clients
    await clients.aclose()


async def refusal(clients: Clients, route: str) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await ROUTES[route](clients)
    return caught.value


@pytest.mark.parametrize("status", [409, 429, 503])
@pytest.mark.parametrize("route", ROUTES)
async def test_no_route_sends_before_its_retry_after(
    clients: Clients, server: ScriptedServer, route: str, status: int
) -> None:
    for headers, asked_s in FORMS.values():
        DELAYS.clear()
        server.asked.clear()
        server.says(reply(status, {}, **headers))
        began_s = clients.clock.monotonic_s()
        first = await refusal(clients, route)
        assert (first.status, first.retry_after_s) == (status, asked_s)
        for passed_s in (0, asked_s / 2, asked_s - 0.01):
            clients.clock.advance(began_s + passed_s - clients.clock.monotonic_s())
            early = await refusal(clients, route)
            assert (early.kind, early.sent, early.transient) == (first.kind, False, True)
            assert early.retry_after_s == pytest.approx(asked_s - passed_s)
            assert "Try again in " in early.hint
        assert len(server.asked) == 1
        clients.clock.advance(0.02)
        await refusal(clients, route)
        assert len(server.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_a_retry_after_of_unknown_scope_applies_to_every_route_of_the_host(
    clients: Clients, server: ScriptedServer, status: int
) -> None:
    server.says(reply(status, {}, retry_after="6"))
    await refusal(clients, "resume")
    for route in ROUTES:
        assert (await refusal(clients, route)).status == status
    assert len(server.asked) == 1


async def test_a_retry_after_for_a_busy_conversation_applies_to_its_route_alone(
    clients: Clients, server: ScriptedServer
) -> None:
    server.says(reply(409, {}, retry_after="6"))
    await refusal(clients, "send")
    server.says(reply(200, {}))
    await clients.headless.list_events("c")
    assert len(server.asked) == 2
    assert (await refusal(clients, "send")).status == 409
    assert len(server.asked) == 2


@pytest.mark.parametrize("value", ["0", "-5", "nan", "inf", "", "soon", DATE])
async def test_an_invalid_retry_after_delays_nothing(
    clients: Clients, server: ScriptedServer, value: str
) -> None:
    server.says(reply(503, {}, retry_after=value, date=DATE), reply(200, {}))
    assert (await refusal(clients, "events")).retry_after_s is None
    await clients.headless.list_events("c")


async def test_a_longer_retry_after_is_not_replaced_by_a_shorter_one(
    clients: Clients, server: ScriptedServer
) -> None:
    server.says(reply(429, {}, retry_after="60"), reply(429, {}, retry_after="5"))
    await asyncio.gather(refusal(clients, "list"), refusal(clients, "events"))
    assert len(server.asked) == 2
    left_s = (await refusal(clients, "get")).retry_after_s
    assert left_s == 60


async def test_retry_now_ignores_the_retry_after(clients: Clients, server: ScriptedServer) -> None:
    server.says(reply(429, {}, retry_after="3600"), reply(200, {}))
    await refusal(clients, "events")
    clients.headless.lift_delays()
    await clients.headless.list_events("c")
    assert len(server.asked) == 2


async def test_a_retry_after_does_not_apply_to_another_host(
    clients: Clients, server: ScriptedServer
) -> None:
    server.says(reply(429, {}, retry_after="3600"), reply(200, {}))
    await refusal(clients, "events")
    url = server.url.replace("127.0.0.1", "localhost")
    other = HeadlessClient(url, "gin-1", TokenAuth(url, None), clients.clock)
    await other.list_events("c")
    await other.aclose()


async def test_an_error_of_the_identity_service_contains_no_secret(
    clients: Clients, server: ScriptedServer
) -> None:
    server.says(reply(429, {"message": "slow down, r3fresh-token"}, retry_after="60"))
    for _ in range(2):
        with pytest.raises(BackendError) as caught:
            await clients.identity.refresh(SecretStr("r3fresh-token"))
        assert "r3fresh-token" not in caught.value.sentence()
