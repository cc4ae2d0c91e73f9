"""Draws the pictures, or says which no longer show what the app draws.

    python -m tests.screenshots [NAME]...      draws them all again, or these
    python -m tests.screenshots --check        exits with 1 where one is not what the app draws
    python -m tests.screenshots --to FOLDER    draws them elsewhere

Clocks and ids are the demo server's frozen ones, so that a picture changes only with the app.
Two processes share the work.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.screenshots.scenes import SCENES, Scene

KEPT = Path(__file__).resolve().parents[2] / "screenshots"
SURROUNDINGS = {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor"}
"""What changes the looks; read when Textual is imported."""
WORKERS = 2


def names_of(scene: str) -> list[str]:
    """The pictures of a scene: its own name, and what differs behind it."""
    return [f"{scene}{look.suffix}" for look in SCENES[scene].looks]


def draw(scene: str, wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    from tests.screenshots.stage import drawn

    kept = [name in wanted for name in names_of(scene)]
    looks = [look for look, keep in zip(SCENES[scene].looks, kept, strict=True) if keep]
    asked: Scene = SCENES[scene].of(looks)
    for look, svg in zip(looks, asyncio.run(drawn(asked)), strict=True):
        yield f"{scene}{look.suffix}", svg


def keep(name: str, svg: str, folder: Path, *, check: bool) -> bool:
    """Write a picture, or compare it with the one that is kept; whether it is as it should be."""
    path = folder / f"{name}.svg"
    if check:
        same = path.is_file() and path.read_text("utf-8") == svg
        print(f"{name}: {'the same' if same else 'no longer what the app draws'}", flush=True)
        return same
    path.write_text(svg, "utf-8")
    print(f"{name}: drawn", flush=True)
    return True


def work(names: Sequence[str], folder: Path, *, check: bool) -> int:
    """What one process does; the exit code."""
    good = True
    for scene in SCENES:
        if wanted := [name for name in names_of(scene) if name in names]:
            for name, svg in draw(scene, wanted):
                good &= keep(name, svg, folder, check=check)
    return 0 if good else 1


def share(names: Sequence[str]) -> list[list[str]]:
    """The names for each process; a scene is not divided, nor are those that need one port."""
    shares: list[list[str]] = [[] for _ in range(WORKERS)]
    for scene in sorted(SCENES, key=lambda name: not SCENES[name].port):
        mine = [name for name in names_of(scene) if name in names]
        (shares[0] if SCENES[scene].port else min(shares, key=len)).extend(mine)
    return [one for one in shares if one]


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
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    names = asked.names or every
    if asked.here:
        return work(names, asked.to, check=asked.check)
    own = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM_PROGRAM", "TMUX")}
    command = [sys.executable, "-m", "tests.screenshots", "--here", "--to", str(asked.to)]
    command += ["--check"] if asked.check else []
    running = [subprocess.Popen([*command, *part], env=own | SURROUNDINGS) for part in share(names)]
    codes = [process.wait() for process in running]
    for name in [] if asked.names else strangers(asked.to):
        print(f"{name}: nothing draws it")
        codes.append(1)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
