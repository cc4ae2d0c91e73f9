"""Sanitizing of text, and numbers formatted for reading."""

from __future__ import annotations

import json
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcswidth

from tui.core import text as text_module
from tui.core.text import (
    ago,
    clean,
    clean_line,
    clean_piece,
    drawn,
    drawn_parts,
    duration,
    elapsed,
    json_text,
    plural,
    revealed,
    utf8_size,
)


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b]52;c;aGk=\x07",
        "\x1b[2J",
        "\x9b2J",
        "\x9d0;title\x9c",
        "\x00",
        "\x7f",
        "\u202eevil",
        "\u2066x\u2069",
        "\u2069",
        "\u206e",
        "\U000e0041",
        "\U000e0001",
        "\U0001f3f4\U000e0067\U000e0062",
        "\ud800",
    ],
)
def test_escape_sequences_are_replaced_by_sanitizing(hostile: str) -> None:
    cleaned = clean(hostile)
    assert "\ufffd" in cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned)


@given(st.text(st.characters(codec=None)))
def test_sanitizing_is_idempotent(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") for c in once)
    once.encode()


def test_line_breaks_become_one_kind_and_tabs_and_emoji_stay() -> None:
    assert clean("a\r\nb\rc\u2028d\te 👩‍💻 ❤️") == "a\nb\nc\nd\te 👩‍💻 ❤️"


HARMLESS = {
    "soft hyphen": "con\u00adtract",
    "zero-width space": "a\u200bb",
    "non-joiner": "نیم\u200cروز",
    "joiner": "क्\u200dष",
    "family": "👨\u200d👩\u200d👧",
    "marks of direction": "\u200eabc\u200f!\u061c",
    "variation selectors": "❤\ufe0f ⌚\ufe0e",
    "word joiner": "a\u2060b\ufeffc",
    "England": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "skin tone": "👍🏽",
    "combining": "Z\u0351\u034f",
}
CHARACTERS = st.one_of(
    st.characters(codec=None),
    st.sampled_from("".join(HARMLESS.values()) + "\x1b\r\u202e\u2028\ud800a"),
)


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_invisible_unicode_characters_stay_in_the_text(name: str) -> None:
    text = HARMLESS[name]
    assert clean(text) == text
    assert clean_line(text) == text
    assert json.loads(json_text(text)) == text


@given(st.text(CHARACTERS))
def test_sanitizing_changes_only_unsafe_characters(text: str) -> None:
    unsafe = set("\u202a\u202b\u202c\u202d\u202e\u2065\ufff9\ufffa\ufffb") | set(
        map(chr, (*range(0x2066, 0x2070), *range(0xE0000, 0xE0080)))
    )
    breaks = text.replace("\r\n", "\n")
    for before, after in zip(breaks, clean(text), strict=True):
        if before in "\r\u2028\u2029":
            assert after == "\n"
        elif unicodedata.category(before) in ("Cc", "Cs") and before not in "\n\t":
            assert after == "\ufffd"
        elif before not in unsafe:
            assert after == before
        elif after != "\ufffd":
            assert HARMLESS["England"] in text


def test_sanitizing_changes_every_unsafe_character() -> None:
    listed = (
        0x2028,
        0x2029,
        *range(0x202A, 0x202F),
        *range(0x2065, 0x2070),
        *range(0xFFF9, 0xFFFC),
    )
    tags = range(0xE0000, 0xE0080)
    found = {c for c in map(chr, range(0x110000)) if unicodedata.category(c) in ("Cc", "Cs")}
    found |= {chr(number) for number in (*listed, *tags)}
    kept = [c for c in found - set("\n\t") if c in clean(f"a{c}b")]
    assert not kept


@given(st.text(CHARACTERS), st.lists(st.integers(0, 40), max_size=6))
def test_sanitizing_a_streamed_text_gives_the_same_text(text: str, cuts: list[int]) -> None:
    text = text.replace("\r", "\r\n")
    places = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    pieces = [clean_piece(text[start:end]) for start, end in pairwise(places)]
    assert clean("".join(pieces)) == clean(text)
    assert not any(unicodedata.category(c) == "Cc" for c in "".join(pieces) if c not in "\n\t")


@pytest.mark.parametrize("name", HARMLESS)
def test_drawn_text_has_the_same_width_in_rich_and_in_terminals(name: str) -> None:
    shown = drawn(HARMLESS[name])
    assert cell_len(shown) == max(0, wcswidth(shown))


@given(st.text(CHARACTERS))
def test_drawn_text_consists_of_parts_of_the_text_in_order(text: str) -> None:
    text = clean(text)
    parts = list(drawn_parts(text))
    assert "".join(part for _, part in parts) == drawn(text)
    assert all(text[at : at + len(part)] == part for at, part in parts)
    assert drawn(drawn(text)) == drawn(text)
    assert not set(drawn(text)) & set("\u00ad\u200b\u200e\u200f\u2060\ufeff")


def test_hidden_unicode_characters_can_be_revealed() -> None:
    assert revealed("bob\u200b@x\u00ad.example\x1b") == "bob\ufffd@x\ufffd.example\ufffd"
    assert revealed("👩\u200d💻 نیم\u200cروز") == "👩\u200d💻 نیم\u200cروز"


@given(st.text(CHARACTERS), st.integers(2, 40))
def test_one_line_is_truncated_to_the_given_width(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert not set(line) & set("\n\t")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (185, "3 m 05 s"),
        (7800, "2 h 10 m"),
    ],
)
def test_format_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_duration_that_grows_is_in_whole_seconds() -> None:
    assert [elapsed(s) for s in (-1, 0.9, 3.99, 64.2)] == ["0 s", "0 s", "3 s", "1 m 04 s"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "now"), (59, "now"), (60, "1m"), (7200, "2h"), (172_800, "2d"), (6_048_000, "10w")],
)
def test_format_ages(seconds: int, shown: str) -> None:
    assert ago(0, seconds * 1000) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(812, "812 B"), (3400, "3.4 kB"), (20_000_000, "20.0 MB"), (999_960, "1.0 MB")],
)
def test_format_sizes(count: int, shown: str) -> None:
    assert text_module.size(count) == shown


def test_format_sizes_of_texts_in_bytes() -> None:
    assert utf8_size("aé€😀\ud800") == 1 + 2 + 3 + 4 + 3


@given(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x1b\x7f\x9b\u202e\u2028\ud800")))
)
def test_formatted_json_is_equal_and_sanitized(text: str) -> None:
    written = json_text({text: [text]}, indent=2)
    assert clean(written) == written
    assert json.loads(written) == {text: [text]}


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "byte", "0 bytes"),
        (1, "byte", "1 byte"),
        (1_204, "line", "1,204 lines"),
        (2, "match", "2 matches"),
        (3, "regex", "3 regexes"),
    ],
)
def test_a_count_has_its_noun_in_the_right_number(count: int, noun: str, text: str) -> None:
    assert plural(count, noun) == text
