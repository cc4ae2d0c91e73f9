"""Opening a web address without giving up the terminal.

A browser is only started where there is a desktop to show it on, as a child that cannot write to
our screen; elsewhere the user has to copy the address.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from shutil import which

from tui.core.links import link_host


def is_web_address(url: str) -> bool:
    """Whether a text is an http(s) URL with nothing in it that a program could act on."""
    return url.isprintable() and " " not in url and link_host(url) is not None


def can_open(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Whether a browser can be expected to appear in front of the user."""
    env = os.environ if environ is None else environ
    if env.get("GENIE_TUI_NO_BROWSER") or env.get("SSH_CONNECTION"):
        return False
    if platform.startswith("linux"):
        return bool(env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")) and bool(which("xdg-open"))
    return True


def open_url(url: str) -> bool:
    """Show an http(s) address in the user's browser; False if that is impossible here."""
    if not is_web_address(url) or not can_open():
        return False
    if sys.platform == "win32":
        os.startfile(url)
        return True
    command = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        subprocess.Popen(
            [command, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True
