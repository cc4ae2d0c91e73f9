"""Screens that one process draws at a time."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.screenshots.scenes import GALLERY, SCENES

if TYPE_CHECKING:
    from tests.screenshots.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Drawing:
    """A screen as the app draws it now."""

    snapshot: Snapshot
    svg: str | None
    """None: no picture was asked for."""


def names_of(scene: str) -> list[str]:
    """The pictures of a scene: its own name, and what differs behind it."""
    return [f"{scene}{look.suffix}" for look in SCENES[scene].looks]


def parts(names: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return the scenes to play and the looks of each; looks without colors come separately."""
    found = []
    for name, scene in SCENES.items():
        wanted = [n for n, look in enumerate(scene.looks) if f"{name}{look.suffix}" in names]
        if scene.anew:
            found += [(name, [place]) for place in wanted]
            continue
        for colours in (True, False):
            alike = [place for place in wanted if scene.looks[place].colours is colours]
            found += [(name, alike)] if alike else []
    return sorted(found, key=lambda part: -len(part[1]))


def draw(scene: str, places: Sequence[int], *, all_svgs: bool) -> dict[str, Drawing]:
    """Draw some looks of a scene, by their names; as SVG too those of the gallery, or all."""
    from tests.screenshots.snapshot import snapshot_of
    from tests.screenshots.stage import drawn

    gc.disable()  # it would take a quarter of the time
    looks = {f"{scene}{SCENES[scene].looks[n].suffix}": SCENES[scene].looks[n] for n in places}
    svgs = {look for name, look in looks.items() if all_svgs or name in GALLERY}
    found = asyncio.run(drawn(SCENES[scene], list(looks.values()), svgs))
    gc.collect()
    return {
        name: Drawing(snapshot_of(look.size, lines), svg)
        for (name, look), (lines, svg) in zip(looks.items(), found, strict=True)
    }
