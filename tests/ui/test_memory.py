"""Content off screen leaves memory, and is loaded again when needed."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest
from textual.content import Content
from textual.widgets import Static

from tests.fakes import MemoryStore, ScriptedBackend, reply
from tests.textual_internals import line_cache
from tests.ui.stage import Stage, conversation
from tests.ui.test_search import LONG, record
from tests.ui.widget_app import T0_MS, Solo, at, settle, turn_of
from tui.core.events import AgentMessage, SkillStarted, TurnFinished
from tui.core.ids import TurnId
from tui.ui.timeline.timeline import MAX_EVENTS, Timeline
from tui.ui.transcript import transcript as transcripts
from tui.ui.transcript.entries import TurnList
from tui.ui.transcript.reply import Reply

pytestmark = pytest.mark.slow


async def test_cached_lines_of_a_removed_widget_are_freed() -> None:
    stage = Stage()
    kept: list[weakref.ref[object]] = []
    async with stage.shown():
        for number in range(8):  # Textual remembers the layouts of the last four
            widget = Static(Content(f"here and gone, {number}"))
            await stage.mount_in_conversation(widget)
            await stage.pilot.pause()
            kept.append(weakref.ref(line_cache(widget)))
            await widget.remove()
            await stage.pilot.pause()
        gc.collect()
        assert [lines() for lines in kept[:2]] == [None, None]


async def test_turns_far_above_are_unloaded_and_loaded_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transcripts, "MOST_TURNS", 30)
    monkeypatch.setattr(transcripts, "KEPT_TURNS", 25)
    store = MemoryStore([conversation(LONG, "Hay", 1)], [record(n) for n in range(30)])
    stage = Stage(ScriptedBackend(reply("The end.")), store)
    first, later = TurnId("t0"), TurnId("t7")
    async with stage.shown():
        stage.go_to(LONG)
        await stage.until(lambda: "Answer 29" in stage.screen())
        transcript = stage.transcript()
        assert transcript.turn(first)
        await stage.say("One more")
        await stage.until(lambda: "The end." in stage.screen())
        assert (transcript.turn(first), bool(transcript.turn(later))) == (None, True)
        async with asyncio.timeout(60):
            while "Question 0" not in stage.screen():
                transcript.scroll_home(animate=False, immediate=True)
                await stage.pilot.pause(0.01)


async def test_a_waiting_turn_is_not_unloaded() -> None:
    over = [TurnFinished(key="end")]
    waits = turn_of("b", "two", at_ms=T0_MS + 1)
    roll = TurnList(
        [turn_of("a", "one", over), waits, turn_of("c", "three", over, at_ms=T0_MS + 2)]
    )
    assert roll.forget_oldest(1)
    assert [turn.id for turn in roll.newest_first()] == ["c", "b"]
    assert not roll.forget_oldest(1)


async def test_the_timeline_keeps_only_visible_events_in_memory() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test() as pilot:
        for batch in range(6):
            numbers = range(batch * 200 + 1, batch * 200 + 201)
            timeline.add_events([at(SkillStarted, n, n, skill="Look up") for n in numbers])
            await settle(pilot, lambda: not timeline._coming)
        assert timeline.line_count <= MAX_EVENTS + 10
        assert len(timeline._turns._seen) <= 2 * MAX_EVENTS + 10


async def test_lines_far_from_the_view_are_freed_and_drawn_again() -> None:
    transcript = transcripts.Transcript()
    text = "\n\n".join(f"Line {n}" for n in range(40))
    app = Solo(transcript)
    async with app.run_test(size=(80, 24)) as pilot:
        for n in range(6):
            said = AgentMessage(key=f"m{n}", text=text)
            await transcript.show_turn(turn_of(f"t{n}", f"Say {n}", [said], at_ms=T0_MS + n))
            await transcript.follow()
            await pilot.pause()
        replies = transcript.query(Reply)
        assert [bool(reply._strips) for reply in replies] == [False] * 4 + [True] * 2
        transcript.scroll_home(animate=False, immediate=True)
        await pilot.pause()
        assert "Line 3" in app.screen_text()
