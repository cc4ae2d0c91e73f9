"""User interactions before a screenshot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screenshots.watch import rested, seen, seen_that

if TYPE_CHECKING:
    from textual.pilot import Pilot

TALK = ("Is anything broken right now?", "network team")


async def ask(pilot: Pilot[None], text: str, answer: str = "") -> None:
    """Say something and wait for words of its answer, else until nothing is worked on."""
    await welcome(pilot)
    await write(pilot, text)
    await pilot.press("enter")
    if answer:
        await seen(pilot, answer)
    else:
        await answered(pilot)
    await rested(pilot)


async def answered(pilot: Pilot[None]) -> None:
    """Wait until the newest turn is over."""
    from tui.ui.transcript.transcript import Transcript

    def is_over(_: str) -> bool:
        shown = pilot.app.screen.query(Transcript)
        return any(turn.over for turn in (each.newest for each in shown) if turn)

    await seen_that(pilot, is_over)


async def write(pilot: Pilot[None], text: str) -> None:
    """Put a text into the composer at once."""
    from tui.ui.composer.composer import Composer

    composer = pilot.app.screen.query_one(Composer)
    composer.cursor_blink = False
    composer.insert(text)
    await pilot.pause()


async def welcome(pilot: Pilot[None]) -> None:
    from tui.ui.composer.composer import Composer

    await seen(pilot, "online")
    pilot.app.screen.query_one(Composer).cursor_blink = False


async def conversation(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)


async def markdown(pilot: Pilot[None]) -> None:
    await ask(pilot, "Write a runbook for a full disk")


async def failure(pilot: Pilot[None]) -> None:
    await ask(pilot, "Export the October invoices")


async def approval(pilot: Pilot[None]) -> None:
    await ask(pilot, "Order a laptop", "Approve")


async def armed(pilot: Pilot[None]) -> None:
    """An approval that listens."""
    await approval(pilot)
    await heard(pilot, "tab")


async def questions(pilot: Pilot[None]) -> None:
    """The open questions of two conversations."""
    await ask(pilot, "I forgot my password", "Approve")
    await heard(pilot, "escape")
    await pilot.press("ctrl+n")
    await approval(pilot)
    await heard(pilot, "escape")
    await pilot.press("ctrl+g")
    await rested(pilot)


async def reason(pilot: Pilot[None]) -> None:
    await approval(pilot)
    await heard(pilot, "tab")
    await heard(pilot, "r")
    await still_cursor(pilot)


async def connection(pilot: Pilot[None]) -> None:
    await ask(pilot, "Show open Acme opportunities in Salesforce", "Opens")


async def qr(pilot: Pilot[None]) -> None:
    await connection(pilot)
    await heard(pilot, "tab")
    await heard(pilot, "q")


async def search(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)
    await pilot.press("ctrl+f")
    await still_cursor(pilot)
    await pilot.press(*"network")
    await seen(pilot, "in 1 conversation")


async def jump(pilot: Pilot[None]) -> None:
    """The messages of the conversation that one can jump to."""
    await ask(pilot, *TALK)
    await ask(pilot, "Say hello")
    await pilot.press("alt+j")
    await seen(pilot, "2 of 2")
    await still_cursor(pilot)


async def nothing_found(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)
    await pilot.press("ctrl+f")
    await still_cursor(pilot)
    await pilot.press(*"zeppelin")
    await rested(pilot)


async def export(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)
    await pilot.press("f7")
    await seen(pilot, "Secrets are masked")
    await still_cursor(pilot)


async def commands(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("slash")
    await seen(pilot, "/attach")


async def prompts(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await write(pilot, "/tickets ")
    await seen(pilot, "/tickets CUSTOMER")


async def vim(pilot: Pilot[None]) -> None:
    await conversation(pilot)
    await pilot.press(*"Order a new laptop for me")
    await pilot.press("escape", "0", "w", "v", *"2e")
    await seen(pilot, "VISUAL")
    await rested(pilot)


async def vim_help(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("f1")
    await seen(pilot, "First steps")
    await pilot.press(*"vim")
    await seen(pilot, "Vim keys in the composer")
    await still_cursor(pilot)


async def palette(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("ctrl+p")
    await seen(pilot, "Start a conversation")
    await still_cursor(pilot)


async def welcome_cards(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("down", "right")
    await seen(pilot, "Back")


async def themes(pilot: Pilot[None]) -> None:
    await conversation(pilot)
    pilot.app.action_change_theme()
    await seen(pilot, "preview")


async def glyphs(pilot: Pilot[None]) -> None:
    await help_(pilot)
    await pilot.press(*"glyphs")
    await seen(pilot, "waits for your approval")
    await still_cursor(pilot)


async def help_(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("f1")
    await seen(pilot, "Type to filter")
    await still_cursor(pilot)


async def writing(pilot: Pilot[None]) -> None:
    """A message with a pasted text and two files."""
    from textual.events import Paste

    await welcome(pilot)
    files = put_here(("budget.csv", 3_200), ("plan.txt", 3_200))
    for text in (" ".join(files), _log()):
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
    await seen(pilot, "Use as text")


async def attach(pilot: Pilot[None]) -> None:
    """The file picker, in a folder with something in it."""
    await welcome(pilot)
    put_here(("budget.csv", 900), ("lamps.png", 130_000), ("plan.txt", 12))
    for name in ("archive", "reports"):
        os.mkdir(name)
    await pilot.press("ctrl+o")
    await seen(pilot, "lamps.png")
    await pilot.press(*"plan", "tab")
    await seen(pilot, "1 selected")
    await pilot.press("ctrl+u")
    await seen(pilot, "lamps.png")
    await still_cursor(pilot)


async def find_file(pilot: Pilot[None]) -> None:
    """The file picker, with files found in the whole tree by a few letters."""
    await welcome(pilot)
    for folder in ("desk/network", "desk/archive/2025", "travel"):
        os.makedirs(folder)
    put_here(
        ("desk/network/gateway-plan.md", 4_200),
        ("desk/network/gateways.csv", 900),
        ("desk/archive/2025/gateway-report.pdf", 83_000),
        ("travel/getaway.txt", 60),
    )
    await pilot.press("ctrl+o")
    await seen(pilot, "travel")
    await pilot.press(*"gatew")
    await seen(pilot, "gateway-report.pdf")
    await seen(pilot, "4 files")
    await still_cursor(pilot)


def put_here(*files: tuple[str, int]) -> list[str]:
    """Files of these names and sizes in the folder where the app is; their paths."""
    paths = [Path(name).absolute() for name, _ in files]
    for path, (_, size_bytes) in zip(paths, files, strict=True):
        path.write_bytes(b"x" * size_bytes)
    return [str(path) for path in paths]


async def picture(pilot: Pilot[None]) -> None:
    """A look at a picture that goes with the next message."""
    from textual.events import Paste

    from tui.ui.composer.attachment_chips import AttachmentChips

    await welcome(pilot)
    pilot.app.post_message(Paste(_flag()))
    await seen(pilot, "flag.bmp")
    pilot.app.screen.query_one(AttachmentChips).focus()
    await pilot.press("f3")
    await seen(pilot, "320 x 200")


def _flag() -> str:
    """The path of a picture."""
    from PIL import Image

    flag = Image.new("RGB", (320, 200), (36, 92, 140))
    flag.paste((233, 187, 76), (80, 0, 160, 200))
    flag.paste((178, 60, 58), (160, 100, 320, 200))
    flag.save("flag.bmp")
    return os.path.abspath("flag.bmp")


async def rename(pilot: Pilot[None]) -> None:
    await in_sidebar(pilot)
    await pilot.press("f2")
    await still_cursor(pilot)


async def menu(pilot: Pilot[None]) -> None:
    """Context menu of a conversation."""
    from tui.ui.sidebar.sidebar import Sidebar

    await in_sidebar(pilot)
    await pilot.click(Sidebar, offset=(8, 6), button=3)
    await seen(pilot, "Delete")


async def delete(pilot: Pilot[None]) -> None:
    await in_sidebar(pilot)
    await pilot.press("delete")
    await seen(pilot, "Delete")


async def in_sidebar(pilot: Pilot[None]) -> None:
    from tui.ui.sidebar.sidebar import Sidebar

    await ask(pilot, *TALK)
    pilot.app.screen.query_one(Sidebar).list.focus()
    await pilot.press("home", "down")


async def filtered(pilot: Pilot[None]) -> None:
    """The conversations whose titles have some letters."""
    await in_sidebar(pilot)
    await pilot.press("slash", *"vpn")
    await rested(pilot)


async def tags(pilot: Pilot[None]) -> None:
    """The tags of a conversation, while they are typed."""
    await in_sidebar(pilot)
    await pilot.press("alt+t")
    await seen(pilot, "Saved on this machine only")
    await still_cursor(pilot)
    await pilot.press(*"#network")


async def archived(pilot: Pilot[None]) -> None:
    """The archived conversations in place of the others, one with a tag."""
    await tags(pilot)
    await pilot.press("enter")
    await seen(pilot, "#network")
    await pilot.press("alt+r")
    await seen(pilot, "Archived on this machine")
    await pilot.press("alt+b")
    await seen(pilot, "Alt+B back")
    await seen_that(pilot, lambda text: "Archived on this machine" not in text)
    await rested(pilot)


async def nothing_listed(pilot: Pilot[None]) -> None:
    await in_sidebar(pilot)
    await pilot.press("slash", *"zeppelin")
    await rested(pilot)


async def panes(pilot: Pilot[None]) -> None:
    """Panes asked for where there is no room for them."""
    await ask(pilot, *TALK)
    await pilot.press("ctrl+b")
    await rested(pilot)


async def timeline(pilot: Pilot[None]) -> None:
    """The timeline with a filter; over the conversation where there is no room beside it."""
    from tui.ui.timeline.timeline import Timeline

    await ask(pilot, *TALK)
    timeline = pilot.app.screen.query_one(Timeline)
    if not timeline.is_on_screen:
        await pilot.press("ctrl+t")
    timeline.focus()
    await pilot.press("slash", *"search")
    await rested(pilot)


async def notices(pilot: Pilot[None]) -> None:
    """Notifications in the corner."""
    await ask(pilot, *TALK)
    await pilot.press("ctrl+y")
    pilot.app.notify("budget.csv is larger than 20 MB.", severity="warning")
    pilot.app.notify(
        "No room is left on the disk.", title="Not exported", severity="error", markup=False
    )
    await rested(pilot)


async def edit(pilot: Pilot[None]) -> None:
    """A message that waits is changed."""
    await approval(pilot)
    await heard(pilot, "escape")
    await write(pilot, "And a mouse that fits the left hand, if there is one.")
    await pilot.press("enter")
    await seen(pilot, "Edit")
    await pilot.press("alt+up")
    await still_cursor(pilot)


async def message(pilot: Pilot[None]) -> None:
    """A message with the cursor on it, and what can be done with it."""
    await ask(pilot, *TALK)
    await pilot.press("ctrl+up")


async def source(pilot: Pilot[None]) -> None:
    """A message as text."""
    await ask(pilot, "Write a runbook for a full disk")
    await pilot.press("ctrl+up", "down", "down", "v")
    await rested(pilot)
    await still_cursor(pilot)


async def event(pilot: Pilot[None]) -> None:
    """All there is to an event of the timeline."""
    from tui.ui.timeline.timeline import Timeline

    await ask(pilot, *TALK)
    timeline = pilot.app.screen.query_one(Timeline)
    if not timeline.is_on_screen:
        await pilot.press("ctrl+t")
    timeline.focus()
    await pilot.press("home", "down", "down", "enter")
    await rested(pilot)


async def requests(pilot: Pilot[None]) -> None:
    await ask(pilot, *TALK)
    await pilot.press("f12")
    await rested(pilot)


async def still_cursor(pilot: Pilot[None]) -> None:
    """Cursors that blink would be on some pictures only."""
    from textual.widgets import Input, TextArea

    await pilot.pause()
    for field in pilot.app.screen.query("Input, TextArea").results(Input | TextArea):
        field.cursor_blink = False
    await pilot.pause()


async def heard(pilot: Pilot[None], key: str) -> None:
    """Press a key as soon as the modal in front listens to it."""
    from tui.ui.toolkit.guarded_modal import GuardedModal

    modal = pilot.app.screen
    while isinstance(modal, GuardedModal) and modal.is_deaf:
        await pilot.pause(0.05)
    await pilot.press(key)
