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
