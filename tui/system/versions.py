"""Versions of everything below the program, for the log, a crash file and a report."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata

from tui import __version__

_LIBRARIES = ("textual", "rich", "httpx", "httpcore", "h11", "pydantic", "keyring", "cryptography")
_TERMINAL = (
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "COLORTERM",
    "NO_COLOR",
    "LANG",
    "LC_ALL",
)
_PRESENCE = {"TMUX": "tmux", "STY": "screen", "SSH_CONNECTION": "ssh", "WSL_DISTRO_NAME": "wsl"}
"""Variables with content of no interest, by what they show."""


def versions() -> dict[str, str]:
    """Return versions and the kind of terminal, by name."""
    found = {
        "genie-tui": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "os": platform.platform(),
        **{name: _version_of(name) for name in _LIBRARIES},
        **{name: os.environ[name] for name in _TERMINAL if os.environ.get(name)},
        "within": ", ".join(told for name, told in _PRESENCE.items() if os.environ.get(name)),
        "size": _size(),
    }
    return {name: text for name, text in found.items() if text}


def versions_text() -> str:
    """Return the versions, one in a line."""
    return "\n".join(f"{name}: {value}" for name, value in versions().items())


def _version_of(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def _size() -> str:
    for stream in (sys.__stderr__, sys.__stdout__):
        try:
            size = os.get_terminal_size(stream.fileno()) if stream else None
        except (OSError, ValueError):
            continue
        if size:
            return f"{size.columns}x{size.lines}"
    return ""
