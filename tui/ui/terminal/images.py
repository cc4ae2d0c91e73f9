"""Pictures by the terminal's own protocol, or as colored half cells where it has none.

The libraries that read and draw them come with the extra ``images``.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui.core.text import clean_line, size
from tui.system.file_scope import check_path

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich.console import RenderableType

PictureProtocol = Literal["kitty", "sixel", "cells"]
_KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_MOST_PIXELS = 50_000_000
"""Larger ones are not decoded: a small file may expand to gigabytes."""
_KITTY_ID = 7_346_201
"""One picture is displayed at a time."""
_KITTY_PIECE = 4096
_DELETE = f"\x1b_Ga=d,d=I,i={_KITTY_ID},q=2\x1b\\"
_SCALED_WELL = ("L", "RGB", "RGBA")
"""Pixel modes that can be interpolated: no palettes."""


class CannotShow(Exception):
    """A file that cannot be shown as a picture; ``str(error)`` is a sentence with the reason."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Drawn picture, and one line about the file."""

    pixels: RenderableType
    """Half cells, or blank ones where the terminal draws the picture itself."""
    columns: int
    lines: int
    about: str
    over: str = ""
    """Written to the terminal at the place of the cells, after they are drawn."""
    after: str = ""
    """Written to the terminal once the picture is no longer shown."""


def picture_of(
    path: Path,
    columns: int,
    lines: int,
    protocol: PictureProtocol = "cells",
    cell: tuple[int, int] = (1, 2),
    background: tuple[int, int, int] = (0, 0, 0),
) -> Picture:
    """Return a picture that fits into the cells. Reads the disk; raises ``CannotShow``.

    ``cell``: size of a cell in pixels. ``background``: color behind transparent pixels of sixels.
    """
    name = clean_line(path.name, 60)
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise _without_libraries() from error
    try:
        check_path(path)
        with Image.open(path, formats=_KINDS) as image:
            about = _about(image, path)
            fitted = _fitted(image, columns * cell[0], lines * cell[1])
        return _drawn(fitted, about, protocol, cell, background)
    except ImportError as error:
        raise _without_libraries() from error
    except UnidentifiedImageError as error:
        raise CannotShow(f"{name} isn't a picture that genie-tui can show.") from error
    except Image.DecompressionBombError as error:
        raise CannotShow(f"{name} is too large to show.") from error
    except CannotShow:
        raise
    except Exception as error:  # a broken picture may raise anything
        raise CannotShow(f"Couldn't show {name}: the picture is damaged.") from error


def _without_libraries() -> CannotShow:
    from tui.system.installation import command_for_extra

    return CannotShow(f"To preview pictures, run: {command_for_extra('images')}")


def _about(image: Image, path: Path) -> str:
    width, height = image.size
    if width * height > _MOST_PIXELS:
        raise CannotShow(f"{clean_line(path.name, 60)} is too large to show ({width} x {height}).")
    return f"{image.format}, {width} x {height}, {size(path.stat().st_size)}"


def _drawn(
    fitted: Image,
    about: str,
    protocol: PictureProtocol,
    cell: tuple[int, int],
    background: tuple[int, int, int],
) -> Picture:
    columns, lines = ceil(fitted.width / cell[0]), ceil(fitted.height / cell[1])
    if protocol == "cells":
        from rich_pixels import Pixels

        return Picture(Pixels.from_image(fitted), columns, lines, about)
    blank = "\n".join([" " * columns] * lines)
    if protocol == "kitty":
        return Picture(blank, columns, lines, about, _for_kitty(fitted, columns, lines), _DELETE)
    from tui.ui.textual_fixes.pictures import sixels

    return Picture(blank, columns, lines, about, sixels(fitted, background))


def _for_kitty(image: Image, columns: int, lines: int) -> str:
    """Return the sequences that display a picture in cells from the cursor on.

    Source: https://sw.kovidgoyal.net/kitty/graphics-protocol/
    """
    file = io.BytesIO()
    image.save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    pieces = [data[at : at + _KITTY_PIECE] for at in range(0, len(data), _KITTY_PIECE)]
    head = f"a=T,f=100,i={_KITTY_ID},c={columns},r={lines},C=1,q=2,"
    return "".join(
        f"\x1b_G{head if number == 0 else ''}m={int(number < len(pieces) - 1)};{piece}\x1b\\"
        for number, piece in enumerate(pieces)
    )


def _fitted(image: Image, width: int, height: int) -> Image:
    """Return the picture upright and no larger than the box."""
    from PIL import ImageOps

    box = max(1, width), max(1, height)
    image.draft("RGB", (box[0] * 4, box[1] * 4))  # much faster for large photos
    whole = image if image.mode in _SCALED_WELL else image.convert("RGBA")
    whole.thumbnail((max(box) * 2, max(box) * 2))  # first, so that no large copies are made
    upright = ImageOps.exif_transpose(whole).convert("RGBA")
    upright.thumbnail(box)
    return upright
