"""JSON replies: one line while streaming and after, everything when expanded."""

from __future__ import annotations

import json

from tests.fakes import WORKSHOP, ScriptedBackend, reply
from tests.ui.stage import Stage
from tests.ui.test_reply import Stage as Alone
from tests.ui.widget_app import Solo, at, settle, turn_of
from tui.core.events import AgentMessage, TextDelta, TurnFinished, TurnStarted
from tui.core.ids import MessageId
from tui.core.turn import fold
from tui.ui.app.messages import CopyText
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.transcript import Transcript

ID = MessageId("m")
TEXT = json.dumps({"status": "slow", "since": [8, 40], "hosts": {"fra": True}}, indent=2)


async def test_a_json_reply_is_one_line_while_streaming_and_after() -> None:
    app = Alone("", final=False)
    async with app.run_test() as pilot:
        for length in range(1, len(TEXT), 7):
            app.reply.show(TEXT[:length], final=False)
            await pilot.pause()
            assert app.reply.size.height <= 1
        await settle(pilot, lambda: any("▸ JSON · " in line for line in app.shown()))
        app.reply.show(TEXT, final=True)
        await settle(pilot, lambda: "3 keys" in " ".join(app.shown()))
        assert "status, since, hosts" in app.shown()[0]
        assert len(app.shown()) == 1


async def test_a_click_expands_a_json_reply_and_another_collapses_it() -> None:
    app = Alone(TEXT)
    async with app.run_test() as pilot:
        await pilot.click(Reply, offset=(4, 0))
        await settle(pilot, lambda: any('"since"' in line for line in app.shown()))
        assert app.shown()[0].startswith("▾ JSON")
        await pilot.click(Reply, offset=(4, 4))
        await pilot.pause()
        assert len(app.shown()) > 5
        await pilot.click(Reply, offset=(4, 0))
        await settle(pilot, lambda: len(app.shown()) == 1)


async def test_a_json_reply_expanded_while_streaming_stays_expanded() -> None:
    app = Alone(TEXT[:20], final=False)
    async with app.run_test() as pilot:
        app.reply.action_unfold()
        await settle(pilot, lambda: app.reply.size.height > 2)
        before: list[str] = []
        for length in range(20, len(TEXT), 9):
            app.reply.show(TEXT[:length], final=False)
            await pilot.pause()
            lines = app.shown()
            assert lines[: max(0, len(before) - 2)] == before[:-2]
            before = lines
        app.reply.show(TEXT, final=True)
        await settle(pilot, lambda: any('"hosts"' in line for line in app.shown()))
        assert app.shown()[: len(before) - 2] == before[:-2]


async def test_one_line_of_json_is_indented_when_expanded() -> None:
    app = Alone('{"a": {"b": [1, 2]}, "c": "`" }')
    async with app.run_test() as pilot:
        assert "a, c" in app.shown()[0]
        app.reply.action_unfold()
        await settle(pilot, lambda: any(line.strip("▐▌ ") == '"b": [' for line in app.shown()))


async def test_text_that_only_starts_like_json_is_finally_shown_as_text() -> None:
    app = Alone("", final=False)
    async with app.run_test() as pilot:
        app.reply.show('{"a', final=False)
        await settle(pilot, lambda: "JSON" in " ".join(app.shown()))
        app.reply.show('{"a" is how objects begin.', final=True)
        await settle(pilot, lambda: "objects begin" in " ".join(app.shown()))
        assert not app.reply.folds


async def test_a_json_reply_is_expanded_and_copied_by_keyboard() -> None:
    stage = Stage(ScriptedBackend(reply(TEXT), can=WORKSHOP))
    async with stage.shown():
        await stage.say("How is it?")
        await stage.until(lambda: "3 keys" in stage.screen())
        copied: list[str] = []
        stage.app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await stage.press("ctrl+y")
        await stage.until(lambda: copied == [TEXT])
        transcript = stage.find(Transcript)
        await stage.pilot.click(Reply, offset=(20, -1))  # the agent's name
        await stage.pilot.pause()
        assert '"since"' not in stage.screen()
        await stage.pilot.click(Reply, offset=(4, 0))
        await stage.until(lambda: '"since"' in stage.screen())
        await stage.pilot.click(Reply, offset=(4, 0))
        await stage.until(lambda: '"since"' not in stage.screen())
        transcript.focus()
        await stage.until(lambda: stage.app.focused is transcript)
        await stage.press("enter")
        await stage.until(lambda: '"since"' in stage.screen())
        await stage.press("c")
        await stage.until(lambda: copied == [TEXT, TEXT])
        await stage.press("enter")
        await stage.until(lambda: '"since"' not in stage.screen())


async def test_a_streamed_and_a_whole_json_reply_have_the_same_line() -> None:
    transcript = Transcript()
    app = Solo(transcript)
    async with app.run_test() as pilot:
        turn = turn_of("1", "How?", [at(TurnStarted, 1, 0)])
        for offset in range(0, len(TEXT), 10):
            words = TEXT[offset : offset + 10]
            piece = TextDelta(
                key=f"d{offset}", message_id=MessageId("m"), offset=offset, text=words
            )
            turn = fold(turn, [piece])
            await transcript.show_turn(turn)
            await pilot.pause()
        line = transcript.query_one(Reply)
        whole = at(AgentMessage, 2, 1, text=TEXT, message_id=ID)
        turn = fold(turn, [whole])
        await transcript.show_turn(turn)
        await settle(pilot, lambda: "3 keys" in app.screen_text())
        await transcript.show_turn(fold(turn, [whole, at(TurnFinished, 3, 2, outcome="finished")]))
        await pilot.pause()
        assert transcript.query_one(Reply) is line
        assert app.heard == [message for message in app.heard if not isinstance(message, CopyText)]
