"""Screens as text: nothing visible is lost, and the files are complete."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from tests.screenshots.drawing import names_of
from tests.screenshots.kept import GALLERY_FOLDER, expected, leftovers
from tests.screenshots.scenes import GALLERY, SCENES
from tests.screenshots.snapshot import Snapshot, dump, load, snapshot_of

SIZE = (20, 2)
ROW = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
ROWS = st.lists(ROW, max_size=4).map(tuple)
SNAPSHOTS = st.builds(
    Snapshot,
    size=st.just("20x2"),
    text=ROWS,
    runs=ROWS,
    colours=st.lists(st.sampled_from(["on #000000", "bold #ffffff on default"])).map(tuple),
)


def screen(*segments: tuple[str, str]) -> Snapshot:
    return snapshot_of(SIZE, [[Segment(text, Style.parse(style)) for text, style in segments]])


@settings(max_examples=20)
@given(st.dictionaries(st.from_regex(r"[a-z]+(-[a-z0-9]+)?", fullmatch=True), SNAPSHOTS))
def test_a_snapshot_file_survives_a_round_trip(snapshots: dict[str, Snapshot]) -> None:
    assert load(dump(snapshots)) == snapshots


def test_a_changed_word_is_a_diff_of_its_line() -> None:
    before, after = screen(("Replace", "red on black")), screen(("Sent it", "red on black"))
    assert before.differences(after) == ["-Replace", "+Sent it"]


@pytest.mark.parametrize(
    "style", ["green on black", "red on blue", "bold red on black", "underline red on black"]
)
def test_another_style_of_a_word_is_a_difference(style: str) -> None:
    before = screen(("one ", "red on black"), ("two", "red on black"))
    assert before.differences(screen(("one ", "red on black"), ("two", style)))


def test_a_blank_in_another_background_is_a_difference() -> None:
    assert screen(("a  ", "red on black")) != screen(("a ", "red on black"), (" ", "on blue"))


def test_an_underlined_blank_is_a_difference() -> None:
    underlined = screen(("a", "red on black"), (" ", "underline red on black"))
    assert underlined != screen(("a ", "red on black"))


def test_invisible_styles_of_a_blank_are_no_difference() -> None:
    before = screen(("a ", "red on black"), ("b", "blue on black"))
    assert before == screen(
        ("a", "red on black"), (" ", "bold green on black"), ("b", "blue on black")
    )


def test_the_same_characters_in_other_colors_are_stored_once() -> None:
    dark, light = screen(("Send", "white on black")), screen(("Send", "black on white"))
    written = dump({"it": dark, "it-light": light})
    assert written.count("|Send") == 1
    assert "text as it\nruns as it\n" in written
    assert load(written)["it-light"] == light


def test_another_size_is_another_snapshot() -> None:
    small = screen(("a", "red on black"))
    assert replace(small, size="10x2") != small


@pytest.mark.parametrize("scene", SCENES)
def test_every_look_of_a_scene_has_a_snapshot(scene: str) -> None:
    assert list(expected(scene)) == names_of(scene)


def test_every_snapshot_has_a_scene() -> None:
    assert leftovers() == []


def test_every_picture_of_the_gallery_exists() -> None:
    assert {path.stem for path in GALLERY_FOLDER.glob("*.svg")} == GALLERY
    assert {name for scene in SCENES for name in names_of(scene)} >= GALLERY


def test_every_picture_in_the_readme_exists() -> None:
    readme = Path(__file__).resolve().parents[2] / "README.md"
    linked = re.findall(r"[(\"]screenshots/([^)\"]+)[)\"]", readme.read_text("utf-8"))
    assert linked
    assert [name for name in linked if not (GALLERY_FOLDER / name).is_file()] == []
