"""Search in all conversations: query, results, navigation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from textual.widgets import Input, OptionList

from tests.fakes import (
    NOW_MS,
    MemoryStore,
    ScriptedBackend,
    finished,
    reply,
    said,
    started,
)
from tests.ui.stage import Stage, conversation
from tests.ui.widget_app import HOSTILE, UNSAFE
from tui.core.events import AgentMessage, TurnFinished
from tui.core.ids import ConversationId, TurnId
from tui.core.records import Hit, Prompt, TurnRecord
from tui.ui.search.search_modal import SearchModal
from tui.ui.timeline.timeline import Timeline
from tui.ui.transcript.transcript import Transcript
from tui.ui.transcript.virtual_list import KEEP, PAGE

LONG = ConversationId("long")
TURNS = 240
MINUTE_MS = 60_000


def record(number: int, text: str = "") -> TurnRecord:
    at_ms = NOW_MS - (TURNS - number) * MINUTE_MS
    answer = text or f"Answer {number}"
    return TurnRecord(
        id=TurnId(f"t{number}"),
        conversation_id=LONG,
        prompt=Prompt(text=f"Question {number}", state="sent", at_ms=at_ms),
        events=(
            AgentMessage(key=f"m{number}", text=answer, at_ms=at_ms + 1),
            TurnFinished(key=f"f{number}", at_ms=at_ms + 2),
        ),
    )


def library(needle: int = 130) -> MemoryStore:
    """A conversation of 480 messages with one needle, and another conversation."""
    turns = [record(n, "A needle in the hay" if n == needle else "") for n in range(TURNS)]
    listed = [
        conversation("long", "Everything about hay", NOW_MS),
        conversation("other", "Laptop for Ada", NOW_MS - 5 * MINUTE_MS),
    ]
    return MemoryStore(listed, turns)


def modal(stage: Stage) -> SearchModal:
    assert isinstance(stage.app.screen, SearchModal)
    return stage.app.screen


def hits(stage: Stage) -> OptionList:
    return modal(stage).query_one(OptionList)


async def look_for(stage: Stage, words: str, count: int) -> None:
    await stage.press("ctrl+f")
    await stage.until(lambda: isinstance(stage.app.screen, SearchModal))
    modal(stage).query_one(Input).value = words
    await stage.until(lambda: hits(stage).option_count == count)


def transcript(stage: Stage) -> Transcript:
    return stage.transcript()


def timeline_words(timeline: Timeline) -> str:
    lines = range(timeline.line_count)
    return " ".join(timeline.draw_line(place, 200).plain for place in lines).casefold()


def last_prompt(stage: Stage) -> str:
    return [item.key for item in transcript(stage).items if item.key.endswith("/prompt")][-1]


async def go_to_needle(stage: Stage) -> None:
    await look_for(stage, "needle", 1)
    await stage.press("enter")
    await stage.until(lambda: "A needle in the hay" in stage.screen())
    await stage.until(lambda: "history" in stage.backend.calls)


async def test_search_results_appear_while_typing_with_title_words_and_time() -> None:
    stage = Stage(store=library())
    async with stage.shown():
        await stage.press("ctrl+f", *"hay")
        await stage.until(lambda: isinstance(stage.app.screen, SearchModal))
        await stage.until(lambda: hits(stage).option_count == 2)
        seen = stage.screen()
        assert "2 results in 1 conversation" in seen
        assert "Everything about hay" in seen
        assert "A needle in the hay" in seen
        assert "now" in seen


async def test_results_for_earlier_words_are_dimmed_and_enter_waits_for_the_new_ones() -> None:
    store = library()
    search, let_go = store.search, asyncio.Event()

    async def slow(words: str, limit: int = 100) -> Sequence[Hit]:
        if words == "needle":
            await let_go.wait()
        return await search(words, limit)

    store.search = slow  # type: ignore[method-assign]
    stage = Stage(store=store)
    async with stage.shown():
        await look_for(stage, "hay", 2)
        modal(stage).query_one(Input).value = "needle"
        await stage.until(lambda: hits(stage).has_class("-outdated"))
        assert "Searching…" in stage.screen()
        await stage.press("enter")
        assert isinstance(stage.app.screen, SearchModal)
        let_go.set()
        await stage.until(lambda: "A needle in the hay" in stage.screen())
        await stage.until(lambda: not isinstance(stage.app.screen, SearchModal))
        assert stage.current_conversation() == LONG


async def test_an_old_search_result_opens_at_the_message_and_highlights_it() -> None:
    stage = Stage(store=library())
    async with stage.shown():
        await go_to_needle(stage)
        assert stage.current_conversation() == LONG
        found = transcript(stage).widget_of("t130/text/0")
        assert found is not None
        assert found.has_class("-found")
        assert found.region.y <= transcript(stage).region.y + 1
        assert len(transcript(stage).children) <= KEEP + PAGE
        assert stage.focus_name() == "composer"
        assert not stage.is_new_below_shown()
        await stage.press("ctrl+f")
        assert modal(stage).query_one(Input).value == "needle"


@pytest.mark.slow
async def test_the_timeline_scrolls_to_the_search_result_and_follows_to_the_end() -> None:
    stage = Stage(store=library())
    async with stage.shown():
        await go_to_needle(stage)
        timeline = stage.timeline()
        await stage.until(lambda: "a needle" in timeline_words(timeline))
        assert timeline.cursor_line is not None
        transcript(stage).action_scroll_end()
        await stage.until(lambda: f"answer {TURNS - 1}" in timeline_words(timeline))


async def test_a_search_result_in_a_long_message_scrolls_to_the_words() -> None:
    long = "\n\n".join([f"Paragraph {n}" for n in range(200)])
    text = f"{long}\n\nHere is the *needle* at last\n\n{long}"
    store = MemoryStore([conversation("long", "Hay", NOW_MS)], [record(1, text)])
    stage = Stage(store=store)
    async with stage.shown():
        await look_for(stage, "needle at", 1)
        await stage.press("enter")
        await stage.until(lambda: "Here is the needle at last" in stage.screen())


async def test_a_collapsed_document_with_the_search_words_is_expanded() -> None:
    text = '{"status": "slow", "hosts": {"needle": true}}'
    store = MemoryStore([conversation("long", "Hay", NOW_MS)], [record(1, text)])
    stage = Stage(store=store)
    async with stage.shown():
        await look_for(stage, "needle", 1)
        await stage.press("enter")
        await stage.until(lambda: '"needle": true' in stage.screen())


@pytest.mark.slow
async def test_after_a_search_result_one_can_scroll_to_the_end() -> None:
    stage = Stage(store=library())
    async with stage.shown():
        await go_to_needle(stage)
        for _ in range(40):
            transcript(stage).scroll_to(y=transcript(stage).max_scroll_y, animate=False)
            await stage.pilot.pause()
            if transcript(stage).at_end:
                break
            await stage.pilot.pause()
        await stage.until(lambda: transcript(stage).at_end)
        assert last_prompt(stage) == f"t{TURNS - 1}/prompt"
        keys = [item.key for item in transcript(stage).items if item.key.endswith("/prompt")]
        first = int(keys[0].removeprefix("t").removesuffix("/prompt"))
        assert keys == [f"t{number}/prompt" for number in range(first, TURNS)]


async def test_after_a_search_the_end_key_scrolls_to_the_newest_messages() -> None:
    stage = Stage(store=library())
    async with stage.shown():
        await go_to_needle(stage)
        transcript(stage).action_scroll_end()
        await stage.until(lambda: transcript(stage).at_end and not transcript(stage).goes_on)
        assert last_prompt(stage) == f"t{TURNS - 1}/prompt"


async def test_a_message_sent_from_a_search_result_is_shown_at_the_end() -> None:
    stage = Stage(ScriptedBackend(reply("Welcome back")), store=library())
    async with stage.shown():
        await go_to_needle(stage)
        await stage.say("Hello again")
        await stage.until(lambda: "Welcome back" in stage.screen())
        assert transcript(stage).at_end
        assert f"t{TURNS - 1}/prompt" in [item.key for item in transcript(stage).items]


@pytest.mark.slow
async def test_new_messages_during_a_search_are_announced() -> None:
    gate = asyncio.Event()
    stage = Stage(
        ScriptedBackend([started(), gate, said("All done"), finished()]), store=library(20)
    )
    async with stage.shown():
        stage.go_to(LONG)
        await stage.until(lambda: "Answer 239" in stage.screen())
        await stage.say("Please work")
        await stage.until(lambda: "Thinking" in stage.screen())
        await go_to_needle(stage)
        shown = [item.key for item in transcript(stage).items]
        gate.set()
        await stage.until(lambda: stage.is_new_below_shown())
        assert [item.key for item in transcript(stage).items] == shown
        await stage.pilot.click("#pill", offset=(20, 0))
        await stage.until(lambda: "All done" in stage.screen())
        assert not stage.is_new_below_shown()


async def test_a_title_in_the_results_opens_its_conversation_and_escape_cancels() -> None:
    stage = Stage(store=library())
    async with stage.shown():
        stage.put_text("half a thought")
        await look_for(stage, "ada", 1)
        await stage.press("escape")
        assert stage.current_conversation() is None
        assert stage.composer_text() == "half a thought"
        await look_for(stage, "ada", 1)
        await stage.press("enter")
        await stage.until(lambda: stage.current_conversation() == "other")


async def test_a_search_result_in_the_open_conversation_keeps_the_draft() -> None:
    stage = Stage(store=library())
    async with stage.shown():
        stage.go_to(LONG)
        await stage.until(lambda: "Answer 239" in stage.screen())
        stage.put_text("half a thought")
        await go_to_needle(stage)
        assert stage.composer_text() == "half a thought"


async def test_empty_search_and_no_results_are_explained() -> None:
    stage = Stage(store=library())
    async with stage.shown(60, 24):
        await stage.press("ctrl+f")
        await stage.until(lambda: "Searches every conversation" in stage.screen())
        await stage.press("enter", *"xyz")
        await stage.until(lambda: "No results for “xyz”" in stage.screen())
        await stage.press("enter", "down", "pagedown")
        assert isinstance(stage.app.screen, SearchModal)
        assert modal(stage).query_one("#search").region.right <= 60


async def test_arrow_and_page_keys_move_through_the_search_results() -> None:
    stage = Stage(store=library())
    async with stage.shown(80, 24):
        await look_for(stage, "answer", 100)
        await stage.press("down", "down", "up")
        assert hits(stage).highlighted == 1
        await stage.press("pagedown")
        assert (hits(stage).highlighted or 0) > 2


class SlowStore(MemoryStore):
    """Searches only when it is let."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.searches: list[str] = []
        self.gate = asyncio.Event()

    async def search(self, words: str, limit: int = 100) -> Sequence[Hit]:
        if words:
            self.searches.append(words)
            await self.gate.wait()
        return await super().search(words, limit)


async def test_an_outdated_search_is_canceled() -> None:
    store = SlowStore([conversation("a", "alpha", NOW_MS), conversation("b", "beta", NOW_MS)])
    stage = Stage(store=store)
    async with stage.shown():
        await stage.press("ctrl+f", "a")
        await stage.until(lambda: store.searches == ["a"])
        modal(stage).query_one(Input).value = "beta"
        await stage.until(lambda: store.searches == ["a", "beta"])
        store.gate.set()
        await stage.until(lambda: hits(stage).option_count)
        assert hits(stage).option_count == 1
        assert "beta" in stage.screen()


async def test_hostile_search_words_and_texts_are_sanitized() -> None:
    store = MemoryStore([conversation("c", HOSTILE, NOW_MS)], [record(1, f"needle {HOSTILE}")])
    stage = Stage(store=store)
    async with stage.shown():
        await look_for(stage, "needle [/oops]", 1)
        modal(stage).query_one(Input).value = "[@click=app.quit]x[/"
        await stage.until(lambda: hits(stage).option_count == 2)
        assert not set(UNSAFE) & set(stage.screen())
        modal(stage).query_one(Input).value = "[/oops] nothing"
        await stage.until(lambda: "No results for “[/oops] nothing”" in stage.screen())
