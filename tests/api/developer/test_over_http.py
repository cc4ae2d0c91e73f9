"""Every typed call against the demo server, in both dialects: what it gives; none is missing."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from tests.fakes import ManualClock
from tui.api.developer.client import DeveloperClient
from tui.auth.developer import DeveloperAuth
from tui.core.studio.endpoints import ENDPOINTS
from tui.core.studio.port import recipe_of_skill
from tui.core.studio.records import GenieDraft, GenieId, RecipeId, WireId
from tui.demo.builders import FAILURE, WAITING_JOB_TOKEN
from tui.demo.handles import EVERYONE, FINANCE
from tui.demo.server import DemoServer, DemoSettings

TRAVEL = "kb-BLm8cove-DemoAA"
DRAFT = GenieDraft(
    name="Djinn",
    description="Helps",
    folder_id="7498",
    instructions="Be kind",
    shared_account_id=1234,
    custom_oauth_key_id=5678,
    channel_whitelist=("C1",),
)


@pytest.fixture(params=[False, True], ids=["documented", "observed"])
async def demo(request: pytest.FixtureRequest) -> AsyncIterator[tuple[DemoServer, DeveloperClient]]:
    settings = DemoSettings(speed=0, seeded_conversations=0, observed=request.param)
    with DemoServer(settings) as server:
        auth = DeveloperAuth(server.url, SecretStr(server.developer_token))
        client = DeveloperClient(server.url, auth, ManualClock())
        yield server, client
        await client.aclose()
        assert server.errors == []


async def all_of(rows: AsyncGenerator[Any]) -> list[Any]:
    return [row async for row in rows]


def endpoint_of(method: str, path: str) -> str:
    fits = [
        e
        for e in ENDPOINTS.values()
        if e.method == method and re.fullmatch(re.sub(r":\w+", "[^/]+", e.path), path)
    ]
    return min(fits, key=lambda e: len(e.placeholders)).command


async def test_every_endpoint_has_a_typed_call_that_works(
    demo: tuple[DemoServer, DeveloperClient],
) -> None:
    server, client = demo
    folder = await folders(client)
    recipe = await recipes(client, folder)
    await genies(client, recipe)
    await knowledge(client, folder)
    await connections(client, folder)
    await inventory(client)
    called = {endpoint_of(record.method, record.path) for record in server.log}
    assert called == set(ENDPOINTS)


async def folders(client: DeveloperClient) -> WireId:
    folder = await client.folders.create("Lab")
    assert folder.id in [f.id for f in await all_of(client.folders.list())]
    project = next(p for p in await all_of(client.folders.projects()) if p.name == "Lab")
    deployed = await client.folders.deploy(project.id, "test", "first")
    assert [d.id for d in await all_of(client.folders.deployments(project_id=project.id))] == [
        deployed.id
    ]
    return folder.id


async def recipes(client: DeveloperClient, folder: WireId) -> RecipeId:
    made = await client.recipes.create("Greet", "{}", int(folder))
    copy = await client.recipes.copy(made.id, int(folder))
    await client.recipes.update(made.id, {"recipe.name": "Greet people"})
    await client.recipes.start(made.id)
    assert (await client.recipes.get(made.id)).running
    await client.recipes.stop(made.id)
    await client.recipes.delete(copy)
    assert [r.name for r in await all_of(client.recipes.list(folder_id=folder))] == ["Greet people"]
    failing = recipe_of_skill("recipe:94794")
    assert failing is not None
    job = (await all_of(client.jobs.list(failing, status="failed")))[0]
    assert (await client.jobs.get(failing, job.id)).error == FAILURE
    await client.jobs.resume(WAITING_JOB_TOKEN)
    return made.id


async def genies(client: DeveloperClient, recipe: RecipeId) -> None:
    assert (await client.skills.create(recipe)).recipe_id == recipe
    (skill,) = await all_of(client.skills.list(query="greet"))
    assert (await client.skills.get(skill.id)).name == "Greet people"
    genie_id = await client.genies.create(DRAFT)
    assert (await client.genies.update(genie_id, {"name": "Djinni"})).name == "Djinni"
    assert [n.name for n in await client.genies.assign_skills(genie_id, [skill.id])] == [skill.name]
    await client.genies.remove_skills(genie_id, [skill.id])
    await client.genies.assign_knowledge_bases(genie_id, [TRAVEL])
    await client.genies.remove_knowledge_bases(genie_id, [TRAVEL])
    await client.genies.assign_user_groups(genie_id, [EVERYONE, FINANCE])
    await client.genies.remove_user_groups(genie_id, [FINANCE])
    await client.genies.start(genie_id)
    genie = await client.genies.get(genie_id)
    assert (genie.started, genie.channel_whitelist, genie.chat_interface) == (True, ("C1",), "")
    assert [group.name for group in genie.user_groups] == ["Everyone"]
    await client.genies.stop(genie_id)
    assert genie_id in [g.id for g in await all_of(client.genies.list(state="inactive"))]
    await clients(client, genie_id)
    await client.genies.delete(genie_id)
    await guardrails(client)


async def clients(client: DeveloperClient, genie_id: GenieId) -> None:
    made = await client.clients.create("Desk")
    assert re.fullmatch("[0-9a-f]{64}", made.api_key)
    await client.clients.rename(made.client_id, "Front desk")
    await client.clients.attach(genie_id, made.client_id)
    assert (await client.genies.get(genie_id)).chat_interface
    assert "Front desk" in [c.client_name for c in await all_of(client.clients.list())]
    assert (await client.clients.regenerate(made.client_id)).api_key != made.api_key
    await client.clients.detach(genie_id, made.client_id)
    await client.clients.delete(made.client_id)


async def guardrails(client: DeveloperClient) -> None:
    (ifrit, *_) = await all_of(client.genies.list())
    assert "EMAIL" in await client.guardrails.pii_entities()
    policy = await client.guardrails.put(ifrit.id, "profanity_filter", {"enabled": True})
    assert (await client.guardrails.get(ifrit.id)).policy("profanity_filter") == policy


async def knowledge(client: DeveloperClient, folder: WireId) -> None:
    bases = client.knowledge_bases
    made = await bases.create("Lore", "Old", folder, "recipe", "scrolls")
    assert (await bases.get(made.id)).name == "Lore"
    assert (await bases.update(made.id, {"data_sources": {"wiki": True}})).id == made.id
    assert (await bases.data_sources(made.id)).data_sources == {"wiki": True}
    assert [b.name for b in await all_of(bases.list(query="lore"))] == ["Lore"]
    (travel,) = [b for b in await all_of(bases.list()) if b.id == TRAVEL]
    assert [r.name for r in await all_of(bases.recipes(travel.id))] == ["Nightly article sync"]
    await bases.delete(made.id)


async def connections(client: DeveloperClient, folder: WireId) -> None:
    made = await client.connections.create("CRM", "salesforce", int(folder), {"user": "x"})
    assert made.authorization_status == "success"
    assert (await client.connections.update(made.id, {"name": "CRM 2"})).name == "CRM 2"
    await client.connections.disconnect(made.id)
    (listed,) = await all_of(client.connections.list(folder_id=folder))
    assert (listed.name, listed.authorization_status) == ("CRM 2", "")
    await client.connections.delete(made.id)


async def inventory(client: DeveloperClient) -> None:
    (table,) = await all_of(client.tables.list())
    row = await client.tables.add_row(table.id, {"code": "1"})
    assert (await client.tables.update_row(table.id, row.id, {"code": "2"})).data == {"code": "2"}
    assert len(await all_of(client.tables.rows(table.id))) == 3
    await client.tables.delete_row(table.id, row.id)
    assert len(await all_of(client.access.roles())) == 3
    assert len(await all_of(client.access.project_roles())) == 2
    bot = await client.access.create_api_client("Bot")
    assert bot.token.startswith("wrkaus-")
    assert (await client.access.regenerate_token(bot.id)).token != bot.token
    assert "Bot" in [c.name for c in await all_of(client.access.api_clients())]
    await client.access.delete_api_client(bot.id)
    (group,) = await all_of(client.operations.on_prem_groups())
    status = await client.operations.on_prem_status(group.id)
    assert (status.agents_count, status.active_agents) == (2, ("bristol-1",))
    (ada,) = await client.users.find("ada")
    assert ada.email.startswith("ada@")
    entries = await all_of(client.operations.activity(since="2020-01-01T00:00:00Z"))
    assert entries[0].event_type == "api_client_deleted"
    assert entries[-1].event_type == "genie_created"
