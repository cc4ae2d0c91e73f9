"""Text typed while a question opens, in the real program: a message, and never an answer."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import decisions, sent, settings_of
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

SIZES = [(120, 36), (80, 24), (60, 16)]


@pytest.fixture
def server() -> Iterator[DemoServer]:
    settings = DemoSettings(speed=1, seed=5, seeded_conversations=0, title_s=0)
    with DemoServer(settings) as server:
        yield server
        assert server.errors == []


def write(terminal: Terminal, text: str, key_s: float) -> None:
    for character in text:
        terminal.type(character)
        terminal.pump(key_s)


@pytest.mark.parametrize(
    ("prompt", "word", "after_s", "key_ms", "size"),
    [
        ("Order a laptop", "and please also tell Bob", 0.5, 90, SIZES[0]),
        ("Order a laptop", "really? why would you", 0.05, 20, SIZES[1]),
        ("Order a laptop", "Right, 1 more", 3.0, 150, SIZES[2]),
        ("Show open Acme opportunities in Salesforce", "ok one moment", 0.5, 60, SIZES[1]),
        ("Show open Acme opportunities in Salesforce", "could you quote", 0.9, 40, SIZES[0]),
        ("Show open Acme opportunities in Salesforce", "quite right", 0.05, 20, SIZES[2]),
    ],
)
def test_typing_answers_no_approval(
    start: Start,
    server: DemoServer,
    prompt: str,
    word: str,
    after_s: float,
    key_ms: int,
    size: tuple[int, int],
) -> None:
    columns, rows = size
    with start(**settings_of(server), columns=columns, rows=rows) as terminal:
        terminal.until("online")
        terminal.type(f"{prompt}\r")
        terminal.until("Tab answer here")
        terminal.pump(after_s)
        before = len(terminal.output)
        write(terminal, word, key_ms / 1000)
        terminal.until(lambda text: word in text and "Tab answer here" not in text)
        terminal.type("\r")
        terminal.until("Queued until the agent is free")
        assert decisions(server) == 0
        assert sent(server) == [prompt]
        assert b"\x1b]52;" not in terminal.output[before:]
        assert "Opened in your browser" not in terminal.text


def test_the_approval_can_still_be_answered(start: Start, server: DemoServer) -> None:
    generator = random.Random(5)
    with start(**settings_of(server)) as terminal:
        terminal.until("online")
        terminal.type("Order a laptop\r")
        terminal.until("Tab answer here")
        for letter in "and a reason":
            terminal.type(letter)
            time.sleep(generator.uniform(0.02, 0.15))
        terminal.until("and a reason")
        terminal.type("\x07")
        terminal.until("a and r answer now")
        terminal.pump(0.6)
        terminal.type("a")
        terminal.until("not seen")
        assert decisions(server) == 0
        terminal.pump(0.6)
        terminal.type("a")
        terminal.until("approved")
        assert decisions(server) == 1
        assert "and a reason" in terminal.text
