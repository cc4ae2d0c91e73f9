"""Screens that only the Workflows API has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.screenshots.interactions import ask, put_here, still_cursor, welcome, write
from tests.screenshots.watch import rested, seen

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def begin(pilot: Pilot[None]) -> None:
    """The form of a new conversation."""
    await welcome(pilot)
    await pilot.press("ctrl+n")
    await seen(pilot, "Agent")
    await still_cursor(pilot)


async def begin_more(pilot: Pilot[None]) -> None:
    """All of the form, with something wrong in it."""
    from textual.widgets import Input

    from tui.ui.chat.option_field import OptionField
    from tui.ui.chat.options_modal import MoreOptions

    await begin(pilot)
    pilot.app.screen.query_one(MoreOptions).focus()
    await pilot.press("space")
    numbers = [f for f in pilot.app.screen.query(OptionField) if f.option.kind == "number"]
    numbers[0].query_one(Input).value = "many"
    await pilot.press("enter")
    await still_cursor(pilot)


async def talk(pilot: Pilot[None]) -> None:
    """A conversation that counts what it uses."""
    await ask(pilot, "Is anything broken right now?", "network team")


async def json_reply(pilot: Pilot[None]) -> None:
    """A reply that is JSON, in one line."""
    await begin(pilot)
    await pilot.press("enter")
    await rested(pilot)
    await ask(pilot, "answer: json", "JSON")


async def skills(pilot: Pilot[None]) -> None:
    await talk(pilot)
    await pilot.press("alt+k")
    await seen(pilot, "installed")
    await still_cursor(pilot)


async def bring_in(pilot: Pilot[None]) -> None:
    """A file with conversations is chosen."""
    await welcome(pilot)
    put_here(("helpdesk.json", 4_200), ("october.json", 12_900))
    await pilot.press("alt+i")
    await seen(pilot, "october.json")
    await still_cursor(pilot)


async def off(pilot: Pilot[None]) -> None:
    """A conversation that was switched off."""
    from tests.ui.chat_page import PilotedChat
    from tui.core.errors import BackendError, ErrorKind
    from tui.ui.chat.banner_text import of_error

    await talk(pilot)
    await write(pilot, "And now?")
    page = PilotedChat(pilot)
    page.report_deactivated()
    error = BackendError(ErrorKind.ASLEEP, "This conversation is switched off.")
    page.show_notice(of_error(error, refused=True))
    page.show_state()


async def halted(pilot: Pilot[None]) -> None:
    """The agent was stopped while it wrote."""
    from tests.fakes import finished, piece, said, started
    from tests.screenshots.failures import show_turn

    await talk(pilot)
    words = "The first three floors are fine. On the fourth"
    await show_turn(
        pilot,
        "And in the other building?",
        [started(), piece(0, words), said(words, "message-1"), finished("halted")],
    )
