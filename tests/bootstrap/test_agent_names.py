"""Cached names of agents, for when the service is unreachable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.bootstrap.agent_names import AgentNames, agent_names
from tui.bootstrap.profiles import agent_target
from tui.config import Profile

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
