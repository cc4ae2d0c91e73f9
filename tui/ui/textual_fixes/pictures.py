"""Private parts of textual-image: its sixel encoder.

Its public widgets ask the terminal when they are imported and write to it from anywhere, while
Textual reads the terminal and a thread of ours writes to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_COLOR = re.compile(r"#(\d+);2;\d+;\d+;\d+")
_HEAD = re.compile(r'\x1bP[0-9;]*q"[0-9;]+')


def sixels(image: Image, background: tuple[int, int, int]) -> str:
    """Return a picture as sixels. Raises ``ImportError`` without the library."""
    from textual_image._sixel import SixelOptions, image_to_sixels

    options = SixelOptions(quantize="adaptive")
    return _with_colors_first(image_to_sixels(image, options, (*background, 1.0)))


def _with_colors_first(sequence: str) -> str:
    """Define all colors before the first is used; xterm draws stripes where they come later."""
    head = _HEAD.match(sequence)
    assert head is not None
    colors = "".join(found[0] for found in _COLOR.finditer(sequence))
    return head[0] + colors + _COLOR.sub(r"#\1", sequence[head.end() :])
