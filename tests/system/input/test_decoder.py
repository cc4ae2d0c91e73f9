"""UTF-8 decoding, with one character per byte where it is invalid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.system.input.replayed import cut
from tui.system.input.decoder import TerminalDecoder, charset_of

PLACES = st.lists(st.integers(0, 60), max_size=8)


def decoded(pieces: list[bytes], charset: str = "cp1252") -> str:
    decoder = TerminalDecoder(charset)
    return "".join(decoder.feed(piece) for piece in pieces) + decoder.flush()


@given(st.binary(max_size=60), PLACES)
def test_any_bytes_are_decoded_alike_wherever_they_are_split(
    data: bytes, places: list[int]
) -> None:
    assert decoded(cut(data, places)) == decoded([data])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), PLACES)
def test_utf8_is_decoded_unchanged(text: str, places: list[int]) -> None:
    assert decoded(cut(text.encode(), places)) == text


@pytest.mark.parametrize("text", ["é", "café, où?", "«à»", "Grüße ß ÿ", "naïve façade"])
@pytest.mark.parametrize("charset", ["latin-1", "cp1252"])
def test_western_charsets_are_decoded(text: str, charset: str) -> None:
    assert decoded([text.encode(charset)]) == text
    assert decoded([bytes([byte]) for byte in text.encode(charset)]) == text


def test_the_locale_determines_the_decoding_of_other_bytes() -> None:
    word = "привет"
    assert decoded([word.encode("koi8-r")], charset_of({"LANG": "ru_RU.KOI8-R"})) == word
    assert decoded([word.encode()], charset_of({"LANG": "ru_RU.KOI8-R"})) == word


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LC_ALL": "C"},
        {"LANG": "de_DE.UTF-8"},
        {"LANG": "de_DE.ISO-8859-1"},
        {"LANG": "zh_CN.GBK"},
        {"LANG": "x.no-such-set"},
        {"LANG": "x.\0"},
        {"LC_ALL": "", "LANG": "de_DE.UTF-8@euro"},
        {"LANG": "x.base64"},
        {"LANG": "x.idna"},
    ],
)
def test_other_bytes_are_decoded_as_windows_1252(environ: dict[str, str]) -> None:
    assert charset_of(environ) == "cp1252"


def test_an_incomplete_utf8_character_is_held_back_until_a_timeout() -> None:
    decoder = TerminalDecoder()
    assert decoder.feed(b"caf\xe9") == "caf"
    assert decoder.is_holding
    assert decoder.flush() == "é"
    assert not decoder.is_holding
    assert decoder.feed("é".encode()) == "é"
