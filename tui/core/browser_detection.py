"""Guess if a browser can open here, and how a browser elsewhere can reach this machine.

Guesses from the environment. They decide what is offered first and never what is possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.core.switch import read_switch

_CONTAINER_VARIABLES = ("container", "KUBERNETES_SERVICE_HOST", "CODESPACES", "REMOTE_CONTAINERS")
_SHELL_SAFE = re.compile(r"[\w.:%@-]+")


def remote_reason(environ: Mapping[str, str], platform: str, *, contained: bool = False) -> str:
    """Return the reason why no browser is expected to open here, as a clause; empty if one is.

    ``platform`` is as in ``sys.platform``; ``contained``: there is other evidence of a container.
    """
    if read_switch(environ.get("GENIE_TUI_NO_BROWSER", "")):
        return "GENIE_TUI_NO_BROWSER is set"
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return "you are connected over SSH"
    if environ.get("BROWSER"):
        return ""
    if contained or any(environ.get(name) for name in _CONTAINER_VARIABLES):
        return "this is a container"
    if is_wsl(environ):
        return ""
    displays = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    if platform != "darwin" and platform != "win32" and not displays:
        return "there is no graphical display"
    return ""


def is_wsl(environ: Mapping[str, str]) -> bool:
    """Return True under WSL, where the Windows browser may not reach our port."""
    return bool(environ.get("WSL_DISTRO_NAME"))


def redirect_doubt(environ: Mapping[str, str]) -> str:
    """Return why a redirect may not arrive although a browser opens; a sentence, usually empty."""
    if not is_wsl(environ):
        return ""
    return (
        "A Windows program may be using the same port. If the browser ends on an error page, "
        "paste its address."
    )


def tunnel_command(environ: Mapping[str, str], host: str, port: int) -> str:
    """Return the command that lets a browser on the user's machine reach ``host:port`` here.

    ``host`` is that of the redirect URL. The server's address is the one the user's own SSH
    connection came in at; without a connection it is left for the user to fill in.
    Source: ssh(1), -L.
    """
    inner = f"[{host}]" if ":" in host else "127.0.0.1"
    return f"ssh -L {port}:{inner}:{port} {_destination(environ)}"


def _destination(environ: Mapping[str, str]) -> str:
    _, _, address, port = (environ.get("SSH_CONNECTION", "").split() + [""] * 4)[:4]
    user = environ.get("USER") or environ.get("LOGNAME") or "USER"
    target = f"{user}@{address or 'HOST'}"
    if not _SHELL_SAFE.fullmatch(target):
        return "USER@HOST"
    return target if port in ("", "22") or not port.isdigit() else f"-p {port} {target}"
