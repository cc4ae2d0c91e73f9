"""Multipart headers of an uploaded file: accepted by strict servers, whatever the file's name."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_multipart.multipart import parse_options_header

from tui.api.multipart import FileForm, _head

NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=60)


@given(NAMES)
@example("a\x1b[2Jb\x07.csv")
@example('a"; filename="b\r\nX-Evil: 1\r\n\r\n')
@example("Bildschirmfoto 9.41\u202fAM\u200c.png")
@example("caf\udce9.txt")
def test_an_upload_file_name_stays_one_parameter_without_control_characters(name: str) -> None:
    head = _head("b" * 32, name)
    boundary, disposition, kind, *rest = head.decode("utf-8").split("\r\n")
    assert (boundary, rest) == (f"--{'b' * 32}", ["", ""])
    assert kind.startswith("Content-Type: ")
    assert not any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in disposition)
    value, options = parse_options_header(disposition.partition(": ")[2].encode())
    assert (value, set(options)) == (b"form-data", {b"name", b"filename"})
    if name.isprintable() and not set(name) & {'"', "\\"}:
        assert options[b"filename"].decode() == name


def test_control_characters_in_a_file_name_are_percent_encoded_as_in_browsers() -> None:
    head = _head("b", 'a\x00\x1b\x7f\r\n\t".txt').decode()
    assert 'filename="a%00%1B%7F%0D%0A%09%22.txt"' in head


async def test_the_file_of_a_canceled_upload_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "late.txt"
    path.write_text("late")
    began, goes_on, opened = threading.Event(), threading.Event(), list[BinaryIO]()

    class SlowPath(type(path)):  # type: ignore[misc]
        def open(self, mode: str = "r") -> BinaryIO:  # type: ignore[override]
            began.set()
            goes_on.wait(60)
            opened.append(super().open("rb"))
            return opened[0]

    body = FileForm(SlowPath(path), 4, lambda _sent, _total: None).content()
    assert await anext(body)
    reading = asyncio.ensure_future(anext(body))
    await asyncio.to_thread(began.wait, 60)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    goes_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    await asyncio.sleep(0)
    assert [file.closed for file in opened] == [True]
