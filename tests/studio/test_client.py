"""Endpoint client: requests, responses, pages, retries and failures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from tests.api.conftest import ScriptedServer, reply
from tests.fakes import HastyClock, ManualClock
from tests.studio.test_guardrail_validation import INVALID
from tui.auth.request_auth import DeveloperAuth
from tui.core.errors import BackendError, ErrorKind
from tui.studio.client import TIMEOUT
from tui.studio.developer_client import DeveloperClient
from tui.studio.endpoints import ENDPOINTS
from tui.studio.guardrails.validation import PII_ENTITIES
from tui.studio.models import GenieClientId, GenieId, RecipeId

TOKEN = "wrkaus-eyJhbGciOi"
GENIE = GenieId("gin-1")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def client(server: ScriptedServer, clock: ManualClock) -> AsyncIterator[DeveloperClient]:
    auth = DeveloperAuth(server.url, SecretStr(TOKEN))
    client = DeveloperClient(server.url, auth, clock)
    yield client
    await client.aclose()


def genie(number: int) -> dict[str, object]:
    return {"id": f"gin-{number}", "name": f"Genie {number}"}


async def refusal(call: object) -> BackendError:
    with pytest.raises(BackendError) as refused:
        await call  # type: ignore[misc]
    return refused.value


# -- requests ----------------------------------------------------------------------------------


async def test_the_token_is_sent_as_bearer_and_ids_are_escaped_in_the_path(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(200, {"id": "gin-1"}))
    await client.genies.get(GenieId("../clients?x=1"))
    asked = server.asked[-1]
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.target == "/api/agentic/genies/..%2Fclients%3Fx%3D1"


async def test_request_bodies_are_as_documented(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(200, {"data": {"client_id": "gincl-1"}}))
    await client.clients.create("Desk", "http://127.0.0.1:8763/callback")
    assert json.loads(server.asked[-1].body) == {
        "client_name": "Desk",
        "auth": {"type": "oauth", "oauth_redirect_url": "http://127.0.0.1:8763/callback"},
    }
    await client.clients.create("Robot")
    assert json.loads(server.asked[-1].body)["auth"] == {"type": "api_key"}


async def test_the_request_timeout_is_forty_seconds() -> None:
    assert (TIMEOUT.read, TIMEOUT.connect) == (40, 10)


@pytest.mark.parametrize(
    ("policy", "configuration", "rule"),
    [
        ("harmful_content", {"filters": []}, "Add at least one filter"),
        ("prompt_attack", {"strength": "LOW", "enabled": False}, "doesn't accept enabled"),
        ("dance", {}, "must be one of"),
    ],
)
async def test_an_invalid_policy_is_never_sent(
    client: DeveloperClient, server: ScriptedServer, policy: str, configuration: object, rule: str
) -> None:
    error = await refusal(client.guardrails.put(GENIE, policy, configuration))  # type: ignore[arg-type]
    assert (error.kind, error.status) == (ErrorKind.INVALID, None)
    assert rule in str(error)
    assert server.asked == []


async def test_no_invalid_policy_of_the_rule_cases_is_sent(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(200, {"data": list(PII_ENTITIES)}))
    for policy, configuration, _, rule in INVALID:
        error = await refusal(client.guardrails.put(GENIE, policy, configuration))
        assert rule in str(error)
    assert {asked.method for asked in server.asked} == {"GET"}


async def test_an_unknown_entity_type_is_looked_up(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    wanted = {"enabled": True, "action": "BLOCK", "pii_entities": [{"type": "SHOE_SIZE"}]}
    server.says(reply(200, {"data": ["SHOE_SIZE"]}), reply(200, {"data": {"id": "p-1"}}))
    assert (await client.guardrails.put(GENIE, "pii_detection", wanted)).id == "p-1"
    known = wanted | {"pii_entities": [{"type": "EMAIL"}]}
    await client.guardrails.put(GENIE, "pii_detection", known)
    assert [asked.method for asked in server.asked] == ["GET", "PUT", "PUT"]


async def test_an_empty_id_is_never_sent(client: DeveloperClient, server: ScriptedServer) -> None:
    error = await refusal(client.genies.stop(GenieId(" ")))
    assert "GENIE can't be empty" in str(error)
    assert server.asked == []


# -- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [lambda g: g, lambda g: {"data": g}, lambda g: [g]])
async def test_an_object_is_parsed_bare_in_an_envelope_or_as_a_list_of_one(
    client: DeveloperClient, server: ScriptedServer, wrap: object
) -> None:
    body = {"id": "gin-1", "name": "Ifrit\x1b[31m", "state": "active", "skills_count": "5"}
    server.says(reply(200, wrap(body)))  # type: ignore[operator]
    found = await client.genies.get(GENIE)
    assert (found.id, found.name, found.started, found.skills_count) == (
        "gin-1",
        "Ifrit\ufffd[31m",
        True,
        5,
    )


@pytest.mark.parametrize(
    "wrap",
    [
        lambda rows: rows,
        lambda rows: {"data": rows, "total": 2, "page": 1},
        lambda rows: {"items": rows},
        lambda rows: {"result": {"count": 2, "items": rows}},
    ],
)
async def test_lists_are_found_in_any_envelope(
    client: DeveloperClient, server: ScriptedServer, wrap: object
) -> None:
    server.says(reply(200, wrap([genie(1), "odd", genie(2)])))  # type: ignore[operator]
    assert [g.id async for g in client.genies.list()] == ["gin-1", "", "gin-2"]


async def test_a_response_without_a_list_differs_from_an_empty_list(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(200, {"hello": 1}))
    error = await refusal(anext(client.genies.list()))
    assert error.kind is ErrorKind.BAD_ANSWER


async def test_a_secret_is_parsed_also_inside_an_object_and_never_printed(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(200, {"data": {"api_key": {"value": "5ec3e7"}}}))
    made = await client.clients.regenerate(GenieClientId("gincl-1"))
    assert made.api_key == "5ec3e7"
    assert "5ec3e7" not in repr(made)


# -- pages -------------------------------------------------------------------------------------


def pages_asked(server: ScriptedServer) -> list[str]:
    return [asked.target.partition("?")[2] for asked in server.asked]


async def test_paging_continues_until_an_empty_page(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    full = [genie(number) for number in range(50)]
    server.says(reply(200, full), reply(200, [genie(50)]), reply(200, []))
    assert len([s async for s in client.skills.list(project_id="7")]) == 51
    assert pages_asked(server) == [
        "project_id=7&page=1&per_page=50",
        "project_id=7&page=2&per_page=50",
        "project_id=7&page=3&per_page=50",
    ]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda rows, page: rows,
        lambda rows, page: {"items": rows},
        lambda rows, page: {"data": rows, "total": 25, "page": page, "per_page": 10},
        lambda rows, page: {"data": rows, "page": page, "per_page": 50},
        lambda rows, page: {"result": {"items": rows, "total": 25}},
        lambda rows, page: {"items": rows, "next_page": page + 1 if page < 3 else None},
        lambda rows, page: {"data": rows, "meta": {"page": page, "total_pages": 3}},
    ],
)
async def test_paging_with_capped_pages_gives_all_rows(
    client: DeveloperClient, server: ScriptedServer, wrap: Callable[[list[Any], int], object]
) -> None:
    rows = [genie(number) for number in range(25)]
    pages = [rows[start : start + 10] for start in (0, 10, 20)]
    server.says(*(reply(200, wrap(page, number)) for number, page in enumerate([*pages, []], 1)))
    assert [g.id async for g in client.genies.list()] == [row["id"] for row in rows]
    assert len(server.asked) <= 4


async def test_paging_follows_link_headers(client: DeveloperClient, server: ScriptedServer) -> None:
    more = '</api/agentic/genies?page=2>; rel="next", </api/agentic/genies?page=2>; rel="last"'
    last = '</api/agentic/genies?page=1>; rel="prev"'
    server.says(
        reply(200, [genie(1)], Link=more),
        reply(200, [genie(2)], Link=last),
    )
    assert [g.id async for g in client.genies.list()] == ["gin-1", "gin-2"]
    assert len(server.asked) == 2


async def test_paging_ends_where_the_service_ignores_the_page(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(200, [genie(number) for number in range(60)]))
    assert len([g async for g in client.genies.list()]) == 60
    assert len(server.asked) == 2


async def test_paging_stops_when_enough_rows_are_loaded(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(200, [genie(number) for number in range(50)]))
    rows = client.endpoints.rows(ENDPOINTS["genies list"], limit=3)
    assert len([row async for row in rows]) == 3
    assert pages_asked(server) == ["page=1&per_page=3"]


async def test_paging_of_jobs_continues_after_the_last_one(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(
        reply(200, {"items": [{"id": "j-1", "is_error": True, "error": "no"}]}),
        reply(200, {"items": []}),
    )
    (job,) = [job async for job in client.jobs.list(RecipeId("12"), status="failed")]
    assert (job.failed, job.error) == (True, "no")
    assert pages_asked(server) == [
        "status=failed&per_page=100",
        "status=failed&offset_job_id=j-1&per_page=100",
    ]


# -- failures ----------------------------------------------------------------------------------

ERRORS = {"errors": [{"code": 422, "title": "Failed", "detail": "Unknown key: junk"}]}


@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        (400, ErrorKind.INVALID, "field named in the message"),
        (401, ErrorKind.UNAUTHORIZED, "A genie client's key"),
        (403, ErrorKind.FORBIDDEN, "client role"),
        (404, ErrorKind.NOT_FOUND, "project scopes"),
        (422, ErrorKind.INVALID, ""),
        (429, ErrorKind.RATE_LIMITED, "Wait a minute"),
        (500, ErrorKind.SERVER, "send the request ID"),
    ],
)
async def test_each_http_status_has_a_message_a_hint_and_the_correlation_id(
    client: DeveloperClient, server: ScriptedServer, status: int, kind: ErrorKind, hint: str
) -> None:
    server.says(reply(status, ERRORS, x_correlation_id="corr-7"))
    error = await refusal(client.genies.stop(GENIE))
    assert (error.kind, error.request_id) == (kind, "corr-7")
    assert "Unknown key: junk" in str(error)
    assert hint in error.hint


async def test_attaching_a_second_client_is_explained_with_a_way_out(
    client: DeveloperClient, server: ScriptedServer
) -> None:
    server.says(reply(409, {"errors": [{"code": 409, "title": "Conflict"}]}))
    error = await refusal(client.clients.attach(GENIE, GenieClientId("gincl-1")))
    assert error.kind is ErrorKind.BUSY
    assert "Detach the existing pair" in error.hint


async def test_only_reads_are_retried(server: ScriptedServer) -> None:
    client = DeveloperClient(server.url, DeveloperAuth(server.url, SecretStr(TOKEN)), HastyClock())
    server.says(reply(503), reply(200, {"id": "gin-1"}))
    assert (await client.genies.get(GENIE)).id == "gin-1"
    assert len(server.asked) == 2
    for write in (
        client.genies.stop(GENIE),
        client.genies.start(GENIE),
        client.clients.regenerate(GenieClientId("gincl-1")),
        client.clients.delete(GenieClientId("gincl-1")),
    ):
        server.asked.clear()
        server.says(reply(503), reply(200, {}))
        error = await refusal(write)
        assert error.sent
        assert len(server.asked) == 1
    await client.aclose()


async def test_a_read_waits_for_its_retry_after_and_reports_it(server: ScriptedServer) -> None:
    clock, told = HastyClock(), list[float]()
    client = DeveloperClient(server.url, DeveloperAuth(server.url, SecretStr(TOKEN)), clock)
    client.endpoints.rate_limiter.on_wait = told.append
    server.says(reply(429, retry_after="7"), reply(200, {"id": "gin-1"}))
    assert (await client.genies.get(GENIE)).id == "gin-1"
    assert clock.slept_s == told == [7]
    server.says(reply(429, retry_after="3600"))
    error = await refusal(client.genies.get(GENIE))
    assert "Try again in 60 min." in error.sentence()
    assert clock.slept_s == [7]
    await client.aclose()


@pytest.mark.parametrize(
    ("token", "words"),
    [("ab" * 32, "genie client's API key"), ("two words", "invalid characters"), ("", "empty")],
)
async def test_credentials_of_the_wrong_kind_are_reported_and_never_sent(
    server: ScriptedServer, clock: ManualClock, token: str, words: str
) -> None:
    client = DeveloperClient(server.url, DeveloperAuth(server.url, SecretStr(token)), clock)
    error = await refusal(client.genies.get(GENIE))
    await client.aclose()
    assert error.kind is ErrorKind.UNAUTHORIZED
    assert words in str(error)
    assert server.asked == []


async def test_the_token_is_sent_to_the_developer_host_only(
    server: ScriptedServer, clock: ManualClock
) -> None:
    auth = DeveloperAuth("https://app.workato.com", SecretStr(TOKEN))
    client = DeveloperClient(server.url, auth, clock)
    error = await refusal(client.genies.get(GENIE))
    await client.aclose()
    assert "belong to another host" in str(error)
    assert server.asked == []
