"""Which theme to use, and our own colours where a theme does not define them."""

from __future__ import annotations

from collections.abc import Collection

from textual.theme import Theme

from tui.ui.palettes import GENIE_16, GENIE_DARK, GENIE_LIGHT, GENIE_MONO, THEMES

FOLLOW = "auto"
"""Stands for the theme that goes with the terminal's background."""

_TOKENS = {
    "line": ("foreground", 15),
    "rim": ("foreground", 28),
    "soft": ("foreground", 78),
    "faint": ("foreground", 65),
    "raised": ("surface", 100),
    "chosen": ("primary", 20),
}
"""As a share of one of a theme's own colours: separators, the edges of what can be focused,
secondary and least text, a raised surface, what is chosen."""


def tokens(theme: Theme) -> dict[str, str]:
    """Values for our own colours that go with any theme."""
    if theme in THEMES:
        return {}
    colours = theme.to_color_system().generate()
    return {name: _share(colours[base], share) for name, (base, share) in _TOKENS.items()}


def _share(colour: str, percent: int) -> str:
    # Colours of the terminal's own palette cannot be mixed.
    return colour if colour.startswith("ansi") else f"{colour} {percent}%"


def choose(
    wanted: str, available: Collection[str], *, dark: bool | None = None, colours: int = 1 << 24
) -> tuple[str, str]:
    """The theme to use, and a sentence if the wanted one does not exist.

    ``dark`` tells the terminal's background, where it is known; ``colours`` how many it has,
    0 for none at all.
    """
    following = GENIE_LIGHT.name if dark is False else GENIE_DARK.name
    if colours == 0:
        return GENIE_MONO.name, ""
    if wanted in available:
        return wanted, ""
    if colours <= 16:
        following = GENIE_16.name
    if wanted in ("", FOLLOW):
        return following, ""
    return following, f"There is no theme named {wanted}."
