"""Paths of the style sheets: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]
STYLES = next(
    folder
    for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles")
    if (folder / "base.tcss").is_file()
)


_FIRST = ("base", "chat", "sidebar", "composer", "welcome")


def first_sheets() -> list[Path]:
    """Return the style sheets of the first paint; parsing all of them would delay it."""
    return [STYLES / f"{name}.tcss" for name in _FIRST]


STUDIO_SHEET = STYLES / "studio.tcss"
"""Loaded by the screens of Studio when they open."""


def later_sheets() -> list[Path]:
    """Return all other style sheets, in a fixed order."""
    apart = {*_FIRST, STUDIO_SHEET.stem}
    return sorted(path for path in STYLES.glob("*.tcss") if path.stem not in apart)
