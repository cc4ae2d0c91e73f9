"""The environment of programs that we start: everything but our secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_SECRET = re.compile(r"GENIE_TUI_\w*(KEY|TOKEN|SECRET|PASSWORD)\w*", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Tell if a variable of ours holds a key, a token or a password."""
    return _SECRET.fullmatch(name) is not None


def program_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for an editor, a browser or a hook."""
    found = os.environ if environ is None else environ
    return {name: value for name, value in found.items() if not is_secret(name)}
