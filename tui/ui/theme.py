"""Our two looks: calm surfaces, one accent, and colour only where something is to be noticed."""

from __future__ import annotations

from collections.abc import Collection

from textual.theme import Theme

GENIE_DARK = Theme(
    name="genie-dark",
    dark=True,
    primary="#a796ff",
    secondary="#7fb4ca",
    accent="#a796ff",
    foreground="#d9dae3",
    background="#14151b",
    surface="#191b22",
    panel="#21242d",
    boost="#262a35",
    success="#86c591",
    warning="#e3b565",
    error="#ee7d85",
    variables={
        "line": "#2a2d38",
        "rim": "#3a3f4e",
        "soft": "#9a9dae",
        "faint": "#6b6f80",
        "raised": "#1e2028",
        "chosen": "#2a2940",
        "block-cursor-background": "#2f2d4a",
        "block-cursor-foreground": "#f1f0ff",
        "block-cursor-text-style": "none",
        "input-selection-background": "#a796ff 30%",
        "scrollbar": "#2f3340",
        "scrollbar-hover": "#434859",
        "scrollbar-active": "#a796ff",
        "scrollbar-background": "#14151b",
        "scrollbar-background-hover": "#14151b",
        "scrollbar-background-active": "#14151b",
        "scrollbar-corner-color": "#14151b",
    },
)

GENIE_LIGHT = Theme(
    name="genie-light",
    dark=False,
    primary="#5b41c9",
    secondary="#1f6f8b",
    accent="#5b41c9",
    foreground="#26262e",
    background="#fcfbf9",
    surface="#f5f3ef",
    panel="#ebe8e2",
    boost="#e8e4dd",
    success="#2c7a3f",
    warning="#946200",
    error="#b3313d",
    variables={
        "line": "#e0dcd4",
        "rim": "#c9c4ba",
        "soft": "#615f69",
        "faint": "#85828c",
        "raised": "#f6f4f0",
        "chosen": "#e6e0fa",
        "block-cursor-background": "#ddd5fa",
        "block-cursor-foreground": "#1f1740",
        "block-cursor-text-style": "none",
        "input-selection-background": "#5b41c9 25%",
        "scrollbar": "#d6d1c7",
        "scrollbar-hover": "#bdb7ab",
        "scrollbar-active": "#5b41c9",
        "scrollbar-background": "#fcfbf9",
        "scrollbar-background-hover": "#fcfbf9",
        "scrollbar-background-active": "#fcfbf9",
        "scrollbar-corner-color": "#fcfbf9",
    },
)

THEMES = (GENIE_DARK, GENIE_LIGHT)

_TOKENS = {
    "line": ("foreground", 15),
    "rim": ("foreground", 28),
    "soft": ("foreground", 65),
    "faint": ("foreground", 45),
    "raised": ("surface", 100),
    "chosen": ("primary", 20),
}
"""Our own colours where a theme does not define them, as a share of one of its own: separators,
the edges of what can be focused, secondary and least text, a raised surface, what is chosen."""


def tokens(theme: Theme) -> dict[str, str]:
    """Values for our own colours that go with any theme."""
    if theme in THEMES:
        return {}
    colours = theme.to_color_system().generate()
    return {name: _share(colours[base], share) for name, (base, share) in _TOKENS.items()}


def _share(colour: str, percent: int) -> str:
    # Colours of the terminal's own palette cannot be mixed.
    return colour if colour.startswith("ansi") else f"{colour} {percent}%"


def choose(wanted: str | None, available: Collection[str]) -> tuple[str, str]:
    """The theme to use, and a sentence if the wanted one does not exist."""
    if not wanted:
        return GENIE_DARK.name, ""
    if wanted in available:
        return wanted, ""
    return GENIE_DARK.name, f"There is no theme named {wanted}."
