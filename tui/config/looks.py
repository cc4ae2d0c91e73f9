"""How the interface is to be where there is no profile. Loads little: the demo starts with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tui.config.paths import Environment, config_file
from tui.config.toml_file import bindings, read

LOOKS = ("theme", "no_browser", "notifications", "screen_reader", "reduced_motion", "mouse")
"""The keys of a profile that are about the interface, not about an agent."""

YES = frozenset({"1", "true", "yes", "on", "y", "t"})


def variable(key: str) -> str:
    """The environment variable of a key."""
    return f"GENIE_TUI_{key.upper()}"


def general_looks(
    flags: Mapping[str, object] | None = None, environ: Environment | None = None
) -> dict[str, str | bool]:
    """What flags and environment say, by key; those of ``LOOKS`` that neither mentions are out."""
    environ = os.environ if environ is None else environ
    found: dict[str, str | bool] = {}
    for key in LOOKS:
        value = environ.get(variable(key), "")
        if value:
            found[key] = value if key == "theme" else value.strip().lower() in YES
        flag = (flags or {}).get(key)
        if isinstance(flag, str | bool):
            found[key] = flag
    return found


def key_bindings(
    config_path: Path | None = None, environ: Environment | None = None
) -> tuple[Path, dict[str, str]]:
    """The file, and what its ``[keys]`` say; raises ``ConfigError``."""
    path = config_path or config_file(os.environ if environ is None else environ)
    return path, bindings(read(path), path)
