"""Pictures as coloured half cells, which every terminal with colours can show.

The libraries that read and draw them come with the extra ``images``. Terminals' own picture
protocols are not used: they do not work with tmux and a screen that is drawn by lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.text import clean_line, size
from tui.system.file_scope import check_path

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich_pixels import Pixels

_KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_MOST_PIXELS = 50_000_000
"""Larger ones are not decoded: a small file may expand to gigabytes."""
_SCALED_WELL = ("L", "RGB", "RGBA")
"""Pixel modes that can be interpolated: no palettes."""


class CannotShow(Exception):
    """A file that cannot be shown as a picture; ``str(error)`` is a sentence with the reason."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Drawn picture, and one line about the file."""

    pixels: Pixels
    columns: int
    about: str


def picture_of(path: Path, columns: int, lines: int) -> Picture:
    """Return a picture that fits into the cells. Reads the disk; raises ``CannotShow``."""
    name = clean_line(path.name, 60)
    try:
        from PIL import Image, UnidentifiedImageError
        from rich_pixels import Pixels
    except ImportError as error:
        told = "To preview pictures, run: pip install 'genie-tui[images]'"
        raise CannotShow(told) from error
    try:
        check_path(path)
        with Image.open(path, formats=_KINDS) as image:
            about = _about(image, path)
            fitted = _fitted(image, columns, lines)
            return Picture(Pixels.from_image(fitted), fitted.width, about)
    except UnidentifiedImageError as error:
        raise CannotShow(f"{name} isn't a picture that genie-tui can show.") from error
    except Image.DecompressionBombError as error:
        raise CannotShow(f"{name} is too large to show.") from error
    except CannotShow:
        raise
    except Exception as error:  # a broken picture may raise anything
        raise CannotShow(f"Couldn't show {name}: the picture is damaged.") from error


def _about(image: Image, path: Path) -> str:
    width, height = image.size
    if width * height > _MOST_PIXELS:
        raise CannotShow(f"{clean_line(path.name, 60)} is too large to show ({width} x {height}).")
    return f"{image.format}, {width} x {height}, {size(path.stat().st_size)}"


def _fitted(image: Image, columns: int, lines: int) -> Image:
    """Return the picture upright and no larger than the cells, each of two pixels."""
    from PIL import ImageOps

    box = max(1, columns), max(1, lines) * 2
    image.draft("RGB", (box[0] * 4, box[1] * 4))  # much faster for large photos
    whole = image if image.mode in _SCALED_WELL else image.convert("RGBA")
    whole.thumbnail((max(box) * 2, max(box) * 2))  # first, so that no large copies are made
    upright = ImageOps.exif_transpose(whole).convert("RGBA")
    upright.thumbnail(box)
    return upright
