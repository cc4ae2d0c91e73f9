"""Draw all screens, or list those that differ from the expected ones.

    python -m tests.screenshots [NAME]...      draw all screens again, or these
    python -m tests.screenshots --check        print the differences to the expected screens;
                                            exit with 1 if there are any
    python -m tests.screenshots --to FOLDER    write the screens there as SVG and change nothing
                                            else; with --check, only those that differ

All screens are stored as text in ``tests/screenshots/expected/``, one file for each scene; those of
the gallery also as SVG in ``screenshots/``. Clocks and IDs are the demo server's frozen ones, so
that a screen changes only with the app. Several processes share the work.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

from tests.screenshots.drawing import Drawing, draw, names_of, parts
from tests.screenshots.kept import differences, leftovers, write
from tests.screenshots.scenes import SCENES

SURROUNDINGS = {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor"}
"""What changes the looks; read when Textual is imported."""
WORKERS = 4
"""More than there are processors: whoever draws waits half of the time."""
_MOST_LINES = 12
"""Of the differences of a screen that are told."""


def check(scene: str, drawings: dict[str, Drawing], folder: Path | None) -> list[str]:
    """Compare with what is kept; return the names of the screens that differ."""
    bad = []
    for name, found in differences(scene, drawings).items():
        print(f"{name}: {'no longer what the app draws' if found else 'the same'}", flush=True)
        if found:
            bad.append(name)
            print("\n".join(f"    {line}" for line in found[:_MOST_LINES]), flush=True)
            if folder:
                write_svg(name, drawings[name], folder)
    return bad


def write_svg(name: str, drawing: Drawing, folder: Path) -> None:
    if drawing.svg is not None:
        (folder / f"{name}.svg").write_text(drawing.svg, "utf-8")
        print(f"{name}: drawn", flush=True)


def draw_all(names: Sequence[str], folder: Path | None, *, only_check: bool) -> list[str]:
    """Draw in several processes; return the names that are not as they should be."""
    own_kind = multiprocessing.get_context("spawn")
    bad: list[str] = []
    with ProcessPoolExecutor(WORKERS, own_kind) as pool:
        work = partial(draw, all_svgs=folder is not None)
        drawn = {pool.submit(work, *part): part for part in parts(names)}
        for future in as_completed(drawn):
            scene, places = drawn[future]
            if error := future.exception():
                print(f"{scene}: cannot be drawn: {error!r}", flush=True)
                bad += [names_of(scene)[place] for place in places]
            elif only_check:
                bad += check(scene, future.result(), folder)
            elif folder:
                for name, drawing in future.result().items():
                    write_svg(name, drawing, folder)
            else:
                write(scene, future.result())
                print(f"{', '.join(future.result())}: drawn", flush=True)
    return bad


def main() -> int:
    every = [name for scene in SCENES for name in names_of(scene)]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *every], metavar="NAME")
    parser.add_argument("--check", action="store_true", help="compare and change nothing")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="write SVG pictures there")
    asked = parser.parse_args()
    for name in ("NO_COLOR", "TERM_PROGRAM", "TMUX"):
        os.environ.pop(name, None)
    os.environ.update(SURROUNDINGS)
    bad = draw_all(asked.names or every, asked.to, only_check=asked.check)
    if bad and asked.check:
        print("once more, since a busy machine may show what lies between two pictures")
        bad = draw_all(bad, asked.to, only_check=True)
    unknown = [] if asked.names or asked.to else leftovers()
    for found in unknown:
        print(f"{found}: nothing draws it")
    return 1 if bad or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
