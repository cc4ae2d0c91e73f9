"""Changes of a stored conversation: their order, their pace, and what they add up to."""

from __future__ import annotations

from dataclasses import replace

from tests.core.runs import finished, numbered, said, started
from tui.core.ids import ConversationId, TurnId
from tui.core.records import Prompt, TurnRecord
from tui.core.replay import LONGEST_WAIT_S, beats_of
from tui.core.turn import turn_of

EVENTS = tuple(numbered(started(), said("One"), said("Two"), finished()))


def record(name: str, *, at_ms: int = 500, events: tuple[object, ...] = EVENTS) -> TurnRecord:
    prompt = Prompt(text="Hi", state="sent", at_ms=at_ms)
    return TurnRecord(
        id=TurnId(name),
        conversation_id=ConversationId("c"),
        prompt=prompt,
        events=events,  # type: ignore[arg-type]
    )


def test_the_message_comes_first_and_the_events_at_their_pace() -> None:
    beats = list(beats_of([record("a")]))
    assert [len(beat.events) for beat in beats] == [0, 1, 1, 1, 1]
    assert [beat.wait_s for beat in beats[1:]] == [0.5, 1.0, 1.0, 1.0]
    assert beats[0].turn.prompt is not None
    assert beats[0].turn.steps == ()


def test_the_last_change_of_a_turn_is_the_turn_as_it_is_stored() -> None:
    stored = record("a")
    assert list(beats_of([stored]))[-1].turn == turn_of(stored)


def test_turns_follow_each_other() -> None:
    beats = list(beats_of([record("a"), record("b")]))
    assert [beat.turn.id for beat in beats] == ["a"] * 5 + ["b"] * 5


def test_a_service_whose_clock_is_behind_ours_changes_no_pace() -> None:
    beats = list(beats_of([record("a", at_ms=9_000_000)]))
    assert [beat.wait_s for beat in beats[1:]] == [0, 1, 1, 1]


def test_events_of_one_moment_are_one_change() -> None:
    together = tuple(replace(event, at_ms=2_000) for event in EVENTS)
    assert [len(beat.events) for beat in beats_of([record("a", events=together)])] == [0, 4]


def test_nobody_waits_long_again_and_time_never_goes_back() -> None:
    hours = (EVENTS[0], replace(EVENTS[1], at_ms=99_000_000), replace(EVENTS[2], at_ms=5))
    beats = list(beats_of([record("a", events=hours)]))
    assert max(beat.wait_s for beat in beats) == LONGEST_WAIT_S
    assert all(beat.wait_s >= 0 for beat in beats)


def test_what_has_no_times_is_shown_all_the_same() -> None:
    timeless = tuple(replace(event, at_ms=None) for event in EVENTS)
    beats = list(beats_of([record("a", at_ms=0, events=timeless)]))
    assert beats[-1].turn.over
    assert all(beat.wait_s >= 0 for beat in beats)
