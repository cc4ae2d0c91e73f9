"""The pictures in ``screenshots/``: scenarios of the demo, played in the real app.

    python -m tests.screenshots            draws them all again
    python -m tests.screenshots --check    exits with 1 where one no longer shows what the app draws

Clocks and ids are the demo server's frozen ones, so that a picture changes only with the app.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.ui.app import GenieApp

FOLDER = Path(__file__).resolve().parents[1] / "screenshots"
NOON = datetime(2026, 9, 2, 12, 0, tzinfo=UTC)
PORT = 18_763
"""Fixed, since the connection's link shows it."""
SURROUNDINGS = {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor"}
"""What changes the looks; read when Textual is imported, so each run has a process of its own."""

Play = Callable[["Pilot[None]"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: what is played, on what screen."""

    play: Play
    size: tuple[int, int] = (120, 36)
    theme: str = "genie-dark"


class StillClock:
    """The time of the demo server, which stands still between its steps."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now_ms(self) -> int:
        return round(self._now().timestamp() * 1000)

    def monotonic_s(self) -> float:
        return self._now().timestamp()

    def jitter(self) -> float:
        return 0.5

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def app_of(pilot: Pilot[None]) -> GenieApp:
    from tui.ui.app import GenieApp

    assert isinstance(pilot.app, GenieApp)
    return pilot.app


async def until(pilot: Pilot[None], true: Callable[[str], bool], within_s: float = 20.0) -> None:
    """Wait until the screen's text is as wanted, and then until it rests."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not true(text_of(pilot)):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(text_of(pilot))
        await pilot.pause(0.05)
    before = None
    while before != (before := text_of(pilot)):
        await pilot.pause(0.4)


def text_of(pilot: Pilot[None]) -> str:
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def ask(pilot: Pilot[None], text: str, answer: str) -> None:
    """Say something and wait until the end of its answer is on the screen."""
    await until(pilot, lambda seen: "live" in seen)
    for key in text:
        await pilot.press("space" if key == " " else key)
    await pilot.press("enter")
    await until(pilot, lambda seen: answer in seen)


async def welcome(pilot: Pilot[None]) -> None:
    await until(pilot, lambda seen: "live" in seen)


async def conversation(pilot: Pilot[None]) -> None:
    await ask(pilot, "Is anything broken right now?", "network team")


async def markdown(pilot: Pilot[None]) -> None:
    await ask(pilot, "Write a runbook for a full disk", "Finished")


async def approval(pilot: Pilot[None]) -> None:
    await ask(pilot, "Order a laptop", "Approve")


async def connection(pilot: Pilot[None]) -> None:
    await ask(pilot, "What is open for Acme in Salesforce?", "Leads to")


async def failure(pilot: Pilot[None]) -> None:
    await ask(pilot, "Export the invoices of October", "Finished")


async def search(pilot: Pilot[None]) -> None:
    await ask(pilot, "Is anything broken right now?", "network team")
    await pilot.press("ctrl+f", *"network")
    await until(pilot, lambda seen: "in 1 conversation" in seen)


async def export(pilot: Pilot[None]) -> None:
    await ask(pilot, "Is anything broken right now?", "network team")
    os.chdir(Path.home())
    await pilot.press("f7")
    await until(pilot, lambda seen: "Secrets are masked" in seen)


async def commands(pilot: Pilot[None]) -> None:
    await until(pilot, lambda seen: "live" in seen)
    await pilot.press("slash")
    await until(pilot, lambda seen: "/attach" in seen)


async def writing(pilot: Pilot[None]) -> None:
    """A message with a pasted text and two files."""
    from textual.events import Paste

    await until(pilot, lambda seen: "live" in seen)
    log = "\n".join(f"line {number}" for number in range(36))
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("budget.csv", "plan.txt")]
        for file in files:
            file.write_text("figures\n" * 400)
        for pasted in (" ".join(map(str, files)), log):
            pilot.app.post_message(Paste(pasted))
        await until(pilot, lambda seen: "plan.txt" in seen and "36 lines" in seen)
    await pilot.press(*" what do you make of it?")


SHOTS = {
    "welcome": Shot(welcome),
    "welcome-light": Shot(welcome, theme="genie-light"),
    "conversation": Shot(conversation),
    "conversation-light": Shot(conversation, theme="genie-light"),
    "conversation-80x24": Shot(conversation, size=(80, 24)),
    "markdown": Shot(markdown, size=(120, 48)),
    "approval": Shot(approval),
    "approval-light": Shot(approval, theme="genie-light"),
    "connection": Shot(connection),
    "connection-light": Shot(connection, theme="genie-light"),
    "search": Shot(search),
    "search-60x20": Shot(search, size=(60, 20), theme="genie-light"),
    "export": Shot(export),
    "commands": Shot(commands),
    "commands-60x20": Shot(commands, size=(60, 20), theme="genie-light"),
    "writing": Shot(writing),
    "writing-80x24": Shot(writing, size=(80, 24), theme="genie-light"),
    "failure": Shot(failure, size=(200, 60)),
}


async def draw(shot: Shot) -> str:
    """The picture, as SVG."""
    from textual.widgets import TextArea

    from tui.core.preferences import Preferences
    from tui.demo.server import DemoServer, DemoSettings
    from tui.ui.app import GenieApp
    from tui.wiring import place_of_demo

    settings = DemoSettings(port=PORT, speed=0, seed=7, start=NOON, title_s=0)
    with DemoServer(settings) as server:
        clock = StillClock(server.clock.now)
        place = place_of_demo(server, clock)
        app = GenieApp(
            place.connect,
            agent_name=place.agent_name,
            user_name=place.user_name,
            place=place.label,
            suggestions=place.suggestions,
            preferences=Preferences(theme=shot.theme),
            clock=clock,
        )
        async with app.run_test(size=shot.size) as pilot:
            app.screen.query_one(TextArea).cursor_blink = False
            await shot.play(pilot)
            return app.export_screenshot(title="genie-tui")


def one(name: str, *, check: bool) -> bool:
    """Draw one picture, or compare it with the one that is kept; whether it is as it should be."""
    drawn, path = asyncio.run(draw(SHOTS[name])), FOLDER / f"{name}.svg"
    if check:
        same = path.is_file() and path.read_text("utf-8") == drawn
        print(f"{name}: {'the same' if same else 'no longer what the app draws'}")
        return same
    path.write_text(drawn, "utf-8")
    print(f"{name}: drawn")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *SHOTS], metavar="NAME")
    parser.add_argument("--check", action="store_true", help="compare and change nothing")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    names = asked.names or list(SHOTS)
    if asked.here:
        return 0 if one(names[0], check=asked.check) else 1
    own = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | SURROUNDINGS
    command = [sys.executable, "-m", "tests.screenshots", "--here"]
    command += ["--check"] if asked.check else []
    codes = [subprocess.run([*command, name], env=own, check=False).returncode for name in names]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
