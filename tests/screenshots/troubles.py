"""States that pass quickly, or that need a server in trouble."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.screenshots.plays import conversation, welcome
from tests.screenshots.watch import rested, seen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.core.events import TurnEvent
    from tui.core.records import PromptState
    from tui.ui.screens.chat import ChatScreen
    from tui.ui.widgets.transcript import Transcript


def chat_of(pilot: Pilot[None]) -> ChatScreen:
    from tui.ui.screens.chat import ChatScreen

    chat = pilot.app.screen
    assert isinstance(chat, ChatScreen)
    return chat


def transcript_of(pilot: Pilot[None]) -> Transcript:
    transcript = chat_of(pilot).conversation.transcript
    assert transcript is not None
    return transcript


async def show_turn(
    pilot: Pilot[None], text: str, events: Iterable[TurnEvent] = (), state: PromptState = "sent"
) -> None:
    """Add a turn to the conversation on the screen."""
    from tests.ui.solo import turn_of

    chat = chat_of(pilot)
    turn = turn_of("turn", text, events, state=state, at_ms=chat.clock.now_ms())
    await transcript_of(pilot).show_turn(turn)
    await rested(pilot)


async def reconnecting(pilot: Pilot[None]) -> None:
    """The line is gone, and the next attempt is near."""
    from tui.chat.updates import Recovery

    await conversation(pilot)
    chat = chat_of(pilot)
    assert chat.desk.current
    due_ms = chat.clock.now_ms() + 8_000
    lost = Recovery(
        step="reconnecting", attempt=3, next_ms=due_ms, problem="The server cannot be reached."
    )
    chat.desk.recover(chat.desk.current, lost)
    chat.show_state()


async def offline(pilot: Pilot[None]) -> None:
    """What was asked for could not be done."""
    from tui.core.errors import BackendError, ErrorKind

    await conversation(pilot)
    chat = chat_of(pilot)
    hint = "Is the network up? Ctrl+R tries again."
    chat.desk.fail(
        BackendError(ErrorKind.UNREACHABLE, "Nobody answers at genies.example.com.", hint=hint)
    )
    chat.show_state()


async def uploading(pilot: Pilot[None]) -> None:
    from tui.core.ids import TurnId

    await conversation(pilot)
    await show_turn(pilot, "What do you make of these figures?", state="queued")
    transcript_of(pilot).show_upload(TurnId("turn"), 5_000_000, 20_000_000)


async def refused(pilot: Pilot[None]) -> None:
    """A message of which nobody knows whether it arrived."""
    await conversation(pilot)
    await show_turn(pilot, "Order the same for Grace.", state="unconfirmed")


async def first(pilot: Pilot[None]) -> None:
    """The very first start: there is nothing yet."""
    await welcome(pilot)
    await seen(pilot, "What can")
