"""What a person does before a picture is taken of it."""

from __future__ import annotations

import tempfile
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screenshots.watch import rested, seen

if TYPE_CHECKING:
    from textual.pilot import Pilot

TALK = ("Is anything broken right now?", "network team")


async def ask(pilot: Pilot[None], text: str, answer: str) -> None:
    """Say something and wait until the end of its answer is on the screen."""
    await welcome(pilot)
    await write(pilot, text)
    await pilot.press("enter")
    await seen(pilot, answer)
    await rested(pilot)


async def write(pilot: Pilot[None], text: str) -> None:
    """Put a text into the composer at once."""
    from tui.ui.widgets.composer import Composer

    composer = pilot.app.screen.query_one(Composer)
    composer.cursor_blink = False
    composer.insert(text)
    await pilot.pause()


async def welcome(pilot: Pilot[None]) -> None:
    from tui.ui.widgets.composer import Composer

    await seen(pilot, "live")
    pilot.app.screen.query_one(Composer).cursor_blink = False


async def conversation(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)


async def markdown(pilot: Pilot[None]) -> None:
    await ask(pilot, "Write a runbook for a full disk", "Finished")


async def failure(pilot: Pilot[None]) -> None:
    await ask(pilot, "Export the invoices of October", "Finished")


async def approval(pilot: Pilot[None]) -> None:
    await ask(pilot, "Order a laptop", "Approve")


async def reason(pilot: Pilot[None]) -> None:
    from tui.ui.modals.guarded import DEAF_S

    await approval(pilot)
    await pilot.pause(DEAF_S)
    await pilot.press("r")
    await still_cursor(pilot)


async def connection(pilot: Pilot[None]) -> None:
    await ask(pilot, "What is open for Acme in Salesforce?", "Leads to")


async def search(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)
    await pilot.press("ctrl+f")
    await still_cursor(pilot)
    await pilot.press(*"network")
    await seen(pilot, "in 1 conversation")


async def export(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)
    with chdir(Path.home()):
        await pilot.press("f7")
        await seen(pilot, "Secrets are masked")
    await still_cursor(pilot)


async def commands(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("slash")
    await seen(pilot, "/attach")


async def palette(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("ctrl+p")
    await seen(pilot, "Attach files")
    await still_cursor(pilot)


async def help_(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("f1")
    await seen(pilot, "Type to find a key")
    await still_cursor(pilot)


async def writing(pilot: Pilot[None]) -> None:
    """A message with a pasted text and two files."""
    from textual.events import Paste

    await welcome(pilot)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("budget.csv", "plan.txt")]
        for file in files:
            file.write_text("figures\n" * 400)
        for text in (" ".join(map(str, files)), _log()):
            pilot.app.post_message(Paste(text))
        await seen(pilot, "plan.txt")
        await seen(pilot, "36 lines")
    await write(pilot, " what do you make of it?")


def _log() -> str:
    return "\n".join(f"line {number}" for number in range(36))


async def pasted(pilot: Pilot[None]) -> None:
    """A look at a pasted text that was folded."""
    from textual.events import Paste

    await welcome(pilot)
    pilot.app.post_message(Paste(_log()))
    await seen(pilot, "36 lines")
    await pilot.press("f3")
    await seen(pilot, "Unfold")


async def attach(pilot: Pilot[None]) -> None:
    """The file picker, in a folder with something in it."""
    await welcome(pilot)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        _fill(Path(folder))
        await pilot.press("ctrl+o")
        await seen(pilot, "lamps.png")
        await pilot.press(*"plan", "tab")
        await seen(pilot, "1 marked")
        await pilot.press("ctrl+u")
        await seen(pilot, "lamps.png")
    await still_cursor(pilot)


def _fill(folder: Path) -> None:
    for name, count in (("budget.csv", 900), ("lamps.png", 130_000), ("plan.txt", 12)):
        (folder / name).write_bytes(b"x" * count)
    for name in ("archive", "reports"):
        (folder / name).mkdir()


async def rename(pilot: Pilot[None]) -> None:
    await in_sidebar(pilot)
    await pilot.press("f2")
    await still_cursor(pilot)


async def menu(pilot: Pilot[None]) -> None:
    """What the right button offers for a conversation."""
    from tui.ui.widgets.sidebar import Sidebar

    await in_sidebar(pilot)
    await pilot.click(Sidebar, offset=(8, 6), button=3)
    await seen(pilot, "Delete")


async def delete(pilot: Pilot[None]) -> None:
    await in_sidebar(pilot)
    await pilot.press("delete")
    await seen(pilot, "Delete")


async def in_sidebar(pilot: Pilot[None]) -> None:
    from tui.ui.widgets.sidebar import Sidebar

    await ask(pilot, *TALK)
    pilot.app.screen.query_one(Sidebar).list.focus()
    await pilot.press("home", "down")


async def message(pilot: Pilot[None]) -> None:
    """A message with the cursor on it, and what can be done with it."""
    await ask(pilot, *TALK)
    await pilot.press("ctrl+up")


async def source(pilot: Pilot[None]) -> None:
    """A message as text."""
    await ask(pilot, "Write a runbook for a full disk", "Finished")
    await pilot.press("ctrl+up", "down", "down", "v")
    await rested(pilot)
    await still_cursor(pilot)


async def event(pilot: Pilot[None]) -> None:
    """All there is to an event of the timeline."""
    from tui.ui.widgets.timeline import Timeline

    await ask(pilot, *TALK)
    pilot.app.screen.query_one(Timeline).focus()
    await pilot.press("home", "down", "down", "enter")
    await rested(pilot)


async def requests(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)
    await pilot.press("f12")
    await rested(pilot)


async def login(pilot: Pilot[None]) -> None:
    await seen(pilot, "ssh -L")
    await still_cursor(pilot)


async def setup(pilot: Pilot[None]) -> None:
    await seen(pilot, "demo")
    await still_cursor(pilot)


async def still_cursor(pilot: Pilot[None]) -> None:
    """Cursors that blink would be on some pictures only."""
    from textual.widgets import Input, TextArea

    await pilot.pause()
    for field in pilot.app.screen.query("Input, TextArea").results(Input | TextArea):
        field.cursor_blink = False
    await pilot.pause()


async def genies(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("f6")
    await seen(pilot, "3 genies")
    await rested(pilot)


async def studio(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("f5")
    await seen(pilot, "Travel rules")
    await rested(pilot)


async def guardrail(pilot: Pilot[None]) -> None:
    await studio(pilot)
    await pilot.press("end", "up", "up", "up", "enter")
    await seen(pilot, "PII detection of Ifrit")
    await pilot.press("left")
    await seen(pilot, "there must be an entity type")
    await rested(pilot)


async def jobs(pilot: Pilot[None]) -> None:
    await failure(pilot)
    from tui.ui.widgets.transcript import Transcript

    transcript = pilot.app.screen.query_one(Transcript)
    transcript.focus()
    failed = next(e for e in transcript.items if getattr(e, "step", None) and e.step.error)
    await transcript.place_cursor(failed.key)
    await pilot.press("r")
    await seen(pilot, "recipe 94794")
    await rested(pilot)
