"""Every option of ``genie-tui test`` and ``ask --batch`` has an effect; the tables are complete."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from tests.testing.suite_runs import Command
from tui.cli.ask_command import ask
from tui.cli.testing.command import test as suites_command
from tui.config import SETTINGS
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

SUITE = """\
version: 1
suite: opts
env: [PASSPHRASE]
secrets: [PASSPHRASE]
vars: {word: ask me}
cases:
  - {id: one, tags: [smoke], turns: [{say: hello, expect: [{contains: "${word}"}]}]}
  - {id: two, turns: [{say: hello, expect: [{contains: a boat}]}]}
  - {id: three, turns: [{say: hello, expect: [{contains: ask me}]}]}
"""
SECRET = "hunter2 and+more"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seeded_conversations=0)) as running:
        yield running


class Room:
    """The command, set up for the demo server by the environment."""

    def __init__(self, command: Command, folder: Path) -> None:
        self.command = command
        self.folder = folder
        self.suite = folder / "opts.yaml"
        self.suite.write_text(SUITE)

    def __call__(self, *options: object) -> tuple[int, str]:
        return self.command(self.suite, *options)

    def report(self, *options: object) -> dict[str, Any]:
        """Return the JSON report."""
        path = self.folder / "report.json"
        path.unlink(missing_ok=True)
        self(*options, "--json", path)
        report: dict[str, Any] = json.loads(path.read_text())
        return report

    def ids(self, *options: object) -> list[str]:
        """Return the IDs of the cases that a run has, in their order."""
        return [case["id"] for case in self.report(*options)["cases"]]

    def runs(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "runs").iterdir())


@pytest.fixture
def room(
    command: Command, server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Room:
    for name in [name for name in os.environ if name.startswith("GENIE_TUI_")]:
        monkeypatch.delenv(name)
    settings = {
        "CONFIG_DIR": tmp_path,
        "DATA_DIR": tmp_path,
        "BASE_URL": server.url,
        "DEVELOPER_URL": server.url,
        "GENIE": server.genie,
        "AUTH": "api_key",
        "API_KEY": server.api_key,
        "IDP_USER_ID": server.idp_user_id,
        "DEVELOPER_TOKEN": server.developer_token,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"GENIE_TUI_{name}", str(value))
    return Room(command, tmp_path)


OPTIONS = {
    "suites", "demo", "profile", "config", "pack", "schema", "only_list",
    "jobs", "repeat", "until_decided", "words", "tags", "shard", "seed", "fail_fast", "variables",
    "timeout", "resume", "record", "replay", "studio", "junit", "html", "json_file", "compare",
    "fail_on",
}  # fmt: skip
BATCH = {
    "batch", "jobs", "output", "resume", "timeout", "approve", "approve_all", "reject",
    "reject_all",
}  # fmt: skip
OF_ASK = {"text", "conversation", "last_conversation", "prompt", "files", "options", "as_json"}


def own_options(command: click.Command) -> set[str]:
    """The options but those that are settings, which test_settings.py has."""
    return {parameter.name or "" for parameter in command.params} - SETTINGS.keys()


def test_no_option_is_without_a_test() -> None:
    assert own_options(suites_command) == OPTIONS
    assert own_options(ask) == BATCH | OF_ASK | {"demo", "profile", "config"}


def test_selection(room: Room) -> None:
    assert room.ids() == ["one", "two", "three"]
    assert room.ids("--filter", "tw") == ["two"]
    assert room.ids("--filter", "opts/two") == ["two"]
    assert room.ids("--tag", "smoke") == ["one"]
    parts = [*room.ids("--shard", "1/2"), *room.ids("--shard", "2/2")]
    assert sorted(parts) == ["one", "three", "two"]
    assert len({tuple(room.ids("--seed", seed)) for seed in range(8)}) > 1
    code, text = room("--list", "--tag", "smoke")
    assert (code, text.split()[0], "two" in text) == (0, "opts/one", False)


def test_how_cases_are_run(room: Room, server: DemoServer) -> None:
    verdicts = [case["verdict"] for case in room.report("--fail-fast")["cases"]]
    assert verdicts == ["pass", "fail", "not_run"]
    assert [len(case["attempts"]) for case in room.report("--repeat", 3)["cases"]] == [3, 3, 3]
    decided = room.report("--repeat", 3, "--until-decided")["cases"]
    assert [len(case["attempts"]) for case in decided] == [3, 1, 3]
    assert room("--tag", "smoke", "--var", "word=a boat")[0] == 1
    [case] = room.report("--tag", "smoke", "--timeout", 0.1)["cases"]
    assert case["verdict"] == "pass" or case["attempts"][0]["turns"][0]["outcome"] == "timeout"
    server.faults.add("slow:ms=300,on=send")
    [case] = room.report("--tag", "smoke", "--timeout", 0.1)["cases"]
    [turn] = case["attempts"][0]["turns"]
    assert (case["verdict"], turn["outcome"]) == ("error", "timeout")
    assert turn["error"]["text"] == "no end after 0.1 s"
    took_s = []
    for jobs in (1, 3):
        began_s = time.monotonic()
        room("--jobs", jobs)
        took_s.append(time.monotonic() - began_s)
    server.faults.clear()
    assert took_s[1] < took_s[0]


def test_the_agent(room: Room) -> None:
    def agent(*options: object) -> tuple[str, str]:
        run = room.report("--tag", "smoke", *options)["run"]
        return run["agent"], run["backend"]

    assert agent("--genie", "gullible") == ("Gullible", "genie")
    assert agent("--demo", "--genie", "guarded") == ("Guarded", "genie")
    assert agent("--demo", "--backend", "workflows") == ("Ifrit", "workflows")
    code, text = room("--genie", "Gulible")
    assert (code, "There's no agent 'Gulible'. Did you mean 'Gullible'?" in text) == (2, True)
    assert text.count("Gulible") == 1
    config = room.folder / "other.toml"
    config.write_text('[profiles.qa]\nname = "QA"\n')
    assert agent("--config", config, "--profile", "qa")[0] == "QA"
    assert room("--profile", "nobody")[0] == 2
    room.suite.write_text(SUITE + "agent: Gulible\n")
    assert room()[0] == 2
    room.suite.write_text(SUITE + "agent: Gullible\n")
    assert agent() == ("Gullible", "genie")
    other = room.folder / "other.yaml"
    other.write_text(SUITE.replace("opts", "other"))
    assert "name different agents" in room(other)[1]


def test_reports_and_comparison(room: Room) -> None:
    junit, html, old = (room.folder / name for name in ("a.xml", "a.html", "old.json"))
    assert room("--junit", junit, "--html", html, "--json", old)[0] == 1
    assert "<testsuites" in junit.read_text()
    assert "opts/one" in html.read_text()
    code, text = room("--compare", old)
    assert (code, "no difference" in text) == (1, True)
    assert room("--compare", old, "--fail-on", "regression")[0] == 0
    assert room("--fail-on", "regression")[0] == 2
    assert room.report("--tag", "smoke", "--studio")["guardrails"]
    assert room.report("--tag", "smoke")["guardrails"] is None
    assert "red-team/control-asks" in room.command("--pack", "red-team", "--list")[1]
    assert room.command("--schema")[1].startswith("{")
    for option in ("--resume", "--filter", "--repeat", "--record", "--genie"):
        code, text = room.command("merge", old, option, "2")
        assert (code, f"{option} doesn't go with 'test merge'" in text) == (2, True)


def test_a_resumed_run_has_its_own_cases(room: Room, server: DemoServer) -> None:
    room("--filter", "tw", "--repeat", "2")
    [run] = room.runs()
    before = len(server.log.of("send"))
    assert room.ids("--resume", run) == ["two"]
    assert len(server.log.of("send")) == before
    assert room("--resume", run, "--filter", "tw")[0] == 1
    code, text = room("--resume", run, "--filter", "one")
    assert (code, f"run {run} has other cases" in text) == (2, True)
    assert room("--resume", "nothing")[0] == 2
    assert room.runs() == [run]


def test_recordings_are_replayed_without_the_service(room: Room, server: DemoServer) -> None:
    folder = room.folder / "recordings"
    room("--record", folder)
    assert (folder / "index.json").is_file()
    before = len(server.log.of("send"))
    verdicts = [case["verdict"] for case in room.report("--replay", folder)["cases"]]
    assert verdicts == ["pass", "fail", "pass"]
    assert len(server.log.of("send")) == before
    assert room("--record", folder, "--replay", folder)[0] == 2


def forms(secret: str) -> Sequence[bytes]:
    data = secret.encode()
    return data, data.hex().encode(), base64.b64encode(data).rstrip(b"=")


SENDS_A_SECRET = """\
  - id: secret
    name: "Sends ${env.PASSPHRASE}"
    meta: {note: "${env.PASSPHRASE}"}
    known_failure: "${env.PASSPHRASE}"
    turns:
      - say: "The phrase is ${env.PASSPHRASE}."
        expect:
          - equals: "${env.PASSPHRASE}"
          - judge: [sh, -c, 'printf %s "$PASSPHRASE" | base64; printf %s "$PASSPHRASE"; exit 1']
"""


def test_no_secret_is_in_any_output(
    room: Room, server: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSPHRASE", SECRET)
    room.suite.write_text(SUITE + SENDS_A_SECRET)
    outputs = [room.folder / name for name in ("a.xml", "a.html", "a.json")]
    record = room.folder / "recordings"
    _, shown = room(
        "--junit", outputs[0], "--html", outputs[1], "--json", outputs[2], "--record", record
    )
    [run] = room.runs()
    stored = [p for p in (room.folder / "runs" / run).iterdir() if p.suffix in (".json", ".jsonl")]
    files = [*outputs, *record.iterdir(), *stored]
    assert len(files) >= 10
    found = {path: path.read_bytes() for path in files} | {Path("terminal"): shown.encode()}
    assert b"The phrase is [secret]." in found[outputs[2]]
    for path, data in found.items():
        assert not [form for form in forms(SECRET) if form in data], path
    for path in room.folder.rglob("*"):
        if path.is_file():
            assert server.api_key.encode() not in path.read_bytes(), path


def test_batches(room: Room, server: DemoServer) -> None:
    path, out = room.folder / "prompts.txt", room.folder / "out.csv"
    path.write_text("Order a laptop\n")

    def batch(*options: object) -> dict[str, Any]:
        lines = room.command("--batch", path, *options, word="ask")[1].splitlines()
        found: dict[str, Any] = json.loads(next(line for line in lines if line.startswith("{")))
        return found

    assert "asked for approval" in batch()["error"]
    assert "Ordered" in batch("--approve-all")["reply"]
    assert "Ordered" in batch("--approve", "order laptop")["reply"]
    assert "too blue" in batch("--reject", "Order laptop=too blue")["reply"]
    assert batch("--reject-all")["outcome"] == "finished"
    assert room.command("--batch", path, "-o", out, "--reject-all", word="ask")[0] == 0
    assert out.read_text().startswith("prompt,reply")
    before = len(server.log.of("send"))
    batch("--resume", room.runs()[-1], "--jobs", 2)
    assert len(server.log.of("send")) == before
    server.faults.add("slow:ms=300,on=send")
    assert "no end after 0.1 s" in batch("--timeout", 0.1)["error"]
    server.faults.clear()
    assert room.command("--batch", path, "--json", word="ask")[0] == 2
    assert room.command("hello", "--jobs", 2, word="ask")[0] == 2
