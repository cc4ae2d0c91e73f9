"""Transcript: its view of a turn, and updates in place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.ui.widget_app import HOSTILE, T0_MS, UNSAFE, Solo, at, settle, turn_of
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ApprovalResolved,
    ConnectionRequested,
    SkillFinished,
    SkillProgress,
    SkillStarted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnStarted,
)
from tui.core.ids import AttemptId, CallId, MessageId, TurnId
from tui.core.records import Attachment
from tui.core.turn import Turn, fold
from tui.ui.toolkit.ticker import ticker_of
from tui.ui.transcript.card import PromptCard
from tui.ui.transcript.entries import Entry, entries_of
from tui.ui.transcript.message_text import FOLD_LINES
from tui.ui.transcript.question_cards import ApprovalCard, ConnectionCard
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.skill_card import SkillCard
from tui.ui.transcript.status_rows import DayRule
from tui.ui.transcript.transcript import Transcript
from tui.ui.transcript.virtual_list import KEEP, PAGE

DAY_MS = 86_400_000
ASKS = at(ApprovalRequested, 2, 2, call_id=CallId("c1"), skill="Refund", parameters={"sum": "7 €"})


@asynccontextmanager
async def shown(
    *turns: Turn, now_ms: int = T0_MS + 60_000, size: tuple[int, int] = (80, 40)
) -> AsyncIterator[tuple[Solo, Transcript, Pilot[None]]]:
    transcript = Transcript(now_ms=lambda: now_ms)
    app = Solo(transcript)
    async with app.run_test(size=size) as pilot:
        await transcript.show_turns(turns)
        await pilot.pause()
        yield app, transcript, pilot


def kinds(turn: Turn) -> list[str]:
    return [type(entry).__name__.removesuffix("Entry") for entry in entries_of(turn)]


def keys(entries: list[Entry]) -> list[str]:
    return [entry.key for entry in entries]


# Layout of a turn


def test_a_turn_shows_its_steps_in_order() -> None:
    turn = turn_of(
        "t",
        events=[
            at(TurnStarted, 1, 0),
            at(SkillStarted, 2, 1, skill="Look up"),
            at(SkillFinished, 3, 2, skill="Look up", outcome="completed"),
            at(AgentMessage, 4, 3, text="Found."),
            at(TurnFinished, 5, 4),
        ],
    )
    assert kinds(turn) == ["Prompt", "Name", "Skill", "Reply"]


APPROVED = (
    at(SkillStarted, 1, 1, skill="Check stock", call_id=CallId("c0")),
    at(SkillFinished, 2, 2, skill="Check stock", call_id=CallId("c0"), outcome="completed"),
    at(ApprovalRequested, 3, 3, skill="Order laptop", call_id=CallId("c1"), parameters={}),
    at(ApprovalResolved, 4, 4, call_id=CallId("c1"), decision="approved"),
)


@pytest.mark.parametrize("call_id", [CallId("c1"), None])
async def test_an_approved_skill_that_has_run_has_one_row(call_id: CallId | None) -> None:
    asked = turn_of("t", events=APPROVED)
    assert kinds(asked) == ["Prompt", "Name", "Skill", "Approval"]
    done = at(SkillFinished, 6, 6, skill="Order laptop", call_id=call_id, outcome="completed")
    ran = fold(asked, [done])
    assert kinds(ran) == ["Prompt", "Name", "Skill", "Skill"]
    async with shown(ran) as (app, _, _):
        assert "✓ Order laptop  approved" in app.screen_text()


def test_an_approval_whose_skill_has_not_run_keeps_its_row() -> None:
    other = at(SkillStarted, 6, 6, skill="Check stock", call_id=CallId("c2"))
    assert kinds(turn_of("t", events=[*APPROVED, other]))[2:] == ["Skill", "Approval", "Skill"]


@pytest.mark.parametrize(
    ("events", "end"),
    [
        ([], "Prompt"),
        ([at(TurnStarted, 1, 0)], "Prompt"),
        ([at(SkillStarted, 1, 0, skill="Look up")], "Skill"),
        ([at(TextDelta, 1, 0, message_id=MessageId("m"), offset=0, text="Hel")], "Reply"),
        ([at(AgentMessage, 1, 0, text="One moment.")], "Reply"),
        ([ASKS], "Approval"),
        ([at(TurnFinished, 1, 0)], "Silence"),
        ([at(AgentMessage, 1, 0, text="Done."), at(TurnFinished, 2, 1)], "Reply"),
        ([at(TurnFinished, 1, 0, outcome="failed")], "Outcome"),
        ([at(TurnFinished, 1, 0, outcome="halted")], "Outcome"),
    ],
)
def test_the_last_row_shows_the_status_of_the_turn(events: list[TurnStarted], end: str) -> None:
    assert kinds(turn_of("t", events=events))[-1] == end


def test_a_message_that_was_not_sent_shows_no_progress() -> None:
    assert kinds(turn_of("t", state="queued")) == ["Prompt"]
    assert kinds(turn_of("t", state="unconfirmed")) == ["Prompt"]


async def test_a_message_that_is_sent_soon_never_shows_that_it_was_queued() -> None:
    async with shown() as (app, transcript, pilot):
        for state in ("queued", "sending", "sent"):
            await transcript.show_turn(turn_of("t", "Hello there", state=state))
            await pilot.pause()
            assert "Hello there" in app.screen_text()
            assert "Queued" not in app.screen_text()
            assert "Sending" not in app.screen_text()


async def test_a_message_that_is_not_sent_soon_shows_that_it_is_queued() -> None:
    async with shown() as (app, transcript, pilot):
        await transcript.show_turn(turn_of("t", state="queued"))
        await settle(pilot, lambda: "Queued until the agent is free" in app.screen_text())


async def test_a_message_behind_a_running_turn_shows_at_once_that_it_is_queued() -> None:
    running = turn_of("t1", events=[at(TurnStarted, 1, 0)])
    async with shown(running) as (app, transcript, pilot):
        await transcript.show_turn(turn_of("t2", state="queued", at_ms=T0_MS + 1000))
        await pilot.pause()
        assert "Queued until the agent is free" in app.screen_text()


async def test_a_problem_with_sending_is_shown_at_once() -> None:
    async with shown() as (app, transcript, pilot):
        await transcript.show_turn(turn_of("t", state="queued"))
        await transcript.show_turn(turn_of("t", state="queued", problem="No network."))
        await pilot.pause()
        assert "No network." in app.screen_text()


def test_a_message_keeps_its_key_when_it_is_complete() -> None:
    piece = at(TextDelta, 1, 0, message_id=MessageId("m"), offset=0, text="Hel")
    whole = at(AgentMessage, 2, 1, message_id=MessageId("m"), text="Hello")
    growing = turn_of("t", events=[piece])
    assert keys(entries_of(growing)) == keys(entries_of(fold(growing, [whole])))[:3]


def test_keys_are_unique_over_turns_with_the_same_events() -> None:
    events = [ASKS, at(AgentMessage, 3, 3, text="Hm.")]
    both = entries_of(turn_of("a", events=events)) + entries_of(turn_of("b", events=events))
    assert len(set(keys(both))) == len(both)


# Changing in place


async def test_cards_are_updated_in_place_and_never_replaced() -> None:
    turn = turn_of("t", events=[at(SkillStarted, 1, 1, skill="Look up"), ASKS])
    async with shown(turn) as (app, transcript, pilot):
        skill, approval = app.query_one(SkillCard), app.query_one(ApprovalCard)
        approval.focus()
        done = at(SkillFinished, 3, 3, skill="Look up", outcome="failed", error="No such order")
        await transcript.show_turn(fold(turn, [done]))
        await settle(pilot, lambda: "No such order" in app.screen_text())
        assert app.query_one(SkillCard) is skill
        assert app.query_one(ApprovalCard) is approval
        assert approval.has_focus


async def test_a_streamed_message_is_one_widget_from_start_to_end() -> None:
    turn = turn_of("t", events=[at(TurnStarted, 1, 0)])
    async with shown(turn) as (app, transcript, pilot):
        for offset, text in ((0, "Hello "), (6, "**wor")):
            piece = at(
                TextDelta, 2 + offset, 1, message_id=MessageId("m"), offset=offset, text=text
            )
            turn = fold(turn, [piece])
            await transcript.show_turn(turn)
        reply = app.query_one(Reply)
        whole = at(AgentMessage, 9, 2, message_id=MessageId("m"), text="Hello **world**")
        await transcript.show_turn(fold(turn, [whole, at(TurnFinished, 10, 3)]))
        await settle(pilot, lambda: "Hello world" in app.screen_text())
        assert app.query_one(Reply) is reply
    assert transcript.last_reply() == "Hello **world**"


async def test_turns_are_ordered_by_time_however_they_arrive() -> None:
    second, first, third = (turn_of(f"t{n}", f"Turn {n}", at_ms=T0_MS + n) for n in (2, 1, 3))
    async with shown(second) as (app, transcript, pilot):
        await transcript.show_turn(third)
        await transcript.prepend_turns([first])
        await pilot.pause()
        text = app.screen_text()
        assert text.index("Turn 1") < text.index("Turn 2") < text.index("Turn 3")
        await transcript.drop_turn(TurnId("t2"))
        await settle(pilot, lambda: "Turn 2" not in app.screen_text())


async def test_each_day_has_one_heading() -> None:
    turns = [turn_of(f"t{n}", at_ms=T0_MS + day * DAY_MS) for n, day in enumerate((-3, 0, 0))]
    async with shown(*turns) as (app, transcript, pilot):
        assert len(app.query(DayRule)) == 2
        await transcript.prepend_turns([turn_of("old", at_ms=T0_MS - 3 * DAY_MS - 1000)])
        await pilot.pause()
        assert len(app.query(DayRule)) == 2
        assert "Today" in app.screen_text()


async def test_another_conversation_replaces_all_of_this_one() -> None:
    async with shown(turn_of("a", "First talk")) as (app, transcript, pilot):
        await transcript.show_turns([turn_of("b", "Second talk")])
        await pilot.pause()
        assert "Second talk" in app.screen_text()
        assert "First talk" not in app.screen_text()
        await transcript.show_turns([])
        assert not transcript.children
        assert transcript.last_reply() == ""


async def test_ten_thousand_turns_mount_only_the_visible_ones() -> None:
    turns = [turn_of(f"t{n}", f"Turn {n}", at_ms=T0_MS + n) for n in range(10_000)]
    async with shown(*turns) as (app, transcript, pilot):
        assert len(transcript.children) <= KEEP + PAGE
        await transcript.show_turn(turn_of("new", "The newest", at_ms=T0_MS + 99_999))
        await settle(pilot, lambda: "The newest" in app.screen_text())
        assert len(transcript.children) <= KEEP + PAGE


async def test_new_messages_while_scrolled_up_are_announced() -> None:
    turns = [turn_of(f"t{n}", f"Turn {n}", at_ms=T0_MS + n) for n in range(40)]
    async with shown(*turns, size=(60, 20)) as (app, transcript, pilot):
        assert transcript.follows
        transcript.scroll_page_up(animate=False)
        await settle(pilot, lambda: not transcript.follows)
        await transcript.show_turn(turn_of("new", "The newest", at_ms=T0_MS + 99))
        await settle(pilot, lambda: transcript.has_new_below)
        transcript.follow_end()
        await settle(pilot, lambda: not transcript.has_new_below and transcript.follows)
        assert "The newest" in app.screen_text()
        heard = [m.has_new for m in app.heard if isinstance(m, Transcript.NewBelowChanged)]
        assert heard == [True, False]


# Cards


async def test_a_pending_approval_opens_by_enter_and_by_click() -> None:
    turn = turn_of("t", events=[ASKS])
    async with shown(turn) as (app, _, pilot):
        card = app.query_one(ApprovalCard)
        assert "7 €" in app.screen_text()
        assert "Ctrl+G" in app.screen_text()
        await pilot.click(card)
        assert not card.has_focus
        card.focus()
        await pilot.press("enter")
        await settle(pilot, lambda: len(app.heard) == 2)
    assert app.heard == [Transcript.ApprovalOpened(turn, CallId("c1"))] * 2


async def test_a_decided_approval_does_not_open() -> None:
    decided = at(ApprovalResolved, 3, 3, call_id=CallId("c1"), decision="rejected", reason="No")
    async with shown(turn_of("t", events=[ASKS, decided])) as (app, _, pilot):
        card = app.query_one(ApprovalCard)
        assert "“No”" in app.screen_text()
        await pilot.click(card)
        assert not card.can_focus
    assert app.heard == []


async def test_a_connection_shows_the_host_and_opens() -> None:
    asks = at(
        ConnectionRequested,
        1,
        1,
        attempt_id=AttemptId("a1"),
        connector="Jira",
        url="https://evil.example/x?as=id.example.com",
        expires_ms=T0_MS + 60_000 + 90_000,
    )
    turn = turn_of("t", events=[asks])
    async with shown(turn) as (app, _, pilot):
        text = app.screen_text()
        assert "evil.example  expires in 1 m 30 s" in text
        assert "id.example.com" not in text
        await pilot.click(ConnectionCard)
        await settle(pilot, lambda: bool(app.heard))
    assert app.heard == [Transcript.ConnectionOpened(turn, AttemptId("a1"))]


async def test_a_connection_link_with_a_user_name_is_shown_whole_and_not_as_a_host():
    asks = at(
        ConnectionRequested,
        1,
        1,
        attempt_id=AttemptId("a1"),
        connector="Jira",
        url="https://id.example.com@evil.example/x",
    )
    async with shown(turn_of("t", events=[asks])) as (app, _, _):
        text = app.screen_text()
    assert "https://id.example.com@evil.example/x" in text
    assert "can't be opened safely" in text
    assert "Opens" not in text


@pytest.mark.parametrize(
    ("left_ms", "tick_s", "words"),
    [
        (299_000, 9.02, "expires in 4 m 50 s"),
        (59_000, 1.02, "expires in 59 s"),
        (-1, None, "expired"),
    ],
)
async def test_the_expiry_of_a_link_is_updated_often_only_at_the_end(
    left_ms: int, tick_s: float | None, words: str
) -> None:
    asks = at(
        ConnectionRequested,
        1,
        1,
        attempt_id=AttemptId("a1"),
        connector="Jira",
        url="https://id.example.com/x",
        expires_ms=T0_MS + 60_000 + left_ms,
    )
    async with shown(turn_of("t", events=[asks])) as (app, _, _pilot):
        assert words in app.screen_text()
        assert app.query_one(ConnectionCard).auto_refresh == tick_s


async def test_nothing_is_animated_after_stop_waiting() -> None:
    runs = [at(TurnStarted, 1, 0), at(SkillStarted, 2, 1, skill="Look up")]
    async with shown(turn_of("t", events=runs)) as (app, transcript, pilot):
        assert ticker_of(app).runs
        transcript.set_paused(on=True)
        await pilot.pause()
        assert not ticker_of(app).runs
        await transcript.show_turn(turn_of("v", events=runs))
        await pilot.pause()
        assert not ticker_of(app).runs
        transcript.set_paused(on=False)
        assert ticker_of(app).runs


async def test_an_unconfirmed_message_is_resent_or_discarded_only_on_request() -> None:
    turn = turn_of("t", state="unconfirmed", problem="The connection broke.")
    async with shown(turn) as (app, _, pilot):
        card = app.query_one(PromptCard)
        assert "The connection broke." in app.screen_text()
        await pilot.click(card, offset=(5, 1))
        assert app.heard == []
        await pilot.click(card, offset=(6, 3))
        card.focus()
        await pilot.press("delete")
        await settle(pilot, lambda: len(app.heard) == 2)
    assert app.heard == [PromptCard.SendAgain(TurnId("t")), PromptCard.Withdrawn(TurnId("t"))]


async def test_a_long_message_is_collapsed_until_it_is_clicked() -> None:
    text = "\n".join(f"line {n}" for n in range(50))
    async with shown(turn_of("t", text, state="sending")) as (app, _, pilot):
        card = app.query_one(PromptCard)
        assert "▸ 31 more lines" in app.screen_text()
        assert card.size.height <= FOLD_LINES + 1
        await pilot.click(card)
        await settle(pilot, lambda: card.size.height > 50)


async def test_a_message_is_copied_without_its_decoration() -> None:
    async with shown(turn_of("t", "First line\n    second line", state="sending")) as (
        app,
        _,
        pilot,
    ):
        card = app.query_one(PromptCard)
        await settle(pilot, lambda: "Sending" in app.screen_text())
        app.screen.text_select_all()
        await pilot.pause()
        assert card.text_selection is not None
        copied, _ = card.get_selection(card.text_selection) or ("", "")
    assert copied.startswith("First line\n    second line\n")


async def test_a_skill_shows_its_result_on_request() -> None:
    events = [
        at(SkillStarted, 1, 1, skill="Look up"),
        at(SkillFinished, 2, 3.5, skill="Look up", outcome="completed", result="shipped"),
    ]
    async with shown(turn_of("t", events=events)) as (app, _, pilot):
        assert "2.5 s" in app.screen_text()
        assert "shipped" not in app.screen_text()
        await pilot.click(SkillCard)
        await settle(pilot, lambda: "shipped" in app.screen_text())


def progress_of(share: float | None, message: str, seq: int = 3) -> SkillProgress:
    event = at(SkillProgress, seq, seq, skill="Export", share=share, message=message)
    assert isinstance(event, SkillProgress)
    return event


RUNNING = [at(TurnStarted, 1, 0), at(SkillStarted, 2, 1, skill="Export")]


@pytest.mark.parametrize(
    ("share", "message", "row"),
    [
        (0.0, "Open", "0%  ╌╌╌╌╌╌╌╌╌╌╌╌  Open"),
        (0.5, "Read", "50%  ━━━━━━╌╌╌╌╌╌  Read"),
        (1.0, "", "100%  ━━━━━━━━━━━━"),
        (None, "Read", "Read"),
    ],
)
async def test_a_running_skill_shows_a_progress_bar(
    share: float | None, message: str, row: str
) -> None:
    turn = turn_of("t", events=[*RUNNING, progress_of(share, message)])
    async with shown(turn) as (app, _, _pilot):
        assert row in [line.strip(" ▐▌") for line in app.screen_text().splitlines()]


async def test_a_progress_bar_moves_in_its_card_and_goes_when_the_skill_is_done() -> None:
    turn = turn_of("t", events=[*RUNNING, progress_of(0.25, "Read")])
    async with shown(turn) as (app, transcript, pilot):
        card = app.query_one(SkillCard)
        for share, bar in ((0.75, "━━━━━━━━━╌╌╌"), (0.5, "━━━━━━╌╌╌╌╌╌")):
            turn = fold(turn, [progress_of(share, "Write", 100 - int(share * 100))])
            await transcript.show_turn(turn)
            await settle(pilot, lambda bar=bar: f"{bar}  Write" in app.screen_text())
        end = at(SkillFinished, 101, 101, skill="Export", outcome="completed")
        await transcript.show_turn(fold(turn, [end]))
        await settle(pilot, lambda: "✓" in app.screen_text())
        assert "╌" not in app.screen_text()
        assert app.query_one(SkillCard) is card


async def test_a_skill_that_failed_shows_how_far_it_came() -> None:
    end = at(SkillFinished, 4, 4, skill="Export", outcome="failed", error="No space")
    turn = turn_of("t", events=[*RUNNING, progress_of(0.5, "Write"), end])
    async with shown(turn) as (app, _, _pilot):
        assert "50%  ━━━━━━╌╌╌╌╌╌  Write" in app.screen_text()
        assert "No space" in app.screen_text()


@pytest.mark.parametrize("width", [18, 24, 34])
async def test_a_narrow_progress_bar_keeps_its_number_on_one_line(width: int) -> None:
    turn = turn_of("t", events=[*RUNNING, progress_of(0.5, HOSTILE * 9)])
    async with shown(turn, size=(width, 20)) as (app, _, _pilot):
        lines = app.screen_text().splitlines()
        assert [" 50%" in line for line in lines].count(True) == 1
        assert not set("".join(lines)) & set(UNSAFE)
        assert app.query_one(SkillCard).content_size.height == 2


async def test_an_expanded_card_stays_expanded_after_scrolling() -> None:
    done = at(SkillFinished, 2, 3.5, skill="Look up", outcome="completed", result="shipped")
    oldest = turn_of("t0", "Turn 0", [at(SkillStarted, 1, 1, skill="Look up"), done])
    document = turn_of("t1", "Turn 1", [at(AgentMessage, 1, 1, text='{"state": "shipped"}')])
    newer = [turn_of(f"t{n}", f"Turn {n}", at_ms=T0_MS + n) for n in range(2, 200)]
    long = turn_of("t2", "\n".join(f"line {n}" for n in range(FOLD_LINES + 9)), at_ms=T0_MS + 2)
    async with shown(oldest, document, long, *newer[1:], size=(80, 60)) as (app, transcript, pilot):

        async def cards() -> tuple[SkillCard, Reply, PromptCard]:
            await transcript.reveal("t0/prompt")
            await pilot.pause()
            prompt = next(
                card for card in app.query(PromptCard) if "line 28" in card.entry.prompt.text
            )
            return app.query_one(SkillCard), app.query_one(Reply), prompt

        before = await cards()
        for card in before:
            card.action_unfold()
        await transcript.reveal("t199/prompt")
        await settle(pilot, lambda: not any(card.is_attached for card in before))
        after = await cards()
        assert not set(before) & set(after)
        assert [card.unfolded for card in after] == [True, True, True]
        assert "shipped" in app.screen_text()
        assert "line 28" in app.screen_text()


def with_result(name: str, at_ms: int, result: str = "shipped") -> Turn:
    done = at(SkillFinished, 2, 3.5, skill="Look up", outcome="completed", result=result)
    begun = at(SkillStarted, 1, 1, skill="Look up")
    return turn_of(name, f"Turn {name}", [begun, done], at_ms=at_ms)


async def test_all_cards_are_expanded_and_collapsed_also_those_that_are_not_mounted() -> None:
    newer = [turn_of(f"t{n}", f"Turn {n}", at_ms=T0_MS + n) for n in range(2, 200)]
    last = with_result("t200", T0_MS + 200)
    async with shown(with_result("t0", T0_MS), *newer, last, size=(80, 60)) as (app, list_, pilot):
        app.query_one(SkillCard).action_unfold()
        assert await list_.unfold_all() is True
        assert app.query_one(SkillCard).unfolded
        await list_.show_turn(with_result("t201", T0_MS + 201, "delivered"))
        await settle(pilot, lambda: "delivered" in app.screen_text())
        await list_.reveal("t0/prompt")
        await settle(pilot, lambda: "shipped" in app.screen_text())
        app.query_one(SkillCard).action_unfold()
        assert not app.query_one(SkillCard).unfolded
        assert await list_.unfold_all() is False
        assert await list_.unfold_all() is True
        await settle(pilot, lambda: app.query_one(SkillCard).unfolded)


async def test_the_view_stays_when_cards_above_it_are_expanded() -> None:
    long = "\n".join(f"row {n}" for n in range(30))
    turns = [with_result(f"t{n}", T0_MS + n, long) for n in range(20)]
    async with shown(*turns, size=(80, 12)) as (app, transcript, pilot):
        await transcript.reveal("t10/prompt")
        await pilot.pause()
        before = app.screen_text().splitlines()
        await transcript.unfold_all()
        await pilot.pause()
        assert "row 3" in app.screen_text()
        assert app.screen_text().splitlines()[:3] == before[:3]


async def test_another_conversation_begins_collapsed() -> None:
    async with shown(with_result("t0", T0_MS)) as (app, transcript, _):
        await transcript.unfold_all()
        await transcript.show_turns([with_result("other", T0_MS)])
        assert not app.query_one(SkillCard).unfolded


async def test_there_may_be_nothing_to_expand() -> None:
    async with shown(turn_of("t0", "short")) as (_, transcript, _pilot):
        assert await transcript.unfold_all() is None


async def test_the_timer_of_a_running_skill_updates_without_a_layout() -> None:
    now = [T0_MS + 2_000]
    transcript = Transcript(now_ms=lambda: now[0])
    app = Solo(transcript)
    async with app.run_test() as pilot:
        await transcript.show_turns([turn_of("t", events=[at(SkillStarted, 1, 1, skill="Run")])])
        await settle(pilot, lambda: "1 s" in app.screen_text())
        now[0] += 4_000
        await settle(pilot, lambda: "5 s" in app.screen_text())


async def test_hostile_text_in_the_transcript_is_shown_sanitized() -> None:
    events = [
        at(SkillStarted, 1, 1, skill=HOSTILE),
        at(SkillFinished, 2, 2, skill=HOSTILE, outcome="failed", error=HOSTILE, result=HOSTILE),
        at(AgentMessage, 3, 3, text=HOSTILE),
        at(
            ApprovalRequested,
            4,
            4,
            call_id=CallId(HOSTILE),
            skill=HOSTILE,
            parameters={"a": HOSTILE},
        ),
        at(ConnectionRequested, 5, 5, attempt_id=AttemptId("a"), connector=HOSTILE, url=HOSTILE),
    ]
    ended = at(TurnFinished, 1, 6, run="run-2", outcome="failed", reason=HOSTILE)
    turns = [
        turn_of("a", HOSTILE, events, state="unconfirmed", problem=HOSTILE),
        turn_of("b", HOSTILE, [ended], at_ms=T0_MS + 1),
    ]
    prompt = turns[0].prompt
    assert prompt is not None
    attachment = Attachment(path=HOSTILE, name=HOSTILE, size_bytes=1)
    turns[0] = replace(turns[0], prompt=replace(prompt, attachments=(attachment,)))
    async with shown(*turns, size=(100, 60)) as (app, _, pilot):
        await pilot.click(SkillCard)
        await pilot.pause()
        text = app.screen_text()
        assert text.count("[/oops]") >= 9
        assert not set(text) & set(UNSAFE)


# Skills that ran together


def skill(seq: int, second: float, name: str, end_s: float | None = None) -> list[TurnEvent]:
    begin = at(SkillStarted, seq, second, skill=name, call_id=CallId(name))
    if end_s is None:
        return [begin]
    end = at(SkillFinished, seq + 50, end_s, skill=name, call_id=CallId(name), outcome="completed")
    return [begin, end]


def bars_of(app: Solo) -> dict[str, str]:
    """Return the lines of all cards of skills by the name in them, without borders."""
    lines = (line.strip(" ▐▌") for line in app.screen_text().splitlines())
    found = (line for line in lines if any(c in line for c in "━╸╺┄") or " s" in line[-3:])
    return {" ".join(line.split("  ")[0].split()[1:]): line for line in found}


async def test_skills_that_ran_together_have_bars_on_one_axis() -> None:
    events = [*skill(2, 1, "Read", 2), *skill(3, 1, "Search", 5), *skill(4, 3, "List", 4)]
    async with shown(turn_of("t", events=events), size=(60, 20)) as (app, _, _pilot):
        assert len(app.query(SkillCard)) == 1
        bars = bars_of(app)
        read, search, listed = bars["Read"], bars["Search"], bars["List"]
    assert read.endswith("1.0 s")
    assert search.endswith("4.0 s")
    assert search.count("━") >= 4 * read.count("━") - 1
    assert read.index("━") == search.index("━") < listed.index("━")


async def test_a_skill_alone_has_no_bar() -> None:
    said = at(AgentMessage, 3, 3, text="And then")
    events = [*skill(2, 1, "Read", 2), said, *skill(4, 4, "Search", 5)]
    async with shown(turn_of("t", events=events), size=(60, 20)) as (app, _, _pilot):
        assert len(app.query(SkillCard)) == 2
        assert not set("━┄") & set(app.screen_text())


async def test_a_bar_is_dotted_from_the_start_of_the_group_if_its_own_is_unknown() -> None:
    end = at(SkillFinished, 9, 4, skill="Search", outcome="completed")
    turn = turn_of("t", events=[*skill(2, 1, "Read", 2), end])
    async with shown(turn, size=(60, 20)) as (app, _, _pilot):
        bars = bars_of(app)
        assert "━" not in bars["Search"]
        assert bars["Search"].index("┄") == bars["Read"].index("━")


async def test_bars_grow_in_steps_and_keep_their_widget() -> None:
    now = [T0_MS + 3_000]
    transcript = Transcript(now_ms=lambda: now[0])
    app = Solo(transcript)
    turn = turn_of("t", events=[*skill(2, 1, "Read", 2), *skill(3, 1, "Search")])
    async with app.run_test(size=(60, 20)) as pilot:
        await transcript.show_turns([turn])
        await settle(pilot, lambda: "2 s" in app.screen_text())
        card, before = app.query_one(SkillCard), bars_of(app)
        now[0] += 4_000
        await settle(pilot, lambda: "6 s" in app.screen_text())
        after = bars_of(app)
        assert after["Search"].count("━") > after["Read"].count("━")
        assert after["Read"].count("━") < before["Read"].count("━")
        await transcript.show_turn(
            fold(turn, [*skill(3, 1, "Search", 7.25), at(TurnFinished, 99, 8)])
        )
        await settle(pilot, lambda: "6.2 s" in app.screen_text())
        assert bars_of(app)["Read"] == after["Read"]
        assert app.query_one(SkillCard) is card
        await settle(pilot, lambda: not ticker_of(app).runs)


async def test_a_click_expands_the_skill_under_the_mouse_alone() -> None:
    events = [
        event
        for n, name in enumerate(("Read", "Search"))
        for event in (
            at(SkillStarted, n, n, skill=name),
            at(SkillFinished, n + 5, n + 2, skill=name, outcome="completed", result=f"of {name}"),
        )
    ]
    async with shown(turn_of("t", events=events), size=(60, 20)) as (app, _, pilot):
        await pilot.click(SkillCard, offset=(5, 2))
        await settle(pilot, lambda: "of Search" in app.screen_text())
        assert "of Read" not in app.screen_text()
        app.query_one(SkillCard).action_unfold()
        await settle(pilot, lambda: "of Search" not in app.screen_text())
