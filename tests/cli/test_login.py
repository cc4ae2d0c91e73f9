"""``login`` and ``logout`` in a shell: output, prompts, stored files, exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.signing_in import OVER_SSH, free_redirect, login_command, redirected, settings_of
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, redirect_url=free_redirect(), title_s=0)) as server:
        yield server
        assert server.errors == []


@pytest.fixture
def environ(environ: dict[str, str], server: DemoServer) -> dict[str, str]:
    """With a sign-in in the browser, on a machine that has none."""
    del environ["GENIE_TUI_API_KEY"], environ["GENIE_TUI_IDP_USER_ID"]
    return environ | settings_of(server) | OVER_SSH


def test_the_first_valid_redirect_signs_in_until_the_logout(
    run: Run, environ: dict[str, str], server: DemoServer
) -> None:
    with login_command(environ, "--no-browser") as attempt:
        attempt.paste("nonsense")
        attempt.paste(redirected(attempt.url))
        assert attempt.finish() == (0, "Signed in as Ada (ada@example.com).\n")
    port = server.redirect_url.split(":")[2].split("/")[0]
    assert f"ssh -L {port}:127.0.0.1:{port} " in attempt.told
    assert "you are connected over SSH" in attempt.told
    assert "Still waiting for your sign-in." in attempt.told
    assert "readable only by you" in attempt.told

    assert run("whoami").stdout == "Ada (ada@example.com)\n"
    assert run("ask", "hi").returncode == 0

    left = run("logout")
    assert (left.returncode, "Signed out" in left.stderr) == (0, True)
    files = Path(environ["GENIE_TUI_DATA_DIR"], "state", "logins").glob("*.json")
    assert [file.read_text() for file in files] == ['{"where": "nowhere"}']
    for command in (("whoami",), ("ask", "hi")):
        refused = run(*command)
        assert refused.returncode == 3
        assert "genie-tui login" in refused.stderr


def test_a_denied_login_is_exit_code_3(environ: dict[str, str]) -> None:
    with login_command(environ) as attempt:
        attempt.paste(redirected(attempt.url, decision="deny"))
        assert attempt.finish()[0] == 3
    assert "denied in the browser" in attempt.told
    assert "Traceback" not in attempt.told


def test_profiles_have_separate_logins(
    run: Run, environ: dict[str, str], server: DemoServer
) -> None:
    profile = "\n".join(
        [
            f'base_url = "{server.url}"',
            f'identity_url = "{server.identity_url}"',
            f'genie = "{server.genie}"',
            f'client_id = "{server.client_id}"',
            f'redirect_url = "{server.redirect_url}"',
        ]
    )
    config = Path(environ["GENIE_TUI_CONFIG_DIR"], "config.toml")
    config.parent.mkdir()
    config.write_text(f"[profiles.one]\n{profile}\n[profiles.two]\n{profile}\n")
    for name, user in (("one", "ada"), ("two", "grace")):
        with login_command(environ, "--profile", name) as attempt:
            attempt.paste(redirected(attempt.url, user))
            assert attempt.finish()[0] == 0
    assert run("whoami", "--profile", "one").stdout.startswith("Ada")
    assert run("--profile", "two", "whoami").stdout.startswith("Grace")
    assert run("logout", "--profile", "one").returncode == 0
    assert run("whoami", "--profile", "two").returncode == 0


def test_an_unreachable_identity_service_is_a_clear_error(run: Run) -> None:
    done = run("login", GENIE_TUI_IDENTITY_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "refused the connection" in done.stderr


def test_with_an_api_key_no_login_is_needed(run: Run) -> None:
    by_key = {"GENIE_TUI_AUTH": "api_key", "GENIE_TUI_IDP_USER_ID": "usr-1"}
    key = "f" * 64
    assert "usr-1" in run("whoami", GENIE_TUI_API_KEY=key, **by_key).stdout
    assert "already has an API key" in run("login", GENIE_TUI_API_KEY=key, **by_key).stderr
    assert "Remove it there too" in run("logout", GENIE_TUI_API_KEY=key, **by_key).stderr


def test_an_entered_api_key_is_stored_until_the_logout(
    run: Run, environ: dict[str, str], server: DemoServer
) -> None:
    by_key = {"GENIE_TUI_AUTH": "api_key", "GENIE_TUI_IDP_USER_ID": server.idp_user_id}
    refused = run("login", text="wrkaus-nonsense\n", **by_key)
    assert refused.returncode == 2
    assert "Developer API token" in refused.stderr
    kept = run("login", text=f"{server.api_key}\n", **by_key)
    assert kept.returncode == 0
    assert server.api_key not in kept.stdout + kept.stderr
    assert run("ask", "hi", **by_key).returncode == 0
    assert "Removed the API key" in run("logout", **by_key).stderr
    assert run("ask", "hi", **by_key).returncode == 2


def test_the_demo_needs_no_login(run: Run) -> None:
    done = run("login", "--demo")
    assert done.returncode == 2
    assert "--demo --login" in done.stderr
    assert run("--login").returncode == 2
