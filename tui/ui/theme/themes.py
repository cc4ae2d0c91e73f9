"""Themes: their colours, and the choice of one."""

from __future__ import annotations

from collections.abc import Collection

from textual.color import Color
from textual.theme import Theme

from tui.core.text import clean_line, did_you_mean
from tui.ui.theme.names import FOLLOW


def _theme(
    name: str,
    *,
    ground: str,
    canvas: str,
    raised: str,
    chosen: str,
    line: str,
    rim: str,
    text: str,
    muted: str,
    accent: str,
    success: str,
    warning: str,
    error: str,
    on_accent: str,
    on_fill: str = "",
    veil: str = "#000000 58%",
    brand: tuple[str, str, str, str] | None = None,
    dark: bool = True,
    ansi: bool = False,
    cursor_style: str = "none",
) -> Theme:
    """Surfaces: ``ground`` of side panes and wells, ``canvas`` of the conversation, ``raised`` of
    messages, cards and dialogs, ``chosen`` of the current row. ``line`` is for decoration, ``rim``
    for edges of what can be focused. ``on_accent`` and ``on_fill`` are for text on the accent and
    on success or error. ``brand`` has the four colors of the mark.
    """
    on_fill = on_fill or on_accent
    glow, smoke, flame, spark = brand or (accent, accent, warning, warning)
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=accent,
        secondary=accent,
        accent=accent,
        foreground=text,
        background=ground,
        surface=canvas,
        panel=raised,
        boost=line,
        success=success,
        warning=warning,
        error=error,
        variables={
            "ground": ground,
            "canvas": canvas,
            "raised": raised,
            "chosen": chosen,
            "line": line,
            "rim": rim,
            "muted": muted,
            "on-accent": on_accent,
            "on-fill": on_fill,
            "veil": veil,
            "veiled-ground": _veiled(ground, veil),
            "veiled-canvas": _veiled(canvas, veil),
            "veiled-line": _veiled(line, veil),
            "glow": glow,
            "smoke": smoke,
            "flame": flame,
            "spark": spark,
            "ansi-background": ground,  # Textual has these only in its own themes
            "ansi-foreground": text,
            "boost": line,  # Textual drops a theme's own value if it has a panel colour
            "text": text,
            "text-muted": muted,
            "text-disabled": muted,
            "text-primary": accent,
            "text-secondary": accent,
            "text-accent": accent,
            "text-success": success,
            "text-warning": warning,
            "text-error": error,
            "block-cursor-background": accent,
            "block-cursor-foreground": on_accent,
            "block-cursor-text-style": cursor_style,
            "input-selection-background": chosen,
            "screen-selection-background": chosen,
            "scrollbar": line,
            "scrollbar-hover": rim,
            "scrollbar-active": accent,
            "scrollbar-background": "transparent",
            "scrollbar-background-hover": "transparent",
            "scrollbar-background-active": "transparent",
            "scrollbar-corner-color": "transparent",
        },
    )


def _veiled(color: str, veil: str) -> str:
    """Return a color under the veil, for scrollbars: Textual tints everything but them."""
    if color.startswith("ansi"):
        return color
    over, share = veil.split()
    return Color.parse(color).blend(Color.parse(over), int(share.rstrip("%")) / 100).hex6


GENIE_DARK = _theme(
    "genie-dark",
    ground="#101114",
    canvas="#17181d",
    raised="#24242c",
    chosen="#2c2a4e",
    line="#33343d",
    rim="#737483",
    text="#e6e6ea",
    muted="#a6a7b2",
    accent="#b3a1ff",
    success="#7fd1a0",
    warning="#f0bd6a",
    error="#ff8a92",
    on_accent="#14121f",
    on_fill="#101413",
    brand=("#d3c8ff", "#8d7bd8", "#ffc46b", "#fff3d6"),
)

GENIE_LIGHT = _theme(
    "genie-light",
    dark=False,
    ground="#eeeeef",
    canvas="#fefefe",
    raised="#e0e0e7",
    chosen="#d9d3fa",
    line="#d3d3da",
    rim="#74747f",
    text="#1f2026",
    muted="#55565f",
    accent="#4b2bbd",
    success="#14663a",
    warning="#6e4200",
    error="#b01f2e",
    on_accent="#ffffff",
    veil="#3a3a44 45%",
    brand=("#8a70e8", "#7a62d9", "#c46a00", "#ffb347"),
)

GENIE_EMBER = _theme(
    "genie-ember",
    ground="#131110",
    canvas="#1d1b18",
    raised="#2a2622",
    chosen="#432a14",
    line="#3a3530",
    rim="#827970",
    text="#ebe7e2",
    muted="#aea79f",
    accent="#f5a962",
    success="#a9cb86",
    warning="#f0cf6b",
    error="#ff8f7d",
    on_accent="#1d130a",
    on_fill="#151310",
)

GENIE_MIST = _theme(
    "genie-mist",
    dark=False,
    ground="#eef3f5",
    canvas="#f6f9fa",
    raised="#e2eaed",
    chosen="#c8e6ed",
    line="#d5dfe3",
    rim="#64747c",
    text="#1d2a33",
    muted="#414f59",
    accent="#0b5f73",
    success="#1d6534",
    warning="#744c00",
    error="#a32a3a",
    on_accent="#ffffff",
    veil="#3a3a44 45%",
)

GENIE_CONTRAST_DARK = _theme(
    "genie-contrast-dark",
    cursor_style="bold underline",
    ground="#000000",
    canvas="#000000",
    raised="#161616",
    chosen="#262626",
    line="#8c8c8c",
    rim="#ffffff",
    text="#ffffff",
    muted="#e6e6e6",
    accent="#ffe14d",
    success="#7dff9b",
    warning="#ffb84d",
    error="#ffadad",
    on_accent="#000000",
)

GENIE_CONTRAST_LIGHT = _theme(
    "genie-contrast-light",
    cursor_style="bold underline",
    dark=False,
    ground="#ffffff",
    canvas="#ffffff",
    raised="#efefef",
    chosen="#e6e6e6",
    line="#757575",
    rim="#000000",
    text="#000000",
    muted="#1f1f1f",
    accent="#1f1a8f",
    success="#004d14",
    warning="#5a3300",
    error="#7d0012",
    on_accent="#ffffff",
    veil="#3a3a44 45%",
)


def _sixteen(
    name: str, *, dark: bool, accent: str, success: str, warning: str, error: str, on_accent: str
) -> Theme:
    """Theme of the terminal's own colours: all surfaces are its ground, and shapes take over."""
    own = "ansi_default"
    return _theme(
        name,
        ground=own,
        canvas=own,
        raised=own,
        chosen=own,
        line="ansi_bright_black",
        rim=own,
        text=own,
        muted=own,
        accent=accent,
        success=success,
        warning=warning,
        error=error,
        on_accent=on_accent,
        veil="transparent",
        dark=dark,
        ansi=True,
    )


GENIE_16 = _sixteen(
    "genie-16",
    dark=True,
    accent="ansi_bright_cyan",
    success="ansi_bright_green",
    warning="ansi_bright_yellow",
    error="ansi_bright_red",
    on_accent="ansi_black",
)

GENIE_16_LIGHT = _sixteen(
    "genie-16-light",
    dark=False,
    accent="ansi_blue",
    success="ansi_green",
    warning="ansi_magenta",
    error="ansi_red",
    on_accent="ansi_bright_white",
)
"""On a light ground yellow and cyan would hardly be seen."""

GENIE_MONO = _theme(
    "genie-mono",
    ground="#000000",
    canvas="#000000",
    raised="#000000",
    chosen="#3a3a3a",
    line="#ffffff",
    rim="#ffffff",
    text="#ffffff",
    muted="#ffffff",
    accent="#ffffff",
    success="#ffffff",
    warning="#ffffff",
    error="#ffffff",
    on_accent="#000000",
)
"""For terminals without colour: text on a bright ground is shown in reverse."""

THEMES = (
    GENIE_DARK,
    GENIE_LIGHT,
    GENIE_EMBER,
    GENIE_MIST,
    GENIE_CONTRAST_DARK,
    GENIE_CONTRAST_LIGHT,
    GENIE_16,
    GENIE_16_LIGHT,
    GENIE_MONO,
)


_TOKENS = {
    "ground": ("background", 100),
    "canvas": ("surface", 100),
    "raised": ("panel", 100),
    "chosen": ("primary", 20),
    "line": ("foreground", 15),
    "rim": ("foreground", 40),
    "muted": ("foreground", 78),
    "on-accent": ("background", 100),
    "on-fill": ("background", 100),
    "veil": ("background", 60),
    "veiled-ground": ("background", 100),
    "veiled-canvas": ("background", 100),
    "veiled-line": ("foreground", 8),
    "glow": ("accent", 100),
    "smoke": ("accent", 100),
    "flame": ("warning", 100),
    "spark": ("warning", 100),
}
"""Our colours, each as a share of a colour that every theme has."""


def tokens(theme: Theme) -> dict[str, str]:
    """Return values of our own colours for any theme."""
    if theme in THEMES:
        return {}
    colours = theme.to_color_system().generate()
    return {name: _share(colours[base], share) for name, (base, share) in _TOKENS.items()}


def _share(colour: str, percent: int) -> str:
    # Colours of the terminal's own palette cannot be blended.
    return colour if colour.startswith("ansi") else f"{colour} {percent}%"


def choose(
    wanted: str, available: Collection[str], *, dark: bool | None = None, colours: int = 1 << 24
) -> tuple[str, str]:
    """Return the theme to use, and a warning if the wanted one does not exist.

    ``dark``: whether the terminal's background is dark, where known. ``colours``: the number of
    colours it has, 0 for none.
    """
    following = GENIE_LIGHT.name if dark is False else GENIE_DARK.name
    if colours == 0:
        return GENIE_MONO.name, ""
    if wanted in available:
        return wanted, ""
    if colours <= 16:
        following = GENIE_16_LIGHT.name if dark is False else GENIE_16.name
    if wanted in ("", FOLLOW):
        return following, ""
    hint = did_you_mean(wanted, (FOLLOW, *available))
    return following, f"There's no theme '{clean_line(wanted, 40)}'. {hint}".rstrip()
