"""The app against the demo's Workflows API: what goes wrong on the way, as somebody sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from tui.core.ids import ConversationId
from tui.demo.server import DemoServer, DemoSettings
from tui.ui.app import GenieApp
from tui.ui.screens.chat import ChatScreen
from tui.ui.widgets.notice import OutcomeRow, UsageRow
from tui.ui.widgets.reply import Reply
from tui.wiring.demo import place_of_demo

SLOW_WRITER = DemoSettings(speed=4, token_rate=30, title_s=0)
"""Takes more than a minute for 60 kB."""
_LONGEST_S = 30
QUICK = DemoSettings(speed=20, title_s=0)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))


@dataclass
class Scene:
    """The app, its demo server, and what is on the screen."""

    app: GenieApp
    pilot: Pilot[None]
    server: DemoServer

    @property
    def chat(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    def text(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def said(self) -> str:
        """All that the agent said."""
        return "".join(reply.copy_text() for reply in self.chat.query(Reply))

    async def until(self, true: Callable[[], object]) -> None:
        end_s = asyncio.get_running_loop().time() + _LONGEST_S
        while asyncio.get_running_loop().time() < end_s:
            await self.pilot.pause()
            if true():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(self.text())

    async def say(self, text: str) -> None:
        self.chat.composer.put(text)
        await self.pilot.press("enter")

    async def opened(self, title: str) -> ConversationId:
        """Go to a conversation of the list."""
        assert self.chat.access
        shelf = self.chat.access.shelf
        await self.until(lambda: any(title in item.name for item in shelf.conversations))
        found = next(item.id for item in shelf.conversations if title in item.name)
        self.chat.go_to(found)
        await self.until(lambda: self.chat.desk.current == found)
        return found


@asynccontextmanager
async def scene(settings: DemoSettings = QUICK) -> AsyncGenerator[Scene]:
    with DemoServer(settings) as server:
        place = place_of_demo(server, backend="workflows")
        app = GenieApp(
            place.connect,
            agent_name=place.agent_name,
            user_name=place.user_name,
            place=place.label,
            suggestions=place.suggestions,
        )
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            here = Scene(app, pilot, server)
            await here.until(lambda: "live" in here.text())
            yield here


async def test_a_halt_in_the_middle_keeps_what_was_written_and_says_who_stopped_it() -> None:
    async with scene(SLOW_WRITER) as here:
        await here.say("Tell me everything")
        await here.until(lambda: "Night 1" in here.said())
        await here.until(lambda: "■ Stop Ctrl+S" in here.text())
        await here.pilot.press("ctrl+s")
        await here.until(lambda: here.chat.query(OutcomeRow))
        assert "Stopped by you." in here.text()
        assert "Night 1" in here.said()
        assert "■ Stop Ctrl+S" not in here.text()


async def test_the_button_does_what_the_key_does() -> None:
    async with scene(SLOW_WRITER) as here:
        await here.say("Tell me everything")
        await here.until(lambda: "■ Stop" in here.text())
        lines = here.text().split("\n")
        y = next(n for n, words in enumerate(lines) if "■ Stop" in words)
        await here.pilot.click(offset=(lines[y].index("■ Stop") + 3, y))
        await here.until(lambda: "Stopped by you." in here.text())


@pytest.mark.parametrize("fault", ["cut:after=30,times=1", "tear:after=40,times=1", "duplicate"])
async def test_a_cut_within_a_message_leaves_no_trace_in_it(fault: str) -> None:
    async with scene() as here:
        here.server.faults.add(fault)
        await here.say("Is anything broken right now?")
        await here.until(lambda: here.chat.query(UsageRow))
        await here.until(lambda: not here.chat.desk.board.at_work())
        words = [reply.copy_text() for reply in here.chat.query(Reply)]
        assert len(words) == 2
        assert words[0].startswith("Let me look everywhere at once")
        assert words[1].startswith("One thing is limping")
        assert words[1].rstrip().endswith("calm by noon")
        assert words[1].count("VPN Frankfurt") == 1


async def test_a_conversation_that_is_switched_off_can_be_switched_on_from_here() -> None:
    async with scene() as here:
        await here.opened("switched off")
        await here.say("Is anything broken right now?")
        await here.until(lambda: "Alt+A switches it on." in here.text())
        assert here.chat.composer.text == "Is anything broken right now?"
        await here.pilot.press("alt+a")
        await here.until(lambda: "is switched on again" in here.text())
        await here.pilot.press("enter")
        await here.until(lambda: "calm by" in here.text())


async def test_somebody_elses_conversation_is_refused_with_a_reason() -> None:
    async with scene() as here:
        here.chat.go_to(ConversationId(of_a_colleague(here.server)))
        await here.until(lambda: "belongs to somebody else" in here.text())
        await here.pilot.press("escape")
        await here.until(lambda: "belongs to somebody else" not in here.text())
        await here.say("Is anything broken right now?")
        await here.until(lambda: "Not sent: The workflow belongs to" in here.text())
        assert here.chat.composer.text == "Is anything broken right now?"


def of_a_colleague(server: DemoServer) -> str:
    """The id of a workflow that somebody else has begun."""
    headers = {"Authorization": f"Bearer {server.colleagues_token}"}
    body = {"agent_id": server.agent}
    answer = httpx.post(f"{server.url}/api/workflows", json=body, headers=headers)
    return str(answer.json()["id"])
