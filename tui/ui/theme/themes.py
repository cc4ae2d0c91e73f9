"""Themes: their colours, and the choice of one."""

from __future__ import annotations

from collections.abc import Collection

from textual.theme import Theme


def _theme(
    name: str,
    *,
    accent: str,
    second: str,
    text: str,
    muted: str,
    ground: str,
    surface: str,
    raised: str,
    panel: str,
    boost: str,
    line: str,
    rim: str,
    chosen: str,
    cursor: str,
    cursor_text: str,
    good: str,
    asks: str,
    bad: str,
    dark: bool = True,
    bar: str = "",
    cursor_style: str = "none",
) -> Theme:
    """``muted``: secondary text; ``raised``: a surface that stands out a little; ``line`` and
    ``rim``: separators, and edges of focusable widgets.
    """
    bar = bar or rim
    return Theme(
        name=name,
        dark=dark,
        primary=accent,
        secondary=second,
        accent=accent,
        foreground=text,
        background=ground,
        surface=surface,
        panel=panel,
        boost=boost,
        success=good,
        warning=asks,
        error=bad,
        variables={
            "boost": boost,  # Textual drops a theme's own value if it has a panel colour
            "line": line,
            "rim": rim,
            "muted": muted,
            "raised": raised,
            "chosen": chosen,
            "text-primary": accent,
            "text-secondary": second,
            "text-accent": accent,
            "text-success": good,
            "text-warning": asks,
            "text-error": bad,
            "block-cursor-background": cursor,
            "block-cursor-foreground": cursor_text,
            "block-cursor-text-style": cursor_style,
            "input-selection-background": f"{accent} 30%",
            "scrollbar": bar,
            "scrollbar-hover": accent,
            "scrollbar-active": accent,
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
        },
    )


GENIE_DARK = _theme(
    "genie-dark",
    accent="#a796ff",
    second="#7fb4ca",
    text="#d9dae3",
    muted="#b0b3c2",
    ground="#14151b",
    surface="#191b22",
    raised="#1e2028",
    panel="#21242d",
    boost="#262a35",
    line="#2a2d38",
    rim="#434859",
    bar="#2f3340",
    chosen="#2a2940",
    cursor="#302d50",
    cursor_text="#f1f0ff",
    good="#86c591",
    asks="#e3b565",
    bad="#ee7d85",
)

GENIE_LIGHT = _theme(
    "genie-light",
    dark=False,
    accent="#5b41c9",
    second="#1b6480",
    text="#26262e",
    muted="#504e58",
    ground="#fcfbf9",
    surface="#f5f3ef",
    raised="#f6f4f0",
    panel="#ebe8e2",
    boost="#e8e4dd",
    line="#e0dcd4",
    rim="#b9b3a8",
    bar="#d6d1c7",
    chosen="#e6e0fa",
    cursor="#dad2f9",
    cursor_text="#1f1740",
    good="#20632b",
    asks="#7a5000",
    bad="#a02733",
)

GENIE_EMBER = _theme(
    "genie-ember",
    accent="#f0a868",
    second="#c9a27c",
    text="#e8ddd0",
    muted="#bfb1a1",
    ground="#191512",
    surface="#1f1a16",
    raised="#251f1a",
    panel="#2a231d",
    boost="#312922",
    line="#332b24",
    rim="#54473b",
    bar="#3b322a",
    chosen="#3a2a1c",
    cursor="#45301c",
    cursor_text="#fff3e6",
    good="#a3c585",
    asks="#e9c46a",
    bad="#f08a78",
)

GENIE_MIST = _theme(
    "genie-mist",
    dark=False,
    accent="#0b5f73",
    second="#5a4b9a",
    text="#1d2a33",
    muted="#414f59",
    ground="#f6f9fa",
    surface="#eef3f5",
    raised="#f0f5f6",
    panel="#e2eaed",
    boost="#dde7ea",
    line="#d5dfe3",
    rim="#a5b5bc",
    bar="#c8d4d9",
    chosen="#d3e9ee",
    cursor="#c8e6ed",
    cursor_text="#07303a",
    good="#1d6534",
    asks="#744c00",
    bad="#a32a3a",
)

GENIE_CONTRAST_DARK = _theme(
    "genie-contrast-dark",
    cursor_style="bold underline",
    accent="#ffe14d",
    second="#7fe7ff",
    text="#ffffff",
    muted="#e6e6e6",
    ground="#000000",
    surface="#000000",
    raised="#101010",
    panel="#161616",
    boost="#202020",
    line="#8c8c8c",
    rim="#ffffff",
    chosen="#262626",
    cursor="#0a2a6b",
    cursor_text="#ffffff",
    good="#7dff9b",
    asks="#ffb84d",
    bad="#ffadad",
)

GENIE_CONTRAST_LIGHT = _theme(
    "genie-contrast-light",
    cursor_style="bold underline",
    dark=False,
    accent="#1f1a8f",
    second="#004a5c",
    text="#000000",
    muted="#1f1f1f",
    ground="#ffffff",
    surface="#ffffff",
    raised="#f5f5f5",
    panel="#efefef",
    boost="#e6e6e6",
    line="#757575",
    rim="#000000",
    chosen="#ececec",
    cursor="#d9ddff",
    cursor_text="#000000",
    good="#004d14",
    asks="#5a3300",
    bad="#7d0012",
)

GENIE_16 = _theme(
    "genie-16",
    accent="#55ffff",
    second="#55ffff",
    text="#aaaaaa",
    muted="#aaaaaa",
    ground="#000000",
    surface="#000000",
    raised="#000000",
    panel="#000000",
    boost="#0000aa",
    line="#555555",
    rim="#aaaaaa",
    chosen="#0000aa",
    cursor="#0000aa",
    cursor_text="#ffffff",
    good="#55ff55",
    asks="#ffff55",
    bad="#ff55ff",
)
"""Theme of the sixteen colours that every terminal has."""

GENIE_MONO = _theme(
    "genie-mono",
    accent="#ffffff",
    second="#ffffff",
    text="#ffffff",
    muted="#ffffff",
    ground="#000000",
    surface="#000000",
    raised="#000000",
    panel="#000000",
    boost="#5c5c5c",
    line="#ffffff",
    rim="#ffffff",
    chosen="#3a3a3a",
    cursor="#5c5c5c",
    cursor_text="#ffffff",
    good="#ffffff",
    asks="#ffffff",
    bad="#ffffff",
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
    GENIE_MONO,
)


FOLLOW = "auto"
"""Name that selects the theme by the terminal's background."""

_TOKENS = {
    "line": ("foreground", 15),
    "rim": ("foreground", 28),
    "muted": ("foreground", 78),
    "raised": ("surface", 100),
    "chosen": ("primary", 20),
}
"""As a share of a theme's colour: separators, edges of focusable widgets, secondary text, a raised
surface, the selection.
"""


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
        following = GENIE_16.name
    if wanted in ("", FOLLOW):
        return following, ""
    return following, f"Unknown theme {wanted}."
