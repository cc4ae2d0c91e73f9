"""Suites that come with the program. Light to import."""

from pathlib import Path

INCLUDED = Path(__file__).parent
"""Their folder."""


def included_packs() -> list[str]:
    """Return the names of the suites that come with the program."""
    return sorted(path.stem for path in INCLUDED.glob("*.yaml"))
