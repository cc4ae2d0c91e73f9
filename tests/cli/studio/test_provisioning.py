"""From an empty workspace to a conversation, with commands alone, against a demo server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.studio.conftest import Studio
from tests.signing_in import NO_KEYRING, OVER_SSH, free_redirect, login_command, redirected

GENIE = ("--description", "Helps", "--folder-id", "7498", "--instructions", "Be kind")
ACCOUNT = ("--ai-provider", "anthropic", "--shared-account-id", "1234", "--matrix")
KEY = ("--custom-oauth-key-id", "5678")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Return the settings that a demo server prints when started from a shell."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith("GENIE_TUI_")}
    command = [sys.executable, "-m", "tui", "demo-server", "--json", "--speed", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=kept) as process:
        assert process.stdout
        printed = json.loads(process.stdout.readline())
        monkeypatch.setenv("GENIE_TUI_DEVELOPER_URL", printed["GENIE_TUI_DEVELOPER_URL"])
        monkeypatch.setenv("GENIE_TUI_DEVELOPER_TOKEN", printed["GENIE_TUI_DEVELOPER_TOKEN"])
        yield printed
        process.terminate()


@pytest.fixture
def genie(settings: dict[str, str], genie_tui: Studio) -> str:
    """A new genie with a skill of a new recipe and a user group, not started."""

    def do(*words: str) -> object:
        done = genie_tui("studio", *words, "--json")
        assert done.code == 0, done.err
        return done.json

    recipe = do("recipes", "create", "--name", "Greet", "--code", "{}", "--folder-id", "7498")
    do("skills", "create", str(recipe["id"]))
    (skill,) = do("skills", "list", "--query", "Greet")
    handle = do("genies", "create", "--name", "Djinn", *GENIE, *ACCOUNT, *KEY)["id"]
    do("genies", "assign-skills", handle, str(skill["id"]))
    (group,) = do("genies", "show", settings["GENIE_TUI_GENIE"])["user_groups"]
    do("genies", "assign-user-groups", handle, group["id"])
    return str(handle)


def test_an_api_key_client_of_a_new_genie_chats_through_a_profile(
    settings: dict[str, str], genie: str, genie_tui: Studio, tmp_path: Path
) -> None:
    made = genie_tui("studio", "clients", "create", "--name", "Desk", "--auth", "api_key", "--json")
    assert "isn't shown again" in made.err
    config = tmp_path / "config.toml"
    config.write_text(
        f"""
        [profiles.djinn]
        base_url = "{settings["GENIE_TUI_BASE_URL"]}"
        genie = "{genie}"
        auth = "api_key"
        api_key = "{made.json["api_key"]}"
        idp_user_id = "{settings["GENIE_TUI_IDP_USER_ID"]}"
        """,
        encoding="utf-8",
    )
    ask = ("ask", "--config", str(config), "--profile", "djinn", "What can you do?")
    assert "No client is attached" in genie_tui(*ask).err
    assert genie_tui("studio", "clients", "attach", genie, made.json["client_id"]).code == 0
    assert genie_tui("studio", "genies", "start", genie).code == 0
    answered = genie_tui(*ask)
    assert answered.code == 0, answered.err
    assert "Ifrit" in answered.out


def test_an_oauth_client_of_a_new_genie_signs_a_user_in(
    settings: dict[str, str], genie: str, genie_tui: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = free_redirect()
    auth = ("--auth", "oauth", "--redirect-url", back)
    made = genie_tui("studio", "clients", "create", "--name", "Web", *auth, "--json")
    assert "api_key" not in made.json
    assert genie_tui("studio", "clients", "attach", genie, made.json["client_id"]).code == 0
    assert genie_tui("studio", "genies", "start", genie).code == 0
    for name in ("GENIE_TUI_BASE_URL", "GENIE_TUI_IDENTITY_URL"):
        monkeypatch.setenv(name, settings[name])
    chosen = {
        "GENIE_TUI_GENIE": genie,
        "GENIE_TUI_AUTH": "oauth",
        "GENIE_TUI_CLIENT_ID": made.json["oauth_client_id"],
        "GENIE_TUI_REDIRECT_URL": back,
        **NO_KEYRING,
    }
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    with login_command(os.environ | OVER_SSH, "--no-browser") as attempt:
        attempt.paste(redirected(attempt.url))
        assert attempt.finish() == (0, "Signed in as Ada (ada@example.com).\n")
    answered = genie_tui("ask", "What can you do?")
    assert answered.code == 0, answered.err
    assert "Ifrit" in answered.out

    auth = ("--auth", "api_key", "--json")
    other = genie_tui("studio", "clients", "create", "--name", "Desk", *auth)
    pairing = (genie, made.json["client_id"])
    assert genie_tui("studio", "clients", "detach", *pairing, "--yes").code == 0
    assert genie_tui("studio", "clients", "attach", genie, other.json["client_id"]).code == 0
    refused = genie_tui("ask", "hi")
    assert refused.code == 3
    assert "This sign-in isn't valid for the genie" in refused.err
