"""Draws the pictures, or says which no longer show what the app draws.

    python -m tests.screenshots [NAME]...      draws them all again, or these
    python -m tests.screenshots --check        exits with 1 where one is not what the app draws;
                                            with --to FOLDER, that is there as the app draws it
    python -m tests.screenshots --to FOLDER    draws them elsewhere

Clocks and ids are the demo server's frozen ones, so that a picture changes only with the app.
Several processes share the work.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.screenshots.drawing import draw, names_of, parts
from tests.screenshots.scenes import SCENES

KEPT = Path(__file__).resolve().parents[2] / "screenshots"
SURROUNDINGS = {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor"}
"""What changes the looks; read when Textual is imported."""
WORKERS = 4
"""More than there are processors: whoever draws waits half of the time."""


def keep(name: str, svg: str, folder: Path, *, check: bool) -> bool:
    """Write a picture, unless it is only compared and the same; whether it is as it should be."""
    if check:
        kept = KEPT / f"{name}.svg"
        same = kept.is_file() and kept.read_text("utf-8") == svg
        print(f"{name}: {'the same' if same else 'no longer what the app draws'}", flush=True)
        if same or folder == KEPT:
            return same
    (folder / f"{name}.svg").write_text(svg, "utf-8")
    print(f"{name}: drawn", flush=True)
    return not check


def keep_all(names: Sequence[str], folder: Path, *, check: bool) -> list[str]:
    """Draw in several processes; the names of the pictures that are not as they should be."""
    own_kind = multiprocessing.get_context("spawn")
    bad: list[str] = []
    with ProcessPoolExecutor(WORKERS, own_kind) as pool:
        drawn = {pool.submit(draw, *part): part for part in parts(names)}
        for pictures in as_completed(drawn):
            if error := pictures.exception():
                print(f"{drawn[pictures][0]}: cannot be drawn: {error!r}", flush=True)
                bad += names_of(drawn[pictures][0])
                continue
            for name, svg in pictures.result().items():
                if not keep(name, svg, folder, check=check):
                    bad.append(name)
    return [name for name in bad if name in names]


def strangers(folder: Path) -> list[str]:
    """Pictures that nothing draws any more."""
    known = {name for scene in SCENES for name in names_of(scene)}
    return sorted(path.name for path in folder.glob("*.svg") if path.stem not in known)


def main() -> int:
    every = [name for scene in SCENES for name in names_of(scene)]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *every], metavar="NAME")
    parser.add_argument("--check", action="store_true", help="compare and change nothing")
    parser.add_argument("--to", type=Path, default=KEPT, metavar="FOLDER", help="where they are")
    asked = parser.parse_args()
    for name in ("NO_COLOR", "TERM_PROGRAM", "TMUX"):
        os.environ.pop(name, None)
    os.environ.update(SURROUNDINGS)
    bad = keep_all(asked.names or every, asked.to, check=asked.check)
    if bad and asked.check:
        print("once more, since a busy machine may show what lies between two pictures")
        bad = keep_all(bad, asked.to, check=True)
    unknown = [] if asked.names else strangers(KEPT if asked.check else asked.to)
    for name in unknown:
        print(f"{name}: nothing draws it")
    return 1 if bad or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
