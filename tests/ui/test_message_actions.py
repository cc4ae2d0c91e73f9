"""Navigation from message to message, and actions on one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.selection import Selection
from textual.widgets import OptionList, TextArea

from tests.fakes import NOW_MS, MemoryStore, ScriptedBackend, finished, reply, said, started
from tests.ui.stage import Stage, conversation
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.ids import ConversationId, TurnId
from tui.core.records import Prompt, TurnRecord
from tui.ui.chat.working_line import WorkingLine
from tui.ui.markdown.extract import plain_text, web_links
from tui.ui.toolkit.menu import Menu
from tui.ui.transcript.entries import Entry, PromptEntry, ReplyEntry
from tui.ui.transcript.jump_list import JumpList
from tui.ui.transcript.message_menu import MessageMenu
from tui.ui.transcript.message_text import actions_on, is_prompt, quoted, stop_beside
from tui.ui.transcript.source_view import SourceView

MARKDOWN = "# Plan\n\nSee **this** [page](https://example.com/a).\n\n```python\nprint(1)\n```"


def prompt(name: str) -> PromptEntry:
    return PromptEntry(key=name, turn_id=TurnId(name), prompt=Prompt(text=name, at_ms=1))


def words(name: str, text: str = "Hello") -> ReplyEntry:
    return ReplyEntry(key=name, text=text, settled=True)


def long_talk(count: int = 100) -> MemoryStore:
    turns = [
        TurnRecord(
            id=TurnId(f"t{n}"),
            conversation_id=ConversationId("c1"),
            prompt=Prompt(text=f"Question {n}", state="sent", at_ms=NOW_MS + n),
            events=(said(f"Answer {n}"), finished()),
        )
        for n in range(count)
    ]
    return MemoryStore([conversation("c1", "Long", NOW_MS)], turns)


async def open_only(stage: Stage) -> MessageMenu:
    stage.focus_on("conversations")
    await stage.press("home", "enter")
    await stage.until(lambda: stage.current_conversation() is not None)
    await stage.until(lambda: stage.focus_name() == "composer")
    transcript = stage.transcript()
    await stage.until(lambda: transcript.items)
    return transcript


async def after(stage: Stage, text: str, answer: str) -> MessageMenu:
    await stage.say(text)
    await stage.until(lambda: answer in stage.screen())
    return stage.transcript()


# Text of a message


def test_a_message_is_copied_as_plain_text() -> None:
    plain = plain_text(MARKDOWN)
    assert plain.startswith("Plan\n\nSee this page (example.com).")
    assert plain.endswith("print(1)")


def test_only_http_links_are_offered_each_once() -> None:
    text = "[a](https://e.com/1) [b](javascript:x) https://e.com/1 <http://f.org>"
    assert web_links(text) == ["https://e.com/1", "http://f.org"]


def test_a_quotation_marks_every_line() -> None:
    assert quoted("a\n\nb") == "> a\n>\n> b"


def test_message_actions_depend_on_the_message() -> None:
    assert actions_on(prompt("p")) == ("copy", "edit", "quote", "view", "test")
    assert actions_on(words("r", MARKDOWN)) == (
        "copy", "markdown", "code", "quote", "links", "view",
    )  # fmt: skip
    assert actions_on(words("r", "")) == ()


def test_navigation_goes_to_the_next_message_of_a_kind() -> None:
    entries: list[Entry] = [prompt("a"), words("b"), words("c"), prompt("d"), words("e")]
    assert stop_beside(entries, 4, -1) is entries[3]
    assert stop_beside(entries, 3, -1, is_prompt) is entries[0]
    assert stop_beside(entries, 0, -1) is None


# The cursor


async def test_ctrl_up_goes_from_message_to_message_and_ctrl_down_back_to_the_composer() -> None:
    stage = Stage(store=long_talk())
    async with stage.shown(100, 30):
        transcript = await open_only(stage)
        await stage.press("ctrl+up", "ctrl+up")
        assert transcript.cursor == "t98/prompt"
        assert "Question 98" in stage.screen()
        for _ in range(40):
            await transcript.step_prompt(-1)
        await stage.until(lambda: "Question 58" in stage.screen())
        assert len(transcript.mounted()) <= 80
        await stage.press("ctrl+down")
        assert transcript.cursor == "t59/prompt"
        await transcript.place_cursor("t99/prompt")
        await stage.press("ctrl+down")
        await stage.until(lambda: stage.focus_name() == "composer")
        await stage.until(lambda: "Answer 99" in stage.screen())


async def test_the_jump_list_finds_a_message_that_is_not_loaded_and_goes_there() -> None:
    stage = Stage(store=long_talk(240))
    async with stage.shown(100, 30):
        await open_only(stage)
        await stage.press("alt+j")
        await stage.until(lambda: isinstance(stage.app.screen, JumpList))
        assert "Question 239" in stage.screen()  # the newest is last, and highlighted
        await stage.press("up", *"question 17")
        await stage.until(lambda: "13 of 240" in stage.screen())
        for _ in range(12):  # 217, 179 to 170, 117
            await stage.press("up")
        await stage.press("enter")
        await stage.until(lambda: stage.is_chat_in_front() and "Answer 17" in stage.screen())
        await stage.until(lambda: stage.focus_name() == "transcript")
        assert stage.transcript().cursor == "t17/prompt"


async def test_the_jump_list_goes_to_a_message_on_screen_without_loading() -> None:
    stage = Stage(store=long_talk(8))
    async with stage.shown(100, 30):
        transcript = await open_only(stage)
        await stage.press("alt+j")
        await stage.until(lambda: isinstance(stage.app.screen, JumpList))
        await stage.press("up", "up", "enter")
        await stage.until(lambda: transcript.cursor == "t5/prompt")


async def test_editing_a_sent_message_says_once_that_it_is_sent_as_a_new_one() -> None:
    stage = Stage(store=long_talk(4))
    async with stage.shown(100, 30):
        await open_only(stage)
        await stage.press("ctrl+up", "e")
        await stage.until(lambda: stage.focus_name() == "composer")
        await stage.until(lambda: "Enter sends this as a new message" in stage.working_text())
        await stage.press("!")  # nothing is in the way
        await stage.until(lambda: stage.composer_text() == "Question 3!")
        stage.app.query_one(WorkingLine).clear_notice()
        await stage.press("ctrl+c", "ctrl+up", "ctrl+up", "e")
        await stage.until(lambda: stage.composer_text() == "Question 2")
        assert "new message" not in stage.working_text()


async def test_one_key_expands_all_cards_and_says_so() -> None:
    stage = Stage(ScriptedBackend(reply("Done")))
    async with stage.shown(100, 30):
        await after(stage, "\n".join(f"line {n}" for n in range(24)), "Done")
        await stage.press("alt+x")
        await stage.until(lambda: stage.working_text() == "All expanded")
        assert "line 23" in stage.screen()
        await stage.press("ctrl+up", "x")
        await stage.until(lambda: stage.working_text() == "All collapsed")
        assert "line 23" not in stage.screen()


async def test_without_messages_the_jump_list_does_not_open() -> None:
    stage = Stage()
    async with stage.shown(100, 30):
        await stage.press("alt+j")
        await stage.until(lambda: "haven't sent a message" in stage.screen())
        assert stage.is_chat_in_front()


async def test_navigation_keeps_the_message_in_view_and_scrolls_a_tall_one() -> None:
    high = "\n\n".join(f"line {n}" for n in range(60))
    stage = Stage(ScriptedBackend(reply(high)))
    async with stage.shown(100, 30):
        transcript = await after(stage, "go", "line 0")
        await stage.press("ctrl+end")
        await stage.until(lambda: "line 59" in stage.screen())
        transcript.focus()
        await stage.press("up")
        assert transcript.chosen == transcript.items[-1]
        first = transcript.scroll_offset.y
        await stage.press("up")
        assert transcript.scroll_offset.y < first
        for _ in range(20):
            await stage.press("up")
        assert isinstance(transcript.chosen, PromptEntry)
        assert transcript.scroll_offset.y == 0


async def test_the_footer_lists_the_message_actions() -> None:
    stage = Stage(ScriptedBackend(reply(MARKDOWN)))
    async with stage.shown(200, 30):
        transcript = await after(stage, "hi", "print(1)")
        transcript.focus()
        await stage.until(lambda: "Markdown" in stage.screen().splitlines()[-1])
        await stage.press("up")
        await stage.until(lambda: "Edit" in stage.screen().splitlines()[-1])
        assert "Markdown" not in stage.screen().splitlines()[-1]


async def test_the_header_of_a_message_shows_actions_without_a_layout_change() -> None:
    stage = Stage(ScriptedBackend(reply("Hello **Jo**")))
    async with stage.shown():
        transcript = await after(stage, "hi", "Hello Jo")
        before = [widget.region for _, widget in transcript.mounted()]
        assert "copy" not in stage.screen()
        await stage.pilot.hover("Reply")
        await stage.until(lambda: "copy" in stage.screen())
        assert [widget.region for _, widget in transcript.mounted()] == before
        await stage.pilot.hover("Composer")
        await stage.until(lambda: "copy" not in stage.screen())


async def test_a_click_in_the_message_header_runs_the_action() -> None:
    stage = Stage(ScriptedBackend(reply("Hello **Jo**")))
    async with stage.shown():
        await after(stage, "hi", "Hello Jo")
        await stage.pilot.hover("Reply")
        await stage.until(lambda: "copy" in stage.screen())
        lines = stage.screen().splitlines()
        y = next(n for n, line in enumerate(lines) if "copy  quote" in line)
        await stage.pilot.click(offset=(lines[y].index("quote") + 2, y))
        await stage.until(lambda: stage.composer_text() == "> Hello **Jo**\n\n")
        assert stage.focus_name() == "composer"


async def test_timestamps_are_shown_on_demand() -> None:
    """The first reply of a turn has its time in the line with the name anyway."""
    stage = Stage(ScriptedBackend([started(), said("Hello"), said("Bye"), finished()]))
    async with stage.shown():
        transcript = await after(stage, "hi", "Bye")
        _, second = transcript.query("Reply")
        assert second.border_title is None
        await stage.press("f9")
        times = [line.rindex("20:26") for line in stage.screen().splitlines() if "20:26" in line]
        assert second.border_title
        assert len(times) == 2
        assert len(set(times)) == 1
        await stage.press("f9")
        assert second.border_title is None


# Actions on a message


async def test_a_message_is_copied_as_text_and_as_markdown() -> None:
    stage = Stage(ScriptedBackend(reply(MARKDOWN)))
    async with stage.shown():
        (await after(stage, "hi", "print(1)")).focus()
        await stage.press("c")
        await stage.until(lambda: stage.app.clipboard == plain_text(MARKDOWN))
        await stage.press("m")
        await stage.until(lambda: stage.app.clipboard == MARKDOWN)
        await stage.press("b")
        await stage.until(lambda: stage.app.clipboard == "print(1)\n")


async def test_an_old_message_is_put_into_the_composer_before_the_draft() -> None:
    stage = Stage(ScriptedBackend(reply("Hello")))
    async with stage.shown():
        transcript = await after(stage, "first words", "Hello")
        stage.put_text("half")
        transcript.focus()
        await stage.press("up", "e")
        await stage.until(lambda: stage.composer_text() == "first words\n\nhalf")
        assert stage.focus_name() == "composer"
        assert len(stage.backend.sent) == 1


async def test_links_are_opened_from_a_list_with_their_hosts(monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("tui.ui.app.app.open_at_home", lambda url: not opened.append(url))
    stage = Stage(ScriptedBackend(reply("[a](https://e.com/1) and [b](https://f.org/2)")))
    async with stage.shown():
        (await after(stage, "hi", "f.org")).focus()
        await stage.press("o")
        await stage.until(lambda: isinstance(stage.app.screen, Menu))
        assert "f.org  https://f.org/2" in stage.screen()
        await stage.press("down", "enter")
        await stage.until(lambda: opened == ["https://f.org/2"])


async def test_one_of_several_code_blocks_is_chosen() -> None:
    stage = Stage(ScriptedBackend(reply("```python\none\n```\n\n```sh\ntwo\n```")))
    async with stage.shown():
        (await after(stage, "hi", "two")).focus()
        await stage.press("b")
        await stage.until(lambda: isinstance(stage.app.screen, Menu))
        stage.app.screen.query_one(OptionList).highlighted = 1
        await stage.press("enter")
        await stage.until(lambda: stage.app.clipboard == "two\n")


async def test_a_part_of_a_message_is_selected_by_keyboard() -> None:
    stage = Stage(ScriptedBackend(reply("Hello **Jo**")))
    async with stage.shown():
        (await after(stage, "hi", "Hello Jo")).focus()
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, SourceView))
        assert stage.app.screen.query_one(TextArea).read_only
        await stage.press(*["shift+right"] * 5, "c")
        await stage.until(lambda: stage.app.clipboard == "Hello")


async def test_hostile_message_text_is_only_text_everywhere() -> None:
    stage = Stage(ScriptedBackend(reply(f"{HOSTILE} https://e.com/[/x]\n\n```\n{HOSTILE}\n```")))
    async with stage.shown():
        transcript = await after(stage, HOSTILE, "e.com")
        transcript.focus()
        for key in "cmbov":
            await stage.press(key)
            await stage.pilot.pause()
            assert not set(UNSAFE) & set(stage.screen())
            if not stage.is_chat_in_front():
                await stage.press("escape")
        assert not set(UNSAFE) & set(stage.app.clipboard)


async def test_a_mouse_selection_is_copied_while_the_composer_keeps_the_focus() -> None:
    stage = Stage(ScriptedBackend(reply("Hello Jo")))
    async with stage.shown():
        await after(stage, "hi", "Hello Jo")
        await stage.pilot.click("Reply")
        assert stage.focus_name() == "composer"
        part = Selection.from_offsets(Offset(0, 0), Offset(5, 0))
        stage.select_text(stage.find("Reply"), part)
        await stage.press("ctrl+c")
        await stage.until(lambda: stage.app.clipboard == "Hello")
        await stage.until(lambda: "Copied the selection" in stage.screen())


async def test_messages_that_are_not_loaded_yet_are_reached_too() -> None:
    stage = Stage(store=long_talk(150))
    async with stage.shown(100, 30):
        transcript = await open_only(stage)
        await transcript.reveal("t90/prompt")
        transcript.focus()
        await transcript.place_cursor("t90/prompt")
        await stage.press("ctrl+up")
        await stage.until(lambda: stage.oldest_turn() == "t30")
        if transcript.cursor == "t90/prompt":  # the key was quicker than what is above
            await stage.press("ctrl+up")
        assert transcript.cursor == "t89/prompt"


async def test_a_message_is_saved_as_a_test_that_the_runner_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stage = Stage(store=long_talk(3))
    async with stage.shown():
        await open_only(stage)
        await stage.press("ctrl+up", "s")
        path = tmp_path / "genie-tests.yaml"
        await stage.until(path.exists)
        await stage.until(lambda: "Saved as test 'question-2'" in stage.screen())
    assert path.read_text().count("contains: Answer 2") == 1
