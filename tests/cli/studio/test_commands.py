"""Studio commands: output, confirmations, exit codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.studio.conftest import Studio
from tui.demo.server import DemoServer
from tui.demo.suggestions import ASLEEP_CLIENT_ID, IFRIT, STOPPED_GENIE
from tui.studio.endpoints import ENDPOINTS

LOW = '{"strength": "LOW"}'
HIGH = '{"strength": "HIGH"}'


def writes(server: DemoServer) -> list[str]:
    return [f"{r.method} {r.path}" for r in server.log if r.method != "GET"]


def test_a_table_has_a_head_and_aligned_columns(studio: Studio) -> None:
    lines = studio("genies", "list").out.splitlines()
    assert lines[0].startswith("ID ")
    assert "SKILLS COUNT" in lines[0]
    place = lines[0].index("NAME")
    assert [line[place:].split()[0] for line in lines[1:]] == [
        "Ifrit",
        "Asleep",
        "Lampless",
        "Gullible",
        "Guarded",
    ]


def test_json_is_the_plain_list_or_object(studio: Studio) -> None:
    assert studio("genies", "list", "--json").json[0]["id"] == IFRIT
    assert studio("clients", "create", "--name", "x", "--auth", "api_key", "--json").json[
        "client_name"
    ]
    assert studio("guardrails", "show", IFRIT, "--json").json["policies"]
    assert "EMAIL" in studio("guardrails", "pii-entities", "--json").json


def test_a_limit_says_when_there_is_more(studio: Studio) -> None:
    done = studio("recipes", "list", "--limit", "2", "--json")
    assert len(done.json) == 2
    assert "Showing the first 2." in done.err
    assert studio("recipes", "list", "--json").err == ""


def test_a_secret_is_printed_once_with_a_note(studio: Studio) -> None:
    made = studio("clients", "create", "--name", "x", "--auth", "api_key")
    key = made.out.split()[-1]
    assert len(key) == 64
    assert "isn't shown again" in made.err
    assert key not in studio("clients", "list").out + studio("clients", "list", "--json").out
    oauth = studio(
        "clients",
        "create",
        "--name",
        "y",
        "--auth",
        "oauth",
        "--redirect-url",
        "http://127.0.0.1/cb",
    )
    assert "isn't shown again" not in oauth.err


@pytest.mark.parametrize(
    "words",
    [
        ("genies", "delete", IFRIT),
        ("clients", "regenerate", ASLEEP_CLIENT_ID),
        ("clients", "detach", STOPPED_GENIE, ASLEEP_CLIENT_ID),
        ("guardrails", "set", IFRIT, "prompt_attack", HIGH),
        ("connections", "disconnect", "1235"),
        ("projects", "deploy", "4567", "--environment", "prod"),
        ("api-clients", "delete", "40947"),
        ("genies", "stop", IFRIT),
        ("genies", "remove-skills", IFRIT, "65001201"),
        ("genies", "remove-user-groups", IFRIT, "grpEveryone4Demo1aB2cD"),
        ("recipes", "stop", "90378"),
    ],
)
def test_destructive_commands_fail_without_a_terminal_to_confirm(
    studio: Studio, server: DemoServer, words: tuple[str, ...]
) -> None:
    done = studio(*words)
    assert done.code == 2
    assert "pass --yes" in done.err
    assert writes(server) == []


def test_every_destructive_command_asks_for_confirmation() -> None:
    verbs = ("delete", "stop", "remove", "detach", "disconnect", "regenerate", "deploy")
    taking = {
        name
        for name, endpoint in ENDPOINTS.items()
        if endpoint.method == "DELETE" or endpoint.verb.startswith(verbs)
    }
    assert len(taking) > 12
    assert taking == {name for name in taking if ENDPOINTS[name].confirm}


@pytest.mark.parametrize(("answer", "code", "sent"), [("y\n", 0, 1), ("n\n", 1, 0), ("\n", 1, 0)])
def test_confirmation_is_prompted_on_a_terminal(
    studio: Studio, server: DemoServer, answer: str, code: int, sent: int
) -> None:
    mine, theirs = pty.openpty()
    os.write(mine, answer.encode())
    done = subprocess.run(
        [sys.executable, "-m", "tui", "studio", "genies", "delete", STOPPED_GENIE],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(mine)
    os.close(theirs)
    assert done.returncode == code
    assert f"Delete the genie {STOPPED_GENIE}?" in done.stderr
    assert len(writes(server)) == sent


def test_a_replacement_is_shown_as_a_diff_before_it_is_sent(
    studio: Studio, server: DemoServer, tmp_path: Path
) -> None:
    file = tmp_path / "policy.json"
    rows = [{"type": "HATE", "strength": "HIGH"}, {"type": "VIOLENCE", "strength": "LOW"}]
    file.write_text(json.dumps({"filters": rows}))
    done = studio("guardrails", "set", IFRIT, "harmful_content", f"@{file}", "--yes")
    assert done.code == 0
    assert done.err.splitlines() == [
        "~ filters[HATE].strength: LOW → HIGH",
        "  filters[VIOLENCE].strength: LOW",
        "- filters[INSULTS].strength: LOW",
        "- filters[SEXUAL].strength: LOW",
        "- filters[MISCONDUCT].strength: LOW",
    ]
    assert "HATE HIGH, VIOLENCE LOW" in studio("guardrails", "show", IFRIT).out
    again = studio("guardrails", "set", IFRIT, "prompt_attack", "-", "--yes", text=LOW)
    assert "No changes" in again.err
    assert len(writes(server)) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("genies",), "Usage"),
        (("dance",), "dance"),
        (("genies", "create", "--name", "x"), "--description"),
        (("genies", "show"), "GENIE"),
        (("genies", "show", " "), "GENIE can't be empty"),
        (("genies", "assign-skills", IFRIT), "SKILL"),
        (("guardrails", "set", IFRIT, "prompt_attack", "{"), "Not valid JSON"),
        (("guardrails", "set", IFRIT, "prompt_attack", "@missing.json"), "missing.json"),
        (
            ("guardrails", "set", IFRIT, "prompt_attack", '{"enabled": true}'),
            "doesn't accept enabled",
        ),
        (("guardrails", "set", IFRIT, "dance", "{}"), "must be one of"),
        (("clients", "create", "--name", "x", "--auth", "oauth"), "redirect URL"),
        (("skills", "create", "abc"), "abc"),
        (("genies", "update", IFRIT), "Nothing to update"),
    ],
)
def test_invalid_input_is_exit_code_2_and_nothing_is_sent(
    studio: Studio, server: DemoServer, words: tuple[str, ...], told: str
) -> None:
    done = studio(*words)
    assert done.code == 2
    assert told in done.err + done.out
    assert "Traceback" not in done.err
    assert len(server.log) == 0


@pytest.mark.parametrize(
    ("name", "value", "code", "told"),
    [
        ("TOKEN", "", 2, "has no Developer API token. Set GENIE_TUI_DEVELOPER_TOKEN"),
        ("TOKEN", "ab" * 32, 2, "genie client's API key"),
        ("TOKEN", "wrkaus-wrong", 3, "from Workspace admin"),
        ("TOKEN", "{reader}", 3, "client role"),
        ("URL", "http://example.com", 2, "GENIE_TUI_DEVELOPER_URL"),
        ("URL", "http://127.0.0.1:9", 1, "127.0.0.1:9"),
    ],
)
def test_invalid_credentials_or_host_are_reported(
    studio: Studio,
    server: DemoServer,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    code: int,
    told: str,
) -> None:
    secret = value.format(reader=server.reader_token)
    monkeypatch.setenv(f"GENIE_TUI_DEVELOPER_{name}", secret)
    done = studio("clients", "list")
    assert done.code == code
    assert told in done.err
    assert not (secret and name == "TOKEN" and secret in done.err)


def test_an_unknown_entity_type_is_rejected_before_sending(
    studio: Studio, server: DemoServer
) -> None:
    policy = {"enabled": True, "action": "BLOCK", "pii_entities": [{"type": "SHOE"}]}
    done = studio("guardrails", "set", IFRIT, "pii_detection", json.dumps(policy), "--yes")
    assert done.code == 2
    assert "pii_entities[0].type: Unknown entity type" in done.err
    assert writes(server) == []


def test_a_list_can_be_cleared(studio: Studio) -> None:
    whitelist = ("genies", "update", IFRIT, "--json", "--channel-whitelist")
    assert studio(*whitelist, "C1").json["channel_whitelist"] == ["C1"]
    assert studio(*whitelist, "").json["channel_whitelist"] == []


def test_a_conflict_is_exit_code_1_with_the_way_out_and_the_correlation_id(
    studio: Studio, server: DemoServer
) -> None:
    done = studio("clients", "attach", IFRIT, ASLEEP_CLIENT_ID)
    assert done.code == 1
    assert "Detach the existing pair" in done.err
    assert list(server.log)[-1].request_id in done.err


def test_the_embedded_demo_needs_no_settings(
    genie_tui: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENIE_TUI_DEVELOPER_URL", "nonsense")
    for words in (["--demo", "studio"], ["studio", "--demo"]):
        assert "Ifrit" in genie_tui(*words, "genies", "list").out
    assert "Ifrit" in genie_tui("studio", "genies", "list", "--demo").out


def test_host_and_token_come_from_the_profile(
    genie_tui: Studio, server: DemoServer, tmp_path: Path
) -> None:
    config = tmp_path / "studio.toml"
    config.write_text(
        f'[profiles.build]\ndeveloper_url = "{server.url}"\n'
        f'developer_token = "{server.developer_token}"\n'
    )
    options = ("--config", str(config), "--profile", "build")
    assert genie_tui("studio", *options, "genies", "start", STOPPED_GENIE).out == "Done.\n"
    assert "active" in genie_tui("studio", "genies", "show", STOPPED_GENIE, *options).out


def test_escape_sequences_of_a_server_do_not_reach_the_terminal(studio: Studio) -> None:
    evil = "Lab\x1b]0;owned\x07\u202e"
    made = studio("folders", "create", "--name", evil, "--json")
    for words in (["folders", "list"], ["folders", "list", "--json"]):
        printed = studio(*words).out
        assert "Lab" in printed
        assert not set("\x1b\x07\u202e") & set(printed)
    assert made.json["name"] == evil
