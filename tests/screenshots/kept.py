"""Files of the screenshots: text snapshots of all, and pictures of some."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.screenshots.drawing import Drawing, names_of
from tests.screenshots.scenes import GALLERY, SCENES
from tests.screenshots.snapshot import Snapshot, dump, load

GALLERY_FOLDER = Path(__file__).resolve().parents[2] / "screenshots"
EXPECTED_FOLDER = Path(__file__).resolve().parent / "expected"


def expected(scene: str) -> dict[str, Snapshot]:
    """Read the snapshots of a scene, by the names of the pictures."""
    path = _file_of(scene)
    return load(path.read_text("utf-8")) if path.is_file() else {}


def write(scene: str, drawings: Mapping[str, Drawing]) -> None:
    """Keep what was drawn of a scene; its other looks stay."""
    found = expected(scene) | {name: drawing.snapshot for name, drawing in drawings.items()}
    ordered = {name: found[name] for name in names_of(scene) if name in found}
    EXPECTED_FOLDER.mkdir(exist_ok=True)
    _file_of(scene).write_text(dump(ordered), "utf-8")
    for name, drawing in drawings.items():
        if name in GALLERY and drawing.svg is not None:
            _picture_of(name).write_text(drawing.svg, "utf-8")


def differences(scene: str, drawings: Mapping[str, Drawing]) -> dict[str, list[str]]:
    """Tell how each drawing differs from what is kept; the list is empty where it does not."""
    before = expected(scene)
    return {name: _differences(name, drawing, before) for name, drawing in drawings.items()}


def _differences(name: str, drawing: Drawing, before: Mapping[str, Snapshot]) -> list[str]:
    if name not in before:
        return ["there is no snapshot yet"]
    if before[name] != drawing.snapshot:
        return before[name].differences(drawing.snapshot) or ["another size"]
    if name in GALLERY:
        picture = _picture_of(name)
        if not picture.is_file() or picture.read_text("utf-8") != drawing.svg:
            return ["the SVG of the gallery is another one"]
    return []


def leftovers() -> list[str]:
    """List what is kept and nothing draws any more."""
    pictures = [p.name for p in GALLERY_FOLDER.glob("*.svg") if p.stem not in GALLERY]
    files = [p.name for p in EXPECTED_FOLDER.glob("*.txt") if p.stem not in SCENES]
    looks = [name for scene in SCENES for name in expected(scene) if name not in names_of(scene)]
    return sorted([*pictures, *files, *looks])


def _file_of(scene: str) -> Path:
    return EXPECTED_FOLDER / f"{scene}.txt"


def _picture_of(name: str) -> Path:
    return GALLERY_FOLDER / f"{name}.svg"
