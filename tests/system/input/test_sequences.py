"""Escape sequences are told from text wherever a read has split them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.system.input.sequences import (
    Characters,
    Control,
    PasteBegun,
    Pasted,
    PasteEnded,
    Sequence,
    Splitter,
    Token,
)

PIECES = st.sampled_from(
    [
        *"\x1b[]OPX^_M<?;:019 $-~uRABmct\\\x07\r\n\té😀\x9b\x9c\x7f",
        "\x1b[200~",
        "\x1b[201~",
        "\x1b]11;rgb:",
        "\x1b[<0;",
        "\x1bP1$",
        "\x1b_G",
        "text",
    ]
)


def tokens_of(*pieces: str) -> list[Token]:
    splitter = Splitter()
    found = [token for piece in pieces for token in splitter.feed(piece, 0)]
    found += splitter.expire(10)
    whole: list[Token] = []
    for token in found:
        last = whole[-1] if whole else None
        if isinstance(token, Characters) and isinstance(last, Characters):
            whole[-1] = Characters(last.text + token.text)
        elif isinstance(token, Pasted) and isinstance(last, Pasted):
            whole[-1] = Pasted(last.text + token.text)
        else:
            whole.append(token)
    assert not splitter.is_holding
    assert splitter.deadline_s is None
    return whole


@given(st.lists(PIECES, max_size=14).map("".join), st.integers(0, 60), st.integers(0, 60))
def test_escape_sequences_are_parsed_alike_wherever_they_are_split(
    text: str, one: int, other: int
) -> None:
    first, second = sorted((one, other))
    assert tokens_of(text[:first], text[first:second], text[second:]) == tokens_of(text)
    assert tokens_of(*text) == tokens_of(text)


@given(st.text())
def test_text_without_escape_sequences_is_unchanged(text: str) -> None:
    text = text.replace("\x1b", "")
    parts = [token.text if isinstance(token, Characters) else token.character  # type: ignore
             for token in tokens_of(text)]  # fmt: skip
    assert "".join(parts) == text


@given(st.text(), st.text())
def test_a_bracketed_paste_is_everything_up_to_its_end(text: str, behind: str) -> None:
    text, behind = text.replace("\x1b", "x"), behind.replace("\x1b", "x")
    begun, *content, ended = tokens_of(f"\x1b[200~{text}\x1b[201~")
    assert (begun, ended) == (PasteBegun(), PasteEnded())
    assert content == ([Pasted(text)] if text else [])
    assert tokens_of(f"\x1b[200~{text}\x1b[201~{behind}")[len(content) + 2 :] == tokens_of(behind)


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[A",
        "\x1b[1;5A",
        "\x1bOP",
        "\x1b[[A",
        "\x1b[23$",
        "\x1b[<0;-5;3M",
        "\x1b[M !!",
        "\x1b[?2026;2$y",
        "\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
        "\x1b]11;rgb:ffff/ffff/ffff\x07",
        "\x1bP>|kitty(0.31)\x1b\\",
        "\x1b_Gi=1;OK\x1b\\",
        "\x1b[48;24;80;480;640t",
        "\x1ba",
        "\x1b\r",
        "\x1bé",
        "\x1b",
        "\x1b[",
        "\x1bO",
        "\x1b]",
    ],
)
def test_an_escape_sequence_is_one_token_with_text_around_it(sequence: str) -> None:
    assert tokens_of(sequence) == [Sequence(sequence)]
    if len(sequence) > 2:
        assert tokens_of(f"é{sequence}é") == [Characters("é"), Sequence(sequence), Characters("é")]


@pytest.mark.parametrize(
    "broken", ["\x1b[12", "\x1b[<0;1", "\x1b[M", "\x1b[[", "\x1bO1", "\x1b]11;rgb:ff", "\x1b[?1$"]
)
def test_a_truncated_escape_sequence_is_dropped_and_nothing_after_it(broken: str) -> None:
    assert tokens_of(broken) == []
    assert tokens_of(f"{broken}\r") == [Control("\r")]
    assert tokens_of(f"{broken}\x1b[A") == [Sequence("\x1b[A")]


def test_a_lone_escape_is_a_key_after_a_timeout() -> None:
    splitter = Splitter(escape_delay_s=0.1)
    assert [*splitter.feed("\x1b", 1.0)] == []
    assert splitter.deadline_s == pytest.approx(1.1)
    assert [*splitter.expire(1.05)] == []
    assert [*splitter.expire(1.2)] == [Sequence("\x1b")]


@pytest.mark.parametrize("begun", ["\x1b[", "\x1b]1", "\x1bP0", "\x1b[<"])
def test_an_endless_escape_sequence_is_dropped_with_bounded_memory(begun: str) -> None:
    splitter = Splitter()
    for _ in range(100):
        assert [*splitter.feed(begun if not splitter.is_holding else "1" * 1000, 0)] == []
    assert len(splitter._held) < 10_000
    assert [*splitter.feed("\rtext", 0)] == [Control("\r"), Characters("text")]


def test_a_bracketed_paste_without_end_marker_times_out() -> None:
    splitter = Splitter()
    assert [*splitter.feed("\x1b[200~one\x1b[20", 0)] == [PasteBegun(), Pasted("one")]
    assert [*splitter.expire(1)] == []
    assert [*splitter.expire(3)] == [Pasted("\x1b[20"), PasteEnded()]
    assert [*splitter.feed("two", 4)] == [Characters("two")]
