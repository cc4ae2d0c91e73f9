"""``-c``, ``--conversation`` and ``--say``: where the app starts, and with what message."""

from __future__ import annotations

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage, conversation
from tui.core.errors import BackendError, ErrorKind
from tui.ui.chat.session_lifecycle import StartWith

LISTED = (conversation("cnv-1", "Old", 1), conversation("cnv-2", "New", 2))


def listing() -> ScriptedBackend:
    backend = ScriptedBackend(reply("Hello Jo"))
    backend.listed = list(LISTED)
    return backend


async def test_the_app_opens_the_conversation_that_is_named_and_sends_the_first_message() -> None:
    start = StartWith(conversation_id="cnv-1", say="[b]hi[/b] there")
    stage = Stage(listing(), start_with=start)
    async with stage.shown():
        await stage.until(lambda: "Hello Jo" in stage.screen())
        assert stage.current_conversation() == "cnv-1"
    assert [(c, text) for c, text, _ in stage.backend.sent] == [("cnv-1", "[b]hi[/b] there")]


async def test_the_app_opens_the_newest_conversation() -> None:
    stage = Stage(listing(), start_with=StartWith(newest=True))
    async with stage.shown():
        await stage.until(lambda: stage.current_conversation() == "cnv-2")
    assert stage.backend.sent == []


async def test_without_conversations_the_newest_is_a_new_one_and_says_so() -> None:
    stage = Stage(start_with=StartWith(newest=True))
    async with stage.shown():
        await stage.until(lambda: "No conversations yet. Send a message" in stage.banner_text())


async def test_the_first_message_goes_nowhere_if_its_conversation_is_gone() -> None:
    stage = Stage(listing(), start_with=StartWith(conversation_id="cnv-9", say="hi"))
    gone = BackendError(ErrorKind.NOT_FOUND, "The service couldn't find it.")
    stage.backend.failures["status"] += [gone, gone, gone]
    async with stage.shown():
        await stage.until(lambda: "couldn't find it" in stage.banner_text())
    assert stage.backend.sent == []
