"""Line filters for terminals that cannot show every style."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tui.ui.terminal.filters import ASCII, CONSOLE, CP437, Colourless, PlainGlyphs, SixteenColours

BLACK = Color(0, 0, 0)


def drawn(filter_: Colourless | PlainGlyphs | SixteenColours, text: str, style: str) -> Segment:
    (segment,) = filter_.apply([Segment(text, Style.parse(style))], BLACK)
    return segment


def test_every_ascii_replacement_has_the_same_width_and_can_be_shown() -> None:
    for table in (CONSOLE, ASCII):
        assert all(cell_len(one) == cell_len(other) == 1 for one, other in table.items())
    assert all(other.isascii() or other in CP437 for other in CONSOLE.values())
    assert all(other.isascii() for other in ASCII.values())
    assert all(other.isascii() or other in ASCII for other in CONSOLE.values())


@given(st.text())
def test_any_text_keeps_its_width_without_unsupported_characters(text: str) -> None:
    console = drawn(PlainGlyphs("console"), text, "").text
    ascii_ = drawn(PlainGlyphs("ascii"), text, "").text
    assert cell_len(console) == cell_len(text) == cell_len(ascii_)
    assert ascii_.isascii()


@pytest.mark.parametrize(
    ("style", "reverse"),
    [
        ("white on #ffffff", True),
        ("#000000 on #101010", False),
        ("reverse #ffffff on #000000", True),
    ],
)
def test_without_color_bright_backgrounds_are_reversed(style: str, reverse: bool) -> None:
    plain = drawn(Colourless(), "x", f"bold {style}").style
    assert plain is not None
    assert (plain.color, plain.bgcolor) == (None, None)
    assert bool(plain.reverse) is reverse
    assert plain.bold


@pytest.mark.parametrize(
    ("filter_", "style", "shown"),
    [
        (SixteenColours(), "default on default", "    "),
        (SixteenColours(), "#24242c on #17181d", "    "),
        (SixteenColours(), "bright_cyan on default", "▐▄▀▌"),
        (Colourless(), "#000000 on #000000", "    "),
        (Colourless(), "#ffffff on #000000", "▐▄▀▌"),
    ],
)
def test_edges_between_surfaces_vanish_with_their_shades(
    filter_: Colourless | SixteenColours, style: str, shown: str
) -> None:
    assert drawn(filter_, "▐▄▀▌", style).text == shown
    assert drawn(filter_, "text", style).text == "text"


colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))


@given(colours, colours)
def test_no_text_is_lost_in_sixteen_colors(text: str, ground: str) -> None:
    style = drawn(SixteenColours(), "x", f"{text} on {ground}").style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert style.bgcolor.number is not None
    assert style.bgcolor.number < 8
    assert style.color.number != style.bgcolor.number
