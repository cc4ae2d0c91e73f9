"""Line filters for terminals that cannot show all characters or colours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

if TYPE_CHECKING:
    from tui.system.terminal import Glyphs


CONSOLE = {
    "✓": "√", "✗": "x", "✕": "x", "◆": "♦", "◇": "○", "●": "•", "◐": "○", "◌": "○", "◷": "○",
    "✦": "*", "▸": "►", "▾": "▼", "▶": "►", "…": ".", "“": '"', "”": '"', "‘": "'", "’": "'",
    "–": "-", "—": "-", "╭": "┌", "╮": "┐", "╰": "└", "╯": "┘", "▎": "▌", "▏": "│", "▕": "│",
    "▔": "─", "▁": "_", "↻": "→", "⌕": "/", "⏎": "◄", "☐": "○", "☑": "√", "☒": "x", "‣": "►",
    "⠋": "|", "⠙": "/", "⠹": "-", "⠸": "\\", "⠼": "|", "⠴": "/", "⠦": "-", "⠧": "\\",
    "⠇": "|", "⠏": "/", "▇": "█", "▆": "█", "▅": "▄", "▃": "▄", "▂": "_", "▊": "█", "▋": "▌",
    "▉": "█", "▍": "▌", "━": "═", "┃": "│", "╸": "═", "╺": "═", "⋯": "-", "✎": "*", "⚑": "►",
    "◂": "◄", "◀": "◄", "▴": "▲", "⟳": "→", "⤷": "└", "⚠": "!", "ⓘ": "i", "🡒": "→",
    "↯": "!", "┄": "-", "╌": "-", "▗": " ", "▖": " ", "▝": " ", "▘": " ",
}  # fmt: skip
"""For text consoles: from code page 437."""

ASCII = {
    "√": "v", "♦": "*", "○": "o", "•": "*", "►": ">", "▼": "v", "▲": "^", "◄": "<", "·": ".",
    "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+",
    "┴": "+", "┼": "+", "═": "=", "║": "|", "▌": "|", "▐": "|", "█": "#", "▀": "-", "▄": "_",
    "■": "#", "□": "o", "░": ".", "▒": ":", "▓": "#", "→": ">", "←": "<", "↑": "^", "↓": "v",
    "↔": "-", "↕": "|", "≈": "~", "×": "x", "÷": "/", "°": "o", "\xa0": " ", "«": "<", "»": ">",
    "§": "S", "±": "+", "≤": "<", "≥": ">", "≠": "#",
}  # fmt: skip
"""For the rest of ``CONSOLE`` that is not ASCII."""

CP437 = set(bytes(range(0x80, 0x100)).decode("cp437")) | set("☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼")


_EDGES = frozenset("▄▀▐▌▗▖▝▘")
"""Half cells, which make edges between surfaces of different shades."""
_SHADE = 40
"""Difference between two surfaces, of 255, at most."""
_BRIGHT = 0.3
"""Brightness from which a ground is shown in reverse where there are no colours."""
_LEAST_CONTRAST = 4.0


class PlainGlyphs(LineFilter):
    """Replaces every character that the terminal's font lacks."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(enabled=glyphs != "all")
        self._glyphs = glyphs

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control or segment.text.isascii() else self._plain(segment)
            for segment in segments
        ]

    def _plain(self, segment: Segment) -> Segment:
        text = "".join(map(_console_glyph, segment.text))
        if self._glyphs == "ascii":
            text = "".join(map(_ascii_glyph, text))
        return Segment(text, segment.style)


def _console_glyph(character: str) -> str:
    if character.isascii() or character in CP437:
        return character
    return CONSOLE.get(character) or "?" * cell_len(character)


def _ascii_glyph(character: str) -> str:
    return character if character.isascii() else ASCII.get(character, "?")


class Colourless(LineFilter):
    """Removes all colours: a bright ground becomes reverse, everything else the default."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(_without_edges(text, style), style and _without_colour(style), control)
            for text, style, control in segments
        ]


def _without_edges(text: str, style: Style | None) -> str:
    """Return spaces for edges of a surface that has the same color as what it lies on."""
    if style is None or not style.color or text[:1] not in _EDGES or not _EDGES.issuperset(text):
        return text
    return " " * len(text) if _is_shade(style) else text


@lru_cache(1024)
def _is_shade(style: Style) -> bool:
    """Return True if a style has no color of its own once there are few colors."""
    text, ground = style.color, style.bgcolor
    if text is None or text.is_default:
        return True
    if ground is None or ground.is_default:
        return False
    pairs = zip(text.get_truecolor(), ground.get_truecolor(), strict=True)
    return all(abs(one - other) < _SHADE for one, other in pairs)


@lru_cache(1024)
def _without_colour(style: Style) -> Style:
    ground = style.bgcolor
    bright = ground is not None and not ground.is_default and _brightness(ground) >= _BRIGHT
    return Style(
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        dim=style.dim,
        reverse=bright or style.reverse,
        link=style.link,
        meta=style.meta or None,
    )


class NoLinks(LineFilter):
    """Removes links for the terminal; clicks on them still work."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, style.update_link() if style and style.link else style, control)
            for text, style, control in segments
        ]


class NoEdges(LineFilter):
    """Removes the edges of surfaces that are all the terminal's own ground."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(_without_edges(text, style), style, control)
            for text, style, control in segments
        ]


class SixteenColours(LineFilter):
    """Maps to the nearest of sixteen colours, or another if text would vanish on its ground."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(_without_edges(text, style), style and _in_sixteen(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _in_sixteen(style: Style) -> Style:
    ground = style.bgcolor and _as_ground(style.bgcolor.downgrade(ColorSystem.STANDARD))
    text = style.color and style.color.downgrade(ColorSystem.STANDARD)
    if ground and text and not (ground.is_default or text.is_default):
        text = _legible(text, ground)
    return style + Style.from_color(text, ground)


def _as_ground(colour: RichColor) -> RichColor:
    """Return one of the eight colours that text consoles have for grounds: bright grey becomes
    grey, grey becomes black.
    """
    number = colour.number
    if number is None or number < 8:
        return colour
    return RichColor.from_ansi({8: 0, 15: 7}.get(number, number - 8))


def _legible(text: RichColor, ground: RichColor) -> RichColor:
    if _contrast(text, ground) >= _LEAST_CONTRAST:
        return text
    number = text.number if text.number is not None else 7
    choices: Sequence[int] = (number ^ 8, 15, 0)
    options = [RichColor.from_ansi(choice) for choice in choices]
    return next((o for o in options if _contrast(o, ground) >= _LEAST_CONTRAST), options[-1])


def _contrast(one: RichColor, other: RichColor) -> float:
    a, b = sorted((_luminance(one.get_truecolor()), _luminance(other.get_truecolor())))
    return (b + 0.05) / (a + 0.05)


def _luminance(colour: ColorTriplet) -> float:
    red, green, blue = colour.normalized
    return float(0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2)


def _brightness(colour: RichColor) -> float:
    return sum(colour.get_truecolor().normalized) / 3
