"""Rows of a turn: the order of arrival does not matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.recordings import Recording
from tests.ui.widget_app import T0_MS, at
from tui.core.event_labels import first_words, label_for
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    LogLine,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    StreamLost,
    StreamResumed,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import CallId, MessageId
from tui.core.turn_rows import TurnRows

CALL = CallId("c")
STORY: list[TurnEvent] = [
    at(TurnStarted, 1, 0),
    at(AgentMessage, 2, 1, text="Look"),
    at(SkillStarted, 3, 2, skill="A"),
    at(SkillStarted, 4, 2, skill="B"),
    at(SkillProgress, 5, 3, skill="A", share=0.5),
    at(SkillFinished, 6, 4, skill="B", outcome="failed", error="No"),
    at(SkillFinished, 7, 5, skill="A", outcome="completed"),
    at(SkillFinished, 8, 5, skill="C", outcome="completed"),
    at(ApprovalRequested, 9, 6, call_id=CALL, skill="D"),
    at(ApprovalResolved, 10, 8, call_id=CALL, decision="approved"),
    at(UnknownEvent, 11, 8, kind="odd"),
    at(SkillStarted, 12, 9, skill="D", call_id=CALL),
    at(TurnFinished, 13, 12, outcome="halted"),
]


def rows_of(*batches: list[TurnEvent]) -> list[tuple[object, ...]]:
    turn = TurnRows()
    for batch in batches:
        turn.add(batch)
    return [
        (row.kind, label_for(row.events[0]).what, row.state, row.took_ms, len(row.events))
        for row in turn.rows
    ]


def test_each_thing_that_happened_has_one_row() -> None:
    assert rows_of(STORY) == [
        ("message", "", "moment", None, 1),
        ("skill", "A", "done", 3_000, 3),
        ("skill", "B", "failed", 2_000, 2),
        ("skill", "C", "done", 3_000, 1),
        ("skill", "D", "stopped", 3_000, 3),
        ("moment", "odd", "moment", None, 1),
        ("end", "Stopped", "stopped", 12_000, 1),
    ]


@given(st.permutations(STORY), st.integers(0, len(STORY)))
def test_any_order_of_arrival_gives_the_same_rows(events: list[TurnEvent], cut: int) -> None:
    assert rows_of(events[:cut], events[cut:]) == rows_of(STORY)


def test_numbers_decide_where_the_times_of_a_server_go_back() -> None:
    early = at(AgentMessage, 2, 5, text="first")
    late = at(AgentMessage, 3, 4, text="second")
    turn = TurnRows()
    turn.add([early, late])
    assert [row.event for row in turn.rows] == [early, late]
    assert [row.at_ms - T0_MS for row in turn.rows] == [5_000, 4_000]


def test_dropped_events_do_not_move_the_start_of_the_turn() -> None:
    turn = TurnRows()
    turn.add(STORY)
    turn.forget_oldest(8)
    assert turn.begin_ms == T0_MS
    assert turn.rows[-1].took_ms == 12_000


def test_log_lines_of_recorded_runs_have_words_for_readers() -> None:
    names = {
        row["event"]
        for name in ("02-one-tool-claude", "04-three-prompts-custom", "07-max-turns-custom")
        for runs in Recording(name).workflows.values()
        for run in runs
        for row in run.rows
        if not row["event"].startswith("tool_")
    }
    assert len(names) > 5
    for name in names:
        label = label_for(LogLine(key="k", name=name, detail="raw"))
        assert "_" not in label.what
        assert label.what[0].isupper()


def test_first_words_have_no_marks_of_markdown() -> None:
    written = {
        "**Eleven clouds.** The line": "Eleven clouds. The line",
        "## Title\n\n`code` and _it_ in snake_case": "Title code and it in snake_case",
        "- *Owner:* [you](https://x.example/y)": "Owner: you",
        "| a | b |\n|---|---|\n| 1 | 2 |": "a b 1 2",
        "```python\nx = 2 * 3\n```\nEnd": "x = 2 * 3 End",
    }
    assert [first_words(text) for text in written] == list(written.values())


def test_a_break_is_one_row_and_marks_what_was_caught_up() -> None:
    began = at(TurnStarted, 1, 0, seen_ms=T0_MS)
    ran = [
        at(SkillStarted, 2, 2, skill="A", seen_ms=T0_MS + 7_100),
        at(SkillFinished, 3, 4, skill="A", outcome="completed", seen_ms=T0_MS + 7_100),
    ]
    lost = StreamLost(key="lost", at_ms=T0_MS + 1_000, seen_ms=T0_MS + 1_000, after_seq=1)
    back_ms = T0_MS + 7_100
    resumed = StreamResumed(key="back", at_ms=back_ms, seen_ms=back_ms, lost_for_ms=6_100)
    turn = TurnRows()
    for batch in ([began], [lost], ran, [resumed]):
        turn.add(batch)
    found = [(row.kind, row.state, row.took_ms, turn.is_caught_up(row)) for row in turn.rows]
    assert found == [
        ("gap", "done", 6_100, False),
        ("skill", "done", 2_000, True),
        ("moment", "moment", None, False),
    ]


def test_pieces_of_a_message_beyond_its_first_words_change_nothing() -> None:
    turn = TurnRows()
    message_id = MessageId("m")
    pieces = [
        at(TextDelta, n, n, message_id=message_id, offset=10 * n, text="0123456789")
        for n in range(100)
    ]
    assert [turn.add([piece]) for piece in pieces] == [True] * 40 + [False] * 60
    assert len(turn) == 1
