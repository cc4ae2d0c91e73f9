"""Output for terminals of many kinds, read from the raw bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Start
from tests.e2e.terminal import Terminal
from tests.e2e.test_app import settings_of
from tui.demo.server import DemoServer, DemoSettings
from tui.ui.terminal.filters import CP437

pytestmark = pytest.mark.slow

SGR = re.compile(rb"\x1b\[([0-9;]*)m")
REVERSE = 7
GROUNDS = {*range(40, 48), 49}
READY = "What can"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seed=5, seeded_conversations=1, title_s=0)) as server:
        yield server


def looks_of(terminal: Terminal) -> set[int]:
    """Every number in a sequence that changes the looks, extended colours as their 38 or 48."""
    found: set[int] = set()
    for sequence in SGR.findall(terminal.output):
        short = re.sub(rb"\b([34]8);(?:5;\d+|2;\d+;\d+;\d+)", rb"\1", sequence)
        found |= {int(part) for part in short.split(b";") if part}
    return found


def ask_and_leave(terminal: Terminal) -> str:
    """Open a question, come back, and leave; what was on the screen with the question."""
    terminal.until("online")
    terminal.type("Order a laptop\r")
    terminal.until("for your approval")
    terminal.type("\x07")
    seen = terminal.until("Approve")
    terminal.pump(0.6)
    terminal.type("\x1b")
    terminal.until(lambda text: "Approve" not in text)
    terminal.type("\x11")
    assert terminal.wait_exit() == 0
    return seen


def test_no_color_disables_all_colors(start: Start, server: DemoServer) -> None:
    with start(NO_COLOR="1", **settings_of(server)) as terminal:
        ask_and_leave(terminal)
        assert not looks_of(terminal) & {*range(30, 50), *range(90, 108)}
        assert REVERSE in looks_of(terminal)  # what is chosen


def test_a_text_console_gets_eight_colors_and_supported_glyphs(
    start: Start, server: DemoServer
) -> None:
    with start(TERM="linux", COLORTERM="", **settings_of(server)) as terminal:
        seen = ask_and_leave(terminal)
        assert "♦ Order laptop" in seen
        grounds = looks_of(terminal) & {*range(40, 50), *range(100, 108)}
        assert grounds <= GROUNDS
        assert len(grounds) > 1  # what is chosen
        assert all(c.isascii() or c in CP437 for c in seen)
        assert b"\x1b]" not in terminal.output


def test_a_locale_without_utf8_gets_ascii(start: Start, server: DemoServer) -> None:
    with start(LC_ALL="C", LANG="C", **settings_of(server)) as terminal:
        ask_and_leave(terminal)
        assert terminal.output.isascii()


def test_256_colours_are_enough_inside_screen(start: Start, server: DemoServer) -> None:
    with start(TERM="screen-256color", COLORTERM="", **settings_of(server)) as terminal:
        ask_and_leave(terminal)
        assert b"38;2;" not in terminal.output
        assert b"38;5;" in terminal.output


def test_the_theme_follows_the_terminal_and_its_response_is_not_typed(start: Start) -> None:
    with start("--demo") as terminal:
        terminal.type("\x1b]11;rgb:ffff/ffff/ffff\x1b\\")
        terminal.until(READY)
        terminal.pump(0.5)
        assert b"\x1b]11;?\x07" in terminal.output
        assert b"48;2;238;238;239" in terminal.output  # genie-light's ground
        assert "rgb" not in terminal.text


def test_a_terminal_with_a_plain_name_gets_256_colours_if_it_answers(start: Start) -> None:
    with start("--demo", TERM="xterm", COLORTERM="") as terminal:
        terminal.type("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b]4;255;rgb:eeee/eeee/eeee\x1b\\")
        terminal.until(READY)
        terminal.until(lambda _: b"48;5;231" in terminal.output)  # the canvas of genie-light
        assert b"\x1b]4;255;?\x07" in terminal.output
        assert "rgb" not in terminal.text


def test_the_window_title_is_set_and_restored(start: Start) -> None:
    with start("--demo") as terminal:
        terminal.until(READY)
        terminal.type("hello there\r")
        terminal.until("Ask me what I can")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        saved, named, restored = (
            terminal.output.find(part)
            for part in (b"\x1b[22;2t", "\x1b]2;hello there · Ifrit\x07".encode(), b"\x1b[23;2t")
        )
        assert 0 <= saved < named < restored


def test_a_tiny_window_shows_a_message_and_does_no_harm(start: Start) -> None:
    with start("--demo") as terminal:
        terminal.until(READY)
        for columns, rows, seen in ((40, 10, "Message"), (20, 5, "too small"), (8, 2, "")):
            terminal.resize(columns, rows)
            terminal.until(seen)
            terminal.pump(0.3)
        terminal.type("hello there\r")
        terminal.resize(100, 30)
        terminal.until("Ask me what I can")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0


def test_lines_pasted_without_bracketed_paste_are_one_message(
    start: Start, server: DemoServer
) -> None:
    with start(TERM="linux", **settings_of(server)) as terminal:
        terminal.until("online")
        terminal.type("What can you\rdo for us?\r")
        terminal.until("do for us?")
        terminal.pump(0.3)
        assert not server.log.of("send")
        terminal.type("\r")
        terminal.until("no laptop will ship")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    sent = [record.summary for record in server.log.of("send") if record.summary]
    assert [text.split("\n") for text in sent] == [["What can you", "do for us?", ""]]


def test_vim_keys_shape_the_cursor_and_restore_it(start: Start, server: DemoServer) -> None:
    with start(GENIE_TUI_VIM="1", **settings_of(server)) as terminal:
        terminal.until("INSERT")
        terminal.until("online")
        terminal.type("one\x1b")
        terminal.until("NORMAL")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert b"\x1b[6 q" in terminal.output
        assert terminal.output.rfind(b"\x1b[0 q") > terminal.output.rfind(b"\x1b[6 q")


def test_without_vim_keys_the_cursor_and_the_pictures_of_the_terminal_are_left_alone(
    start: Start, server: DemoServer
) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("online")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert not re.search(rb"\x1b\[[0-9]? q", terminal.output)
        assert b"\x1b[c" not in terminal.output
