"""Images: decoded safely, drawn in half cells, previewed before sending."""

from __future__ import annotations

import io
import re
import struct
import sys
import zlib
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console
from textual.widgets import OptionList

from tests.ui.stage import Stage
from tui.ui.app.messages import SixelSeen
from tui.ui.composer.file_picker import AttachScreen
from tui.ui.composer.image_preview import PictureView
from tui.ui.terminal.images import CannotShow, PictureProtocol, picture_of

RED, BLUE = (200, 30, 30), (30, 30, 200)
UPSIDE_DOWN = 3
"""Of EXIF's orientations."""


def flag(width: int = 40, height: int = 20) -> Image.Image:
    """Red above blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, height // 2, width, height))
    return image


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "flag.png"
    flag().save(file)
    return file


def drawn(path: Path, columns: int, lines: int) -> list[str]:
    """The rows of a picture as a terminal gets them."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=200)
    with console.capture() as capture:
        console.print(picture_of(path, columns, lines).pixels, end="")
    return capture.get().rstrip("\n").split("\n")


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "bmp"])
def test_an_image_fits_into_its_cells(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"flag.{kind}"
    flag(400, 200).save(path)
    rows = drawn(path, 20, 20)
    assert len(rows) == 5  # twice as wide as high, and a cell is twice as high as wide
    assert {row.count("▄") for row in rows} == {20}
    assert picture_of(path, 20, 20).about.startswith(f"{kind.upper()}, 400 x 200, ")


def test_the_exif_orientation_of_an_image_is_respected(tmp_path: Path) -> None:
    path, exif = tmp_path / "flag.jpeg", Image.Exif()
    exif[0x0112] = UPSIDE_DOWN
    flag().save(path, exif=exif, quality=100, subsampling=0)
    top = drawn(path, 40, 10)[0]
    red, _, blue = map(int, top.split("38;2;")[1].split("m")[0].split(";")[:3])
    assert blue > red


def test_transparent_pixels_of_an_image_are_not_drawn(tmp_path: Path) -> None:
    path = tmp_path / "nothing.png"
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(path)
    assert "".join(drawn(path, 10, 10)).strip() == ""


def _png_that_claims(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 9) + b"IDAT"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda data: b"#!/bin/sh\n", "isn't a picture"),
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: _png_that_claims(60_000, 50_000), "too large to show"),
        (lambda data: _png_that_claims(9_000, 9_000), r"too large to show \(9000 x 9000\)"),
    ],
)
def test_an_image_that_cannot_be_shown_has_a_message(
    path: Path, spoil: Callable[[bytes], bytes], told: str
) -> None:
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CannotShow, match=told):
        picture_of(path, 20, 20)
    with pytest.raises(CannotShow):
        picture_of(path.with_name("gone.png"), 20, 20)


def test_without_the_images_extra_the_package_to_install_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich_pixels", None)
    with pytest.raises(CannotShow, match="rich-pixels"):
        picture_of(path, 20, 20)


async def test_an_attachment_shows_its_image_preview_while_typing_continues(path: Path) -> None:
    stage = Stage()
    async with stage.shown():
        stage.paste(f"'{path}'")
        await stage.until(lambda: stage.attached_files())
        stage.focus_on("attachments")
        await stage.press("f3")
        await stage.until(lambda: "PNG, 40 x 20" in stage.text(stage.app.screen))
        assert "▄" * 40 in stage.text(stage.app.screen)
        await stage.press("escape")
        assert stage.is_chat_in_front()
        assert stage.attached_paths() == (str(path),)


async def test_the_picker_previews_the_highlighted_image(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    (path.parent / "notes.txt").write_text("no picture")
    stage = Stage()
    async with stage.shown(80, 24):
        await stage.press("ctrl+o")
        await stage.until(lambda: isinstance(stage.app.screen, AttachScreen))
        await stage.until(lambda: stage.app.screen.query_one(OptionList).option_count)
        await stage.press(*"notes")
        await stage.until(lambda: stage.app.screen.query_one(OptionList).option_count == 1)
        await stage.press("f3")
        await stage.until(lambda: "isn't a picture" in stage.text(stage.app.screen))
        await stage.press("q")
        await stage.until(lambda: isinstance(stage.app.screen, AttachScreen))


def longest_row(text: str) -> int:
    """Return the largest number of half cells side by side in a picture."""
    return max(map(len, re.findall("▄+", text)), default=0)


async def test_a_resize_draws_the_image_smaller(path: Path) -> None:
    flag(600, 600).save(path)
    stage = Stage()
    async with stage.shown(120, 50):
        await stage.app.push_screen(PictureView(path))
        await stage.until(lambda: "▄" * 80 in stage.text(stage.app.screen))
        await stage.pilot.resize_terminal(60, 24)
        await stage.until(lambda: longest_row(stage.text(stage.app.screen)) == 28)


# -- the terminal's own protocols --------------------------------------------------------------


def test_kitty_gets_the_picture_in_pieces_for_its_cells(path: Path) -> None:
    flag(400, 200).save(path)
    picture = picture_of(path, 50, 50, "kitty", (10, 20))
    assert (picture.columns, picture.lines) == (40, 10)
    pieces = picture.over.split("\x1b\\")[:-1]
    assert pieces[0].startswith("\x1b_Ga=T,f=100,")
    assert ",c=40,r=10,C=1,q=2," in pieces[0]
    assert ["m=0;" in piece for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    data = b64decode("".join(piece.partition(";")[2] for piece in pieces))
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (400, 200)
        assert image.convert("RGB").getpixel((0, 0)) == RED
    assert "a=d" in picture.after


def test_sixels_define_all_colors_before_the_first_pixel(path: Path) -> None:
    picture = picture_of(path, 20, 20, "sixel", (10, 20))
    assert (picture.columns, picture.lines) == (4, 1)
    sequence = picture.over
    assert sequence.startswith("\x1bP")
    assert sequence.endswith("\x1b\\")
    assert sequence.isascii()
    assert sequence.count("\x1b") == 2
    colors = list(re.finditer(r"#\d+;2;\d+;\d+;\d+", sequence))
    assert len(colors) >= 2
    assert "~" not in sequence[: colors[-1].end()]


@pytest.mark.parametrize("protocol", ["kitty", "sixel"])
def test_the_limits_hold_for_every_protocol(path: Path, protocol: PictureProtocol) -> None:
    path.write_bytes(_png_that_claims(60_000, 50_000))
    with pytest.raises(CannotShow, match="too large"):
        picture_of(path, 20, 20, protocol, (10, 20))


def test_without_the_sixel_encoder_the_extra_to_install_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textual_image._sixel", None)
    with pytest.raises(CannotShow, match="rich-pixels"):
        picture_of(path, 20, 20, "sixel", (10, 20))


async def test_the_terminal_draws_over_the_cells_and_deletes_the_picture_afterwards(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(400, 200).save(path)
    stage = Stage()
    async with stage.shown(100, 40):
        monkeypatch.setattr(stage.app, "picture_way", lambda: ("kitty", (10, 20)))
        await stage.app.push_screen(view := PictureView(path))
        await stage.until(lambda: any("a=T" in sequence for sequence in stage.app.sent))
        assert "PNG, 400 x 200" in stage.screen()
        assert "▄" * 10 not in stage.text(view.query_one("#picture-pixels"))
        place = view.query_one("#picture-pixels").content_region
        drawn = next(sequence for sequence in stage.app.sent if "a=T" in sequence)
        assert f"\x1b[{place.y + 1};{place.x + 1}H" in drawn
        assert (place.width, place.height) == (40, 10)
        await stage.press("escape")
        await stage.until(lambda: any("a=d" in sequence for sequence in stage.app.sent))


async def test_the_picture_is_drawn_again_once_the_terminal_says_that_it_can(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage()
    async with stage.shown(100, 40):
        app = stage.app
        monkeypatch.setattr(
            app, "picture_way", lambda: ("sixel" if app.takes_sixel else "cells", (10, 20))
        )
        await app.push_screen(PictureView(path))
        await stage.until(lambda: "▄▄" in stage.screen())
        app.post_message(SixelSeen())
        await stage.until(lambda: any("\x1bP" in sequence for sequence in getattr(app, "sent", [])))
