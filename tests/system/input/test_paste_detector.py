"""Paste detection: a typed Enter sends the text, a pasted one never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.system.input.replayed import (
    TYPED,
    Replay,
    cut,
    events_of,
    joined,
    keys_of,
    text_of,
)
from tui.core.draft import typed_text
from tui.system.input.paste_detector import (
    LARGEST,
    KeyInput,
    PasteDetector,
    PastedText,
    Report,
    TypedText,
)
from tui.system.input.sequences import PasteBegun, PasteEnded

LINE = st.text(TYPED, min_size=1, max_size=20)
LINES = st.lists(LINE, min_size=2, max_size=6)
PLACES = st.lists(st.integers(0, 200), max_size=10)
FAST_S = st.floats(0, 0.0149)
SLOW_S = st.floats(0.0151, 3)
ANYTHING = st.text(st.one_of(TYPED, st.sampled_from("\r\n\t\x1b\x03\x11\x7f")), max_size=20)


@given(LINES, st.sampled_from(["", "\r"]), PLACES, st.data())
def test_fast_lines_are_one_paste_and_announced(
    lines: list[str], end: str, places: list[int], data: st.DataObject
) -> None:
    replay = Replay()
    for chunk in cut(("\r".join(lines) + end).encode(), places):
        replay.send(chunk, data.draw(FAST_S))
    replay.wait(5)
    assert keys_of(replay.events) == []
    assert text_of(replay.events) == "\n".join(lines) + end.replace("\r", "\n")
    assert [e.lines for e in replay.events if isinstance(e, PastedText)] == [len(lines)]


@given(st.lists(st.tuples(LINE, SLOW_S, SLOW_S), min_size=1, max_size=6))
def test_enters_with_pauses_send_each_text(texts: list[tuple[str, float, float]]) -> None:
    replay = Replay()
    for text, before_s, pause_s in texts:
        replay.send(text.encode(), before_s)
        replay.send(b"\r", pause_s)
    replay.wait(5)
    sent = [event for text, _, _ in texts for event in (TypedText(text), KeyInput("\r"))]
    assert joined(replay.events) == sent


@given(st.lists(st.tuples(LINE, SLOW_S), min_size=1, max_size=6), PLACES, st.data())
def test_an_enter_at_the_end_of_a_paste_burst_is_a_key(
    texts: list[tuple[str, float]], places: list[int], data: st.DataObject
) -> None:
    replay = Replay()
    for text, pause_s in texts:
        replay.wait(pause_s)
        for chunk in cut(f"{text}\r".encode(), places):
            replay.send(chunk, data.draw(FAST_S))
    replay.wait(5)
    sent = [event for text, _ in texts for event in (TypedText(text), KeyInput("\r"))]
    assert joined(replay.events) == sent


@given(ANYTHING, ANYTHING, ANYTHING, PLACES, st.data())
def test_enters_around_a_bracketed_paste_are_not_keys(
    before: str, pasted: str, after: str, places: list[int], data: st.DataObject
) -> None:
    pasted = pasted.replace("\x1b", "")
    replay = Replay()
    # Input before a line break is passed on immediately, keys as well.
    whole = f"\r{before}\x1b[200~{pasted}\x1b[201~{after}"
    for chunk in cut(whole.encode(), places):
        replay.send(chunk, data.draw(FAST_S))
    replay.wait(5)
    assert keys_of(replay.events) == []
    assert typed_text(pasted) in text_of(replay.events)


@given(LINE, LINE, LINE, PLACES)
def test_an_end_marker_inside_a_bracketed_paste_sends_nothing(
    one: str, two: str, three: str, places: list[int]
) -> None:
    whole = f"\x1b[200~{one}\x1b[201~{two}\rrm -rf\r{three}\r\x1b[201~"
    events = events_of(*cut(whole.encode(), places), gap_s=0.001)
    assert events == [PastedText(f"{one}{two}\nrm -rf\n{three}\n")]
    assert events_of(whole.encode(), b"\r", gap_s=0.02)[1:] == [KeyInput("\r")]


@given(LINE, LINE)
def test_escape_sequences_inside_a_bracketed_paste_are_removed(one: str, two: str) -> None:
    for inside in ("\x1b[31m", "\x1b[A", "\x1b]0;x\x07", "\x00", "\x07", "\x1b[200~", "\x9b1m"):
        whole = f"\x1b[200~{one}{inside}{two}\x1b[201~"
        assert events_of(whole.encode()) == [PastedText(one + two)]
    assert events_of(f"\x1b[200~{one}\x1b \x1b[201~".encode()) == [PastedText(f"{one} ")]


def test_two_bracketed_pastes_at_once_stay_two() -> None:
    pastes = b"\x1b[200~/one\x1b[201~\x1b[200~/two\x1b[201~"
    assert events_of(pastes) == [PastedText("/one"), PastedText("/two")]


def test_a_line_read_separately_belongs_to_the_paste() -> None:
    parts = (b"line one", b"\r", b"line two\rline three", b"\r", b"line four")
    rest = PastedText("\nline two\nline three\nline four", lines=4)
    assert events_of(*parts, gap_s=0.002) == [TypedText("line one"), rest]


@pytest.mark.parametrize("gap_s", [0.02, 0.04, 0.08])
def test_input_typed_by_a_script_is_sent_line_by_line(gap_s: float) -> None:
    events = events_of(b"one", b"\r", b"two", b"\r", b"three", b"\r", gap_s=gap_s)
    assert events == [
        e for word in ("one", "two", "three") for e in (TypedText(word), KeyInput("\r"))
    ]


def test_tabs_in_a_paste_are_text_and_alone_they_are_keys() -> None:
    assert events_of(b"if x:\r\treturn\r") == [PastedText("if x:\n\treturn\n", lines=2)]
    assert events_of(b"/he\t") == [TypedText("/he"), KeyInput("\t")]
    assert events_of(b"/he\tmore") == [TypedText("/he"), KeyInput("\t"), TypedText("more")]


def test_carriage_return_and_line_feed_are_one_enter() -> None:
    assert events_of(b"hello\r\n") == [TypedText("hello"), KeyInput("\r")]
    assert events_of(b"one\r\ntwo\r\n") == [PastedText("one\ntwo\n", lines=2)]
    assert events_of(b"\r\r") == [KeyInput("\r"), KeyInput("\r")]


def test_kitty_protocol_keys_in_a_burst_are_a_paste() -> None:
    assert events_of(b"\x1b[104;;104u\x1b[13u") == [TypedText("h"), KeyInput("\r")]
    assert events_of(b"\x1b[104;;104u\x1b[13u\x1b[105;;105u") == [PastedText("h\ni", lines=2)]


def test_many_characters_at_once_are_one_paste() -> None:
    assert events_of(b"x" * 500 + b"\r") == [PastedText("x" * 500), KeyInput("\r")]


def test_mouse_reports_neither_end_nor_start_a_paste_burst() -> None:
    moved = b"\x1b[<35;3;3M"
    assert events_of(b"one\r" + moved + b"two") == [
        Report("\x1b[<35;3;3M", is_press=True),
        PastedText("one\ntwo", lines=2),
    ]
    events = events_of(b"one\r", moved, moved, b"two\r", gap_s=0.01)
    assert keys_of(events) == ["\r", "\r"]


def test_a_paste_presses_no_button() -> None:
    events = events_of(b"\x1b[200~x\x1b[201~\x1b[<0;3;3M\x1b[<0;3;3m")
    assert events == [Report("\x1b[<0;3;3m"), PastedText("x")]


def test_an_incomplete_escape_sequence_keeps_the_paste_burst_open() -> None:
    events = events_of(b"one\r\x1b", b"[200~two\x1b[201~", gap_s=0.05)
    assert events == [TypedText("one"), PastedText("\ntwo")]
    assert events_of(b"one\r\x1b") == [TypedText("one"), KeyInput("\r"), KeyInput("\x1b")]


def test_lines_read_late_but_arrived_together_are_a_paste() -> None:
    bursts = PasteDetector()
    assert bursts.feed([TypedText("one"), KeyInput("\r")], 0.0) == [TypedText("one")]
    assert (
        bursts.feed([TypedText("two"), KeyInput("\r"), TypedText("three")], 0.5, since_s=0.001)
        == []
    )
    assert bursts.expire(0.6) == [PastedText("\ntwo\nthree", lines=3)]


def test_a_line_read_late_that_arrived_later_is_no_paste() -> None:
    bursts = PasteDetector()
    assert bursts.feed([TypedText("one"), KeyInput("\r")], 0.0) == [TypedText("one")]
    assert bursts.feed([TypedText("two")], 0.5, since_s=0.001) == [KeyInput("\r"), TypedText("two")]


def test_an_endless_paste_has_bounded_memory() -> None:
    bursts = PasteDetector()
    bursts.feed([PasteBegun()], 0.0)
    for _ in range(20):
        bursts.feed([PastedText("x" * (LARGEST // 4))], 0.0)
    assert bursts.feed([PasteEnded()], 0.0) == []
    (paste,) = bursts.expire(60.0)
    assert isinstance(paste, PastedText)
    assert LARGEST < len(paste.text) <= LARGEST * 1.5
