"""Timeline: a row for each thing that happened, and its events on request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.ui.widget_app import HOSTILE, T0_MS, UNSAFE, Solo, at, settle, turn_of
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
from tui.core.ids import AttemptId, CallId, MessageId, RunId
from tui.core.turn import Turn
from tui.ui.app.messages import CopyText
from tui.ui.timeline.event_details import EventDetails
from tui.ui.timeline.timeline import MAX_EVENTS, Timeline
from tui.ui.toolkit.ticker import ticker_of

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
    assert label_for(told)[1:] == ("40%", "Look up: Read")
    assert label_for(SkillProgress(key="p", share=1.0))[1:] == ("100%", "")
    assert label_for(SkillProgress(key="p", message="Read"))[1:] == ("Progress", "Read")


def lines(app: Solo) -> list[str]:
    """Return the lines on the screen that are not blank."""
    return [line.strip() for line in app.screen_text().splitlines() if line.strip()]


def line_with(app: Solo, words: str) -> str:
    return next(line for line in app.screen_text().splitlines() if words in line)


def a_turn(*events: TurnEvent, run: str = "run-1", text: str = "Find it") -> Turn:
    return replace(turn_of(f"t/{run}", text, events), run_id=RunId(run))


async def test_a_turn_is_its_first_words_its_time_and_a_row_for_each_thing() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    turn = a_turn(
        at(TurnStarted, 1, 0),
        at(AgentMessage, 2, 0.6, text="**Let me** look:"),
        at(SkillStarted, 3, 1, skill="Look up"),
        at(SkillStarted, 4, 1, skill="Count"),
        at(SkillFinished, 5, 3, skill="Count", outcome="failed", error="No"),
        at(SkillFinished, 6, 5, skill="Look up", outcome="completed"),
        at(TurnFinished, 7, 6),
    )
    async with app.run_test(size=(46, 20)) as pilot:
        timeline.note_turns([turn])
        timeline.show_events(turn.log)
        await pilot.pause()
        shown = lines(app)
        look_up, count = line_with(app, "Look up"), line_with(app, "Count")
    assert [line.split()[0] for line in shown] == ["Find", "0", "“", "✓", "✗", "✓"]
    assert [line.split()[-2:] for line in shown[2:]] == [
        ["0.6", "s"],
        ["4.0", "s"],
        ["2.0", "s"],
        ["6.0", "s"],
    ]
    assert "“ Let me look:" in shown[2]
    assert look_up.index("━") == count.index("━")
    assert 2 * count.count("━") - 1 <= look_up.count("━") <= 2 * count.count("━") + 1
    assert "Finished" in shown[-1]


async def test_a_skill_is_one_row_that_fills_up() -> None:
    now = [T0_MS + 3_000]
    timeline = Timeline(now_ms=lambda: now[0])
    app = Solo(timeline)
    async with app.run_test(size=(46, 20)) as pilot:
        timeline.show_events([at(TurnStarted, 1, 0), at(SkillStarted, 2, 1, skill="Look up")])
        await settle(pilot, lambda: "2 s" in app.screen_text())
        assert ticker_of(app).runs
        cells = line_with(app, "Look up").count("━")
        now[0] += 800
        await settle(pilot, lambda: line_with(app, "Look up").count("━") > cells)
        timeline.add_events(
            [
                at(SkillFinished, 3, 4.2, skill="Look up", outcome="completed"),
                at(TurnFinished, 4, 5),
            ]
        )
        await settle(pilot, lambda: "3.2 s" in line_with(app, "Look up"))
        assert timeline.row_count == 2
        assert not ticker_of(app).runs


async def test_what_is_not_followed_does_not_look_as_if_it_went_on() -> None:
    timeline = Timeline(now_ms=lambda: T0_MS + 60_000)
    app = Solo(timeline)
    async with app.run_test(size=(46, 20)) as pilot:
        timeline.show_events([at(TurnStarted, 1, 0), at(SkillStarted, 2, 1, skill="Look up")])
        await settle(pilot, lambda: "59 s" in app.screen_text())
        timeline.set_paused(on=True)
        await settle(pilot, lambda: "59 s" not in app.screen_text())
        assert "○ Look up" in app.screen_text()
        assert "━" not in app.screen_text()
        assert not ticker_of(app).runs


async def test_a_request_stands_above_what_it_led_to_whenever_its_end_was_learned() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    connected = ConnectionResolved(
        key="local", run_id=RunId("run-1"), seen_ms=T0_MS + 9_000, attempt_id=None,
        outcome="authorized",
    )  # fmt: skip
    end = TurnFinished(key="end", run_id=RunId("run-2"), seen_ms=T0_MS + 9_500)
    shown = [
        at(TurnStarted, 1, 0),
        at(ConnectionRequested, 2, 1, attempt_id=AttemptId("a"), connector="Jira"),
        connected,
        at(AgentMessage, 1, 4, run="run-2", text="Here it is"),
        end,
    ]
    turn = a_turn(*shown)
    async with app.run_test(size=(46, 20)) as pilot:
        timeline.note_turns([turn])
        timeline.show_events(shown)
        await pilot.pause()
        rows = lines(app)[2:]
        await pilot.press("tab", "end")
    assert [row.split()[:2] for row in rows] == [["✓", "Jira"], ["“", "Here"], ["✓", "Finished"]]
    assert [row.split()[-2] for row in rows] == ["3.0", "4.0", "9.5"]


async def test_an_approved_skill_has_one_row_with_the_wait_before_it() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    call = CallId("c")
    async with app.run_test(size=(60, 20)) as pilot:
        timeline.show_events(
            [
                at(TurnStarted, 1, 0),
                at(ApprovalRequested, 2, 1, call_id=call, skill="Order"),
                at(ApprovalResolved, 3, 4, call_id=call, decision="approved"),
                at(SkillStarted, 4, 4, skill="Order", call_id=call),
                at(SkillFinished, 5, 6, skill="Order", call_id=call, outcome="completed"),
                at(ApprovalRequested, 6, 6, call_id=CallId("d"), skill="Pay"),
                at(ApprovalResolved, 7, 7, call_id=CallId("d"), decision="rejected"),
            ]
        )
        await pilot.pause()
        order, pay = line_with(app, "Order"), line_with(app, "Pay")
        assert timeline.row_count == 2
    assert re.search("✓ Order +┄+━+╸? +2.0 s", order)
    assert re.search("○ Pay +╺?━*╸? +1.0 s", pay)


async def test_a_gap_is_dotted_and_what_came_later_is_marked() -> None:
    timeline = Timeline()
    app = Solo(timeline)

    def seen(event: TurnEvent, second: float) -> TurnEvent:
        return replace(event, seen_ms=T0_MS + round(second * 1000))

    lost = StreamInterrupted(key="lost", run_id=RunId("run-1"), seen_ms=T0_MS + 1_000)
    async with app.run_test(size=(60, 20)) as pilot:
        timeline.show_events(
            [
                seen(at(TurnStarted, 1, 0), 0),
                lost,
                seen(at(SkillStarted, 2, 2, skill="Count"), 6),
                seen(at(SkillFinished, 3, 4, skill="Count", outcome="completed"), 6),
                seen(at(AgentMessage, 4, 6.5, text="Done"), 6.6),
            ]
        )
        await pilot.pause()
        gap, count, done = (
            line_with(app, w).rstrip() for w in ("Connection lost", "Count", "“ Done")
        )
    assert re.search("↯ Connection lost +┄+ +5.0 s", gap)
    assert count.endswith("2.0 s ↻")
    assert done.endswith("6.5 s")
    assert count.index("━") > gap.index("┄")


async def test_log_lines_are_in_words_and_a_key_shows_them_as_sent() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    names = ("prompt_received", "mcp_loaded", "model_call", "some_new_row")
    async with app.run_test(size=(60, 20)) as pilot:
        timeline.show_events(
            [at(LogLine, n, n, name=name, detail=f"detail {n}") for n, name in enumerate(names)]
        )
        timeline.focus()
        await pilot.pause()
        assert [" ".join(line.split()[1:3]) for line in lines(app)[2:]] == [
            "Got ready", "Asks the", "Some new",
        ]  # fmt: skip
        await pilot.press("l")
        await settle(pilot, lambda: "mcp_loaded" in app.screen_text())
        assert timeline.row_count == len(names)
        await pilot.press("l")
        await settle(pilot, lambda: timeline.row_count == len(names) - 1)


async def test_an_event_without_a_run_belongs_to_the_turn_that_had_begun() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    taken = LogLine(key="taken", name="prompt accepted", seen_ms=T0_MS + 500)
    async with app.run_test(size=(60, 20)) as pilot:
        timeline.note_turns([turn_of("t1"), turn_of("t2", "Later", at_ms=T0_MS + 60_000)])
        timeline.note_turns([a_turn(at(TurnStarted, 1, 1), text="Find it")])
        timeline.note_turns([replace(turn_of("t1", "Find it"), run_id=RunId("run-1"))])
        timeline.add_events([taken, at(LogLine, 2, 1.5, name="mcp_loaded")])
        await settle(pilot, lambda: "Got ready" in app.screen_text())
        assert [line.split()[0] for line in lines(app)] == ["Find", "0", "·"]


async def test_text_uses_the_room_there_is() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    words = "One service is slow, and the rest of them are fine"
    async with app.run_test(size=(110, 20)) as pilot:
        timeline.show_events([at(TurnStarted, 1, 0), at(AgentMessage, 2, 7.8, text=words)])
        await pilot.pause()
        assert words in app.screen_text()
        await pilot.resize_terminal(30, 20)
        await settle(pilot, lambda: "One service is …" in app.screen_text())


async def test_an_event_with_and_without_its_id_is_one_row() -> None:
    timeline = Timeline()
    numbered = at(SkillStarted, 2, 1, skill="Look up")
    bare = at(AgentMessage, 9, 2, text="Found")
    bare = replace(bare, seq=None)
    async with Solo(timeline).run_test() as pilot:
        timeline.show_events(
            [
                replace(numbered, key="run-1#2", event_id=None),
                numbered,
                replace(bare, key="digest", event_id=None),
                bare,
            ]
        )
        await pilot.pause()
        assert timeline.row_count == 2


@pytest.mark.parametrize(
    ("record_from_s", "begun_s", "expected"),
    [
        (-60, 0, ["turn", "0", "Look"]),
        (2, 0, ["turn", "0", "server", "Look"]),
        (-60, -900, ["server", "turn", "0", "Look"]),
        (60, 0, ["older", "turn", "0", "Look"]),
        (None, -900, ["turn", "0", "Look"]),
    ],
)
async def test_the_start_of_the_servers_events_is_marked(
    record_from_s: int | None, begun_s: int, expected: list[str]
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
        shown = lines(app)
    assert len(shown) == len(expected)
    assert all(words in line for words, line in zip(expected, shown, strict=True))


async def test_an_old_conversation_without_events_shows_a_message() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(50, 20)) as pilot:
        timeline.show_events((), record_from_ms=T0_MS, begun_ms=T0_MS - 1)
        await pilot.pause()
        assert "older than the server history" in app.screen_text()


async def test_a_message_that_is_being_written_has_one_row_and_heartbeats_have_none() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test() as pilot:
        pieces = [
            at(TextDelta, n, n, message_id=MessageId("m"), offset=2 * n, text=f"{n} ")
            for n in range(8)
        ]
        timeline.show_events([*pieces, Heartbeat(key="h")])
        await pilot.pause()
        assert timeline.row_count == 1
        assert "0 1 2 3 4 5 6 7" in app.screen_text()
        whole = at(AgentMessage, 20, 9, message_id=MessageId("m"), text="The whole")
        timeline.add_events([whole])
        await settle(pilot, lambda: "The whole" in app.screen_text())
        assert timeline.row_count == 1


async def test_duplicate_events_are_shown_once() -> None:
    timeline = Timeline()
    async with Solo(timeline).run_test() as pilot:
        timeline.show_events(one_of_each())
        count = timeline.row_count
        timeline.add_events([*one_of_each(), at(LogLine, 1, 99, run="run-2", name="x")])
        await settle(pilot, lambda: timeline.row_count > count)
        assert timeline.row_count == count + 1


async def test_a_late_event_takes_its_place_among_the_rows() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(60, 20)) as pilot:
        timeline.show_events([at(TurnStarted, 1, 0), at(AgentMessage, 4, 4, text="Last")])
        timeline.add_events([at(UnknownEvent, 2, 2, kind="odd"), at(TurnFinished, 5, 5)])
        await settle(pilot, lambda: "Finished" in app.screen_text())
        assert [line.split()[1] for line in lines(app)[2:]] == ["odd", "Last", "Finished"]


async def test_omitted_events_are_not_shown_at_the_end_again() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    notes = [at(UnknownEvent, n, n, kind=f"note {n}") for n in range(2 * MAX_EVENTS + 10)]
    async with app.run_test(size=(50, 20)) as pilot:
        timeline.show_events(notes[:-1])
        assert timeline.row_count < len(notes) - 1
        timeline.lengthen(notes)
        await settle(pilot, lambda: f"note {len(notes) - 1}" in app.screen_text())
        assert [e.events for e in timeline._lines if e.row] == [
            [note] for note in notes[-timeline.row_count :]
        ]


async def test_a_burst_of_events_is_drawn_at_once_and_only_the_newest_are_kept() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(50, 20)) as pilot:
        for n in range(2000):
            timeline.add_events([at(UnknownEvent, n, n, kind=f"note {n}")])
        assert timeline.row_count == 0
        await settle(pilot, lambda: timeline.row_count > 0)
        assert timeline.row_count <= MAX_EVENTS
        await settle(pilot, lambda: "note 1999" in app.screen_text())


async def test_new_events_do_not_scroll_while_the_user_reads() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(50, 20)) as pilot:
        timeline.show_events([at(UnknownEvent, n, n, kind=f"note {n}") for n in range(100)])
        await settle(pilot, lambda: timeline.is_vertical_scroll_end)
        timeline.scroll_to(y=10, animate=False)
        await pilot.pause()
        timeline.add_events([at(UnknownEvent, 200, 200, kind="later")])
        await settle(pilot, lambda: timeline.row_count == 101)
        assert timeline.scroll_offset.y == 10


async def test_focus_by_key_selects_the_newest_row_and_a_click_its_own() -> None:
    timeline = Timeline()
    async with Solo(timeline).run_test(size=(80, 12)) as pilot:
        timeline.show_events([at(UnknownEvent, n, n, kind=f"note {n}") for n in range(30)])
        pilot.app.set_focus(None)
        await pilot.pause()
        timeline.focus()
        await settle(pilot, lambda: timeline.cursor_line == timeline.line_count - 1)
        await pilot.press("up")
        assert timeline.cursor_line == timeline.line_count - 2
        await pilot.press("home")
        assert timeline.cursor_line == 2
        pilot.app.set_focus(None)
        timeline.scroll_to(y=5, animate=False)
        await settle(pilot, lambda: timeline.scroll_offset.y == 5 and not timeline.has_focus)
        await pilot.click(Timeline, offset=(3, 2))
        await settle(pilot, lambda: isinstance(pilot.app.screen, EventDetails))
        assert timeline.cursor_line == 7


async def test_enter_shows_all_events_of_a_row_and_copies_them() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    begun = replace(at(SkillStarted, 7, 3, skill="Look up"), raw={**RAW, "api_key": "hunter2"})
    ended = at(SkillFinished, 8, 4, skill="Look up", outcome="completed", raw={"end": True})
    async with app.run_test(size=(80, 60)) as pilot:
        timeline.show_events([begun, ended])
        timeline.focus()
        await pilot.press("down", "enter")
        await settle(pilot, lambda: isinstance(app.screen, EventDetails))
        text = app.screen_text()
        for words in ("Look up", "run-1/7", '"nested": {', "null", "run-1/8", '"end": true'):
            assert words in text
        await settle(pilot, lambda: not app.screen.is_deaf)
        await pilot.press("c", "escape")
        await settle(pilot, lambda: not isinstance(app.screen, EventDetails))
    (copied,) = app.heard
    assert isinstance(copied, CopyText)
    assert '"skill_name": "Look up"' in copied.text
    assert '"end": true' in copied.text
    assert "hunter2" not in text + copied.text


async def test_the_start_of_a_turn_is_behind_its_title() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.show_events([at(TurnStarted, 1, 0, raw={"first": 1}), at(TurnFinished, 2, 1)])
        await pilot.click(Timeline, offset=(3, 0))
        await settle(pilot, lambda: isinstance(app.screen, EventDetails))
        assert '"first": 1' in app.screen_text()


async def test_hostile_text_in_the_timeline_is_shown_sanitized() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(160, 40)) as pilot:
        timeline.note_turns([a_turn(text=HOSTILE)])
        timeline.show_events([*one_of_each(HOSTILE), at(TurnStarted, 1, 20, run=HOSTILE)])
        await pilot.pause()
        assert "[/oops]" in app.screen_text()
        assert not set(app.screen_text()) & set(UNSAFE)
        await pilot.hover(timeline, offset=(20, 3))
        await pilot.press("l")
        app.ask(EventDetails([one_of_each(HOSTILE)[12]]))
        await settle(pilot, lambda: isinstance(app.screen, EventDetails))
        assert "[/oops]" in app.screen_text()
        assert not set(app.screen_text()) & set(UNSAFE)


# The filter


@pytest.mark.parametrize(
    ("words", "found"),
    [("skill", 1), ("failed", 3), ("question", 2), ("message", 2), ("SKILL failed", 1), ("", 10)],
)
async def test_the_filter_keeps_events_with_all_words_and_kinds(words: str, found: int) -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.show_events(one_of_each())
        timeline.filter_by(words)
        await settle(pilot, lambda: timeline.row_count == found)


async def test_typing_after_a_slash_filters_the_timeline_until_escape() -> None:
    timeline = Timeline()
    app = Solo(timeline)
    async with app.run_test(size=(80, 40)) as pilot:
        timeline.show_events(one_of_each())
        timeline.focus()
        await pilot.press("slash", *"cr", "backspace", "backspace", *"skill")
        await settle(pilot, lambda: timeline.row_count == 1)
        timeline.add_events(
            [at(SkillStarted, 20, 20, skill="Another"), at(LogLine, 21, 21, name="x")]
        )
        await settle(pilot, lambda: timeline.row_count == 2)
        await pilot.press("enter")
        await settle(pilot, lambda: isinstance(app.screen, EventDetails))
        await settle(pilot, lambda: not app.screen.is_deaf)
        await pilot.press("escape")
        await settle(pilot, lambda: not isinstance(app.screen, EventDetails))
        await pilot.press("escape")
        await settle(pilot, lambda: timeline.row_count == 12)
        assert app.heard == []
