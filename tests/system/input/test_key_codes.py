"""Key events of terminals that describe keys with numbers, valid and invalid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.system.input.replayed import TYPED
from tui.system.input.key_codes import is_key, key_code


@pytest.mark.parametrize(
    ("sequence", "text"),
    [
        ("\x1b[97u", "a"),
        ("\x1b[97;;97u", "a"),
        ("\x1b[97;1:1u", "a"),
        ("\x1b[97;1:2u", "a"),
        ("\x1b[97;2u", "A"),
        ("\x1b[97;65u", "A"),
        ("\x1b[97;66u", "a"),
        ("\x1b[49:33;2u", "!"),
        ("\x1b[32;2u", " "),
        ("\x1b[128105;u", "👩"),
        ("\x1b[128105u", "👩"),
        ("\x1b[8205u", "\u200d"),
        ("\x1b[8205;;8205u", "\u200d"),
        ("\x1b[0;;128105:8205:128103u", "👩\u200d👧"),
        ("\x1b[57400u", "1"),
        ("\x1b[57409u", "."),
        ("\x1b[113;7;64u", "@"),  # AltGr
        ("\x1b[97;3;229u", "å"),  # Option
        ("\x1b[12288u", "\u3000"),
        ("\x1b[97;;97:7:0:55296:1114112:98u", "ab"),
    ],
)
def test_a_key_types_its_text(sequence: str, text: str) -> None:
    code = key_code(sequence)
    assert code is not None
    assert (code.text, code.sequence) == (text, "")


@pytest.mark.parametrize(
    ("sequence", "shortest"),
    [
        ("\x1b[13u", "\r"),
        ("\x1b[13;1u", "\r"),
        ("\x1b[57414u", "\r"),
        ("\x1b[27;129u", "\x1b"),
        ("\x1b[9;;9u", "\t"),
        ("\x1b[13;2u", "\x1b[13;2u"),
        ("\x1b[27;2;13~", "\x1b[13;2u"),
        ("\x1b[97;5u", "\x1b[97;5u"),
        ("\x1b[97:65;6:1u", "\x1b[97;6u"),
        ("\x1b[49;2u", "\x1b[49;2u"),
        ("\x1b[1;1A", "\x1b[A"),
        ("\x1b[1;5:2A", "\x1b[1;5A"),
        ("\x1b[3;5~", "\x1b[3;5~"),
        ("\x1b[57441;2u", "\x1b[57441;2u"),
    ],
)
def test_a_key_without_text_has_a_short_name(sequence: str, shortest: str) -> None:
    code = key_code(sequence)
    assert code is not None
    assert (code.text, code.sequence) == ("", shortest)


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[13;1:3u",
        "\x1b[97;1:3u",
        "\x1b[1;1:3A",
        "\x1b[97;1:9u",
        "\x1b[u",
        "\x1b[0u",
        "\x1b[1114112u",
        "\x1b[99999999999999999999u",
        f"\x1b[{'9' * 5000}u",
        "\x1b[55296u",
        "\x1b[7u",
        "\x1b[133u",
        "\x1b[57344u",
        "\x1b[63743u",
        "\x1b[97;99999u",
        "\x1b[27;5~",
    ],
)
def test_sequences_without_a_key_press_are_ignored(sequence: str) -> None:
    assert is_key(sequence)
    assert key_code(sequence) is None


@given(st.lists(st.integers(0, 1 << 40), max_size=6), st.text(":;", max_size=6))
def test_any_key_code_numbers_are_parsed(numbers: list[int], marks: str) -> None:
    fields = "".join(
        f"{number}{mark}" for number, mark in zip(numbers, marks + ";" * 6, strict=False)
    )
    for final in "u~ABCDEFHPQS":
        code = key_code(f"\x1b[{fields}{final}")
        assert code is None or bool(code.text) != bool(code.sequence)


@given(TYPED)
def test_any_unicode_character_can_be_reported_with_its_text(character: str) -> None:
    code = key_code(f"\x1b[{ord(character)};;{ord(character)}u")
    assert code is not None
    assert code.text == character
