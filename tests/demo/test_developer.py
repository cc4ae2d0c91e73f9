"""Developer API of the demo, from a plain HTTP client that shares no code with ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.demo.conftest import Visitor
from tui.demo.developer.seed import FAILING_SKILL, FAILURE
from tui.demo.ids import skill_id
from tui.demo.server import DemoServer
from tui.demo.suggestions import COLLEAGUE_ID, EVERYONE, FINANCE, NO_CLIENT_GENIE, STOPPED_GENIE

Visit = Callable[..., Visitor]


class Builder:
    """Client with a Developer API token."""

    def __init__(self, server: DemoServer, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token or server.developer_token}"}
        self.http = httpx.Client(base_url=server.url, headers=headers, verify=False)

    def ask(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.http.request(method, path, json=body or None)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def genie(self, name: str = "Djinn") -> str:
        """A new genie, not started, without a client and without user groups."""
        return str(
            self.ask(
                "POST",
                "/api/agentic/genies",
                name=name,
                description="Helps",
                folder_id="7498",
                instructions="Be kind",
                ai_provider="open_ai",
                shared_account_id=1234,
                custom_oauth_key_id=5678,
                matrix=True,
            )["id"]
        )

    def client(self, name: str = "Desk") -> dict[str, str]:
        body = {"client_name": name, "auth": {"type": "api_key"}}
        made: dict[str, str] = self.ask("POST", "/api/agentic/genies/clients", **body)["data"]
        return made

    def attach(self, genie: str, client: str, status: int = 200) -> Any:
        path = f"/api/agentic/genies/{genie}/clients"
        return self.ask("POST", path, status, genie_client_id=client)


Build = Callable[..., Builder]


@pytest.fixture
def build() -> Iterator[Build]:
    """Hands out builders whose connections are closed in the end."""
    with ExitStack() as stack:

        def new(server: DemoServer, token: str | None = None) -> Builder:
            builder = Builder(server, token)
            stack.enter_context(builder.http)
            return builder

        yield new


def errors_of(answer: httpx.Response) -> dict[str, Any]:
    (error,) = answer.json()["errors"]
    return dict(error)


# -- who may do what ---------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["", "nonsense", "key", "access"])
def test_wrong_credentials_are_401_in_the_format_of_the_api(visit: Visit, wrong: str) -> None:
    server = visit().server
    token = {"key": server.api_key, "access": server.access_token}.get(wrong, wrong)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.get(f"{server.url}/api/agentic/genies", headers=headers, verify=False)
    assert answer.status_code == 401
    assert errors_of(answer)["code"] == 401
    assert "x-correlation-id" in answer.headers
    assert "x-request-id" not in answer.headers


def test_a_developer_token_cannot_chat(visit: Visit, build: Build) -> None:
    ada = visit()
    headers = {"Authorization": f"Bearer {ada.server.developer_token}"}
    assert httpx.get(f"{ada.chat}/conversations", headers=headers, verify=False).status_code == 401


def test_a_role_that_only_reads_neither_writes_nor_sees_clients(visit: Visit, build: Build) -> None:
    server = visit().server
    reader = build(server, server.reader_token)
    reader.ask("GET", "/api/agentic/genies")
    for method, path in (
        ("GET", "/api/agentic/genies/clients"),
        ("GET", "/api/developer_api_clients"),
        ("POST", f"/api/agentic/genies/{server.genie}/stop"),
        ("DELETE", f"/api/agentic/genies/{server.genie}"),
    ):
        assert "client role" in reader.ask(method, path, 403)["errors"][0]["detail"]


def test_tokens_of_api_clients_work_until_they_are_replaced(visit: Visit, build: Build) -> None:
    server = visit().server
    builder = build(server)
    made = builder.ask("POST", "/api/developer_api_clients", name="Bot", all_folders=True)
    bot, path = made["result"], f"/api/developer_api_clients/{made['result']['id']}"
    build(server, bot["token"]["value"]).ask("GET", "/api/folders")
    new = builder.ask("POST", f"{path}/regenerate")["result"]["token"]["value"]
    build(server, bot["token"]["value"]).ask("GET", "/api/folders", 401)
    build(server, new).ask("GET", "/api/folders")
    builder.ask("DELETE", path)
    build(server, new).ask("GET", "/api/folders", 401)


@pytest.mark.parametrize(
    ("method", "path", "most", "seconds"),
    [("GET", "/api/folders", 60, 60), ("POST", "/api/connections", 1, 1)],
)
def test_requests_over_the_rate_limit_are_429_until_time_has_passed(
    visit: Visit, build: Build, method: str, path: str, most: int, seconds: int
) -> None:
    server = visit().server
    builder = build(server)
    body = {"name": "CRM", "provider": "x", "folder_id": 7498} if method == "POST" else {}
    for _ in range(most):
        builder.ask(method, path, **body)
    builder.ask(method, path, 429, **body)
    builder.ask("GET", "/api/projects")
    server.clock.advance(seconds)
    builder.ask(method, path, **body)


# -- what is done here is true at the runtime ----------------------------------------------------


def said(visitor: Visitor) -> list[str]:
    return [f.data["message"] for f in visitor.ask("hi") if f.event == "agent.message"]


def test_a_started_genie_replies_and_a_stopped_one_is_silent(visit: Visit, build: Build) -> None:
    asleep = visit("stopped_genie")
    builder, path = build(asleep.server), f"/api/agentic/genies/{STOPPED_GENIE}"
    assert said(asleep) == []
    builder.ask("POST", f"{path}/start")
    assert builder.ask("GET", path)["state"] == "active"
    assert said(asleep)
    builder.ask("POST", f"{path}/stop")
    assert said(asleep) == []


def test_an_attached_client_ends_the_406(visit: Visit, build: Build) -> None:
    lampless = visit("no_client_genie")
    builder = build(lampless.server)
    assert builder.ask("GET", f"/api/agentic/genies/{NO_CLIENT_GENIE}")["chat_interface"] is None
    assert lampless.post("/conversations").status_code == 406
    client = builder.client()
    builder.attach(NO_CLIENT_GENIE, client["client_id"])
    key = {"Authorization": f"Bearer {client['api_key']}"}
    assert lampless.http.post("/conversations", headers=key).status_code == 200
    pairing = f"/api/agentic/genies/{NO_CLIENT_GENIE}/clients/{client['client_id']}"
    builder.ask("DELETE", pairing)
    assert lampless.http.post("/conversations", headers=key).status_code == 406


def test_a_genie_and_a_client_are_one_to_one(visit: Visit, build: Build) -> None:
    server = visit().server
    builder = build(server)
    one, other = builder.client()["client_id"], builder.client("Second")["client_id"]
    builder.attach(server.genie, one, 409)
    builder.attach(NO_CLIENT_GENIE, one)
    builder.attach(NO_CLIENT_GENIE, other, 409)
    builder.attach(builder.genie(), one, 409)


def test_an_api_key_is_valid_for_its_own_genie_until_replaced_or_deleted(
    visit: Visit, build: Build
) -> None:
    ada = visit()
    builder, genie = build(ada.server), build(ada.server).genie()
    client = builder.client()
    builder.attach(genie, client["client_id"])
    groups = {"user_group_ids": [EVERYONE]}
    builder.ask("POST", f"/api/agentic/genies/{genie}/assign_user_groups", **groups)
    path = f"/api/agentic/genies/clients/{client['client_id']}"

    def status(handle: str, key: str) -> int:
        url = f"{ada.server.url}/api/v1/genies/{handle}/chat/conversations"
        headers = {"Authorization": f"Bearer {key}", "X-IDP-User-Id": ada.server.idp_user_id}
        return httpx.get(url, headers=headers, verify=False).status_code

    assert status(genie, client["api_key"]) == 200
    assert status(ada.server.genie, client["api_key"]) == 401
    new = builder.ask("POST", f"{path}/regenerate")["data"]["api_key"]
    assert (status(genie, client["api_key"]), status(genie, new)) == (401, 200)
    builder.ask("DELETE", path)
    assert status(genie, new) == 401


def test_only_members_of_the_user_groups_can_chat_with_a_genie(visit: Visit, build: Build) -> None:
    ada = visit()
    builder, path = build(ada.server), f"/api/agentic/genies/{ada.server.genie}"
    grace = {"X-IDP-User-Id": COLLEAGUE_ID}
    builder.ask("POST", f"{path}/assign_user_groups", user_group_ids=[FINANCE])
    builder.ask("POST", f"{path}/remove_user_groups", user_group_ids=[EVERYONE])
    refused = ada.http.get("/conversations")
    assert refused.json()["error_code"] == "user_nonactive_or_missing"
    assert ada.http.get("/conversations", headers=grace).status_code == 200


def test_a_deleted_genie_deletes_its_conversations_and_detaches_its_client(
    visit: Visit, build: Build
) -> None:
    ada = visit()
    ada.ask("hi")
    builder = build(ada.server)
    builder.ask("DELETE", f"/api/agentic/genies/{STOPPED_GENIE}")
    builder.ask("GET", f"/api/agentic/genies/{STOPPED_GENIE}", 404)
    builder.attach(builder.genie(), "gincl-NightDsk-DemoAA-CD")
    assert len(ada.get("/conversations")["list"]) == 1


def test_each_call_of_a_skill_is_a_job_of_its_recipe(visit: Visit, build: Build) -> None:
    ada = visit()
    builder = build(ada.server)
    number = skill_id(FAILING_SKILL).removeprefix("recipe:")
    before = builder.ask("GET", f"/api/recipes/{number}/jobs?status=failed")["items"]
    turn = ada.ask("Export the invoices")
    [failed] = [frame.data for frame in turn if frame.event == "skill.failed"]
    jobs = builder.ask("GET", f"/api/recipes/{number}/jobs?status=failed")["items"]
    assert failed["skill_id"] == f"recipe:{number}"
    assert len(jobs) == len(before) + 1
    assert jobs[0]["error"] == failed["error"] == FAILURE
    assert jobs[0]["genie_run_id"] == failed["genie_run_id"]
    assert builder.ask("GET", f"/api/recipes/{number}/jobs/{jobs[0]['id']}") == jobs[0]
    rest = builder.ask("GET", f"/api/recipes/{number}/jobs?offset_job_id={jobs[0]['id']}")["items"]
    assert [job["id"] for job in rest if job["is_error"]] == [job["id"] for job in before]


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/agentic/genies?page=0", {}, 400),
        ("GET", "/api/agentic/genies/gin-nobody", {}, 404),
        ("POST", "/api/agentic/genies", {"name": "Djinn"}, 400),
        ("POST", "/api/agentic/genies/clients", {"client_name": "x", "auth": "key"}, 422),
        ("POST", "/api/agentic/genies/{genie}/assign_skills", {"skill_ids": ["1"]}, 404),
        ("POST", "/api/agentic/genies/{genie}/assign_skills", {"skill_ids": []}, 400),
        ("PUT", "/api/agentic/genies/{genie}/guardrails/policies/dance", {}, 400),
        (
            "PUT",
            "/api/agentic/genies/gin-NoLamp01-DemoAA-CD/guardrails/policies/prompt_attack",
            {"configuration": {"strength": "LOW"}},
            404,
        ),
        (
            "PUT",
            "/api/agentic/genies/{genie}/guardrails/policies/prompt_attack",
            {"configuration": {"strength": "LOW", "junk": 1}},
            422,
        ),
        ("POST", "/api/recipes", {"recipe": {"name": "x", "code": "{}"}}, 400),
        ("POST", "/api/agentic/skills", {"recipe_id": 1}, 404),
        ("POST", "/api/job/resume", {"token": "nobody"}, 404),
        ("POST", "/api/projects/4567/deploy", {}, 400),
        ("GET", "/api/activity_logs?from=yesterday", {}, 400),
        ("PATCH", "/api/recipes/1", {}, 405),
        ("GET", "/api/agentic/genies?per_page=51", {}, 400),
        ("GET", "/api/agentic/genies/clients?per_page=51", {}, 400),
        ("GET", "/api/agentic/genies/clients?page=one", {}, 400),
        ("GET", "/api/agentic/skills?per_page=1000", {}, 400),
        ("GET", "/api/agentic/knowledge_bases?per_page=51", {}, 400),
        ("GET", "/api/recipes?running=perhaps", {}, 400),
        ("GET", "/api/recipes/94794/jobs?status=dancing", {}, 400),
        ("GET", "/api/activity_logs?page[size]=0", {}, 400),
        ("PUT", "/api/agentic/genies/{genie}", {"channel_mode": "nowhere"}, 422),
        ("PUT", "/api/agentic/genies/{genie}", {"channel_scope": "some"}, 422),
        ("PUT", "/api/agentic/genies/{genie}", {"response_mode": "never"}, 422),
        ("PUT", "/api/agentic/genies/{genie}", {"matrix": "true"}, 422),
        ("PUT", "/api/agentic/genies/{genie}", {"matrix": 1}, 422),
        ("PUT", "/api/agentic/genies/{genie}", {"ai_provider": "mine"}, 422),
        ("PUT", "/api/agentic/genies/{genie}", {"channel_whitelist": "C1"}, 422),
    ],
)
def test_invalid_requests_are_rejected_with_their_status(
    visit: Visit, build: Build, method: str, path: str, body: dict[str, Any], status: int
) -> None:
    server = visit().server
    refused = build(server).ask(method, path.format(genie=server.genie), status, **body)
    assert refused["errors"][0]["code"] == status
    assert server.errors == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("query=ada%40example.com", ["Ada"]),
        ("query=ALAN", ["Alan"]),
        ("emails[]=ada@example.com", ["Ada"]),
        ("emails[]=grace@example.com&emails[]=ALAN@example.com", ["Grace", "Alan"]),
        ("emails%5B%5D=ada@example.com&query=", ["Ada"]),
        ("query=nobody", []),
    ],
)
def test_users_are_found_by_name_or_email(
    visit: Visit, build: Build, query: str, names: list[str]
) -> None:
    users = build(visit().server).ask("GET", f"/api/iam/users?{query}")["data"]
    assert [user["name"] for user in users] == names
    assert {user["status"] for user in users} <= {"active", "invited"}


def test_an_invalid_policy_is_rejected_as_documented(visit: Visit, build: Build) -> None:
    server = visit().server
    path = f"/api/agentic/genies/{server.genie}/guardrails/policies/prompt_attack"
    body = {"configuration": {"strength": "LOW", "junk": 1}}
    assert build(server).ask("PUT", path, 422, **body)["errors"] == [
        {
            "code": 422,
            "title": "Failed to update policy",
            "detail": "Configuration contains unknown keys: junk",
        }
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/api/agentic/genies?folder_id=&project_id=&state=&page=&per_page=",
        "/api/agentic/genies/clients?page=&per_page=",
        "/api/agentic/skills?query=&sort_term=&page=&per_page=",
        "/api/recipes?folder_id=&running=&page=&per_page=",
        "/api/recipes/94794/jobs?status=&offset_job_id=&per_page=",
        "/api/activity_logs?from=&to=&page[after]=&page[size]=&include_event_types[]=",
        "/api/iam/users?query=&emails[]=",
    ],
)
def test_empty_query_parameters_count_as_missing(visit: Visit, build: Build, path: str) -> None:
    builder = build(visit().server)
    assert builder.ask("GET", path) == builder.ask("GET", path.partition("?")[0])


def test_an_unknown_state_filter_finds_no_genie(visit: Visit, build: Build) -> None:
    builder = build(visit().server)
    assert builder.ask("GET", "/api/agentic/genies?state=dancing") == []
    states = {row["state"] for row in builder.ask("GET", "/api/agentic/genies?state=active")}
    assert states == {"active"}
