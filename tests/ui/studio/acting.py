"""Navigate the Studio screen of a test."""

from __future__ import annotations

from textual.widgets import OptionList

from tests.ui.stage import Stage
from tui.ui.studio.details import DetailPart
from tui.ui.studio.screen import StudioScreen
from tui.ui.toolkit.guarded_modal import GuardedModal


async def opened(stage: Stage) -> StudioScreen:
    """Studio, with everything read."""
    await stage.press("f5")
    await stage.until(lambda: isinstance(stage.app.screen, StudioScreen))
    screen = stage.app.screen
    assert isinstance(screen, StudioScreen)
    await stage.until(lambda: screen.details and screen.details.guardrail != DetailPart())
    await stage.until(lambda: screen.row)
    return screen


async def go_to(stage: Stage, row: str) -> None:
    """Put the cursor on a row of the details, and press Enter."""
    screen = stage.app.screen
    assert isinstance(screen, StudioScreen)
    places = [place for place, one in enumerate(screen.lines) if one.id == row]
    screen.query_one("#genie-details", OptionList).highlighted = places[0]
    await stage.press("enter")


async def choose(stage: Stage, words: str) -> None:
    """Take a row of the menu that is shown."""
    await stage.until(lambda: words in stage.screen())
    rows = stage.app.screen.query_one(OptionList)
    places = [place for place, one in enumerate(rows.options) if words in str(one.prompt)]
    rows.highlighted = places[0]
    await stage.press("enter")


async def answered(stage: Stage, words: str, key: str) -> None:
    """Answer the question that has these words, as soon as it listens."""
    await stage.until(lambda: isinstance(stage.app.screen, GuardedModal))
    modal = stage.app.screen
    assert isinstance(modal, GuardedModal)
    await stage.until(lambda: words in _joined(stage))
    await stage.until(lambda: not modal.is_deaf)
    await stage.press(key)
    await stage.until(lambda: stage.app.screen is not modal)


def _joined(stage: Stage) -> str:
    return " ".join(stage.screen().replace("│", " ").split())
