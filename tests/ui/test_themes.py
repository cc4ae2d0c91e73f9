"""Themes: contrast of every text on every background it can appear on."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme

from tui.ui.theme.themes import (
    GENIE_DARK,
    GENIE_EMBER,
    GENIE_LIGHT,
    GENIE_MONO,
    THEMES,
    choose,
    tokens,
)

TEXTS = ("text", "muted", "accent", "success", "warning", "error")
SURFACES = ("ground", "canvas", "raised")
SHADED = (GENIE_DARK, GENIE_LIGHT, GENIE_EMBER)
"""Themes whose surfaces are told apart by their shade alone."""
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
    found = [(text, surface) for text in TEXTS for surface in (*SURFACES, "chosen")]
    found += [("on-accent", "accent"), ("on-fill", "success"), ("on-fill", "error")]
    return [(text, ground, contrast(colours[text], colours[ground])) for text, ground in found]


COLOURED = [theme for theme in THEMES if not theme.ansi and theme is not GENIE_MONO]
"""The others have the terminal's own colors, or none once they are drawn."""


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: str(theme.name))
def test_every_text_has_enough_contrast(theme: Theme) -> None:
    least = 7.0 if "contrast" in theme.name else 4.5
    bad = [f"{t} on {g}: {ratio:.2f}" for t, g, ratio in pairs(theme) if ratio < least]
    assert not bad


@pytest.mark.parametrize("theme", SHADED, ids=[theme.name for theme in SHADED])
def test_edges_of_what_can_be_focused_are_visible(theme: Theme) -> None:
    colours = colours_of(theme)
    assert min(contrast(colours["rim"], colours[surface]) for surface in SURFACES) >= 3.0


@pytest.mark.parametrize("theme", SHADED, ids=[theme.name for theme in SHADED])
def test_with_256_colours_the_surfaces_stay_apart_and_text_readable(theme: Theme) -> None:
    """A saturation of 0.15 and more would leave the greys, for black or a strong color."""
    colours = colours_of(theme)
    for surface in SURFACES:
        assert colours[surface].hsl.s < 0.15, surface
    reduced = {name: in_256(colours[name]) for name in (*TEXTS, *SURFACES, "chosen", "rim")}
    assert len({reduced[surface].rgb for surface in SURFACES}) == 3
    for surface in (*SURFACES, "chosen"):
        assert min(contrast(reduced[text], reduced[surface]) for text in TEXTS) >= 4.5, surface
    assert min(contrast(reduced["rim"], reduced[surface]) for surface in SURFACES) >= 3.0


def in_256(color: Color) -> Color:
    """Return the color that a terminal with 256 colors shows."""
    number = color.rich_color.downgrade(ColorSystem.EIGHT_BIT).number
    assert number is not None
    return Color(*RichColor.from_ansi(number).get_truecolor())


@pytest.mark.parametrize(
    ("theme", "expected"),
    [
        (GENIE_DARK, {"text": 10.9, "muted": 5.7, "accent": 6.1, "success": 7.4, "error": 6.0}),
        (GENIE_LIGHT, {"text": 11.3, "muted": 5.1, "accent": 6.2, "success": 4.9, "error": 4.8}),
    ],
    ids=["dark", "light"],
)
def test_contrast_on_the_chosen_row_is_that_of_the_design(
    theme: Theme, expected: dict[str, float]
) -> None:
    colours = colours_of(theme)
    found = {name: round(contrast(colours[name], colours["chosen"]), 1) for name in expected}
    assert found == expected


@pytest.mark.parametrize("theme", [t for t in THEMES if t.ansi], ids=lambda t: str(t.name))
def test_with_sixteen_colors_surfaces_and_text_are_the_terminals_own(theme: Theme) -> None:
    named = theme.to_color_system().generate() | theme.variables
    own = (*SURFACES, "chosen", "text", "muted", "background", "foreground")
    assert {named[name] for name in own} == {"ansi_default"}


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
        ("", None, 16, "genie-16"),
        ("", True, 16, "genie-16"),
        ("", False, 16, "genie-16-light"),
        ("genie-ember", None, 16, "genie-ember"),
        ("genie-ember", None, 0, "genie-mono"),
    ],
)
def test_an_explicit_theme_overrides_the_terminal(
    wanted: str, dark: bool | None, colours: int, expected: str
) -> None:
    assert choose(wanted, AVAILABLE, dark=dark, colours=colours) == (expected, "")
