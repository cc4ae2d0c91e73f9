"""What one process draws at a time."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence

from tests.screenshots.scenes import SCENES


def names_of(scene: str) -> list[str]:
    """The pictures of a scene: its own name, and what differs behind it."""
    return [f"{scene}{look.suffix}" for look in SCENES[scene].looks]


def parts(names: Sequence[str]) -> list[tuple[str, list[int]]]:
    """What has to be played: scenes, and which of their looks; those without colours apart."""
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


def draw(scene: str, places: Sequence[int]) -> dict[str, str]:
    """Some pictures of a scene, by their names."""
    from tests.screenshots.stage import drawn

    gc.disable()  # it would take a quarter of the time
    looks = [SCENES[scene].looks[place] for place in places]
    svgs = asyncio.run(drawn(SCENES[scene], looks))
    gc.collect()
    return {f"{scene}{look.suffix}": svg for look, svg in zip(looks, svgs, strict=True)}
