"""Where the style sheets are: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
STYLES = next(
    folder
    for folder in (_PACKAGE / "styles", _PACKAGE.parent / "styles")
    if (folder / "base.tcss").is_file()
)


def sheets() -> list[Path]:
    """All style sheets in a fixed order, the base first so that others can refine it."""
    base = STYLES / "base.tcss"
    return [base, *sorted(path for path in STYLES.glob("*.tcss") if path != base)]
