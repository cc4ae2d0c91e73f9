"""SVG pictures in half as many bytes."""

from __future__ import annotations

import re
from itertools import groupby

_LINE_CLIP = re.compile(r'<clipPath id="[^"]*-line-\d+">\s*<rect[^>]*/>\s*</clipPath>\s*')
_CLIPPED = re.compile(r' clip-path="url\(#[^"]*-line-\d+\)"')
_NOTHING = re.compile("<text [^>]*>\u00a0*\n?</text>")
_NAMES = re.compile(r"terminal-\d+-")
_CRISP = ' shape-rendering="crispEdges"'
_CELLS = '<g transform="translate(9, 41)"'
_GROUND = re.compile(
    r'<rect fill="([^"]*)" x="([^"]*)" y="([^"]*)" width="([^"]*)" (height="[^"]*"/>)'
)
_TOUCHING = 0.05
_GROUNDS = re.compile(f"(?:{_GROUND.pattern.replace('(', '(?:')})+")


def slim(svg: str) -> str:
    """A terminal's picture without what does not show: clips of lines that fit, empty texts."""
    svg = svg.replace("&#160;", "\u00a0")
    for useless in (_LINE_CLIP, _CLIPPED, _NOTHING):
        svg = useless.sub("", svg)
    svg = _NAMES.sub("t", svg).replace(_CRISP, "").replace(_CELLS, f"{_CELLS}{_CRISP}")
    return _GROUNDS.sub(_joined, svg)


def _joined(grounds: re.Match[str]) -> str:
    """Grounds of one colour that touch each other on a line, as one."""
    pieces: list[str] = []
    found = [match.groups() for match in _GROUND.finditer(grounds.group())]
    for (fill, y, rest), row in groupby(found, key=lambda piece: (piece[0], piece[2], piece[4])):
        start = end = -1.0
        for left, width in ((float(piece[1]), float(piece[3])) for piece in row):
            if start >= 0 and abs(left - end) > _TOUCHING:
                pieces.append(_rect(fill, start, y, end, rest))
                start = -1.0
            start, end = left if start < 0 else start, left + width
        pieces.append(_rect(fill, start, y, end, rest))
    return "".join(pieces)


def _rect(fill: str, left: float, y: str, right: float, rest: str) -> str:
    width = f"{right - left:.1f}".removesuffix(".0")
    return f'<rect fill="{fill}" x="{left:g}" y="{y}" width="{width}" {rest}'
