"""How genie-tui was installed, and the command that adds the libraries of an extra to it."""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from pathlib import Path

DISTRIBUTION = "genie-tui"
_EXTRA = re.compile(r"""\s*;\s*extra\s*==\s*['"](?P<name>[^'"]+)['"]\s*$""")


def command_for_extra(extra: str) -> str:
    """Return the command that adds an extra's libraries to this installation.

    It names the libraries, since the extra of a project that is on no index cannot be named.
    """
    libraries = [shlex.quote(library) for library in requirements_of(extra)]
    return " ".join([*_installer(Path(sys.prefix)), *libraries])


def requirements_of(extra: str) -> list[str]:
    """Return an extra's requirements, such as ``pillow>=11``; the metadata has them."""
    try:
        lines = requires(DISTRIBUTION) or []
    except PackageNotFoundError:  # a checkout that runs without being installed
        return [f".[{extra}]"]
    found = ((_EXTRA.search(line), line) for line in lines)
    return [line[: match.start()] for match, line in found if match and match["name"] == extra]


def _installer(environment: Path) -> list[str]:
    """Return the words that come before the libraries in the command."""
    if (environment / "pipx_metadata.json").is_file():
        return ["pipx", "inject", environment.name]
    if find_spec("pip"):
        return [shlex.quote(sys.executable), "-m", "pip", "install"]
    return ["uv", "pip", "install", "--python", shlex.quote(sys.executable)]
