"""The head of an uploaded file is one that the strictest server reads, whatever the file's name."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from python_multipart.multipart import parse_options_header

from tui.api.multipart import _head

NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=60)


@given(NAMES)
@example("a\x1b[2Jb\x07.csv")
@example('a"; filename="b\r\nX-Evil: 1\r\n\r\n')
@example("Bildschirmfoto 9.41\u202fAM\u200c.png")
@example("caf\udce9.txt")
def test_a_name_stays_one_parameter_without_controls(name: str) -> None:
    head = _head("b" * 32, name)
    boundary, disposition, kind, *rest = head.decode("utf-8").split("\r\n")
    assert (boundary, rest) == (f"--{'b' * 32}", ["", ""])
    assert kind.startswith("Content-Type: ")
    assert not any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in disposition)
    value, options = parse_options_header(disposition.partition(": ")[2].encode())
    assert (value, set(options)) == (b"form-data", {b"name", b"filename"})
    if name.isprintable() and not set(name) & {'"', "\\"}:
        assert options[b"filename"].decode() == name


def test_every_control_is_written_as_browsers_write_line_breaks() -> None:
    head = _head("b", 'a\x00\x1b\x7f\r\n\t".txt').decode()
    assert 'filename="a%00%1B%7F%0D%0A%09%22.txt"' in head
