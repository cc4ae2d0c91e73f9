"""Cached names of agents, for when the service is unreachable."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.bootstrap.agent_names import AgentNames, agent_names, genie_name, user_names
from tui.bootstrap.backends import open_backend
from tui.bootstrap.demo import profile_of_demo, start_demo
from tui.bootstrap.profiles import agent_target, use_genie
from tui.config import Profile, load, save_profile

HOST = "https://one.example"


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_agent_names_are_cached_per_host(
    tmp_path_factory: pytest.TempPathFactory, mine: dict[str, str], others: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("names") / "agents.json"
    AgentNames(path, HOST).save(mine)
    AgentNames(path, "https://two.example").save(others)
    assert {agent: AgentNames(path, HOST).of(agent) for agent in mine} == mine


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"https://one.example": 3}', "[" * 9000])
def test_a_damaged_cache_file_means_no_agent_names(tmp_path: Path, text: str) -> None:
    path = tmp_path / "agents.json"
    path.write_text(text)
    assert AgentNames(path, HOST).of("a") == ""
    AgentNames(path, HOST).save({"a": "Ifrit"})
    assert AgentNames(path, HOST).of("a") == "Ifrit"


def test_an_unwritable_folder_disables_the_agent_name_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    AgentNames(tmp_path / "file" / "agents.json", HOST).save({"a": "Ifrit"})


def test_the_next_start_shows_the_cached_agent_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    profile = Profile(backend="workflows", base_url=HOST, genie="a48f727b")
    assert agent_target(profile).agent_name == "a48f727b"
    agent_names(profile).save({"a48f727b": "Orders"})
    assert agent_target(profile).agent_name == "Orders"


def profile(**settings: object) -> Profile:
    return Profile(**{"base_url": HOST, "genie": "gin-1", **settings})  # type: ignore[arg-type]


def test_the_setting_names_the_agent_before_what_was_learned() -> None:
    agent_names(profile()).learn("gin-1", "Learned")
    assert agent_target(profile()).agent_name == "Learned"
    assert agent_target(profile(name="Ifrit")).agent_name == "Ifrit"
    assert agent_target(profile(genie="gin-2")).agent_name == "gin-2"


async def test_the_name_of_a_genie_is_learned_from_studio_once() -> None:
    server = await asyncio.to_thread(start_demo)
    try:
        demo = replace(profile_of_demo(server), name="")
        assert agent_target(demo).agent_name == server.genie
        async with open_backend(demo) as (backend, _):
            assert (await backend.agent()).name == "Ifrit"
            assert (await backend.agent()).name == "Ifrit"
            await backend.aclose()
        asked = [request for request in server.log if "/genies/" in request.path]
        assert len([request for request in asked if request.path.startswith("/api")]) == 1
    finally:
        await asyncio.to_thread(server.stop)
    assert agent_target(demo).agent_name == "Ifrit"  # also while nothing answers
    assert await genie_name(demo) == "Ifrit"


async def test_without_a_developer_token_a_genie_keeps_its_handle() -> None:
    assert await genie_name(profile(genie="gin-3")) == ""


def test_the_user_of_an_api_key_is_named_once_the_name_is_known() -> None:
    with_key = profile(auth="api_key", idp_user_id="usr-of-names", identity_url=HOST)
    assert agent_target(with_key).user_name == "usr-of-names"
    user_names(with_key).learn("usr-of-names", "Ada Lovelace")
    assert agent_target(with_key).user_name == "Ada Lovelace"


def test_another_genie_takes_no_name_from_the_one_before(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    save_profile(config, "work", {"genie": "gin-1", "name": "Mine", "base_url": HOST})
    before = load(profile="work", config_path=config, complete=False)
    use_genie(before, config, "gin-2")
    after = load(profile="work", config_path=config, complete=False)
    assert (after.genie, after.name) == ("gin-2", "")
    assert agent_names(after).of("gin-1") == "Mine"
