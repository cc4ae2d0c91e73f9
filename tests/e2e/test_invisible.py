"""Zero-width characters: kept in stored and printed text, harmless on the screen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from tests.e2e.conftest import Start
from tests.e2e.outside import settings_of
from tui.demo.scripts.steps import Say, Scenario
from tui.demo.server import DemoServer, DemoSettings

pytestmark = pytest.mark.slow

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
CELLS = {
    "soft hyphen": "con\u00adtract",
    "zero-width space": "a\u200bb",
    "joiner": "a\u200db",
    "non-joiner": "نیم\u200cروز",
    "marks": "\u200ex\u200f",
    "family": "👨\u200d👩\u200d👧",
    "heart": "❤\ufe0f",
    "skin": "👍🏽",
    "England": ENGLAND,
    "order mark": "\ufeffx\u2060y",
}
REPLY = "| text | name |\n|---|---|\n" + "".join(f"| {v} | {k} |\n" for k, v in CELLS.items())


@pytest.fixture
def server() -> Iterator[DemoServer]:
    settings = DemoSettings(speed=0, seed=5, seeded_conversations=0, title_s=0)
    said = Scenario(lambda _: iter([Say(REPLY)]), title="Invisible \u00ad\u200bcharacters")
    with DemoServer(settings) as server, patch("tui.demo.headless.routes.choose", lambda *_: said):
        yield server


def test_table_columns_stay_aligned_with_zero_width_characters(
    start: Start, server: DemoServer
) -> None:
    with start(**settings_of(server), columns=100, rows=40) as terminal:
        terminal.until("online")
        terminal.type("go\r")
        terminal.until("order mark")
        terminal.pump(0.5)
        rows = terminal.cells()
    found = [(name, x) for row in rows for name in CELLS for x in places_of(name, row)]
    assert {name for name, _ in found} == set(CELLS)
    assert len({x for _, x in found}) == 1


def places_of(name: str, row: list[str]) -> list[int]:
    """Return the columns at which a row has the name, as the end of its text."""
    here = range(len(row) - len(name))
    return [x for x in here if row[x - 1] == " " and "".join(row[x:]).rstrip() == name]


def test_ask_prints_and_the_store_keeps_zero_width_characters(
    environ: dict[str, str], server: DemoServer
) -> None:
    settings = environ | settings_of(server)

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "tui", *arguments]
        done = subprocess.run(command, env=settings, capture_output=True, check=True, timeout=120)
        return done.stdout.decode()

    assert run("ask", "go").strip() == REPLY.strip()
    (conversation,) = json.loads(run("conversations", "--json"))
    exported = run("export", conversation["id"], "-o", "-")
    assert all(text in exported for text in CELLS.values())
