"""Terminal capabilities, and output that can do no more than intended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.system.terminal import (
    Terminal,
    background_of,
    dark_by_colorfgbg,
    has_256_colours,
    takes_sixel,
    terminal_of,
)

ANSWER = "\x1b]11;rgb:ffff/fafa/f0f0\x07"


@pytest.mark.parametrize(
    ("environ", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM": "screen-256color", "KITTY_WINDOW_ID": "1", "TMUX": "x"}, "osc99"),
        ({"TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM_PROGRAM": "tmux", "LC_TERMINAL": "iTerm2"}, "osc9"),
        ({"TERM_PROGRAM": "WezTerm"}, "osc777"),
        ({"TERM_PROGRAM": "ghostty"}, "osc777"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "bell"),
        ({"TERM_PROGRAM": "vscode"}, "bell"),
        ({"TERM": "linux", "KITTY_WINDOW_ID": "1"}, "bell"),
        ({}, "bell"),
    ],
)
def test_each_terminal_gets_its_notification_sequence(
    environ: dict[str, str], protocol: str
) -> None:
    assert terminal_of(environ).protocol == protocol


@pytest.mark.parametrize(
    ("environ", "glyphs"),
    [
        ({"LANG": "en_GB.UTF-8", "TERM": "xterm-256color"}, "all"),
        ({"LANG": "de_DE.utf8"}, "all"),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, "console"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "C"}, "ascii"),
        ({"LANG": "de_DE.ISO-8859-1"}, "ascii"),
        ({"TERM": "xterm"}, "all"),
    ],
)
def test_glyphs_depend_on_the_terminal(environ: dict[str, str], glyphs: str) -> None:
    assert terminal_of(environ).glyphs == glyphs


def test_a_text_console_has_no_window_title() -> None:
    assert terminal_of({"TERM": "linux"}).title("Report") == ""
    assert terminal_of({"TERM": "linux"}).restore_title == ""
    assert terminal_of({"TERM": "xterm"}).title("Report") == "\x1b]2;Report\x07"


def test_in_tmux_notifications_are_passed_through_with_a_bell() -> None:
    sent = Terminal(protocol="osc9", tmux=True).notification("Done")
    assert sent == "\x1bPtmux;\x1b\x1b]9;Done\x07\x1b\\\x07"


@given(st.text(), st.sampled_from(["osc9", "osc99", "osc777"]))
def test_no_text_ends_its_escape_sequence_or_starts_another(text: str, protocol: str) -> None:
    terminal = Terminal(protocol=protocol)  # type: ignore[arg-type]
    frame = terminal.notification("")
    for sent, empty in (
        (terminal.notification(text), frame),
        (terminal.title(text), "\x1b]2;\x07"),
    ):
        assert [c for c in sent if ord(c) < 32 or 127 <= ord(c) < 160] == [
            c for c in empty if ord(c) < 32
        ]
    assert terminal.notification("a;b;c").count(";") == (
        frame.count(";") + (0 if protocol == "osc777" else 2)
    )


@pytest.mark.parametrize(
    ("value", "dark"),
    [
        ("15;0", True),
        ("0;15", False),
        ("0;default;7", False),
        ("12;8", True),
        ("", None),
        ("x", None),
    ],
)
def test_colorfgbg_gives_the_background(value: str, dark: bool | None) -> None:
    assert dark_by_colorfgbg(value) is dark


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        (ANSWER, False),
        ("\x1b]11;rgb:1414/1515/1b1b\x1b\\", True),
        ("\x1b]11;rgba:ff/ff/ff/ff\x07", False),
    ],
)
def test_an_osc_response_gives_the_background(answer: str, dark: bool) -> None:
    assert background_of(answer) is dark


@pytest.mark.parametrize("other", ["", "\x1b]11;?\x07", "\x1b]10;rgb:0/0/0\x07", ANSWER[:-1]])
def test_other_responses_give_no_background(other: str) -> None:
    assert background_of(other) is None


@given(st.integers(0, 9_999), st.text())
def test_a_notification_is_never_a_numbered_command(number: int, text: str) -> None:
    sent = Terminal(protocol="osc9").notification(f"{number};{text}")
    assert sent.startswith(f"\x1b]9; {number};")


@pytest.mark.parametrize(
    ("environ", "guesses"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "standard"}, False),
        ({"TERM": "linux"}, False),
    ],
)
def test_only_a_guess_at_few_colors_can_be_corrected(
    environ: dict[str, str], guesses: bool
) -> None:
    assert terminal_of(environ).guesses_colours is guesses


def test_a_terminal_that_knows_the_last_of_256_colors_has_them() -> None:
    assert has_256_colours("\x1b]4;255;rgb:eeee/eeee/eeee\x07")
    assert not has_256_colours("\x1b]4;15;rgb:eeee/eeee/eeee\x07")


@pytest.mark.parametrize(
    ("environ", "links"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "6800"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4800"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "eterm-color"}, False),
        ({"TERM": "screen-256color", "STY": "1.pts"}, False),
        ({"TERM": "screen-256color", "STY": "1.pts", "FORCE_HYPERLINK": "1"}, True),
        ({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False),
    ],
)
def test_links_are_for_terminals_that_do_not_draw_them(
    environ: dict[str, str], links: bool
) -> None:
    assert terminal_of(environ).links is links


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM": "xterm"}, "ask"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, "cells"),
        ({"TERM": "screen-256color"}, "cells"),
        ({"TERM": "linux"}, "cells"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "textual"}, "cells"),
    ],
)
def test_pictures_are_drawn_by_the_terminal_where_nothing_is_in_between(
    environ: dict[str, str], way: str
) -> None:
    assert terminal_of(environ).pictures == way


@pytest.mark.parametrize(
    ("reply", "takes"),
    [("\x1b[?62;4;22c", True), ("\x1b[?4c", False), ("\x1b[?62;22c", False), ("\x1b[4c", False)],
)
def test_a_terminal_with_sixels_has_the_attribute_4(reply: str, takes: bool) -> None:
    assert takes_sixel(reply) is takes
