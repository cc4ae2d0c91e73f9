"""Timeline: a line for every event, and details on request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.ui.widget_app import HOSTILE, T0_MS, UNSAFE, Solo, at, settle
from tui.core.durations import Durations
from tui.core.event_labels import label_for
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    ConnectionResolved,
    Heartbeat,
    LogLine,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    StreamInterrupted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
    UsageReported,
)
from tui.core.ids import AttemptId, CallId, MessageId
from tui.ui.app.messages import CopyText
from tui.ui.timeline.event_details import EventDetails
from tui.ui.timeline.timeline import MAX_ROWS, Timeline

RAW = {"type": "skill.running", "skill_name": "Look up", "nested": {"n": [1, None]}}


def spans_of(events: Iterable[TurnEvent]) -> list[int | None]:
    spans = Durations()
    return [spans.take(event) for event in events]


def one_of_each(text: str = "words") -> list[TurnEvent]:
    call, attempt = CallId("c"), AttemptId("a")
    return [
        at(TurnStarted, 1, 0),
        at(TextDelta, 2, 1, message_id=MessageId("m"), offset=0, text=text),
        at(AgentMessage, 3, 2, text=text),
        at(SkillStarted, 4, 3, skill=text),
        at(SkillFinished, 5, 4, skill=text, outcome="failed", error=text),
        at(ApprovalRequested, 6, 5, call_id=call, skill=text),
        at(ApprovalResolved, 7, 6, call_id=call, decision="rejected", reason=text),
        at(ConnectionRequested, 8, 7, attempt_id=attempt, connector=text),
        at(ConnectionResolved, 9, 8, attempt_id=None, outcome="failed", reason=text),
        at(UsageReported, 10, 9, input_tokens=1234, output_tokens=5),
        at(LogLine, 11, 10, name=text, detail=text),
        at(StreamInterrupted, 12, 11, reason=text),
        at(UnknownEvent, 13, 12, kind=text, raw={text: text}),
        at(TurnFinished, 14, 13, outcome="failed", reason=text),
    ]


def test_the_duration_of_a_skill_is_from_its_start_to_its_end() -> None:
    assert spans_of(one_of_each()) == [
        None, None, None, None, 1000, None, 1000, None, 1000, None, None, None, None, 13_000,
    ]  # fmt: skip


def test_parallel_skills_are_matched_by_call_id_or_name() -> None:
    events = [
        at(SkillStarted, 1, 0, skill="A", call_id=CallId("1")),
        at(SkillStarted, 2, 1, skill="A", call_id=CallId("2")),
        at(SkillStarted, 3, 2, skill="B"),
        at(SkillFinished, 4, 5, skill="A", outcome="completed", call_id=CallId("2")),
        at(SkillFinished, 5, 6, skill="B", outcome="completed"),
        at(SkillFinished, 6, 7, skill="C", outcome="completed"),
        at(SkillFinished, 7, 8, skill="A", outcome="completed", call_id=CallId("1")),
    ]
    assert spans_of(events)[3:] == [4000, 4000, None, 8000]


def test_every_kind_of_event_has_a_label_and_a_symbol() -> None:
    for event in (*one_of_each(), Heartbeat(key="h"), SkillProgress(key="p")):
        mark, what, about = label_for(event)
        assert cell_len(mark) == 1
        assert what or about


def test_progress_is_a_percentage_and_what_is_done() -> None:
    told = SkillProgress(key="p", skill="Look up", share=0.4, message="Read")
    assert label_for(told)[1:] == ("40 %", "Look up: Read")
    assert label_for(SkillProgress(key="p", share=1.0))[1:] == ("100 %", "")
    assert label_for(SkillProgress(key="p", message="Read"))[1:] == ("Progress", "Read")


async def test_events_are_grouped_by_run_with_their_durations() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    first = [
        at(SkillStarted, 1, 0, skill="Look up"),
        at(SkillFinished, 2, 2.5, skill="Look up", outcome="completed"),
    ]
    async with app.run_test(size=(40, 20)) as pilot:
        timeline.show_events([*first, at(TurnStarted, 1, 9, run="run-2")])
        await pilot.pause()
        lines = [line.strip() for line in app.screen_text().splitlines() if line.strip()]
    assert [line.split()[-1] for line in lines] == ["run-1", "up", "s", "run-2", "Began"]
    assert "✓ Look up" in lines[2]


@pytest.mark.parametrize(
    ("record_from_s", "begun_s", "lines"),
    [
        (-60, 0, ["Began", "Look up"]),
        (2, 0, ["Began", "the server's record begins", "Look up"]),
        (-60, -900, ["the server's record begins", "Began", "Look up"]),
        (60, 0, ["older than the server's record", "Began", "Look up"]),
        (None, -900, ["Began", "Look up"]),
    ],
)
async def test_the_start_of_the_servers_events_is_marked(
    record_from_s: int | None, begun_s: int, lines: list[str]
) -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(50, 20)) as pilot:
        timeline.show_events(
            [at(TurnStarted, 1, 0), at(SkillStarted, 2, 5, skill="Look up")],
            record_from_ms=None if record_from_s is None else T0_MS + record_from_s * 1000,
            begun_ms=T0_MS + begun_s * 1000,
        )
        await pilot.pause()
        shown = [line for line in app.screen_text().splitlines() if line.strip()]
        told = [line for line in shown if "run-1" not in line]
    assert len(told) == len(lines)
    assert all(words in line for words, line in zip(lines, told, strict=True))


async def test_an_old_conversation_without_events_shows_a_message() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(50, 20)) as pilot:
        timeline.show_events((), record_from_ms=T0_MS, begun_ms=T0_MS - 1)
        await pilot.pause()
        assert "older than the server's record" in app.screen_text()


async def test_text_deltas_of_one_message_share_a_row_and_heartbeats_have_none() -> None:
    timeline = Timeline()
    async with Solo(timeline).run_test() as pilot:
        pieces = [
            at(TextDelta, n, n, message_id=MessageId("m"), offset=n, text="x") for n in range(50)
        ]
        timeline.show_events([*pieces, Heartbeat(key="h")])
        await pilot.pause()
        assert timeline.option_count == 2


async def test_duplicate_events_are_shown_once() -> None:
    timeline = Timeline()
    async with Solo(timeline).run_test() as pilot:
        timeline.show_events(one_of_each())
        count = timeline.option_count
        timeline.add_events([*one_of_each(), at(TurnStarted, 1, 99, run="run-2")])
        await settle(pilot, lambda: timeline.option_count > count)
        assert timeline.option_count == count + 2


async def test_omitted_events_are_not_shown_at_the_end_again() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    notes = [at(LogLine, n, n, name=f"note {n}") for n in range(MAX_ROWS + 10)]
    async with app.run_test(size=(50, 20)) as pilot:
        timeline.show_events(notes[:-1])
        assert timeline._rows[0].event is not notes[0]
        timeline.lengthen(notes)
        await settle(pilot, lambda: f"note {MAX_ROWS + 9}" in app.screen_text())
        assert [row.event for row in timeline._rows] == notes[-len(timeline._rows) :]


async def test_a_burst_of_events_is_drawn_at_once_and_only_the_newest_are_kept() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(50, 20)) as pilot:
        for n in range(2000):
            timeline.add_events([at(LogLine, n, n, name=f"note {n}")])
        assert timeline.option_count == 0
        await settle(pilot, lambda: timeline.option_count > 0)
        assert timeline.option_count <= MAX_ROWS
        await settle(pilot, lambda: "note 1999" in app.screen_text())


async def test_new_events_do_not_scroll_while_the_user_reads() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(50, 20)) as pilot:
        timeline.show_events([at(LogLine, n, n, name=f"note {n}") for n in range(100)])
        await settle(pilot, lambda: timeline.is_vertical_scroll_end)
        timeline.scroll_to(y=10, animate=False)
        await pilot.pause()
        timeline.add_events([at(LogLine, 200, 200, name="later")])
        await settle(pilot, lambda: timeline.option_count == 102)
        assert timeline.scroll_offset.y == 10


async def test_focus_by_key_selects_the_newest_event_and_a_click_its_own() -> None:
    timeline = Timeline()
    async with Solo(timeline).run_test(size=(80, 12)) as pilot:
        timeline.show_events([at(LogLine, n, n, name=f"note {n}") for n in range(30)])
        pilot.app.set_focus(None)
        await pilot.pause()
        timeline.focus()
        await settle(pilot, lambda: timeline.highlighted == timeline.option_count - 1)
        pilot.app.set_focus(None)
        timeline.highlighted = None
        timeline.scroll_to(y=5, animate=False)
        await settle(pilot, lambda: timeline.scroll_offset.y == 5 and not timeline.has_focus)
        await pilot.click(Timeline, offset=(3, 2))
        await settle(pilot, lambda: isinstance(pilot.app.screen, EventDetails))
        assert timeline.highlighted == 7


async def test_enter_shows_the_whole_event_and_copies_it() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    event = replace(at(SkillStarted, 7, 3, skill="Look up"), raw={**RAW, "api_key": "hunter2"})
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.show_events([event])
        timeline.focus()
        await pilot.press("down", "enter")
        await settle(pilot, lambda: isinstance(app.screen, EventDetails))
        text = app.screen_text()
        for words in ("Look up", "run-1/7", '"nested": {', "null"):
            assert words in text
        await settle(pilot, lambda: not app.screen.is_deaf)
        await pilot.press("c", "escape")
        await settle(pilot, lambda: not isinstance(app.screen, EventDetails))
    (copied,) = app.heard
    assert isinstance(copied, CopyText)
    assert '"skill_name": "Look up"' in copied.text
    assert "hunter2" not in text + copied.text


async def test_hostile_text_in_the_timeline_is_shown_sanitized() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(100, 40)) as pilot:
        timeline.show_events([*one_of_each(HOSTILE), at(TurnStarted, 1, 20, run=HOSTILE)])
        await pilot.pause()
        assert "[/oops]" in app.screen_text()
        assert not set(app.screen_text()) & set(UNSAFE)
        await pilot.hover(timeline, offset=(20, 3))
        app.ask(EventDetails(one_of_each(HOSTILE)[12]))
        await settle(pilot, lambda: isinstance(app.screen, EventDetails))
        assert "[/oops]" in app.screen_text()
        assert not set(app.screen_text()) & set(UNSAFE)


# The filter


@pytest.mark.parametrize(
    ("words", "found"),
    [("skill", 2), ("failed", 3), ("question", 4), ("message", 2), ("SKILL failed", 1), ("", 14)],
)
async def test_the_filter_keeps_events_with_all_words_and_kinds(words: str, found: int) -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.show_events(one_of_each())
        timeline.filter_by(words)
        await settle(pilot, lambda: rows_of(timeline) == found)


async def test_typing_after_a_slash_filters_the_timeline_until_escape() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.show_events(one_of_each())
        timeline.focus()
        await pilot.press("slash", *"cr", "backspace", "backspace", *"skill")
        await settle(pilot, lambda: rows_of(timeline) == 2)
        timeline.add_events(
            [at(SkillStarted, 20, 20, skill="Another"), at(LogLine, 21, 21, name="x")]
        )
        await settle(pilot, lambda: rows_of(timeline) == 3)
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(app.screen, EventDetails))
        await settle(pilot, lambda: not app.screen.is_deaf)
        await pilot.press("escape")
        await settle(pilot, lambda: not isinstance(app.screen, EventDetails))
        await pilot.press("escape")
        await settle(pilot, lambda: rows_of(timeline) == 16)
        assert app.heard == []


def rows_of(timeline: Timeline) -> int:
    return sum(option.id is not None for option in timeline.options)
