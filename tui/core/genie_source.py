"""Place where the choice of a genie is stored."""

from __future__ import annotations

from typing import NamedTuple


class Kept(NamedTuple):
    """Where it is kept which genie is used from now on."""

    path: str = ""
    """The file that says so; empty where nothing does."""
    overruled_by: str = ""
    """The environment variable that names another one, and wins at the next start."""
