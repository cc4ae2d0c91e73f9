"""Terminal input as events: keys named as in bindings, and invalid reports dropped."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events, messages
from textual.geometry import Size
from textual.message import Message

from tests.system.input.replayed import TYPED, events_of
from tui.ui.app.messages import BackgroundSeen, ColoursSeen, SixelSeen
from tui.ui.terminal.terminal_events import Key, Paste, TerminalEvents, as_typed

SCREEN = Size(80, 24)


def messages_of(*chunks: bytes, gap_s: float = 0.0) -> list[Message]:
    terminal = TerminalEvents(lambda: SCREEN)
    happened = events_of(*chunks, gap_s=gap_s)
    return [message for event in happened for message in terminal.messages(event)]


def keys_of(data: str) -> list[tuple[str, str | None]]:
    keys = messages_of(data.encode())
    return [(key.key, key.character) for key in keys if isinstance(key, events.Key)]


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        ("\r", "enter"),
        ("\n", "ctrl+j"),
        ("\t", "tab"),
        ("\x7f", "backspace"),
        ("\x11", "ctrl+q"),
        ("\x1b", "escape"),
        ("\x1b[A", "up"),
        ("\x1bOA", "up"),
        ("\x1b[1;5A", "ctrl+up"),
        ("\x1b[Z", "shift+tab"),
        ("\x1bOP", "f1"),
        ("\x1b[[A", "f1"),
        ("\x1b[R", "f3"),
        ("\x1b[13~", "f3"),
        ("\x1b[11~", "f1"),
        ("\x1b[24~", "f12"),
        ("\x1b[25~", "f13"),
        ("\x1b[3$", "shift+delete"),
        ("\x1b[a", "shift+up"),
        ("\x1b\r", "alt+enter"),
        ("\x1b[13;2u", "shift+enter"),
        ("\x1b[13;3u", "alt+enter"),
        ("\x1b[27;2;13~", "shift+enter"),
        ("\x1b[27;5;13~", "ctrl+enter"),
        ("\x1b[13;1:1u", "enter"),
        ("\x1b[57414u", "enter"),
        ("\x1b[97;5u", "ctrl+a"),
        ("\x1b[97:65;6u", "ctrl+shift+a"),
        ("\x1ba", "alt+a"),
        ("\x1b[97;3u", "alt+a"),
        ("\x1bA", "alt+shift+a"),
        ("\x1b[", "alt+left_square_bracket"),
        ("\x1b[57441;2u", "left_shift"),
    ],
)
def test_keys_have_the_names_used_in_bindings(sequence: str, key: str) -> None:
    assert [name for name, _ in keys_of(sequence)] == [key]


@pytest.mark.parametrize(
    "nothing",
    [
        "\x1b[99~",
        "\x1b[u",
        "\x1b[13;1:3u",
        "\x1b[57427u",
        "\x1b[12A",
        "\x1b[999999999999999999u",
        "\x1b[5n",
        "\x1b[31m",
        "\x1b]0;title\x07",
        "\x1bP1$r0m\x1b\\",
        "\x1b_Gi=1;OK\x1b\\",
        "\x1b[12;40R",
        "\x1b[32;10;10M",
        "\x1b[M !!",
        "\x1b[<0;-3;-3M",
        "\x1b[<0;99999;99999M",
        "\x1b[<99999999999999;1;1M",
        "\x1b[48;99999;99999;1;1t",
        "\x1b[48;0;0;0;0t",
        "\x1b[?99999999999;9$y",
        "\x9b",
    ],
)
def test_invalid_key_sequences_are_dropped(nothing: str) -> None:
    assert messages_of(nothing.encode()) == []
    assert keys_of(f"a{nothing}b") == [("a", "a"), ("b", "b")]


@given(TYPED)
def test_every_unicode_character_is_a_key_that_types_it(character: str) -> None:
    for way in (character, f"\x1b[{ord(character)};;{ord(character)}u"):
        (key,) = map(as_typed, messages_of(way.encode()))  # type: ignore[arg-type]
        assert isinstance(key, events.Key)
        assert key.character == character
        assert key.is_printable


@given(st.characters(categories=["Cc"]))
def test_no_control_character_is_typed(character: str) -> None:
    for message in map(as_typed, messages_of(character.encode())):  # type: ignore[arg-type]
        assert isinstance(message, events.Key)
        assert not message.is_printable


@settings(max_examples=300)
@given(st.binary(max_size=40))
def test_any_bytes_are_parsed_without_errors(data: bytes) -> None:
    terminal = TerminalEvents(lambda: SCREEN)
    for event in events_of(data):
        assert all(isinstance(message, Message) for message in terminal.messages(event))


def test_terminal_reports_are_passed_on() -> None:
    def kinds(report: str) -> list[type[Message]]:
        return [type(message) for message in messages_of(report.encode())]

    assert kinds("\x1b[<0;3;4M") == [events.MouseDown]
    assert kinds("\x1b[<64;3;4M") == [events.MouseScrollUp]
    assert kinds("\x1b[I\x1b[O") == [events.AppFocus, events.AppBlur]
    assert kinds("\x1b[?2026;2$y") == [messages.TerminalSupportsSynchronizedOutput]
    assert kinds("\x1b]11;rgb:0/0/0\x07") == [BackgroundSeen]
    assert kinds("\x1b]4;255;rgb:eeee/eeee/eeee\x1b\\") == [ColoursSeen]
    assert kinds("\x1b]4;7;rgb:eeee/eeee/eeee\x07") == []
    assert kinds("\x1b[?62;4;22c") == [SixelSeen]
    assert kinds("\x1b[?62;22c") == []
    (resize,) = messages_of(b"\x1b[48;24;80;480;800t")
    assert isinstance(resize, events.Resize)
    assert (resize.size, resize.pixel_size) == (SCREEN, Size(800, 480))


def test_mouse_positions_work_without_a_size_in_pixels() -> None:
    _, pressed = messages_of(b"\x1b[48;24;80;0;0t\x1b[<0;8;4M")
    assert isinstance(pressed, events.MouseDown)
    assert (pressed.x, pressed.y) == (7, 3)


def test_a_mouse_button_released_outside_is_released_at_the_edge() -> None:
    (released,) = messages_of(b"\x1b[<0;999;999m")
    assert isinstance(released, events.MouseUp)
    assert (released.x, released.y) == (79, 23)


def test_pastes_of_any_driver_are_sanitized() -> None:
    paste = as_typed(events.Paste("one\r\n\x1b[31mtwo\x00\u200d"))
    assert isinstance(paste, Paste)
    assert paste.text == "one\ntwo\u200d"
    assert as_typed(paste) is paste
    key = as_typed(events.Key("zero_width_joiner", "\u200d"))
    assert isinstance(key, Key)
    assert key.handler_name == "on_key"
