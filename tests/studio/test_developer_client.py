"""Typed calls against the demo server, in both dialects."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from tests.fakes import ManualClock
from tui.auth.request_auth import DeveloperAuth
from tui.demo.developer.seed import FAILURE
from tui.demo.server import DemoServer, DemoSettings
from tui.demo.suggestions import FINANCE, IFRIT
from tui.studio.developer_client import DeveloperClient
from tui.studio.models import Genie, GenieId, recipe_of_skill

TRAVEL = "kb-BLm8cove-DemoAA"


Demo = tuple[DemoServer, DeveloperClient]


@pytest.fixture(params=[False, True], ids=["documented", "observed"])
async def demo(request: pytest.FixtureRequest) -> AsyncIterator[Demo]:
    settings = DemoSettings(speed=0, seeded_conversations=0, observed=request.param)
    with DemoServer(settings) as server:
        auth = DeveloperAuth(server.url, SecretStr(server.developer_token))
        client = DeveloperClient(server.url, auth, ManualClock())
        yield server, client
        await client.aclose()
        assert server.errors == []


async def all_of(rows: AsyncGenerator[Any]) -> list[Any]:
    return [row async for row in rows]


async def test_recipes_and_jobs(demo: Demo) -> None:
    _, client = demo
    failing = recipe_of_skill("recipe:94794")
    assert failing is not None
    assert (await client.recipes.get(failing)).running
    job = (await all_of(client.jobs.list(failing, status="failed")))[0]
    assert job.error == FAILURE


async def test_genies(demo: Demo) -> None:
    _, client = demo
    genie_id = GenieId(IFRIT)
    assert genie_id in [genie.id for genie in await all_of(client.genies.list())]
    await client.genies.stop(genie_id)
    assert not (await client.genies.get(genie_id)).started
    await client.genies.start(genie_id)
    assert (await client.genies.get(genie_id)).started


async def test_assignments(demo: Demo) -> None:
    _, client = demo
    genies, genie_id = client.genies, GenieId(IFRIT)
    skill = (await all_of(client.skills.list()))[0]
    assert (await client.skills.get(skill.id)).name == skill.name
    assert [named.name for named in await genies.assign_skills(genie_id, [skill.id])] == [
        skill.name
    ]
    await genies.remove_skills(genie_id, [skill.id])
    await genies.assign_knowledge_bases(genie_id, [TRAVEL])
    await genies.remove_knowledge_bases(genie_id, [TRAVEL])
    await genies.assign_user_groups(genie_id, [FINANCE])
    assert FINANCE in groups_of(await genies.get(genie_id))
    await genies.remove_user_groups(genie_id, [FINANCE])
    assert FINANCE not in groups_of(await genies.get(genie_id))


def groups_of(genie: Genie) -> list[str]:
    return [group.id for group in genie.user_groups]


async def test_clients(demo: Demo) -> None:
    _, client = demo
    genie = next(g for g in await all_of(client.genies.list()) if not g.chat_interface)
    made = await client.clients.create("Desk")
    assert re.fullmatch("[0-9a-f]{64}", made.api_key)
    await client.clients.rename(made.client_id, "Front desk")
    await client.clients.attach(genie.id, made.client_id)
    assert (await client.genies.get(genie.id)).chat_interface
    assert "Front desk" in [c.client_name for c in await all_of(client.clients.list())]
    assert (await client.clients.regenerate(made.client_id)).api_key != made.api_key
    await client.clients.detach(genie.id, made.client_id)
    await client.clients.delete(made.client_id)


async def test_guardrails(demo: Demo) -> None:
    _, client = demo
    genie_id = GenieId(IFRIT)
    assert "EMAIL" in await client.guardrails.pii_entities()
    policy = await client.guardrails.put(genie_id, "profanity_filter", {"enabled": True})
    assert (await client.guardrails.get(genie_id)).policy("profanity_filter") == policy


async def test_knowledge_bases(demo: Demo) -> None:
    _, client = demo
    bases = client.knowledge_bases
    (travel,) = [base for base in await all_of(bases.list()) if base.id == TRAVEL]
    assert (await bases.data_sources(travel.id)).data_sources
    assert [r.name for r in await all_of(bases.recipes(travel.id))] == ["Nightly article sync"]


async def test_users(demo: Demo) -> None:
    _, client = demo
    (ada,) = await client.users.find("ada")
    assert ada.email.startswith("ada@")
