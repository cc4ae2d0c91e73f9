"""States that pass quickly, or that need a failing server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.screenshots.interactions import conversation, welcome
from tests.screenshots.watch import rested, seen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.ui.chat_page import PilotedChat
    from tui.core.events import TurnEvent
    from tui.core.records import PromptState


def page_of(pilot: Pilot[None]) -> PilotedChat:
    """Return the conversation screen; imported late, since Textual reads the surroundings then."""
    from tests.ui.chat_page import PilotedChat

    return PilotedChat(pilot)


async def show_turn(
    pilot: Pilot[None], text: str, events: Iterable[TurnEvent] = (), state: PromptState = "sent"
) -> None:
    """Add a turn to the conversation on the screen."""
    from tests.ui.widget_app import turn_of

    page = page_of(pilot)
    turn = turn_of("turn", text, events, state=state, at_ms=page.now_ms())
    await page.transcript().show_turn(turn)
    await rested(pilot)


async def reconnecting(pilot: Pilot[None]) -> None:
    """The line is gone, and the next attempt is near."""
    from tui.engine.updates import Recovery

    await conversation(pilot)
    page = page_of(pilot)
    due_ms = page.now_ms() + 8_000
    lost = Recovery(
        step="reconnecting", attempt=3, next_ms=due_ms, problem="The server cannot be reached."
    )
    page.report_recovery(lost)
    page.show_state()


async def offline(pilot: Pilot[None]) -> None:
    """Request that failed without a network."""
    from tui.core.errors import BackendError, ErrorKind

    await conversation(pilot)
    page = page_of(pilot)
    hint = "Is the network up? Ctrl+R tries again."
    page.note_failure(
        BackendError(ErrorKind.UNREACHABLE, "Nobody answers at genies.example.com.", hint=hint)
    )
    page.show_state()


async def uploading(pilot: Pilot[None]) -> None:
    from tui.core.ids import TurnId

    await conversation(pilot)
    await show_turn(pilot, "What do you make of these figures?", state="queued")
    page_of(pilot).transcript().show_upload(TurnId("turn"), 5_000_000, 20_000_000)


async def refused(pilot: Pilot[None]) -> None:
    """Message that may or may not have arrived."""
    await conversation(pilot)
    await show_turn(pilot, "Order the same for Grace.", state="unconfirmed")


async def first(pilot: Pilot[None]) -> None:
    """The very first start: there is nothing yet."""
    await welcome(pilot)
    await seen(pilot, "What can")
