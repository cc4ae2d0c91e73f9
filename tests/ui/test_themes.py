"""Themes: contrast of every text on every background it can appear on."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from tui.ui.theme.themes import GENIE_MONO, THEMES, choose, tokens

TEXTS = ("foreground", "muted", "text-primary", "text-secondary", "text-accent")
STATES = ("text-success", "text-warning", "text-error", "primary", "warning", "error", "success")
GROUNDS = ("background", "surface", "raised", "panel")
IN_ROWS = ("foreground", "muted", "primary", "text-success", "text-warning", "text-error")
CURSOR = "block-cursor-background"
AVAILABLE = [theme.name for theme in THEMES]


def contrast(text: Color, ground: Color) -> float:
    """The ratio of WCAG 2.1, computed on the colours as they are drawn."""
    drawn = ground.blend(text, text.a).rgb if text.a < 1 else text.rgb
    light, dark = sorted((_luminance(drawn), _luminance(ground.rgb)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: tuple[int, int, int]) -> float:
    shares = [channel / 255 for channel in rgb]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colours_of(theme: Theme) -> dict[str, Color]:
    named = theme.to_color_system().generate() | theme.variables | tokens(theme)
    return {
        name: Color.parse(value)
        for name, value in named.items()
        if value[:1] == "#" and " " not in value
    }


def pairs(theme: Theme) -> list[tuple[str, str, float]]:
    """Text, ground, ratio: whatever the style sheets put on each other."""
    colours = colours_of(theme)
    found = [(text, ground) for text in (*TEXTS, *STATES) for ground in GROUNDS]
    found += [(text, ground) for text in IN_ROWS for ground in ("chosen", CURSOR)] + [
        ("block-cursor-foreground", CURSOR),
        ("background", "primary"),
    ]
    asking = colours["background"].blend(colours["warning"], 0.2)
    return [
        *((text, ground, contrast(colours[text], colours[ground])) for text, ground in found),
        *((t, "asking", contrast(colours[t], asking)) for t in ("foreground", "text-warning")),
    ]


@pytest.mark.parametrize("theme", THEMES, ids=AVAILABLE)
def test_every_text_has_enough_contrast(theme: Theme) -> None:
    if theme is GENIE_MONO:
        return  # it has no colours once it is drawn
    least = 7.0 if "contrast" in theme.name else 4.5
    bad = [f"{t} on {g}: {ratio:.2f}" for t, g, ratio in pairs(theme) if ratio < least]
    assert not bad


def test_there_are_dark_and_light_themes_of_both_kinds() -> None:
    dark = {theme.name: theme.dark for theme in THEMES}
    assert [dark[f"genie-{name}"] for name in ("dark", "ember", "contrast-dark")] == [True] * 3
    assert [dark[f"genie-{name}"] for name in ("light", "mist", "contrast-light")] == [False] * 3


@pytest.mark.parametrize(
    ("wanted", "dark", "colours", "expected"),
    [
        ("", None, 1 << 24, "genie-dark"),
        ("", False, 256, "genie-light"),
        ("auto", False, 256, "genie-light"),
        ("genie-ember", False, 256, "genie-ember"),
        ("", False, 16, "genie-16"),
        ("genie-ember", None, 16, "genie-ember"),
        ("genie-ember", None, 0, "genie-mono"),
    ],
)
def test_an_explicit_theme_overrides_the_terminal(
    wanted: str, dark: bool | None, colours: int, expected: str
) -> None:
    assert choose(wanted, AVAILABLE, dark=dark, colours=colours) == (expected, "")
