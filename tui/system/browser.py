"""Open a web address in the user's browser, with an environment free of secrets."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from shutil import which

from tui.core.browser_detection import is_wsl, remote_reason
from tui.core.links import link_host

_SECRET = re.compile(r"GENIE_TUI_\w*(KEY|TOKEN|SECRET|PASSWORD)\w*", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Return True if one of our variables holds a key, a token or a password."""
    return _SECRET.fullmatch(name) is not None


def program_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for an editor, a browser or a hook."""
    found = os.environ if environ is None else environ
    return {name: value for name, value in found.items() if not is_secret(name)}


_TEXT_BROWSERS = frozenset(
    {"lynx", "w3m", "links", "links2", "elinks", "browsh", "carbonyl", "www-browser", "curl"}
)


def open_at_home(url: str) -> bool:
    """Open an address as :func:`open_browser` does, if the user is likely to see it.

    False over SSH, in a container, without a display, or if the user wants none.
    """
    return not remote_reason(os.environ, sys.platform) and open_browser(url)


def open_browser(url: str, environ: Mapping[str, str] | None = None) -> bool:
    """Start a graphical browser with an http(s) address; return False if there is none.

    It runs on its own, cannot write to our terminal, and is not waited for. ``BROWSER`` is honoured
    as by Python's ``webbrowser``; browsers that need a terminal are skipped.
    """
    env = program_environment(environ)
    if link_host(url) is None:
        return False
    child_env = {name: value for name, value in env.items() if name != "BROWSER"}
    return any(_start(command, child_env) for command in commands(url, env, sys.platform))


def commands(url: str, environ: Mapping[str, str], platform: str) -> Iterator[list[str]]:
    """Yield the commands to try, the user's own choice first."""
    for choice in environ.get("BROWSER", "").split(os.pathsep):
        words = _words(choice)
        if words and PurePath(words[0]).name not in _TEXT_BROWSERS:
            yield _with_url(words, url)
    if platform == "darwin":
        yield ["open", url]
        return
    if is_wsl(environ):
        yield ["wslview", url]
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        yield ["xdg-open", url]


def _words(choice: str) -> list[str]:
    try:
        return [word for word in shlex.split(choice) if word != "&"]
    except ValueError:
        return []


def _with_url(words: list[str], url: str) -> list[str]:
    if any("%s" in word for word in words):
        return [word.replace("%s", url) for word in words]
    return [*words, url]


def _start(command: list[str], environ: Mapping[str, str]) -> bool:
    if which(command[0], path=environ.get("PATH")) is None:
        return False
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environ,
        )
    except OSError:
        return False
    # Its exit must be collected, or it stays as a zombie.
    threading.Thread(target=process.wait, name="browser", daemon=True).start()
    return True
