"""The sanitiser, and numbers for people."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core import text as text_module
from tui.core.text import ago, clean, clean_line, duration, json_text, utf8_size


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
        "\u200b",
        "\ufeff",
        "\U000e0041",
        "\ud800",
    ],
)
def test_nothing_that_a_terminal_acts_on_gets_through(hostile: str) -> None:
    cleaned = clean(hostile)
    assert "\ufffd" in cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned)


@given(st.text(st.characters(codec=None)))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") for c in once)
    once.encode()


def test_line_breaks_become_one_kind_and_tabs_and_emoji_stay() -> None:
    assert clean("a\r\nb\rc\u2028d\te 👩‍💻 ❤️") == "a\nb\nc\nd\te 👩‍💻 ❤️"


@given(st.text(), st.integers(2, 40))
def test_one_line_is_one_line_and_no_longer_than_asked(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert not set(line) & set("\n\t")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0.0s"), (0.44, "0.4s"), (9.96, "10s"), (59.4, "59s"), (185, "3m05s"), (7800, "2h10m")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "now"), (59, "now"), (60, "1m"), (7200, "2h"), (172_800, "2d"), (6_048_000, "10w")],
)
def test_ages(seconds: int, shown: str) -> None:
    assert ago(0, seconds * 1000) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(812, "812 B"), (3400, "3.4 kB"), (20_000_000, "20.0 MB"), (999_960, "1.0 MB")],
)
def test_sizes(count: int, shown: str) -> None:
    assert text_module.size(count) == shown


def test_sizes_of_texts_are_counted_in_bytes() -> None:
    assert utf8_size("aé€😀\ud800") == 1 + 2 + 3 + 4 + 3


@given(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x1b\x7f\x9b\u202e\u2028\ud800")))
)
def test_json_says_the_same_and_is_clean(text: str) -> None:
    written = json_text({text: [text]}, indent=2)
    assert clean(written) == written
    assert json.loads(written) == {text: [text]}
