"""Screens before sign-in: the login, and the first start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.screenshots.interactions import heard, still_cursor
from tests.screenshots.watch import rested, seen

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def login(pilot: Pilot[None]) -> None:
    await seen(pilot, "ssh -L")
    await still_cursor(pilot)


async def setup(pilot: Pilot[None]) -> None:
    await seen(pilot, "demo")
    await still_cursor(pilot)


async def login_qr(pilot: Pilot[None]) -> None:
    await login(pilot)
    await heard(pilot, "q")


async def setup_checked(pilot: Pilot[None]) -> None:
    """A profile that was filled in and checked, up to the step that failed."""
    from textual.widgets import Input

    await setup(pilot)
    for key, text in (("name", "work"), ("genie", "gin-Ifrit"), ("client-id", "ifrit-desk")):
        pilot.app.screen.query_one(f"#{key} Input", Input).value = text
    await pilot.press("f5")
    await rested(pilot)
