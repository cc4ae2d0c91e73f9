"""Browser detection: environments without one, and the command that opens it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tui.core.browser_detection import redirect_doubt, remote_reason, tunnel_command
from tui.system.browser import commands, open_at_home, open_browser

URL = "https://id.example/authorize?state=s&scope=openid%20profile"


@pytest.mark.parametrize(
    ("environ", "platform", "says"),
    [
        ({"DISPLAY": ":0"}, "linux", ""),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", ""),
        ({}, "linux", "no graphical display"),
        ({}, "darwin", ""),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "a 1 b 22"}, "linux", "over SSH"),
        ({"SSH_TTY": "/dev/pts/0"}, "darwin", "over SSH"),
        ({"GENIE_TUI_NO_BROWSER": "1", "DISPLAY": ":0"}, "linux", "GENIE_TUI_NO_BROWSER"),
        ({"GENIE_TUI_NO_BROWSER": "0", "DISPLAY": ":0"}, "linux", ""),
        ({"container": "podman", "DISPLAY": ":0"}, "linux", "container"),
        ({"CODESPACES": "true", "BROWSER": "/vscode/browser.sh"}, "linux", ""),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", ""),
    ],
)
def test_a_missing_browser_has_a_reason(environ: dict[str, str], platform: str, says: str):
    reason = remote_reason(environ, platform)
    assert says in reason
    assert bool(reason) is bool(says)


def test_a_container_is_detected():
    assert "container" in remote_reason({"DISPLAY": ":0"}, "linux", contained=True)


@pytest.mark.parametrize(
    ("connection", "host", "line"),
    [
        ("10.0.0.9 50000 10.0.0.1 22", "127.0.0.1", "ssh -L 8763:127.0.0.1:8763 ada@10.0.0.1"),
        (
            "10.0.0.9 50000 10.0.0.1 2222",
            "localhost",
            "ssh -L 8763:127.0.0.1:8763 -p 2222 ada@10.0.0.1",
        ),
        ("fe80::9 5 fe80::1%eth0 22", "::1", "ssh -L 8763:[::1]:8763 ada@fe80::1%eth0"),
        ("", "127.0.0.1", "ssh -L 8763:127.0.0.1:8763 ada@HOST"),
        ("a 1 $(reboot) 22", "127.0.0.1", "ssh -L 8763:127.0.0.1:8763 USER@HOST"),
    ],
)
def test_the_ssh_tunnel_command_names_the_port(connection: str, host: str, line: str):
    environ = {"SSH_CONNECTION": connection, "USER": "ada"}
    assert tunnel_command(environ, host, 8763) == line


def test_wsl_may_lose_the_redirect():
    assert "paste" in redirect_doubt({"WSL_DISTRO_NAME": "Debian"})
    assert redirect_doubt({"DISPLAY": ":0"}) == ""


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", [["xdg-open", URL]]),
        ({}, "linux", []),
        ({}, "darwin", [["open", URL]]),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", [["wslview", URL]]),
        (
            {"DISPLAY": ":0", "BROWSER": "firefox --new-tab %s:chromium"},
            "linux",
            [["firefox", "--new-tab", URL], ["chromium", URL], ["xdg-open", URL]],
        ),
        ({"BROWSER": "lynx:/usr/bin/w3m %s:www-browser"}, "linux", []),
        ({"BROWSER": "'unclosed"}, "linux", []),
    ],
)
def test_graphical_browsers_are_tried_in_order(
    environ: Mapping[str, str], platform: str, expected: list[list[str]]
):
    assert list(commands(URL, environ, platform)) == expected


def test_a_missing_browser_is_reported(tmp_path: Path):
    assert not open_browser(URL, {"PATH": str(tmp_path), "DISPLAY": ":0"})
    assert not open_browser(URL, {"PATH": str(tmp_path), "BROWSER": "missing"})


@pytest.mark.parametrize(
    ("variable", "value"), [("SSH_CONNECTION", "a 1 b 22"), ("GENIE_TUI_NO_BROWSER", "1")]
)
def test_a_link_is_not_opened_over_ssh_or_with_no_browser_set(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
):
    for name in ("SSH_CONNECTION", "SSH_TTY", "GENIE_TUI_NO_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", "true")
    assert open_at_home(URL)
    monkeypatch.setenv(variable, value)
    assert not open_at_home(URL)


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "javascript:alert(1)", "--help", "", "https://"),
        *("https://a b.com", "https://example.com/\x1b]0;x"),
    ],
)
def test_only_http_urls_are_opened_in_a_browser(url: str):
    assert not open_browser(url, {**os.environ, "BROWSER": "true"})


def test_a_browser_gets_the_url_and_not_our_terminal(tmp_path: Path):
    browser = tmp_path / "browser"
    seen = tmp_path / "seen"
    os.mkfifo(seen)
    browser.write_text(
        f"#!/bin/sh\necho noise; echo noise >&2\n"
        f'{{ echo "$1"; echo "browser=$BROWSER"; readlink /proc/$$/fd/0; }} > {seen}\n'
    )
    browser.chmod(0o755)
    code = f"from tui.system.browser import open_browser; assert open_browser({URL!r})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(open({str(seen)!r}).read(), end='')"],
        capture_output=True,
        text=True,
        env={**os.environ, "BROWSER": str(browser)},
        check=True,
    )
    assert done.stdout.splitlines() == [URL, "browser=", "/dev/null"]
    assert done.stderr == ""
