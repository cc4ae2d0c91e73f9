"""Tokens and cost: of a turn at its end, of the conversation above the timeline."""

from __future__ import annotations

import pytest

from tests.fakes import WORKSHOP, ScriptedBackend, finished, reply, said, started, used
from tests.ui.stage import Stage
from tui.core.usage import Usage
from tui.ui.widgets.notice import UsageRow
from tui.ui.widgets.timeline_head import TimelineHead


async def test_a_turn_says_what_it_used_and_the_head_what_all_did() -> None:
    script = [started(), used(1_000, 100, before=True), said("Done."), used(3_500, 140), finished()]
    stage = Stage(ScriptedBackend(script, can=WORKSHOP))
    async with stage.shown():
        await stage.say("Count")
        await stage.until(lambda: "Done." in stage.screen())
        await stage.until(lambda: "2,500 tokens in" in stage.screen())
        assert "40 out" in stage.text(stage.chat.query_one(UsageRow))
        assert "↑3.5k ↓140 · 3.64" in stage.text(stage.chat.query_one(TimelineHead))
        await stage.press("ctrl+n")
        await stage.until(lambda: "Enter  Start" in stage.screen())
        await stage.press("enter")
        await stage.until(lambda: "3.5k" not in stage.text(stage.chat.query_one(TimelineHead)))


async def test_nothing_is_said_where_nothing_is_counted() -> None:
    stage = Stage(ScriptedBackend(reply("Done.")))
    async with stage.shown():
        await stage.say("Count")
        await stage.until(lambda: "Done." in stage.screen())
        assert not stage.chat.query(UsageRow)
        assert "out" not in stage.text(stage.chat.query_one(TimelineHead))


@pytest.mark.parametrize(
    ("tokens", "words"),
    [(950, "↑950"), (12_345, "↑12.3k"), (128_000, "↑128k"), (1_500_000, "↑1.5M")],
)
def test_brief_counts_have_few_digits(tokens: int, words: str) -> None:
    assert Usage(input_tokens=tokens, output_tokens=7).brief() == f"{words} ↓7"


def test_a_cost_of_nothing_is_not_worth_a_word() -> None:
    assert Usage(input_tokens=1, cost=0.0).brief() == "↑1 ↓0"


@pytest.mark.parametrize(
    ("cost", "told"),
    [(0.0052, "0.0052"), (0.00241, "0.0024"), (1e-7, "<0.0001"), (1204.5, "1,204.50")],
)
def test_a_cost_is_told_alike_wherever_it_stands(cost: float, told: str) -> None:
    used = Usage(input_tokens=1, cost=cost)
    assert used.brief() == f"↑1 ↓0 · {told}"
    assert used.sentence().endswith(f"cost {told}")
