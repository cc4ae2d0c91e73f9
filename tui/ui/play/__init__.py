"""Scripts that play the app by themselves: `genie-tui play`. Light to import."""

from pathlib import Path

INCLUDED = Path(__file__).parent / "scripts"
"""Folder of the scripts that come with genie-tui."""


def included_scripts() -> list[str]:
    """Return the names of the scripts that come with genie-tui."""
    return sorted(path.stem for path in INCLUDED.glob("*.toml"))
