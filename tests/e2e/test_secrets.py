"""Planted secrets, searched for wherever the program writes: terminal, files, crash."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.terminal import Terminal
from tests.e2e.test_login import link_on, over_ssh, paste, server
from tests.signing_in import redirected
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

__all__ = ["server"]

_CRASH = """
import sys
from tui.ui.app.app import GenieApp
from tui.ui.chat.session_lifecycle import SessionLifecycle
from tui.ui.chat.screen import ChatScreen
from tui.bootstrap import profile_target

def connected(self, session):
    access_token = "{token}"
    headers = {{"Authorization": f"Bearer {{access_token}}"}}
    raise RuntimeError(f"cannot send {{headers}} to https://jo:{token}@host/?code={token}")

{where}
place = profile_target(None, None)
app = GenieApp(place.connect, agent_name="Ifrit", user_name="", place="", account=place.account)
app.run()
"""


def written_to(folder: str) -> dict[Path, bytes]:
    """All files below a folder, without those that are there to hold secrets."""
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if path.parent.name != "logins"}


def secrets_in(folder: str) -> list[bytes]:
    """The tokens that a login keeps."""
    [kept] = Path(folder, "state", "logins").glob("*.json")
    tokens = json.loads(json.loads(kept.read_text())["tokens"])
    return [tokens["access_token"].encode(), tokens["refresh_token"].encode()]


def test_tokens_and_codes_stay_in_their_storage(
    start: Start, server: DemoServer, environ: dict[str, str]
) -> None:
    data = environ["GENIE_TUI_DATA_DIR"]
    with start(**over_ssh(server)) as terminal:
        terminal.until("paste it here")
        answer = redirected(link_on(terminal))
        paste(terminal, answer)
        terminal.until("● online")
        terminal.type("hello there\r")
        terminal.until("Ask me what I can do")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        for secret in secrets_in(data):
            assert secret not in terminal.output
    code = answer.partition("code=")[2].partition("&")[0].encode()
    for path, content in (written_to(data) | written_to(environ["GENIE_TUI_CONFIG_DIR"])).items():
        for secret in (*secrets_in(data), code):
            assert secret not in content, path


def crash(environ: dict[str, str], server: DemoServer, token: str, where: str) -> Terminal:
    """The app, made to fail at one place with a secret in hand."""
    by_key = {
        "GENIE_TUI_AUTH": "api_key",
        "GENIE_TUI_API_KEY": server.api_key,
        "GENIE_TUI_IDP_USER_ID": server.idp_user_id,
    }
    code = _CRASH.format(token=token, where=where)
    settings = over_ssh(server) | by_key
    return Terminal([sys.executable, "-c", code], environ | settings, columns=160)


def test_a_crash_traceback_shows_neither_values_nor_secrets(
    environ: dict[str, str], server: DemoServer
) -> None:
    where = "ChatScreen.on_mount = lambda self: connected(self, None)"
    with crash(environ, server, "wrkaus-planted-s3cret", where) as terminal:
        terminal.wait_exit()
        assert b"RuntimeError" in terminal.output
        assert b"s3cret" not in terminal.output
        assert server.api_key.encode() not in terminal.output


def test_a_failure_in_the_background_shows_no_secrets(
    environ: dict[str, str], server: DemoServer
) -> None:
    where = "SessionLifecycle.opened = connected"
    with crash(environ, server, "wrkaus-planted-s3cret", where) as app:
        app.until("genie-tui report")
        assert "s3cret" not in app.text
        app.type("\x11")
        app.wait_exit()
        assert b"s3cret" not in app.output
