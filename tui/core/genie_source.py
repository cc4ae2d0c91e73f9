"""Place where the choice of a genie is stored."""

from __future__ import annotations

from typing import NamedTuple


class Kept(NamedTuple):
    """Place that names the genie used from now on."""

    path: str = ""
    """Configuration file; empty if there is none."""
    overruled_by: str = ""
    """Environment variable that names another genie, and wins at the next start."""
