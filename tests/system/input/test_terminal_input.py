"""Any bytes in any pieces: nothing fails, and text typed afterwards arrives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.system.input.replayed import TYPED, Replay, cut, events_of, joined, text_of
from tui.system.input.paste_detector import KeyInput, Report, TypedText

HOSTILE = st.sampled_from(
    [
        b"\x1b",
        b"\x1b[",
        b"\x1bO",
        b"\x1b]",
        b"\x1b]11;rgb:",
        b"\x1bP0",
        b"\x1b[200~",
        b"\x1b[201~",
        b"\x1b[<",
        b"\x1b[M",
        b"\x1b[?2026;",
        b"\x1b[48;",
        b"\x1b[13;1:3u",
        b"\x1b[999999999999999999999u",
        b"99999999999999999999999",
        b";",
        b":",
        b"u",
        b"~",
        b"M",
        b"$y",
        b"t",
        b"\xe9",
        b"\xf0\x9f\x91",
        b"\xed\xa0\x80",
        b"\xff",
        b"\x9b",
        b"\x00",
        b"\r",
        b"x",
    ]
)
BYTES = st.lists(st.one_of(HOSTILE, st.binary(max_size=6)), max_size=12).map(b"".join)
PLACES = st.lists(st.integers(0, 200), max_size=12)


@settings(max_examples=500)
@given(BYTES, PLACES, st.lists(st.floats(0, 0.3), min_size=14, max_size=14))
def test_after_any_bytes_text_is_typed_exactly(
    data: bytes, places: list[int], gaps_s: list[float]
) -> None:
    replay = Replay()
    for chunk, gap_s in zip(cut(data, places), gaps_s, strict=False):
        replay.send(chunk, gap_s)
    replay.wait(5)
    before = len(replay.events)
    replay.send("exactly é 👩\u200d👧".encode())
    replay.send(b"\r", 0.5)
    replay.wait(5)
    assert joined(replay.events[before:]) == [TypedText("exactly é 👩\u200d👧"), KeyInput("\r")]


@settings(max_examples=300)
@given(BYTES, PLACES)
def test_read_boundaries_make_no_difference(data: bytes, places: list[int]) -> None:
    assert text_of(events_of(*cut(data, places))) == text_of(events_of(data))


@given(st.text(TYPED, max_size=30), st.integers(0, 3))
def test_text_arrives_unchanged_in_every_encoding(text: str, way: int) -> None:
    sent = (
        text,
        f"\x1b[200~{text}\x1b[201~",
        "".join(f"\x1b[{ord(c)};;{ord(c)}u" for c in text),
        f"\x1b[0;;{':'.join(str(ord(c)) for c in text)}u" if text else "",
    )[way]
    assert text_of(events_of(sent.encode())) == text


@pytest.mark.parametrize("answer", ["\x1b]11;rgb:ffff/0/0\x07", "\x1b]11;rgb:ffff/0/0\x1b\\"])
@pytest.mark.parametrize("place", range(1, 18))
def test_a_terminal_response_is_not_typed(answer: str, place: int) -> None:
    chunks = f"he{answer[:place]}".encode(), f"{answer[place:]}llo".encode()
    events = events_of(*chunks, gap_s=0.3 if place > 2 else 0.05)
    assert text_of(events) == "hello"
    assert Report(answer) in events
