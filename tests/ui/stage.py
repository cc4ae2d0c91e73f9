"""App under test: a scripted agent behind it, a frozen clock, keys from the test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from textual.pilot import Pilot

from tests.fakes import ManualClock, MemoryStore, ScriptedBackend
from tests.studio.scripted_studio import ScriptedStudio
from tests.ui.chat_page import ChatPage
from tests.ui.sign_in_fakes import ScriptedAccount
from tests.ui.widget_app import PATIENCE_S
from tui.config import Preferences
from tui.core.agents import GenieSource, Introduction, Suggestion
from tui.core.errors import BackendError
from tui.core.ids import ConversationId
from tui.core.records import Conversation
from tui.core.store_port import EarlyDraftStore
from tui.engine.context import Timeouts
from tui.engine.session import Session
from tui.engine.updates import Publish
from tui.system.terminal import Terminal
from tui.ui.app.app import GenieApp
from tui.ui.chat.session_lifecycle import StartWith
from tui.ui.studio.connection import Connect, StudioConnection

QUICK = Timeouts(
    first_retry_s=0.01,
    longest_retry_s=0.05,
    busy_poll_s=0.01,
    connection_poll_s=0.01,
    longest_connection_poll_s=0.05,
    second_look_s=0.01,
    frame_s=0.001,
    title_s=(),
)
INTRODUCTION = Introduction(
    description="Your IT helpdesk.",
    suggestions=(
        Suggestion("Greet", "Says hello back", "Say hello"),
        Suggestion("Order", "Asks for your approval", "Order a laptop"),
    ),
)


class QuietApp(GenieApp):
    """Counts its bells instead of ringing them, and keeps what it tells the terminal."""

    bells = 0
    sent: list[str]

    def write_to_terminal(self, sequence: str) -> None:
        self.sent = [*getattr(self, "sent", []), sequence]

    def bell(self) -> None:
        self.bells += 1


@dataclass
class Stage(ChatPage):
    """An app and what is behind it. ``pilot`` is there inside ``shown``."""

    backend: ScriptedBackend = field(default_factory=ScriptedBackend)
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: ManualClock = field(default_factory=ManualClock)
    theme: str | None = None
    terminal: Terminal = field(default_factory=Terminal)
    preferences: Preferences = field(default_factory=Preferences)
    refusals: list[BackendError] = field(default_factory=list)
    """Raised by the next attempts to connect."""
    gate: asyncio.Event | None = None
    """Connecting waits for it."""
    early_draft_store: EarlyDraftStore | None = None
    account: ScriptedAccount | None = None
    """Whoever is to be signed in; connecting needs somebody."""
    studio: ScriptedStudio | None = None
    """There is a developer token, and this is behind it."""
    agent_name: str = "Ifrit"
    introduction: Introduction = INTRODUCTION
    genie: str = "gin-Ifrit"
    start_with: StartWith | None = None
    used: list[str] = field(default_factory=list)
    """The genies that were made those of the profile."""
    kept: GenieSource = field(default_factory=lambda: GenieSource("config.toml"))
    """Where they are kept."""

    def __post_init__(self) -> None:
        self.publish: Publish
        """Brings the screen an update, as the session does; there once that is open."""
        self.app = QuietApp(
            self.connect,
            agent_name=self.agent_name,
            user_name="jo@example.com",
            place="demo",
            account=self.account.open if self.account else None,
            introduction=self.introduction,
            studio=StudioConnection(
                self.studio.open if self.studio else None, self._use, self.genie
            ),
            early_draft_store=self.early_draft_store,
            terminal=self.terminal,
            preferences=replace(self.preferences, theme=self.theme or self.preferences.theme),
            clock=self.clock,
            start_with=self.start_with,
        )

    def _use(self, genie: str) -> tuple[Connect, GenieSource]:
        self.used.append(genie)
        return self.connect, self.kept

    @asynccontextmanager
    async def connect(self, publish: Publish) -> AsyncGenerator[Session]:
        if self.gate:
            await self.gate.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        if self.account:
            await self.account.whoami()
        self.publish = publish
        async with Session(self.backend, self.store, publish, timeouts=QUICK) as session:
            yield session

    @asynccontextmanager
    async def shown(self, width: int = 120, height: int = 40) -> AsyncGenerator[Stage]:
        """Run the app, connected unless ``gate`` or ``refusals`` prevent it."""
        signed_in = self.account is None or self.account.identity is not None
        expected = not self.refusals and self.gate is None and signed_in
        async with self.app.run_test(size=(width, height), notifications=True) as self.pilot:
            self.pilot: Pilot[None]
            if expected:
                await self.until(self.is_connected)
                await self.until(lambda: "conversations" in self.backend.calls)
            yield self

    @property
    def title(self) -> str:
        """Title of the current conversation; empty until it is listed."""
        current = self.current_conversation()
        return self.title_of(current) if current else ""

    async def until(self, true: Callable[[], object], what: str = "") -> None:
        """Let the app work until something is true."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            await self.pilot.pause()
            if true():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(what or self.screen())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.pilot.pause()


def conversation(name: str, title: str, updated_ms: int, *, unread: bool = False) -> Conversation:
    return Conversation(id=ConversationId(name), title=title, updated_ms=updated_ms, unread=unread)
