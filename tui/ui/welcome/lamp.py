"""Brand mark: a lamp with a flame, drawn in half blocks."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from textual.color import Color
from textual.content import Content
from textual.style import Style
from textual.timer import Timer
from textual.widget import Widget

_WIDTH = 28
_LAMP = (
    "",
    "",
    "",
    "..............g",
    "............gga",
    "..a.......gaaaaas...sss",
    "..aaa...gaaaaaaaass.s...s",
    "...aaaagaaaaaaaaaasss...s",
    "....aaaaaaaaaaaaaass...ss",
    ".......aaaaaaaaaas.ssss",
    "..........aaaass",
    "............as",
    "..........gaasss",
    "",
)
"""Two pixel rows for each row of cells; a letter is a tone."""
_FLAMES = (
    ("....f", "...ff", "...fpf", "....f"),
    ("...f", "....f", "...fpf", "....f"),
    (".....f", "....ff", "...fpf", "...f"),
)
"""Top rows, drawn over the lamp; the flame rests in the first shape."""
_TONES = {
    "g": "lamp--glow",
    "a": "lamp--body",
    "s": "lamp--smoke",
    "f": "lamp--flame",
    "p": "lamp--spark",
}
_FLICKERS = 6
_FLICKER_S = 0.25


class Lamp(Widget):
    """Draws the mark; :meth:`burn` moves the flame for a moment."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(_TONES.values())

    _burning: Timer | None = None
    _flickers = 0

    @property
    def is_burning(self) -> bool:
        """True while the flame moves."""
        return self._burning is not None

    def burn(self) -> None:
        """Move the flame for 1.5 seconds."""
        self._burning = self.set_interval(_FLICKER_S, self.flicker, repeat=_FLICKERS)

    def rest(self) -> None:
        """Let the flame stand still."""
        if self._burning:
            self._burning.stop()
            self._burning = None
            self._flickers = 0
            self.refresh()

    def flicker(self) -> None:
        """Show the next shape of the flame; the last one rests."""
        self._flickers += 1
        if self._flickers == _FLICKERS:
            self.rest()
        else:
            self.refresh()

    def render(self) -> Content:
        flame = _FLAMES[self._flickers % len(_FLAMES)]
        pixels = [_over(row, above) for row, above in zip(_LAMP, (*flame, *[""] * 10), strict=True)]
        colors: dict[str, Color] = {
            tone: self.get_component_styles(name).color for tone, name in _TONES.items()
        }
        cells = zip(pixels[::2], pixels[1::2], strict=True)
        return Content("\n").join(
            Content.assemble(
                *(
                    self._block(*pair, len(list(run)), colors)
                    for pair, run in groupby(zip(upper, lower, strict=True))
                )
            )
            for upper, lower in cells
        )

    def _block(self, upper: str, lower: str, count: int, colors: dict[str, Color]) -> Content:
        """Return equal cells, each with two pixels."""
        if upper == lower == ".":
            return Content(" " * count)
        if "." in (upper, lower):
            glyph, tone = ("▄", lower) if upper == "." else ("▀", upper)
            return Content.styled(glyph * count, Style(foreground=colors[tone]))
        if upper == lower or self.app.no_color:  # without colors a half would be a gap
            return Content.styled("█" * count, Style(foreground=colors[upper]))
        style = Style(foreground=colors[upper], background=colors[lower])
        return Content.styled("▀" * count, style)


def _over(row: str, above: str) -> str:
    """Return a row of pixels with another one drawn over it."""
    row, above = row.ljust(_WIDTH, "."), above.ljust(_WIDTH, ".")
    return "".join(old if new == "." else new for old, new in zip(row, above, strict=True))
