"""The whole program behind proxies and certificates that are right, wrong or missing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Run
from tests.tls import HOST, Company, HttpProxy, SocksProxy
from tui.cli import main
from tui.demo.server import DemoServer

pytestmark = pytest.mark.slow

RunHere = Callable[..., tuple[int, str]]

COMMANDS = {
    "ask": ("ask", "What can you do?"),
    "doctor": ("doctor",),
    "studio": ("studio", "genies", "list"),
    "login": ("login",),
}
SETTINGS = {
    "NO_PROXY with an IPv6 network": {"NO_PROXY": "localhost,fd07:b51a:cc66:f0::/64"},
    "NO_PROXY with brackets": {"NO_PROXY": "[::1],[fd00::]/8"},
    "NO_PROXY that is nonsense": {"NO_PROXY": "[,::::,10.0.0.0/99,@"},
    "ALL_PROXY with SOCKS": {"ALL_PROXY": "socks5://127.0.0.1:9"},
    "ALL_PROXY of an old kind": {"ALL_PROXY": "socks4://127.0.0.1:9"},
    "HTTPS_PROXY with a bad port": {"HTTPS_PROXY": "http://127.0.0.1:port"},
    "HTTPS_PROXY with a bad scheme": {"HTTPS_PROXY": "nonsense://127.0.0.1:80"},
    "HTTPS_PROXY that is dead": {"HTTPS_PROXY": "http://jo:s3cret@127.0.0.1:9"},
    "HTTPS_PROXY over TLS that is dead": {"HTTPS_PROXY": "https://127.0.0.1:9"},
    "SSL_CERT_FILE that is missing": {"SSL_CERT_FILE": "/nope/ca.pem"},
    "SSL_CERT_FILE that is a folder": {"SSL_CERT_FILE": "/tmp"},
    "SSL_CERT_FILE without certificates": {"SSL_CERT_FILE": "/etc/hostname"},
    "SSL_CERT_DIR that is missing": {"SSL_CERT_DIR": "/nope"},
    "GENIE_TUI_CA_FILE that is missing": {"GENIE_TUI_CA_FILE": "/nope/ca.pem"},
}
NAMED = {name: next(iter(settings)) for name, settings in SETTINGS.items() if "NO_" not in name}
AWAY = {
    "GENIE_TUI_BASE_URL": "https://genie.invalid",
    "GENIE_TUI_DEVELOPER_URL": "https://genie.invalid",
    "GENIE_TUI_IDENTITY_URL": "https://genie.invalid",
    "GENIE_TUI_DEVELOPER_TOKEN": "wrkaus-token",
}
OAUTH = {
    "GENIE_TUI_AUTH": "oauth",
    "GENIE_TUI_API_KEY": "",
    "GENIE_TUI_CLIENT_ID": "client",
    "GENIE_TUI_REDIRECT_URL": "http://127.0.0.1:8763/callback",
}


@pytest.fixture
def run_here(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunHere:
    """Run a command in this process, which is quicker; its exit code and all that it printed."""

    def run_here(*arguments: str, **settings: str) -> tuple[int, str]:
        for name in os.environ:
            if name.startswith("GENIE_TUI_") or "_proxy" in name.lower():
                monkeypatch.delenv(name)
        for name, value in (environ | settings).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["genie-tui", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    return run_here


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", SETTINGS)
def test_an_invalid_network_setting_is_a_clear_error_in_every_command(
    run_here: RunHere, command: str, name: str
) -> None:
    settings = AWAY | SETTINGS[name] | (OAUTH if command == "login" else {})
    code, told = run_here(*COMMANDS[command], **settings)
    assert code in (1, 2), told
    assert "Traceback" not in told
    assert "s3cret" not in told
    if variable := NAMED.get(name):
        assert variable in told
    if "dead" in name:
        assert "The proxy http" in told
    if "missing" in name:
        assert SETTINGS[name][NAMED[name]] in told


@pytest.mark.parametrize("name", [name for name in SETTINGS if "CERT" in name or "CA_" in name])
def test_demo_and_loopback_need_no_certificates_or_proxies(run_here: RunHere, name: str) -> None:
    settings = SETTINGS[name] | {"ALL_PROXY": "nonsense:::", "HTTP_PROXY": "http://127.0.0.1:9"}
    for arguments in (("ask", "What can you do?"), ("doctor", "--demo")):
        code, told = run_here(*arguments, **settings)
        assert code == 0, told


@pytest.fixture(scope="module")
def company() -> Company:
    return Company()


@pytest.fixture
def inspecting(server: DemoServer, company: Company) -> Iterator[HttpProxy]:
    port = urlsplit(server.url).port
    assert port
    with HttpProxy(port, inspector=company.server(HOST), login="jo:p@ss word") as proxy:
        yield proxy


@pytest.fixture
def away(inspecting: HttpProxy) -> dict[str, str]:
    """The service is not on this machine, and a company's proxy is in between."""
    proxy = inspecting.url.replace("://", "://jo:p%40ss%20word@")
    return {"GENIE_TUI_BASE_URL": f"https://{HOST}", "HTTPS_PROXY": proxy}


def test_a_message_is_sent_through_a_company_proxy(
    run: Run, server: DemoServer, company: Company, tmp_path: Path, away: dict[str, str]
) -> None:
    before = len(server.log.of("send"))
    done = run("ask", "What can you do?", GENIE_TUI_CA_FILE=str(company.file(tmp_path)), **away)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.log.of("send")) == before + 1


def test_the_ca_file_of_a_profile_is_used_and_named_when_invalid(
    run: Run, company: Company, tmp_path: Path, away: dict[str, str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[profiles.work]\nca_file = "{company.file(tmp_path)}"\n')
    asked = ("ask", "What can you do?", "--config", str(config), "--profile", "work")
    assert run(*asked, **away).returncode == 0
    config.write_text('[profiles.work]\nca_file = "/nope.pem"\n')
    done = run(*asked, **away)
    assert done.returncode == 2
    assert "ca_file names /nope.pem, which doesn't exist." in done.stderr


def test_the_doctor_names_proxy_certificates_and_issuer(
    run: Run, company: Company, tmp_path: Path, inspecting: HttpProxy, away: dict[str, str]
) -> None:
    file = str(company.file(tmp_path))
    done = run("doctor", GENIE_TUI_CA_FILE=file, **away)
    assert done.returncode == 0, done.stdout
    line = next(line for line in done.stdout.splitlines() if line.split()[1] == "network")
    assert f"{HOST} responds over TLS with a certificate from Evil Corp Inspection" in line
    assert f"Proxy: {inspecting.url} (HTTPS_PROXY)." in line
    assert f"GENIE_TUI_CA_FILE={file}" in line
    assert "p@ss" not in done.stdout
    assert "p%40ss" not in done.stdout


def test_the_doctor_shows_the_issuer_of_an_untrusted_certificate(
    run: Run, inspecting: HttpProxy, away: dict[str, str]
) -> None:
    done = run("doctor", "--json", NO_PROXY="10.0.0.0/99", **away)
    assert done.returncode == 1
    network = next(step for step in json.loads(done.stdout) if step["step"] == "network")
    assert network["verdict"] == "bad"
    assert "doesn't trust" in network["text"]
    assert f"The certificate of {HOST} comes from Evil Corp Inspection" in network["advice"]
    assert f"Proxy: {inspecting.url} (HTTPS_PROXY)." in network["advice"]
    ignored = "Ignored in NO_PROXY because it can't be read: 10.0.0.0/99."
    assert ignored in network["advice"]


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        (lambda: HttpProxy(9, status="407 Who are you"), "requires a valid user name and password"),
        (lambda: HttpProxy(9, status="403 Policy"), "blocked the connection to genie.test"),
        (lambda: SocksProxy(9, reply="forbidden"), "blocked the connection to genie.test"),
        (lambda: SocksProxy(9, login="a:b"), "requires a valid user name and password"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "doctor"])
def test_a_proxy_that_rejects_is_named(
    run_here: RunHere, proxy: Callable[[], HttpProxy | SocksProxy], told: str, command: str
) -> None:
    with proxy() as refusing:
        settings = {"GENIE_TUI_BASE_URL": f"https://{HOST}", "ALL_PROXY": refusing.url}
        code, said = run_here(*COMMANDS[command], **settings)
    assert code in (1, 2)
    assert f"The proxy {refusing.url} {told}" in said
