"""The check-up: one line a step, the first that fails decides the exit code."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tui.demo.server import DemoServer


def verdicts(output: str) -> list[tuple[str, str]]:
    """The sign and the name of each step."""
    return [(line[0], line.split()[1]) for line in output.splitlines()]


def test_where_all_is_well_every_step_says_so_and_nothing_is_sent(
    run: Run, server: DemoServer
) -> None:
    done = run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert verdicts(done.stdout) == [
        ("✓", "configuration"),
        ("✓", "network"),
        ("✓", "sign-in"),
        ("✓", "genie"),
        ("✓", "stream"),
    ]
    assert "no message was sent" in done.stdout
    assert {record.method for record in server.log} == {"GET"}


@pytest.mark.parametrize(
    ("settings", "code", "step", "told"),
    [
        ({"GENIE_TUI_GENIE": ""}, 2, "configuration", "genie"),
        ({"GENIE_TUI_BASE_URL": "http://127.0.0.1:9"}, 1, "network", "Check the port"),
        ({"GENIE_TUI_API_KEY": "f" * 64}, 3, "sign-in", "Request id"),
        ({"GENIE_TUI_AUTH": "oauth", "GENIE_TUI_CLIENT_ID": "c"}, 2, "configuration", "redirect"),
    ],
)
def test_the_first_step_that_fails_says_what_to_do(
    run: Run, settings: dict[str, str], code: int, step: str, told: str
) -> None:
    done = run("doctor", **settings)
    assert done.returncode == code
    signs = {name: sign for sign, name in verdicts(done.stdout)}
    assert signs[step] == "✗"
    assert list(signs.values()).count("✗") == 1
    [line] = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert told in line


def test_a_genie_without_a_client_is_told_from_a_wrong_credential(
    run: Run, server: DemoServer
) -> None:
    done = run("doctor", GENIE_TUI_GENIE=server.no_client_genie)
    assert done.returncode == 1
    assert verdicts(done.stdout)[2:4] == [("✓", "sign-in"), ("✗", "genie")]
    assert "Ask a builder to attach a genie client" in done.stdout


def test_where_nobody_is_signed_in_it_says_how(run: Run, server: DemoServer) -> None:
    done = run(
        "doctor",
        GENIE_TUI_AUTH="oauth",
        GENIE_TUI_IDENTITY_URL=server.identity_url,
        GENIE_TUI_CLIENT_ID=server.client_id,
        GENIE_TUI_REDIRECT_URL=server.redirect_url,
    )
    assert done.returncode == 3
    assert "genie-tui login" in done.stdout


def test_scripts_get_the_same_as_json(run: Run) -> None:
    findings = json.loads(run("doctor", "--demo", "--json").stdout)
    assert [finding["verdict"] for finding in findings] == ["good"] * 5
