"""The whole app with a scripted agent: input, screen, requests."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import OptionList

from tests.fakes import (
    NOW_MS,
    MemoryStore,
    ScriptedBackend,
    Wait,
    asks,
    connects,
    finished,
    piece,
    reply,
    said,
    started,
)
from tests.textual_internals import crash_report
from tests.ui.stage import Stage, conversation
from tui.core.draft import Draft
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import CallId, ConversationId, TurnId
from tui.core.ports import Capability
from tui.core.records import Prompt, TurnRecord
from tui.engine.updates import MessageRejected
from tui.ui.composer.file_picker import AttachScreen
from tui.ui.keys.help_screen import HelpScreen
from tui.ui.questions.approval_modal import ApprovalModal
from tui.ui.questions.connection_modal import ConnectionModal
from tui.ui.timeline.event_details import EventDetails
from tui.ui.transcript.reply import Reply


def refused(message: str = "The message is too strange.") -> BackendError:
    return BackendError(
        ErrorKind.INVALID, message, hint="Say it otherwise.", status=422, request_id="req-7"
    )


def unreachable() -> BackendError:
    return BackendError(ErrorKind.UNREACHABLE, "The host does not answer.", hint="Check the VPN.")


async def test_the_first_frame_is_drawn_before_the_connection_and_messages_are_sent_then() -> None:
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend(reply("Hello Jo")), gate=gate)
    async with stage.shown():
        assert "What can Ifrit do for you?" in stage.screen()
        assert "connecting" in stage.screen()
        await stage.press(*"hello", "enter", *"and")
        assert "Sends as soon as genie-tui is online" in stage.banner_text()
        assert stage.composer_text() == "helloand"
        gate.set()
        await stage.until(lambda: "Hello Jo" in stage.screen())
        assert [text for _, text, _ in stage.backend.sent] == ["hello"]
        assert stage.composer_text() == "and"
        assert not stage.is_banner_shown()


class SlowStore(MemoryStore):
    """Gives out drafts only when it is let."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.gate = asyncio.Event()
        self.asked = 0

    async def draft(self, conversation_id: ConversationId | None) -> str:
        self.asked += 1
        await self.gate.wait()
        return await super().draft(conversation_id)


async def test_no_key_is_lost_while_drafts_are_loaded() -> None:
    store = SlowStore([conversation("c1", "Laptop", NOW_MS)])
    stage = Stage(store=store)
    async with stage.shown():
        await stage.until(lambda: store.asked == 1)
        await stage.press(*"early")
        store.gate.set()
        await stage.until(lambda: stage.is_connected())
        assert stage.composer_text() == "early"
        store.gate.clear()
        await open_first(stage)
        await stage.until(lambda: store.asked == 2)
        await stage.press(*" bird")
        store.gate.set()
        await stage.until(lambda: stage.current_conversation() == "c1")
        assert store.drafts[None] == "early bird"
        assert stage.composer_text() == ""


async def test_a_message_is_sent_and_its_reply_shown() -> None:
    stage = Stage(ScriptedBackend(reply("Hello **Jo**")))
    async with stage.shown():
        await stage.press(*"hi", "enter")
        await stage.until(lambda: "Hello Jo" in stage.screen())
        assert stage.backend.sent == [(ConversationId("conversation-1"), "hi", None)]
        assert stage.composer_text() == ""
        assert "What can Ifrit do" not in stage.screen()
        await stage.until(lambda: "hi" in stage.sidebar_text())


async def test_a_suggestion_is_focused_by_tab_and_sent_by_enter() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        await stage.press("tab", "right", "enter")
        await stage.until(lambda: stage.backend.sent)
        assert stage.backend.sent[0][1] == "Order a laptop"


async def test_a_suggestion_keeps_the_draft() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        await stage.press(*"half", "tab", "enter")
        await stage.until(lambda: stage.backend.sent)
        await stage.until(lambda: "Hello" in stage.screen())
        assert stage.composer_text() == "half"


async def test_a_rejected_message_is_restored_with_the_reason() -> None:
    stage = Stage()
    stage.backend.failures["send"].append(refused())
    async with stage.shown():
        await stage.say("weird")
        await stage.until(lambda: "too strange" in stage.banner_text())
        assert "Request ID req-7" in stage.banner_text()
        assert stage.composer_text() == "weird"
        await stage.press("escape")
        assert not stage.is_banner_shown()


async def test_a_rejected_message_is_restored_before_the_current_draft() -> None:
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend([gate, refused()]))
    async with stage.shown():
        await stage.say("first")
        await stage.until(lambda: stage.backend.sent)
        await stage.press(*"next")
        gate.set()
        await stage.until(lambda: "first" in stage.composer_text())
        assert stage.composer_text() == "first\n\nnext"


async def test_a_user_handle_is_not_used_in_the_greeting() -> None:
    stage = Stage(agent_name="gin-Ifrit")
    async with stage.shown():
        assert "What can I do for you?" in stage.screen()
        assert "Write a message" in stage.composer_view()
        assert "gin-Ifrit" in stage.topbar_text()


async def test_rejected_messages_are_restored_in_order() -> None:
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend([started(), gate, *reply("Hello")], [refused()], [refused()]))
    async with stage.shown():
        for text in ("greet", "first", "second"):
            await stage.say(text)
            await stage.until(lambda: not stage.composer_text())
        await stage.press(*"next")
        gate.set()
        await stage.until(lambda: "second" in stage.composer_text())
        assert stage.composer_text() == "first\n\nsecond\n\nnext"
        cid = stage.current_conversation()
        assert stage.store.drafts[cid] == "first\n\nsecond\n\nnext"


async def test_a_rejected_message_is_kept_even_if_its_draft_was_just_overwritten() -> None:
    stage = Stage(ScriptedBackend([*reply("Hello")]))
    async with stage.shown():
        away = ConversationId("elsewhere")
        stage.store.drafts[away] = "own"
        lost = MessageRejected(away, TurnId("t"), Draft("lost"), Draft(), refused())
        stage.publish(lost)
        await stage.until(lambda: "Not sent" in stage.banner_text())
        assert stage.store.drafts[away] == "lost\n\nown"


async def test_a_question_opens_automatically_when_the_user_is_not_typing() -> None:
    gate = asyncio.Event()
    script = [started(), gate, asks("Order laptop", "call-1"), Wait.DECISION, *reply("Ordered")]
    stage = Stage(ScriptedBackend(script))
    async with stage.shown():
        await stage.say("order")
        await stage.until(lambda: stage.backend.sent)
        await stage.pass_time(2)
        gate.set()
        await stage.until(lambda: isinstance(stage.app.screen, ApprovalModal))
        await answer(stage, "a")
        assert stage.backend.decisions == [(CallId("call-1"), "approved", None)]
        await stage.until(lambda: "Ordered" in stage.screen())


async def test_a_question_rings_but_does_not_open_while_the_user_types() -> None:
    gate = asyncio.Event()
    script = [started(), gate, asks("Order laptop", "call-1"), Wait.DECISION, *reply("Ordered")]
    stage = Stage(ScriptedBackend(script))
    async with stage.shown():
        await stage.say("order")
        await stage.press(*"and a")
        await stage.pass_time(60)
        gate.set()
        await stage.until(lambda: "Waiting for you" in stage.working_text())
        assert "Order laptop" in stage.working_text()
        assert stage.is_chat_in_front()
        assert stage.app.bells == 1
        await stage.press("a")
        assert stage.composer_text() == "and aa"
        assert stage.backend.decisions == []
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, ApprovalModal))


async def test_a_key_in_the_last_second_keeps_a_question_closed() -> None:
    gate = asyncio.Event()
    stage = Stage(ScriptedBackend([started(), gate, asks("Order laptop", "call-1"), Wait.DECISION]))
    async with stage.shown():
        await stage.say("order")
        await stage.until(lambda: stage.backend.sent)
        await stage.pass_time(0.9)
        gate.set()
        await stage.until(lambda: "Waiting for you" in stage.working_text())
        assert stage.is_chat_in_front()


async def test_a_postponed_question_does_not_open_again() -> None:
    gate = asyncio.Event()
    script = [started(), asks("Order laptop", "call-1"), gate, said("Still waiting")]
    stage = Stage(ScriptedBackend([*script, Wait.DECISION]))
    async with stage.shown():
        await stage.say("order")
        await stage.until(lambda: stage.asking_conversations())
        await stage.press("ctrl+g")
        await answer(stage, "escape")
        await stage.pass_time(5)
        gate.set()
        await stage.until(lambda: "Still waiting" in stage.screen())
        assert stage.is_chat_in_front()
        assert "Waiting for you" in stage.working_text()


async def test_a_rejected_connection_is_sent_to_the_agent() -> None:
    script = [started(), connects("Salesforce", "attempt-1", "https://login.example.com/x")]
    stage = Stage(ScriptedBackend([*script, asyncio.Event()]))
    async with stage.shown(width=110):
        await stage.say("deals")
        await stage.until(lambda: stage.asking_conversations())
        assert "Salesforce needs you to sign in" in stage.working_text()
        await stage.press("ctrl+g")
        await stage.until(lambda: isinstance(stage.app.screen, ConnectionModal))


async def test_a_pending_question_of_another_conversation_is_announced_and_opened_in_place() -> (
    None
):
    gate = asyncio.Event()
    script = [started(), gate, asks("Order laptop", "call-1"), Wait.DECISION]
    stage = Stage(ScriptedBackend(script))
    async with stage.shown():
        await stage.say("order")
        await stage.until(lambda: stage.backend.sent)
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.current_conversation() is None)
        await stage.pass_time(60)
        gate.set()
        await stage.until(lambda: stage.asking_conversations())
        await stage.until(lambda: "◆ order" in stage.sidebar_text())
        assert stage.is_chat_in_front()
        await stage.press("ctrl+g")
        await stage.until(lambda: "In “order”. Nothing has been done yet." in stage.screen())
        await answer(stage, "a")
        assert stage.backend.decisions == [(CallId("call-1"), "approved", None)]
        assert stage.current_conversation() is None


async def test_a_new_conversation_shows_nothing_of_the_last_one() -> None:
    stage = Stage(ScriptedBackend(reply("First answer"), reply("Second answer")))
    async with stage.shown():
        await stage.say("one")
        await stage.until(lambda: "First answer" in stage.screen())
        await stage.press("ctrl+n")
        await stage.until(lambda: "What can Ifrit do" in stage.screen())
        await stage.say("two")
        await stage.until(lambda: "Second answer" in stage.screen())
        assert "First answer" not in stage.screen()


async def test_each_conversation_has_its_own_draft() -> None:
    store = MemoryStore([conversation("c1", "Laptop", NOW_MS)])
    store.drafts[ConversationId("c1")] = "half a thought"
    stage = Stage(store=store)
    async with stage.shown():
        await stage.until(lambda: stage.current_conversation() == "c1")
        assert stage.composer_text() == "half a thought"
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.current_conversation() is None)
        assert stage.composer_text() == ""
        await stage.press(*"new", "ctrl+b", "ctrl+b")
        await open_first(stage)
        await stage.until(lambda: stage.composer_text() == "half a thought")
        assert store.drafts[None] == "new"


async def test_quitting_stores_the_draft_and_closes_the_session() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.press(*"unfinished", "ctrl+q")
        await stage.until(lambda: not stage.app.is_running)
    assert stage.store.drafts[None] == "unfinished"
    assert stage.app.return_code == 0


async def test_quitting_while_a_reply_streams_resumes_the_turn_at_the_next_start() -> None:
    script = [started(), piece(0, "Half an ans"), asyncio.Event()]
    stage = Stage(ScriptedBackend(script))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "Half an ans" in stage.screen())
        await stage.press("ctrl+q")
        await stage.until(lambda: not stage.app.is_running)
    again = Stage(stage.backend, stage.store)
    async with again.shown():
        await again.until(lambda: again.current_conversation() == "conversation-1")
        assert "resume" in again.backend.calls


async def test_a_turn_that_ended_while_the_app_was_closed_is_unread_and_announced() -> None:
    stage = Stage(ScriptedBackend([started(), piece(0, "Half an ans"), asyncio.Event()]))
    async with stage.shown():
        await stage.say("Count the clouds")
        await stage.until(lambda: "Half an ans" in stage.screen())
        await stage.press("ctrl+q")
        await stage.until(lambda: not stage.app.is_running)
    stage.backend.resumes = [[said("Half an answer, and the rest"), finished()]]
    again = Stage(stage.backend, stage.store)
    async with again.shown():
        await again.until(lambda: "while genie-tui was closed" in again.working_text())
        assert "“Count the clouds” finished" in again.working_text()
        await again.until(lambda: "● Count the clouds" in again.sidebar_text())


async def test_a_session_that_fails_to_open_is_retried_by_ctrl_r() -> None:
    stage = Stage(refusals=[unreachable()])
    async with stage.shown():
        await stage.until(lambda: stage.is_banner_shown())
        assert "The host does not answer." in stage.banner_text()
        assert "offline" in stage.topbar_text()
        await stage.press("ctrl+r")
        await stage.until(lambda: "online" in stage.topbar_text())
        assert not stage.is_banner_shown()


async def test_stored_conversations_are_listed_while_offline() -> None:
    stage = Stage(store=MemoryStore([conversation("c1", "Laptop", NOW_MS)]))
    stage.backend.failures["conversations"] += [unreachable()] * 3
    async with stage.shown():
        await stage.until(lambda: "offline" in stage.topbar_text())
        assert "Laptop" in stage.sidebar_text()
        await stage.press("ctrl+r")
        await stage.until(lambda: "online" in stage.topbar_text())


async def test_a_countdown_shows_when_the_message_is_retried() -> None:
    stage = Stage()
    limit = BackendError(ErrorKind.RATE_LIMITED, "Too many requests.", retry_after_s=30)
    stage.backend.failures["create"].append(limit)
    async with stage.shown(width=130):
        await stage.say("hi")
        await stage.until(lambda: stage.is_banner_shown())
        assert "Sending again in " in stage.banner_text()
        assert "Too many requests" in stage.banner_text()
        assert "reconnecting" in stage.topbar_text()
        await stage.press("ctrl+r")
        await stage.until(lambda: stage.backend.sent)
        await stage.until(lambda: not stage.is_banner_shown())


def shown_panes(stage: Stage) -> list[str]:
    panes = {"sidebar": stage.is_sidebar_shown(), "timeline": stage.is_timeline_shown()}
    return [name for name, is_shown in panes.items() if is_shown]


async def test_panes_are_hidden_in_a_narrow_window() -> None:
    stage = Stage()
    async with stage.shown(160, 40):
        assert shown_panes(stage) == ["sidebar"]  # the timeline would be empty
        await stage.say("Hi")
        await stage.until(lambda: shown_panes(stage) == ["sidebar", "timeline"])
        await stage.pilot.resize_terminal(139, 30)
        await stage.until(lambda: shown_panes(stage) == ["sidebar"])
        await stage.pilot.resize_terminal(99, 24)
        await stage.until(lambda: shown_panes(stage) == [])
        await stage.press("ctrl+b")
        assert stage.is_sidebar_floating()
        assert stage.conversation_width() == 99
        await stage.press("escape")
        assert not stage.is_sidebar_shown()
        assert stage.focus_name() == "composer"


async def test_a_drawer_leaves_the_focus_alone_and_closes_on_a_click_beside_it() -> None:
    stage = Stage()
    async with stage.shown(80, 24):
        await stage.press("ctrl+b", *"typed")
        assert stage.is_sidebar_floating()
        assert stage.composer_text() == "typed"
        await stage.press("ctrl+t")
        assert shown_panes(stage) == ["timeline"]
        await stage.pilot.click(offset=(5, 10))
        await stage.until(lambda: shown_panes(stage) == [])
        assert stage.focus_name() == "composer"


async def test_help_lists_every_documented_key() -> None:
    stage = Stage()
    async with stage.shown(120, 60):
        await stage.press("f1")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        rows = stage.app.screen.query_one("#help-keys", OptionList)
        await stage.until(lambda: rows.option_count > 1)
        shown = "\n".join(str(option.prompt) for option in rows.options)
        for letter in "NPBTFORYGQJ":
            assert f"Ctrl+{letter}" in shown
        assert all(key in shown for key in ("Enter", "Shift+Enter", "F1", "Esc"))
        await stage.press("f1")
        assert stage.is_chat_in_front()


async def test_the_command_palette_lists_the_keys() -> None:
    stage = Stage()
    async with stage.shown():
        await stage.press("ctrl+p")
        await stage.until(lambda: "Start a conversation" in stage.screen())
        options = stage.app.screen.query_one(OptionList).options
        rows = [str(option.prompt).strip() for option in options]
        places = [rows.index(group) for group in ("Suggested", "Conversation", "View", "System")]
        assert places == sorted(places)
        assert any(row.startswith("Quit") and row.endswith("Ctrl+Q") for row in rows)
        await stage.press(*"keys", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        told = stage.screen()
        places = [told.index(words) for words in ("General", "Conversations", "Start a conv")]
        assert places == sorted(places)


async def test_the_last_reply_is_copied_as_markdown() -> None:
    stage = Stage(ScriptedBackend(reply("Hello **Jo**")))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "Hello Jo" in stage.screen())
        await stage.press("ctrl+y")
        await stage.until(lambda: stage.app.clipboard == "Hello **Jo**")
        await stage.until(lambda: "Copied the last reply" in stage.screen())


async def test_ctrl_o_attaches_a_file_that_is_sent_with_the_message(tmp_path) -> None:
    file = tmp_path / "report.txt"
    file.write_text("figures")
    stage = Stage(ScriptedBackend(reply("Read it.")))
    async with stage.shown():
        await stage.press("ctrl+o")
        await stage.until(lambda: isinstance(stage.app.screen, AttachScreen))
        stage.app.screen.query_one("Input").value = str(file)
        await stage.press("enter")
        await stage.until(lambda: stage.are_attachments_shown())
        assert "report.txt  7 B" in stage.attachments_text()
        await stage.say("summarise")
        await stage.until(lambda: stage.backend.sent)
        assert stage.backend.uploaded == [file]
        assert not stage.are_attachments_shown()


async def test_without_attachment_and_import_support_neither_is_offered() -> None:
    stage = Stage(ScriptedBackend(can=Capability.NOTHING))
    async with stage.shown():
        await stage.until(lambda: "Ctrl+O" not in stage.screen())
        assert not {"attach", "import"} & set(stage.commands())
        await stage.press("ctrl+o")
        assert stage.is_chat_in_front()
    stage = Stage(ScriptedBackend(can=Capability.UPLOAD | Capability.BUNDLE))
    async with stage.shown():
        await stage.until(lambda: "Ctrl+O Attach" in stage.screen())
        assert {"attach", "import"} <= set(stage.commands())


async def test_older_turns_are_loaded_page_by_page() -> None:
    turns = [
        TurnRecord(
            id=TurnId(f"t{n}"),
            conversation_id=ConversationId("c1"),
            prompt=Prompt(text=f"Question {n}", state="sent", at_ms=NOW_MS + n),
            events=(said(f"Answer {n}"), finished()),
        )
        for n in range(150)
    ]
    stage = Stage(store=MemoryStore([conversation("c1", "Long", NOW_MS)], turns))
    async with stage.shown():
        await open_first(stage)
        await stage.until(lambda: "Answer 149" in stage.screen())
        assert stage.oldest_turn() == "t90"
        transcript = stage.transcript()
        transcript.post_message(transcript.OlderWanted(transcript))
        await stage.until(lambda: stage.oldest_turn() == "t30")
        transcript.post_message(transcript.OlderWanted(transcript))
        await stage.until(lambda: stage.oldest_turn() == "t0")
        assert transcript.turn(TurnId("t0")) is not None


async def test_a_code_block_is_copied_from_its_copy_mark() -> None:
    stage = Stage(ScriptedBackend(reply("```python\nprint(1)\n```")))
    async with stage.shown():
        await stage.say("hi")
        await stage.until(lambda: "print(1)" in stage.screen())
        stage.find("Reply", Reply).action_copy_code(0)
        await stage.until(lambda: stage.app.clipboard.strip() == "print(1)")


async def test_a_timeline_event_is_shown_with_its_payload() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown(width=160):
        await stage.say("hi")
        await stage.until(lambda: "Finished" in stage.screen())
        stage.focus_on("timeline")
        await stage.press("home", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, EventDetails))


@pytest.mark.parametrize(
    "theme", ["genie-dark", "genie-light", "nord", "textual-light", "ansi-dark"]
)
async def test_every_theme_has_all_colors(theme: str) -> None:
    stage = Stage(theme=theme)
    async with stage.shown():
        assert stage.app.theme == theme


async def test_an_unknown_theme_is_reported_and_replaced() -> None:
    stage = Stage(theme="neon")
    async with stage.shown():
        assert stage.app.theme == "genie-dark"
        await stage.until(lambda: "There's no theme 'neon'" in stage.screen())


def test_a_crash_traceback_shows_no_values_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Stage().app
    monkeypatch.setattr(app, "_close_messages_no_wait", lambda: None)

    def fail(token: str) -> None:
        raise RuntimeError("broken")

    try:
        fail("-".join(["secret", "token"]))
    except RuntimeError:
        shown = crash_report(app)
    assert "broken" in shown
    assert "secret-token" not in shown


async def answer(stage: Stage, key: str) -> None:
    """Press a key in the open modal, once it listens."""
    modal = stage.app.screen
    assert isinstance(modal, ApprovalModal)
    await stage.until(lambda: not modal.is_deaf)
    await stage.press("tab", key)
    await stage.until(lambda: stage.is_chat_in_front())


async def open_first(stage: Stage) -> None:
    """Open the newest conversation from the sidebar."""
    stage.focus_on("conversations")
    await stage.press("home", "down", "up", "enter")


async def test_a_screen_that_opens_while_the_app_ends_is_no_crash() -> None:
    for _ in range(3):
        stage = Stage()
        async with stage.shown():
            stage.app.push_screen(HelpScreen())
