"""States that pass quickly, or that need a failing server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
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


async def resumed(pilot: Pilot[None]) -> None:
    """The connection was lost and is back: what happened meanwhile, and that nothing is missing."""
    from tests.ui.widget_app import at
    from tui.core.events import (
        AgentMessage,
        SkillFinished,
        SkillStarted,
        StreamLost,
        StreamResumed,
        TurnFinished,
        TurnStarted,
    )

    await conversation(pilot)
    events = [
        at(TurnStarted, 1, 0),
        at(AgentMessage, 2, 1, text="Disconnecting now. I'll keep working."),
        replace(at(StreamLost, 90, 1, after_seq=2), seq=None),
        at(SkillStarted, 3, 2, skill="Count the clouds"),
        at(SkillFinished, 4, 4, skill="Count the clouds", outcome="completed"),
        at(SkillStarted, 5, 4, skill="Reconnect the cable"),
        at(SkillFinished, 6, 5, skill="Reconnect the cable", outcome="completed"),
        replace(at(StreamResumed, 91, 7, after_seq=6, lost_for_ms=6_100, caught_up=4), seq=None),
        at(AgentMessage, 7, 8, text="**Eleven clouds.** Nothing was lost."),
        at(TurnFinished, 8, 8),
    ]
    await show_turn(pilot, "Pull the cable while you work", events)


async def working(pilot: Pilot[None]) -> None:
    """The agent works, and a line says since when and how to stop."""
    from tests.ui.widget_app import at
    from tui.core.events import AgentMessage, SkillStarted, TurnStarted

    await conversation(pilot)
    skills = ("List deployments", "Search tickets", "Read status page")
    events = [
        at(TurnStarted, 1, 0),
        at(AgentMessage, 2, 1, text="I'll check all the systems at once."),
        *(at(SkillStarted, n, 2, skill=skill) for n, skill in enumerate(skills, 3)),
    ]
    await show_turn(pilot, "Is anything broken right now?", events)
    page_of(pilot).follow_turn("turn")


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
