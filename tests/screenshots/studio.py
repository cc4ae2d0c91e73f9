"""Genies and what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.screenshots.interactions import failure, still_cursor, welcome
from tests.screenshots.watch import rested, seen

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def genies(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("f6")
    await seen(pilot, "Lampless")
    await rested(pilot)


async def studio(pilot: Pilot[None]) -> None:
    await welcome(pilot)
    await pilot.press("f5")
    await seen(pilot, "Travel policy")
    await rested(pilot)


async def guardrail(pilot: Pilot[None]) -> None:
    await studio(pilot)
    await pilot.press("end", "up", "up", "up", "enter")
    await seen(pilot, "PII detection of Ifrit")
    await pilot.press("left")
    await seen(pilot, "at least one entity type")
    await rested(pilot)


async def jobs(pilot: Pilot[None]) -> None:
    await failure(pilot)
    from tui.ui.transcript.transcript import Transcript

    transcript = pilot.app.screen.query_one(Transcript)
    transcript.focus()
    steps = ((item, step) for item in transcript.items for step in getattr(item, "steps", ()))
    failed = next(item for item, step in steps if step.error)
    await transcript.place_cursor(failed.key)
    await pilot.press("r")
    await seen(pilot, "recipe 94794")
    await rested(pilot)


async def asleep(pilot: Pilot[None]) -> None:
    """A genie that is stopped is asked about."""
    await genies(pilot)
    await pilot.press(*"asleep", "enter")
    await seen(pilot, "Start and talk")
    await rested(pilot)


async def client_menu(pilot: Pilot[None]) -> None:
    await on_row(pilot, "client:")
    await pilot.press("enter")
    await seen(pilot, "Create a new API key")


async def new_client(pilot: Pilot[None]) -> None:
    await studio(pilot)
    await pilot.press("n", *"Night shift", "tab", "right")
    await still_cursor(pilot)


async def secret(pilot: Pilot[None]) -> None:
    """A key that is given out once."""
    await studio(pilot)
    await pilot.press("n", *"Night shift", "ctrl+s")
    await seen(pilot, "API key of")
    await rested(pilot)


async def group(pilot: Pilot[None]) -> None:
    """A group is let in."""
    await on_row(pilot, "new:group")
    await pilot.press("enter")
    await seen(pilot, "ID of the user group")
    await still_cursor(pilot)


async def topics(pilot: Pilot[None]) -> None:
    """A policy that is a list."""
    await on_row(pilot, "policy:topic_boundary")
    await pilot.press("enter")
    await seen(pilot, "Topic boundary of Ifrit")
    await rested(pilot)


async def topic(pilot: Pilot[None]) -> None:
    await topics(pilot)
    await pilot.press("enter")
    await still_cursor(pilot)


async def replaced(pilot: Pilot[None]) -> None:
    """Diff before a replacement is sent."""
    await on_row(pilot, "policy:profanity_filter")
    await pilot.press("enter")
    await seen(pilot, "Profanity filter of Ifrit")
    await pilot.press("left", "ctrl+s")
    await seen(pilot, "+ enabled: true")
    await rested(pilot)


async def left(pilot: Pilot[None]) -> None:
    """Changes would be thrown away."""
    await guardrail(pilot)
    await pilot.press("escape")
    await rested(pilot)


async def on_row(pilot: Pilot[None], id_: str) -> None:
    """The details with the cursor on the first row about something."""
    from textual.widgets import OptionList

    from tui.ui.studio.screen import StudioScreen

    await studio(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, StudioScreen)
    places = [place for place, one in enumerate(screen.lines) if one.id.startswith(id_)]
    screen.query_one("#genie-details", OptionList).highlighted = places[0]
    await pilot.pause()
