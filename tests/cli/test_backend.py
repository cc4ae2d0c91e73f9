"""Commands with the Workflows API: by profile, by option, and in the demo."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run, last_line
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

HELLO = "What can you do?"


@pytest.fixture
def workflows(server: DemoServer) -> dict[str, str]:
    """Settings of a profile with that backend."""
    return {
        "GENIE_TUI_BACKEND": "workflows",
        "GENIE_TUI_GENIE": server.agent,
        "GENIE_TUI_TOKEN": server.token,
    }


def test_the_demo_has_both_backends(run: Run) -> None:
    done = run("ask", "--demo", "--backend", "workflows", HELLO)
    assert done.returncode == 0
    assert "Ifrit" in done.stdout
    assert "input token" in done.stderr


def test_the_backend_option_may_precede_the_command(run: Run) -> None:
    done = run("--demo", "--backend", "workflows", "conversations", "--json")
    assert done.returncode == 0
    assert "Night watch" in [row["title"] for row in json.loads(done.stdout)]


def test_a_reply_and_its_token_usage(run: Run, workflows: dict[str, str]) -> None:
    first = last_line(run("ask", HELLO, "--json", **workflows))
    cid = first["conversation_id"]
    done = run("ask", "hi", "--conversation", cid, **workflows)
    assert done.returncode == 0
    turn, total = done.stderr.splitlines()
    assert first["usage"]["output_tokens"] > 0
    assert "Conversation total" not in turn
    assert "Conversation total" in total


def test_a_failed_run_reports_its_reason(run: Run, workflows: dict[str, str]) -> None:
    done = run("ask", "Crash, please", **workflows)
    assert done.returncode == 1
    assert "The agent failed. Provider HTTP error 400" in done.stderr


def test_workflow_options_are_set_and_changed(run: Run, workflows: dict[str, str]) -> None:
    chosen = ("--option", "agent_id=Jann", "--option", "guardrail_ids=no-secrets")
    first = last_line(run("ask", "echo hi", "--json", *chosen, **workflows))
    assert first["reply"] == "Done. You asked: echo hi"
    cid = first["conversation_id"]
    refused = run("ask", "my password", "--conversation", cid, **workflows)
    assert refused.returncode == 1
    assert "Guardrail 'no-secrets'" in refused.stderr
    freed = ("--option", "guardrail_ids=", "--conversation", cid)
    done = run("ask", "echo my password", *freed, **workflows)
    assert (done.returncode, done.stdout) == (0, "Done. You asked: echo my password\n")
    exported = json.loads(run("export", cid, "--format", "json", **workflows).stdout)
    assert (exported["agent"], exported["agent_id"]) == ("Jann", "ag-jann-04")


def test_a_token_variable_is_set_by_option(run: Run, workflows: dict[str, str]) -> None:
    chosen = ("--option", "credential_overrides.ORDERS_KEY=ORDERS_KEY_TEST")
    done = run("ask", "tools: one", "--json", *chosen, **workflows)
    assert "2222" in done.stdout
    assert "1111" not in done.stdout


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("max_turn=3", "There's no option 'max_turn'. Did you mean 'max_turns'?"),
        ("guardrail_ids=no-secret", "Did you mean 'no-secrets'?"),
        ("credential_overrides.ORDER_KEY=X", "Did you mean 'credential_overrides.ORDERS_KEY'?"),
    ],
)
def test_an_invalid_option_sends_nothing(
    run: Run, server: DemoServer, workflows: dict[str, str], option: str, problem: str
) -> None:
    created = len(server.log.of("create"))
    done = run("ask", HELLO, "--option", option, **workflows)
    assert done.returncode == 2
    assert problem in done.stderr
    assert len(server.log.of("create")) == created


def test_a_genie_has_no_options(run: Run) -> None:
    done = run("ask", HELLO, "--option", "max_turns=3")
    assert done.returncode == 2
    assert "no options" in done.stderr


def test_a_rejected_token_is_reported(run: Run, workflows: dict[str, str]) -> None:
    done = run("ask", HELLO, **workflows | {"GENIE_TUI_TOKEN": "ghp-wrong"})
    assert done.returncode == 3
    assert "GENIE_TUI_TOKEN" in done.stderr
    assert "ghp-wrong" not in done.stderr


def test_missing_settings_are_named(run: Run) -> None:
    done = run("ask", HELLO, "--backend", "workflows", GENIE_TUI_BASE_URL="", GENIE_TUI_GENIE="")
    assert done.returncode == 2
    assert "base_url, genie" in done.stderr
    assert "GENIE_TUI_BASE_URL" in done.stderr


def test_the_doctor_finds_the_agent(run: Run, workflows: dict[str, str]) -> None:
    done = run("doctor", **workflows)
    assert {line[0] for line in done.stdout.splitlines()} == {"✓"}
    assert "agent Ifrit" in done.stdout
    lost = run("doctor", **workflows | {"GENIE_TUI_GENIE": "ag-nobody"})
    assert lost.returncode == 1
    assert "Available: ag-ifrit-01 (Ifrit)" in lost.stdout


def test_workflows_have_no_login(run: Run, workflows: dict[str, str]) -> None:
    done = run("login", **workflows)
    assert done.returncode == 2
    assert "GENIE_TUI_TOKEN" in done.stderr
