"""App with only the widget under test, and turns to show in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from tests.textual_internals import screen_text
from tui.core.events import TurnEvent
from tui.core.ids import ConversationId, RunId, TurnId
from tui.core.records import Prompt, PromptState
from tui.core.turn import Turn, fold
from tui.ui.app.messages import CopyText, OpenLink
from tui.ui.theme.themes import tokens
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.transcript.card import PromptCard
from tui.ui.transcript.transcript import Transcript

STYLES = Path(__file__).parents[2] / "styles"
SHEETS = (
    "reply.tcss",
    "transcript.tcss",
    "cards.tcss",
    "timeline.tcss",
    "dialog.tcss",
    "modals.tcss",
    "questions.tcss",
    "login.tcss",
)

T0_MS = 1_795_356_000_000
"""When everything in these tests begins."""

PATIENCE_S = 60.0
"""How long a busy machine may take for what a test waits for."""

HOSTILE = (
    "[/oops] [@click=app.quit]x[/] [$error] [foo=bar(' "
    "\x1b[2J\x1b]52;c;aGk=\x07 \x9b \u202eevil\u2066 \u200b\ufeff \U000e0041 \ud800 a\rb"
)
UNSAFE = "\x1b\x07\x9b\r\u202e\u2066\U000e0041\ud800"


class Solo(App[None]):
    """Shows one widget and keeps what its parts post to the app."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / name for name in SHEETS]

    def __init__(self, widget: Widget | None = None) -> None:
        super().__init__()
        self._widget = widget
        self.heard: list[Message] = []
        self.answers: list[Any] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        if self._widget is not None:
            yield self._widget

    @on(OpenLink)
    @on(CopyText)
    @on(Transcript.ApprovalOpened)
    @on(Transcript.ConnectionOpened)
    @on(PromptCard.SendAgain)
    @on(PromptCard.Withdrawn)
    @on(Transcript.NewBelowChanged)
    def keep(self, message: Message) -> None:
        self.heard.append(message)

    def ask(self, modal: Screen[Any]) -> None:
        """Push a modal; its answer goes to ``answers``."""
        self.push_screen(modal, self.answers.append)

    def screen_text(self) -> str:
        """All that is on the screen, line by line."""
        return screen_text(self)


class FakeClock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def turn_of(
    name: str,
    text: str | None = "Hello",
    events: Iterable[TurnEvent] = (),
    *,
    state: PromptState = "sent",
    problem: str = "",
    at_ms: int = T0_MS,
) -> Turn:
    """A turn that was begun with a text and to which these events came."""
    prompt = Prompt(text=text, state=state, problem=problem, at_ms=at_ms) if text else None
    return fold(Turn(id=TurnId(name), conversation_id=ConversationId("c"), prompt=prompt), events)


def at(
    kind: type[TurnEvent], seq: int, second: float, /, *, run: str = "run-1", **fields: Any
) -> Any:
    """An event of a run, so many seconds after ``T0_MS``."""
    return kind(
        key=f"{run}/{seq}",
        event_id=f"{run}/{seq}",
        run_id=RunId(run),
        seq=seq,
        at_ms=T0_MS + round(second * 1000),
        **fields,
    )


async def settle(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait until something is so. Raises ``TimeoutError`` if it takes too long."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await pilot.pause(0.01)
    await pilot.pause()


@asynccontextmanager
async def asked(
    modal: GuardedModal[Any], clock: FakeClock, size: tuple[int, int] = (80, 30)
) -> AsyncIterator[tuple[Solo, Pilot[None]]]:
    """An app in front of which a modal has been open for a second."""
    app = Solo()
    async with app.run_test(size=size) as pilot:
        app.ask(modal)
        await settle(pilot, lambda: modal.is_drawn)
        clock.now_s += 1
        yield app, pilot
