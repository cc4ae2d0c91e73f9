"""Signals: the terminal is restored after any exit, and works again after a suspend."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import Kept, sent, settings_of
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
MODES = (1000, 1003, 1004, 1006, 1049, 2004)
COUNT = 40


@pytest.fixture
def server() -> Iterator[DemoServer]:
    settings = DemoSettings(speed=0, seed=3, title_s=0, seeded_conversations=0)
    with DemoServer(settings) as server:
        yield server


def left_on(output: bytes) -> list[str]:
    """Return the terminal modes that the program switched on and not off again."""
    found = [
        str(mode)
        for mode in MODES
        if output.rfind(b"\x1b[?%dh" % mode) > output.rfind(b"\x1b[?%dl" % mode)
    ]
    if output.rfind(b"\x1b[?25l") > output.rfind(b"\x1b[?25h"):
        found.append("no cursor")
    if output.rfind(b"\x1b[>25u") > output.rfind(b"\x1b[<u"):
        found.append("keys")
    return found


def given_back(terminal: Terminal) -> None:
    """Wait until nothing is left of the program in the terminal."""
    assert left_on(terminal.output[: terminal.output.rfind(b"\x1b[?1049l")]) != []
    deadline = time.monotonic() + 60
    while (left_on(terminal.output) or not terminal.is_cooked) and time.monotonic() < deadline:
        terminal.pump(0.05)
    assert left_on(terminal.output) == []
    assert terminal.is_cooked


@pytest.mark.parametrize(
    "number", [signal.SIGQUIT, signal.SIGABRT, signal.SIGTERM, signal.SIGSEGV, signal.SIGKILL]
)
def test_any_signal_restores_the_terminal(start: Start, number: signal.Signals) -> None:
    with start("--demo") as terminal:
        assert terminal.is_cooked
        terminal.until("essage Ifrit")
        assert not terminal.is_cooked
        terminal.kill(number)
        ended = terminal.wait_exit()
        assert ended == (128 + number if number is signal.SIGTERM else -number)
        given_back(terminal)


@pytest.mark.parametrize("crash", ["fault", "abort", "exit", "exception", "main thread"])
def test_any_crash_restores_the_terminal(environ: dict[str, str], crash: str) -> None:
    own = environ | {"GENIE_TUI_TEST_CRASH": crash, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.e2e.crashing", "--demo"]
    with Terminal(command, own, columns=120, rows=36) as terminal:
        terminal.until("essage Ifrit")
        terminal.kill(signal.SIGUSR1)
        assert terminal.wait_exit() != 0
        given_back(terminal)
        if crash in ("exception", "main thread"):
            printed = terminal.output.rpartition(b"\x1b[?1049l")[2]
            assert b"a fault" in printed
            assert b"genie-tui report" in printed
            [path] = Path(environ["GENIE_TUI_DATA_DIR"], "state", "crashes").iterdir()
            assert path.name.encode() in printed.replace(b"\r\n", b"")
            assert "RuntimeError: a fault" in path.read_text()


def test_a_crash_keeps_the_draft(start: Start, environ: dict[str, str], server: DemoServer) -> None:
    own = environ | settings_of(server)
    own |= {"GENIE_TUI_TEST_CRASH": "exception", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.e2e.crashing"]
    with Terminal(command, own, columns=120, rows=36) as terminal:
        terminal.until("online")
        terminal.type("words not sent")
        kept = Kept(Path(environ["GENIE_TUI_DATA_DIR"]))
        terminal.until(lambda _: "words not sent" in "".join(kept.drafts()))
        terminal.kill(signal.SIGUSR1)
        assert terminal.wait_exit() == 1
        assert b"genie-tui report" in terminal.output
    with start(**settings_of(server)) as terminal:
        terminal.until("words not sent")


def test_an_exited_program_writes_nothing_more(start: Start) -> None:
    with start("--demo") as terminal:
        terminal.until("essage Ifrit")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.output.count(b"\x1b[?1049l") == 1


def say_quickly(terminal: Terminal, server: DemoServer) -> None:
    """Type messages as fast as a script does, and see them arrive as they are."""
    texts = [f"abcdefghijkl{number:02}" for number in range(COUNT)]
    before = len(sent(server))
    for text in texts:
        terminal.type(f"{text}\r")
        terminal.pump(0.15)
    terminal.until(lambda _: len(sent(server)) >= before + COUNT)
    assert sent(server)[before:] == texts


def stop(terminal: Terminal) -> None:
    terminal.kill(signal.SIGSTOP)
    terminal.wait_stopped()


def test_one_thread_reads_the_terminal_after_repeated_resumes(
    start: Start, server: DemoServer
) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("online")
        terminal.pump(1)
        threads = terminal.threads
        for _ in range(5):
            terminal.kill(signal.SIGCONT)
            terminal.pump(0.05)
        stop(terminal)
        terminal.kill(signal.SIGCONT)
        terminal.pump(0.5)
        assert terminal.threads == threads
        say_quickly(terminal, server)


def test_a_program_that_is_slowed_down_by_signals_keeps_its_input(
    start: Start, server: DemoServer
) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("online")
        for character in "slowed down":
            terminal.kill(signal.SIGSTOP)
            terminal.type(character)
            time.sleep(0.05)
            terminal.kill(signal.SIGCONT)
            terminal.pump(0.05)
        for _ in range(10):
            terminal.kill(signal.SIGSTOP)
            time.sleep(0.05)
            terminal.kill(signal.SIGCONT)
            terminal.pump(0.05)
        terminal.until("slowed down")
        terminal.type("\r")
        terminal.until(lambda _: sent(server) == ["slowed down"])
        say_quickly(terminal, server)


def test_suspend_and_resume_leave_one_reader_thread(start: Start, server: DemoServer) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("online")
        terminal.pump(1)
        threads = terminal.threads
        for _ in range(3):
            suspended = len(terminal.output)
            terminal.kill(signal.SIGTSTP)
            terminal.wait_stopped()
            terminal.pump(0.1)
            assert left_on(terminal.output) == []
            assert terminal.is_cooked
            for _ in range(3):
                terminal.kill(signal.SIGCONT)
            terminal.until(lambda _, at=suspended: b"\x1b[?1004h" in terminal.output[at:])
            terminal.pump(0.5)
        assert terminal.threads == threads
        say_quickly(terminal, server)


def test_after_a_suspend_overwritten_cells_are_redrawn(start: Start, server: DemoServer) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("online")
        terminal.type("still here")
        terminal.until("still here")
        stop(terminal)
        terminal.show("\x1b[2J\x1b[H[1]+  Stopped")
        assert "still here" not in terminal.text
        terminal.kill(signal.SIGCONT)
        screen = terminal.until("still here")
        assert re.search(r"● online", screen)
        assert "Stopped" not in screen
