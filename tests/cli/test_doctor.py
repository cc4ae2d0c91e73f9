"""``doctor``: one line per step; the first failure determines the exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer


def verdicts(output: str) -> list[tuple[str, str]]:
    """The sign and the name of each step."""
    return [(line[0], line.split()[1]) for line in output.splitlines()]


def test_a_successful_check_lists_every_step_and_sends_no_message(
    run: Run, server: DemoServer
) -> None:
    done = run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert verdicts(done.stdout) == [
        ("✓", "configuration"),
        ("✓", "files"),
        ("✓", "network"),
        ("✓", "sign-in"),
        ("✓", "genie"),
        ("✓", "stream"),
    ]
    assert "doctor sends no message" in done.stdout
    assert {record.method for record in server.log} == {"GET"}


@pytest.mark.parametrize(
    ("settings", "code", "step", "told"),
    [
        ({"GENIE_TUI_GENIE": ""}, 2, "configuration", "genie"),
        ({"GENIE_TUI_BASE_URL": "http://127.0.0.1:9"}, 1, "network", "Check the port"),
        ({"GENIE_TUI_API_KEY": "f" * 64}, 3, "sign-in", "Request ID"),
        ({"GENIE_TUI_AUTH": "oauth", "GENIE_TUI_CLIENT_ID": "c"}, 2, "configuration", "redirect"),
    ],
)
def test_the_first_failed_step_has_advice(
    run: Run, settings: dict[str, str], code: int, step: str, told: str
) -> None:
    done = run("doctor", **settings)
    assert done.returncode == code
    signs = {name: sign for sign, name in verdicts(done.stdout)}
    assert signs[step] == "✗"
    assert list(signs.values()).count("✗") == 1
    [line] = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert told in line


def test_a_genie_without_a_client_is_distinguished_from_wrong_credentials(
    run: Run, server: DemoServer
) -> None:
    done = run("doctor", GENIE_TUI_GENIE=server.no_client_genie)
    assert done.returncode == 1
    assert verdicts(done.stdout)[3:5] == [("✓", "sign-in"), ("✗", "genie")]
    assert "Ask a builder to attach a genie client" in done.stdout


def test_when_signed_out_the_doctor_explains_sign_in(run: Run, server: DemoServer) -> None:
    done = run(
        "doctor",
        GENIE_TUI_AUTH="oauth",
        GENIE_TUI_IDENTITY_URL=server.identity_url,
        GENIE_TUI_CLIENT_ID=server.client_id,
        GENIE_TUI_REDIRECT_URL=server.redirect_url,
    )
    assert done.returncode == 3
    assert "genie-tui login" in done.stdout


def test_the_doctor_prints_the_same_as_json(run: Run) -> None:
    findings = json.loads(run("doctor", "--demo", "--json").stdout)
    assert [finding["verdict"] for finding in findings] == ["good"] * 6


def test_all_key_binding_ids_are_listed_with_any_configuration(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[keys]\n"conversation.neu" = "f5"\n', encoding="utf-8")
    done = run("doctor", "--keys", "--config", str(config))
    assert done.returncode == 0
    [line] = [line for line in done.stdout.splitlines() if line.startswith("conversation.new ")]
    assert line.split(maxsplit=2) == ["conversation.new", "ctrl+n", "Start a conversation"]
    names = [entry["name"] for entry in json.loads(run("doctor", "--keys", "--json").stdout)]
    assert names == [line.split()[0] for line in done.stdout.splitlines()]


def test_an_invalid_key_binding_is_found_by_the_doctor(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[keys]\n"conversation.neu" = "f5"\n', encoding="utf-8")
    done = run("doctor", "--config", str(config))
    assert done.returncode == 2
    assert verdicts(done.stdout)[0] == ("✗", "configuration")
    assert "did you mean 'conversation.new'" in done.stdout


def test_on_a_terminal_long_results_are_indented_and_paths_stay_whole(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    folder = tmp_path / "settings"
    folder.mkdir()
    config = folder / "my-config.toml"
    config.write_text("[broken")
    command = [sys.executable, "-m", "tui", "doctor", "--config", "settings/my-config.toml"]
    with Terminal(command, environ, columns=50, rows=20, cwd=tmp_path) as terminal:
        text = terminal.until("stream .*skipped")
        assert terminal.wait_exit() == 2
    first, second = text.splitlines()[:2]
    assert first == "✗ configuration  settings/my-config.toml isn't"
    assert second.startswith("                 valid TOML: ")
