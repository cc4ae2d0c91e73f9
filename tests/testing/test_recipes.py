"""Recipes for CI in the README: YAML that its readers accept, with commands that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

import tui.testing
from tui.cli.testing.command import test as suites_command

README = (Path(tui.testing.__file__).parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"genie-tui test ([^\n|`#]+)", "\n".join(text for _, text in BLOCKS))


def recipe(word: str) -> dict[Any, Any]:
    [text] = [text for kind, text in BLOCKS if kind == "yaml" and word in text]
    found: dict[Any, Any] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize("written", COMMANDS)
def test_each_command_has_options_that_exist(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baseline.json").touch()
    words = shlex.split(re.sub(r"\$\{\{[^}]*\}\}|\$\w+", "1", written))
    with suites_command.make_context("test", words) as context:
        assert context.params["suites"] or context.params["pack"]


def test_github_runs_each_shard_and_joins_them() -> None:
    workflow = recipe("runs-on")
    assert {"name", True, "jobs"} == set(workflow)  # YAML 1.1 reads 'on' as true
    shards, report = workflow["jobs"]["agents"], workflow["jobs"]["report"]
    assert report["needs"] == "agents"
    [run] = [step["run"] for step in shards["steps"] if "--shard" in step.get("run", "")]
    assert f"/{len(shards['strategy']['matrix']['shard'])} " in run
    assert any("test merge" in step.get("run", "") for step in report["steps"])


def test_gitlab_has_a_report_of_each_shard() -> None:
    job = recipe("parallel:")["agents"]
    [command] = job["script"]
    assert f"--junit {job['artifacts']['reports']['junit']}" in command
