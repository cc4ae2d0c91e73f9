"""The app with the demo's Workflows API: faults on the way, as the user sees them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.chat_page import ChatPage
from tui.bootstrap.demo import target_of_demo
from tui.core.ids import ConversationId
from tui.core.options import OptionValues
from tui.demo.server import DemoServer, DemoSettings
from tui.demo.workflows.catalog import MARID
from tui.ui.app.app import GenieApp
from tui.ui.chat.option_field import OptionField
from tui.ui.chat.options_modal import NewConversationModal
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.status_rows import OutcomeRow, UsageRow

pytestmark = pytest.mark.slow

SLOW_WRITER = DemoSettings(speed=4, token_rate=30, title_s=0, workflows="documented")
"""Takes more than a minute for 60 kB, and looks at a halt in the middle of a message."""
_LONGEST_S = 30
QUICK = DemoSettings(speed=20, title_s=0)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))


@dataclass
class Scene(ChatPage):
    """The app, its demo server, and what is on the screen."""

    app: GenieApp
    pilot: Pilot[None]
    server: DemoServer

    def said(self) -> str:
        """All that the agent said."""
        return "".join(reply.copy_text() for reply in self.find_all(Reply))

    async def until(self, true: Callable[[], object]) -> None:
        end_s = asyncio.get_running_loop().time() + _LONGEST_S
        while asyncio.get_running_loop().time() < end_s:
            await self.pilot.pause()
            if true():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(self.screen())

    async def begin(self, options: OptionValues) -> ConversationId:
        """Create a conversation and go to it."""
        created = await self.session().conversations.create(options)
        self.go_to(created)
        await self.until(lambda: self.current_conversation() == created)
        return created

    async def opened(self, title: str) -> ConversationId:
        """Go to a conversation of the list."""
        await self.until(lambda: any(title in c.name for c in self.known_conversations()))
        found = next(c.id for c in self.known_conversations() if title in c.name)
        self.go_to(found)
        await self.until(lambda: self.current_conversation() == found)
        return found


@asynccontextmanager
async def scene(settings: DemoSettings = QUICK) -> AsyncGenerator[Scene]:
    with DemoServer(settings) as server:
        place = target_of_demo(server, backend="workflows")
        app = GenieApp(
            place.connect,
            agent_name=place.agent_name,
            user_name=place.user_name,
            place=place.label,
            introduction=place.introduction,
        )
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            here = Scene(app, pilot, server)
            await here.until(lambda: "online" in here.screen())
            yield here


async def test_stopping_during_a_reply_keeps_the_text_and_says_who_stopped_it() -> None:
    async with scene(SLOW_WRITER) as here:
        await here.say("Tell me everything")
        await here.until(lambda: "Night 1" in here.said())
        await here.until(lambda: "Esc to stop" in here.screen())
        await here.pilot.press("escape")
        await here.until(lambda: here.find_all(OutcomeRow))
        await here.pilot.press("ctrl+end")  # a reply longer than the window is read from its top
        await here.until(lambda: "Stopped by you." in here.screen())
        assert "Night 1" in here.said()
        assert "Esc to stop" not in here.screen()


async def test_a_click_on_the_offer_to_stop_does_the_same_as_the_key() -> None:
    async with scene(SLOW_WRITER) as here:
        await here.say("Tell me everything")
        await here.until(lambda: "Esc to stop" in here.screen())
        lines = here.screen().split("\n")
        y = next(n for n, words in enumerate(lines) if "Esc to stop" in words)
        await here.pilot.click(offset=(lines[y].index("Esc to stop") + 3, y))
        await here.until(lambda: "Stopped by you." in here.screen())


async def test_an_agent_that_checks_for_stop_between_messages_stops_there() -> None:
    async with scene(DemoSettings(speed=1, title_s=0)) as here:
        await here.begin({"agent_id": MARID})
        await here.until(lambda: "Marid" in here.screen())
        await here.say("slow")
        await here.until(lambda: "Step 2 of a long job." in here.said())
        await here.pilot.press("ctrl+s")
        await here.until(lambda: here.find_all(OutcomeRow))
        assert "Stopped by you." in here.screen()
        assert "Step 8" not in here.said()


async def test_an_agent_that_never_checks_for_stop_continues_and_shows_it() -> None:
    async with scene(DemoSettings(speed=1, title_s=0)) as here:
        await here.say("slow 60")
        await here.until(lambda: "word2" in here.said())
        await here.pilot.press("ctrl+s")
        await here.until(lambda: "was asked to stop" in here.screen())
        await here.until(lambda: "end." in here.said())
        await here.until(lambda: here.find_all(UsageRow))
        assert "Stopped by you." not in here.screen()


async def test_guardrails_are_set_in_the_options_form_and_reject_a_message() -> None:
    async with scene() as here:
        await here.pilot.press("ctrl+n")
        await here.until(lambda: here.app.screen.query(OptionField))
        field = next(
            f for f in here.app.screen.query(OptionField) if f.option.name == "guardrail_ids"
        )
        field.take_focus()
        await here.pilot.press("space")
        await here.until(lambda: "no-secrets" in here.screen())
        await here.pilot.press(*"no-secrets", "tab", "enter")
        await here.until(lambda: isinstance(here.app.screen, NewConversationModal))
        await here.pilot.press("enter")
        await here.until(lambda: here.current_conversation())
        await here.say("Tell me the password")
        await here.until(lambda: "prompt matches forbidden" in here.screen())
        assert here.composer_text() == "Tell me the password"


async def test_the_options_of_a_conversation_are_changed_and_reported() -> None:
    async with scene() as here:
        created = await here.begin({"title": "Orders"})
        await here.pilot.press("alt+o")
        await here.until(lambda: here.app.screen.query(OptionField))
        field = next(f for f in here.app.screen.query(OptionField) if f.option.name == "model")
        field.query_one(Input).value = "brass-5"
        await here.pilot.press("enter")
        await here.until(lambda: "Changed: Model." in here.screen())
        body = json.loads(await asyncio.to_thread(workflow_of_ada, here.server, created))
        assert (body["model"], body["max_turns"]) == ("brass-5", 5)


@pytest.mark.parametrize("fault", ["cut:after=30,times=1", "tear:after=40,times=1", "duplicate"])
async def test_a_reconnect_within_a_message_leaves_no_trace_in_it(fault: str) -> None:
    async with scene() as here:
        here.server.faults.add(fault)
        await here.say("Is anything broken right now?")
        await here.until(lambda: here.find_all(UsageRow))
        await here.until(lambda: not here.working_conversations())
        words = [reply.copy_text() for reply in here.find_all(Reply)]
        assert len(words) == 2, words
        assert words[0].startswith("I'll check all the systems at once")
        assert words[1].startswith("One service has a problem")
        assert words[1].rstrip().endswith("a fix by noon")
        assert words[1].count("VPN Frankfurt") == 1


async def test_an_inactive_workflow_can_be_reactivated() -> None:
    async with scene() as here:
        await here.opened("inactive")
        await here.say("Is anything broken right now?")
        await here.until(lambda: "Alt+A to reactivate it." in here.screen())
        assert here.composer_text() == "Is anything broken right now?"
        await here.pilot.press("alt+a")
        await here.until(lambda: "Conversation reactivated" in here.screen())
        await here.pilot.press("enter")
        await here.until(lambda: "a fix by" in here.screen())


async def test_a_conversation_of_another_user_is_rejected_with_a_reason() -> None:
    async with scene() as here:
        here.go_to(ConversationId(of_a_colleague(here.server)))
        await here.until(lambda: "belongs to another account" in here.screen())
        await here.pilot.press("escape")
        await here.until(lambda: "belongs to another account" not in here.screen())
        await here.say("Is anything broken right now?")
        await here.until(lambda: "Not sent: The workflow belongs to" in here.screen())
        assert here.composer_text() == "Is anything broken right now?"


def workflow_of_ada(server: DemoServer, workflow: str) -> bytes:
    headers = {"Authorization": f"Bearer {server.token}"}
    return httpx.get(
        f"{server.url}/api/workflows/{workflow}", headers=headers, verify=False
    ).content


def of_a_colleague(server: DemoServer) -> str:
    """Return the ID of a workflow that another user started."""
    headers = {"Authorization": f"Bearer {server.colleagues_token}"}
    body = {"agent_id": server.agent}
    answer = httpx.post(f"{server.url}/api/workflows", json=body, headers=headers, verify=False)
    return str(answer.json()["id"])
