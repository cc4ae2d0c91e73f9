"""Secrets planted in everything that a log, a crash file and a report are made of.

Each is searched for in all of them, and in what the commands print. The same run without masking
shows that they get there: a secret that is nowhere would prove nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]

PLANTED = {
    # credentials of this program: settings, environment, sign-in
    "api key in the environment": "0f1e2d3c" * 8,
    "developer token": "wrkaus-PLANTED.dev-tok_en1",
    "workflows token": "PLANTED-workflows-t0ken",
    "api key of another profile": "9a8b7c6d" * 8,
    "stored access token": "PLANTED.stored-access-4cc",
    "stored refresh token": "PLANTED.stored-refresh-r3f",
    "password of the proxy": "PLANTED-pr0xy-w0rd",
    "verifier of a sign-in": "PLANTED_verifier-of-43-characters-0123456789",
    # what a library or a server may put into a message
    "bearer token": "PLANTED.bearer-b34r",
    "wrapped bearer token": "PLANTED.wrapped-one-aaaaaaaaaaaaa",
    "basic authorization": "UExBTlRFRDpiYXNpYw==",
    "cookie": "PLANTED-cookie-c00k",
    "set-cookie": "PLANTED-set-cookie-s3t",
    "x-api-key": "PLANTED-x-api-key-k3y",
    "client secret in JSON": "PLANTED-client-secret-cs1",
    "token in JSON in JSON": "PLANTED-escaped-json-j50n",
    "token of a repr": "PLANTED-repr-r3pr",
    "refresh token of a form": "PLANTED-form-refresh-f0rm",
    "code in an address": "PLANTED-code-c0d3",
    "state in an address": "PLANTED-state-st4t3",
    "token in an address": "PLANTED-query-token-qu3ry",
    "code in a quoted address": "PLANTED-quoted-qu0t",
    "password in an address": "PLANTED-p@ss",
    "web token": "eyJQTEFOVEVEIjoi.eyJzdWIiOiJQTEFOVEVE.PLANTEDc2ln",
    "private key": "PLANTEDMIIEvQIBADANBgkqhkiG9w0BAQ",
    "key of a cloud": "PLANTED+aws/secret0key",
    "token of a chat": "PLANTED-slack-sl4ck",
    "password in TOML": "PLANTED toml with spaces",
    # errors
    "token in an error": "PLANTED.error-err0r",
    "token in the cause of an error": "PLANTED.cause-c4us3",
    "token in a note of an error": "PLANTED.note-n0t3",
    "token in a group of errors": "PLANTED.group-gr0up",
}
HIDDEN = {
    "value of a local variable": "PLANTED.local-l0c4l",
    "command of a hook": "PLANTED-hook-h00k",
}
"""Secrets that get nowhere, masked or not."""

_FAILING = """
import json, logging, os, sys
P, hidden, is_masked = json.loads(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
del sys.argv[1:4]
from tui.core import redaction
if is_masked == "no":
    redaction._rules = redaction.held_secrets = lambda: ()
from tui.cli import ask, main
from tui.core.secrets import hold_secret
from tui.system.logs import note

def run_ask(target, question):
    target.read()
    hold_secret(P["verifier of a sign-in"])  # as auth/login.py does
    library = logging.getLogger("some.library")
    verifier = P["verifier of a sign-in"]
    wrapped = P["wrapped bearer token"]
    shown = [
        f"{P['api key in the environment']}, {P['workflows token']}, {os.environ['HTTPS_PROXY']}",
        f"wrapped {verifier[:20]}\\n    {verifier[20:]}",
        repr(verifier[:9] + "\\n" + verifier[9:]),
        f"wrka {P['developer token']}; other {P['api key of another profile']}",
        f"Authorization: Bearer {P['bearer token']}",
        f"Authorization: Bearer abcdefghijkl\\n {wrapped}\\nAccept: text",
        f"Proxy-Authorization: Basic {P['basic authorization']}",
        f"Cookie: a=b; session={P['cookie']}",
        f"[('Set-Cookie', 'id={P['set-cookie']}; HttpOnly')]",
        f"{{b'x-api-key': b'{P['x-api-key']}'}}",
        json.dumps({"client_id": "c", "client_secret": P["client secret in JSON"]}, indent=1),
        json.dumps(json.dumps({"access_token": P["token in JSON in JSON"]})),
        repr({"password": P["token of a repr"]}),
        f"grant_type=refresh_token&refresh_token={P['refresh token of a form']}&client_id=c",
        f"GET /callback?code={P['code in an address']}&state={P['state in an address']} HTTP/1.1",
        f"https://host.example/files?a=b&token={P['token in an address']}#x",
        f"redirect=http%3A%2F%2Fh%2Fcb%3Fcode%3D{P['code in a quoted address']}%26x%3Dy",
        f"https://jo:{P['password in an address']}@host.example/",
        f"id {P['web token']} of it",
        f"-----BEGIN PRIVATE KEY-----\\n{P['private key']}\\n-----END PRIVATE KEY-----",
        f"AWS_SECRET_ACCESS_KEY={P['key of a cloud']}",
        f"posted with {P['token of a chat']}",
        f'db_password = "{P["password in TOML"]}"',
    ]
    for text in shown:
        library.warning("%s", text)
        note("notice", {"text": text})
    fail()

def fail():
    token = hidden["value of a local variable"]
    try:
        raise ValueError(f"access_token={P['token in the cause of an error']}")
    except ValueError as cause:
        error = RuntimeError(f"Bearer {P['token in an error']}")
        error.add_note(f"api_key: {P['token in a note of an error']}")
        inner = ValueError(f"token={P['token in a group of errors']}")
        raise ExceptionGroup("several", [error, inner]) from cause

ask.run_ask = run_ask
main()
"""


@pytest.fixture
def own(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Environment and files of a user with all those secrets."""
    config, logins = tmp_path / "config", tmp_path / "data" / "state" / "logins"
    config.mkdir()
    (config / "config.toml").write_text(
        f"""
default_profile = "work"
[hooks]
on_reply = "curl -d {HIDDEN["command of a hook"]} https://example.com"
[profiles.work]
developer_token = "{PLANTED["developer token"]}"
[profiles.other]
api_key = "{PLANTED["api key of another profile"]}"
"""
    )
    logins.mkdir(parents=True, mode=0o700)
    tokens = {
        "version": 1,
        "access_token": PLANTED["stored access token"],
        "refresh_token": PLANTED["stored refresh token"],
    }
    (logins / "work.json").write_text(json.dumps({"where": "file", "tokens": json.dumps(tokens)}))
    return environ | {
        "GENIE_TUI_API_KEY": PLANTED["api key in the environment"],
        "GENIE_TUI_TOKEN": PLANTED["workflows token"],
        "HTTPS_PROXY": f"http://jo:{PLANTED['password of the proxy']}@127.0.0.1:9",
        "SLACK_TOKEN": PLANTED["token of a chat"],
    }


def written(own: dict[str, str], folder: Path, *, masked: bool, as_json: bool) -> dict[str, str]:
    """What all sources contain after a command has failed and a report was made, by name."""
    log, archive = folder / "genie.log", folder / "report.zip"
    options = ["--log", str(log), *(["--log-format", "json"] if as_json else [])]
    printed = ""
    for command in (["ask", "hello"], ["report", "-o", str(archive)]):
        arguments = [json.dumps(PLANTED), json.dumps(HIDDEN), "yes" if masked else "no"]
        done = subprocess.run(
            [sys.executable, "-c", _FAILING, *arguments, *command, *options],
            env=own,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == (1 if command[0] == "ask" else 0), done.stderr
        printed += done.stdout + done.stderr
        if command[0] == "ask":  # stored secrets that something wrote into a log of before
            stored = [PLANTED["stored access token"], PLANTED["stored refresh token"]]
            with log.open("a") as file:
                file.write(f"an old line with {' and '.join(stored)}\n")
    with zipfile.ZipFile(archive) as file:
        report = "".join(file.read(name).decode() for name in file.namelist())
    [crash] = Path(own["GENIE_TUI_DATA_DIR"], "state", "crashes").iterdir()
    lines = [line for line in log.read_text().splitlines(True) if "an old line" not in line]
    return {
        "output": printed,
        "log": "".join(lines),
        "crash file": crash.read_text(),
        "report": report,
    }


def found_in(text: str, secret: str) -> bool:
    """Whether a secret is in a text, also when it is wrapped or written as JSON."""
    joined = text.replace("\\n", "").replace("\n", "").replace(" ", "")
    return secret in text or secret.replace(" ", "") in joined


@pytest.mark.parametrize("as_json", [False, True])
def test_no_planted_secret_is_written(own: dict[str, str], tmp_path: Path, as_json: bool) -> None:
    texts = written(own, tmp_path, masked=True, as_json=as_json)
    everything = PLANTED | HIDDEN
    assert len(everything) >= 20
    leaks = [
        f"{what} in the {where}"
        for where, text in texts.items()
        for what, secret in everything.items()
        if found_in(text, secret)
    ]
    assert leaks == []
    for where in ("log", "crash file", "report"):
        assert texts[where].count("[secret]") >= 20, where
        assert "PLANTED" not in texts[where]


def test_without_masking_every_planted_secret_is_written(
    own: dict[str, str], tmp_path: Path
) -> None:
    texts = written(own, tmp_path, masked=False, as_json=False)
    in_log = {what for what, secret in PLANTED.items() if found_in(texts["log"], secret)}
    in_report = {what for what, secret in PLANTED.items() if found_in(texts["report"], secret)}
    assert in_report == PLANTED.keys()
    assert PLANTED.keys() - in_log == {"stored access token", "stored refresh token"}
    for secret in HIDDEN.values():
        assert not any(found_in(text, secret) for text in texts.values())
