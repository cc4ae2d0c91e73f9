"""Kill the program at any instant and restart it: nothing is lost, nothing duplicated.

``GENIE_TUI_TEST_KILLS`` sets the number of instants; each run picks new ones. A failure prints the
seed of its instant: ``GENIE_TUI_TEST_SEED`` repeats it.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import Kept, decisions, sent, settings_of
from tests.e2e.terminal import Terminal
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

HELLO = "hello there"
BROKEN = "is anything broken"
ORDER = "order a laptop"
KILLS = int(os.environ.get("GENIE_TUI_TEST_KILLS", "3"))
SEED = os.environ.get("GENIE_TUI_TEST_SEED")
OPEN_MODAL = "asks for your approval"
LONGEST_LIFE_S = {HELLO: 0.6, BROKEN: 1.2, ORDER: 2.5}
PATIENCE_S = 60


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[DemoServer]:
    settings = DemoSettings(
        speed=5, seed=5, seeded_conversations=0, title_s=0, observed=request.param
    )
    with DemoServer(settings) as server:
        yield server
        assert server.errors == []


def attend(terminal: Terminal, kept: Kept, seconds: float) -> None:
    """Sit before the screen for so long, or until all is done, and approve what is asked."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if OPEN_MODAL in terminal.text:
            terminal.pump(min(left, 0.5))  # an opened modal ignores keys at first
            terminal.type("\ta")  # Tab: one that opened by itself takes no letter
        elif kept.asks:
            terminal.type("\x07")
        terminal.pump(min(left, 0.15))
        if kept.messages() and kept.finished:
            return


@pytest.mark.parametrize(
    ("server", "number"),
    [pytest.param(number % 2 == 1, number, id=str(number)) for number in range(KILLS)],
    indirect=["server"],
)
def test_a_turn_survives_kill_9_at_any_instant(
    start: Start, server: DemoServer, environ: dict[str, str], number: int
) -> None:
    seed = int(SEED) if SEED else random.SystemRandom().randrange(10**9)
    chance = random.Random(seed)
    text = (HELLO, BROKEN, ORDER)[number % 3]
    try:
        _kill_and_start_again(
            start, server, Kept(Path(environ["GENIE_TUI_DATA_DIR"])), text, chance
        )
    except BaseException as error:
        error.add_note(f"GENIE_TUI_TEST_SEED={seed}")
        raise


@pytest.mark.parametrize("server", [False], indirect=True)
@pytest.mark.parametrize("enter", ["", "\r"], ids=["typed", "submitted"])
def test_a_draft_typed_at_the_first_frame_survives_kill_9(
    start: Start, server: DemoServer, environ: dict[str, str], enter: str
) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("(?i)message")
        terminal.type(HELLO + enter)
        terminal.until(HELLO)
        terminal.kill(signal.SIGKILL)
        terminal.wait_exit()
    kept = Kept(Path(environ["GENIE_TUI_DATA_DIR"]))
    taken = kept.messages()
    with start(**settings_of(server)) as terminal:
        terminal.until("● online")
        terminal.until(HELLO)
        attend(terminal, kept, PATIENCE_S if taken else 0.5)
        assert len(taken) == len(kept.messages()) == len(sent(server))


def _kill_and_start_again(
    start: Start, server: DemoServer, kept: Kept, text: str, chance: random.Random
) -> None:
    with start(**settings_of(server)) as terminal:
        terminal.until("(?i)message")
        terminal.type(text)
        terminal.until(text)
        terminal.type("\r")
        attend(terminal, kept, chance.uniform(0, LONGEST_LIFE_S[text]))
        terminal.kill(signal.SIGKILL)
        terminal.wait_exit()
    taken = kept.messages()
    with start(**settings_of(server)) as terminal:
        terminal.until("● online")
        attend(terminal, kept, PATIENCE_S if taken else 1)
        assert not taken or kept.finished, terminal.text
        assert sent(server) == ([text] if taken else [])
        assert kept.messages() == ([(text, "sent", True)] if taken else [])
        assert kept.turn_count() == len(taken)
        assert decisions(server) == (1 if taken and text == ORDER else 0)
