"""Terminal input, byte by byte and with its times, and the message that the agent receives."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import Kept, sent, settings_of
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
QUIET_S = 0.1
"""So long after a paste, Enter is a key for certain."""
ATTEMPTS = 12
"""A busy machine may be late in writing or reading."""

CHARACTERS = (
    *"aZ09 ,.!?/\\[]{}<>|~`'\"äßéñçøÅ",
    *"\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202e\u2060\u2066\u2069\u3000",
    *"\ufeff\ufe0e\ufe0f",
    *"e\u0301क\u094dषพ\u0e31ש\u05b8مسية漢字かな한글",
    *"👩👧🏽🏴\U000e0067\U000e0062\U000e007f🇺🇸❤\U0001d4b3\U00020bb7\U0001fae8\ue0b0\U000f0000",
)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(DemoSettings(speed=0, seed=3, title_s=0, seeded_conversations=0)) as server:
        yield server


def wait_sent(terminal: Terminal, server: DemoServer, count: int) -> list[str]:
    terminal.until(lambda _: len(sent(server)) >= count)
    return sent(server)


def plain(text: str) -> bytes:
    return text.encode()


def bracketed(text: str) -> bytes:
    return f"\x1b[200~{text}\x1b[201~".encode()


def kitty(text: str) -> bytes:
    return "".join(f"\x1b[{ord(c)};;{ord(c)}u" for c in text).encode()


def kitty_without_text(text: str) -> bytes:
    return "".join(f"\x1b[{ord(c)};u" for c in text).encode()


def committed(text: str) -> bytes:
    """As an input method hands a whole text over."""
    return f"\x1b[0;;{':'.join(str(ord(c)) for c in text)}u".encode()


@pytest.mark.parametrize("way", [plain, bracketed, kitty, kitty_without_text, committed])
def test_the_agent_receives_the_typed_text(
    start: Start, server: DemoServer, environ: dict[str, str], way: Callable[[str], bytes]
) -> None:
    chance = random.Random(way.__name__)
    texts = [
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 👩\u200d👩\u200d👧 ❤\ufe0f",
        "می\u200cخو\u200dش co\u00adop a\u200bb \u200fשלמ",
        *("x" + "".join(chance.choices(CHARACTERS, k=30)) + "x" for _ in range(4)),
    ]
    if way is kitty_without_text:  # where the protocol has keys instead of private characters
        texts = [text.replace("\ue0b0", "") for text in texts]
    with start(**settings_of(server)) as terminal:
        terminal.until("online")
        for number, text in enumerate(texts, 1):
            terminal.send(way(text))
            terminal.pump(QUIET_S)
            terminal.type("\r")
            assert wait_sent(terminal, server, number) == texts[:number]
        kept = Kept(Path(environ["GENIE_TUI_DATA_DIR"]))
        assert sorted(text for text, _, _ in kept.messages()) == sorted(texts)
        terminal.type("\x1b[A")  # which recalls it
        terminal.pump(QUIET_S)
        terminal.type("\r")
        assert wait_sent(terminal, server, len(texts) + 1)[-1] == texts[-1]
        terminal.type("\x11")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xe9, o\xf9?", "café, où?"),
        (b"\xe9", "é"),
        (b"8-bit \xe1lt", "8-bit ált"),
        (b"\x1b[200~caf\xe9\x1b[201~", "café"),
        ("é".encode() + b"\xc3", "éÃ"),
    ],
)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_terminal_without_utf8_is_decoded(
    start: Start, server: DemoServer, data: bytes, text: str, in_pieces: bool
) -> None:
    with start(LC_ALL="en_US.ISO-8859-1", **settings_of(server)) as terminal:
        terminal.until("online")
        for piece in (bytes([byte]) for byte in data) if in_pieces else [data]:
            terminal.send(piece)
        terminal.pump(0.5)
        terminal.type("\r")
        assert wait_sent(terminal, server, 1) == [text]


def test_key_events_buffered_at_the_start_do_no_harm(start: Start, server: DemoServer) -> None:
    waiting = b"\x1b[13;1:3u\x1b[97:65;1:1u\x1b[99999999999u\x1b[13;1:3u\x1b[<0;1"
    with start(**settings_of(server)) as terminal:
        terminal.send(waiting)  # before the program knows that it has a terminal
        terminal.until("online")
        terminal.pump(1)
        terminal.send(waiting)
        terminal.pump(1)
        terminal.type("b\r")
        assert wait_sent(terminal, server, 1) == ["aab"]
        terminal.type("\x11")
        assert terminal.wait_exit() == 0


def typed_with_gaps(terminal: Terminal, parts: list[str], gap_s: float) -> list[float]:
    """Write the parts at their times; the gaps there really were."""
    gaps_s: list[float] = []
    for part in parts:
        terminal.type(part)
        written_s = time.monotonic()
        time.sleep(gap_s)
        gaps_s.append(time.monotonic() - written_s)
    return gaps_s


@pytest.mark.parametrize("gap_s", [0.02, 0.04, 0.08])
@pytest.mark.parametrize("store_s", ["0", "0.3"])
def test_each_enter_sends_its_message(
    environ: dict[str, str], server: DemoServer, gap_s: float, store_s: str
) -> None:
    own = environ | settings_of(server)
    own |= {"GENIE_TUI_TEST_STORE_S": store_s, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.e2e.slow_start"]
    with Terminal(command, own, columns=120, rows=36) as terminal:
        terminal.until("online")
        for attempt in range(ATTEMPTS):
            texts = [f"{word}{attempt}" for word in ("one", "two", "three", "four")]
            before = len(sent(server))
            typed_with_gaps(terminal, [part for text in texts for part in (text, "\r")], gap_s)
            terminal.pump(1)
            terminal.type("end\r")
            terminal.until(lambda _: "end" in "".join(sent(server)[-1:]))
            if sent(server)[before:] == [*texts, "end"]:
                return
        pytest.fail(f"sent {sent(server)}")


@pytest.mark.parametrize(
    ("parts", "gap_s", "lines"),
    [
        (
            ["line one of the paste", "\r", "line two\rline three of it", "\r", "line four"],
            0.002,
            4,
        ),
        (["one", "\r", "two", "\r", "three", "\r", "four", "\r"], 0.005, 4),
        (["\x1b[200~ls\x1b[201~", "\rrm -rf /\r", "\x1b[201~"], 0, 0),
    ],
)
def test_no_part_of_a_paste_is_sent(
    start: Start, server: DemoServer, tmp_path: Path, parts: list[str], gap_s: float, lines: int
) -> None:
    text = "".join(parts).replace("\x1b[200~", "").replace("\x1b[201~", "").replace("\r", "\n")
    for attempt in range(ATTEMPTS):
        before = len(sent(server))
        own = {"GENIE_TUI_DATA_DIR": str(tmp_path / f"data{attempt}")}  # without an old outbox
        with start(**settings_of(server), **own) as terminal:
            terminal.until("online")
            late = max(typed_with_gaps(terminal, parts, gap_s)) > 0.012
            if lines and not late:
                terminal.until(f"Pasted {lines} lines")
            terminal.pump(0.5)
            early = sent(server)[before:]
            terminal.type("\r")
            terminal.until(lambda _, before=before: len(sent(server)) > before)
            if late:
                continue
            assert early == []
            assert sent(server)[before:] == [text]
            return
    pytest.fail("This machine is too busy to write a few bytes in time.")
