"""Streamed reply: it only grows, and its end changes nothing."""

from __future__ import annotations

from tests.bench.answers import mixed
from tests.ui.widget_app import Solo, at, settle, turn_of
from tui.core.events import AgentMessage, TextDelta, TurnFinished, TurnStarted
from tui.core.ids import MessageId
from tui.core.turn import Turn, fold
from tui.ui.transcript.reply import Reply
from tui.ui.transcript.transcript import Transcript

ID = MessageId("m")
TEXT = mixed(2).rstrip()
PIECE = 40


def piece(turn: Turn, offset: int) -> Turn:
    words = TEXT[offset : offset + PIECE]
    return fold(turn, [TextDelta(key=f"d{offset}", message_id=ID, offset=offset, text=words)])


def shown(reply: Reply) -> list[str]:
    return [reply.render_line(y).text.rstrip() for y in range(reply.size.height)]


async def test_a_streamed_reply_never_shrinks_and_the_whole_message_moves_no_line() -> None:
    transcript = Transcript()
    app = Solo(transcript)
    async with app.run_test(size=(100, 60)) as pilot:
        turn = turn_of("1", "How?", [at(TurnStarted, 1, 0)])
        heights = [0]
        for offset in range(0, len(TEXT), PIECE):
            turn = piece(turn, offset)
            await transcript.show_turn(turn)
            await pilot.pause(0.02)
            if replies := list(transcript.query(Reply)):
                heights.append(replies[0].size.height)
        assert heights == sorted(heights)
        reply = transcript.query_one(Reply)
        last = TEXT.split()[-1].strip("*`.")
        await settle(pilot, lambda: any(last in line for line in shown(reply)))
        before = shown(reply)
        for event in (
            at(AgentMessage, 2, 1, text=TEXT, message_id=ID),
            at(TurnFinished, 3, 2, outcome="finished"),
        ):
            turn = fold(turn, [event])
            await transcript.show_turn(turn)
            await pilot.pause()
            assert transcript.query_one(Reply) is reply
            assert shown(reply) == before


async def test_duplicate_text_deltas_change_nothing() -> None:
    turn = turn_of("1", "How?", [at(TurnStarted, 1, 0)])
    for offset in (0, PIECE, 0, 2 * PIECE, PIECE):
        turn = piece(turn, offset)
    assert turn.reply == TEXT[: 3 * PIECE]


# What is in view


LONG = "\n\n".join(f"paragraph {n}" for n in range(40))


def top_line(app: Solo) -> str:
    """Return the first line with text, without borders."""
    lines = (line.strip(" ▐▌▄▀▗▖▝▘") for line in app.screen_text().splitlines())
    return next(line for line in lines if line)


async def test_a_short_conversation_starts_at_the_top() -> None:
    transcript = Transcript()
    app = Solo(transcript)
    async with app.run_test(size=(60, 20)) as pilot:
        await transcript.show_turns([turn_of("1", "How?", [at(AgentMessage, 1, 0, text="So.")])])
        await pilot.pause()
        assert transcript.scroll_y == 0
        assert "How?" in "\n".join(app.screen_text().splitlines()[:5])


async def test_a_reply_that_is_longer_than_the_view_is_shown_from_its_first_line() -> None:
    transcript = Transcript()
    app = Solo(transcript)
    async with app.run_test(size=(60, 20)) as pilot:
        asked = turn_of("1", "How?", [at(TurnStarted, 1, 0)])
        await transcript.show_turn(asked)
        await transcript.show_turn(fold(asked, [at(AgentMessage, 2, 1, text=LONG)]))
        await settle(pilot, lambda: transcript.has_new_below)
        assert top_line(app).startswith("✦ Agent")
        assert "paragraph 0" in app.screen_text()
        # Who goes to the end follows it, and a next reply begins in view again.
        await transcript.follow()
        await settle(pilot, lambda: "paragraph 39" in app.screen_text())
        assert not transcript.has_new_below
        await transcript.show_turn(turn_of("2", "And?", [at(AgentMessage, 3, 2, text=LONG)]))
        await settle(pilot, lambda: transcript.has_new_below)
        assert top_line(app).startswith("✦ Agent")


async def test_a_growing_reply_stays_at_its_first_line_until_the_user_goes_to_the_end() -> None:
    transcript = Transcript()
    app = Solo(transcript)
    async with app.run_test(size=(60, 20)) as pilot:
        turn = turn_of("1", "How?", [at(TurnStarted, 1, 0)])
        offsets = range(0, len(LONG), PIECE)
        for offset in offsets:
            if offset == offsets[len(offsets) // 2]:
                await settle(pilot, lambda: not transcript.at_end)
                assert "paragraph 0" in app.screen_text()
                await transcript.follow()
            words = LONG[offset : offset + PIECE]
            delta = TextDelta(key=f"d{offset}", message_id=ID, offset=offset, text=words)
            turn = fold(turn, [delta])
            await transcript.show_turn(turn)
            await pilot.pause(0.02)
        await settle(pilot, lambda: "paragraph 39" in app.screen_text())
        assert transcript.at_end
