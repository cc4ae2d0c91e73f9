"""Tokens and cost: of a turn at its end, of the conversation above the timeline."""

from __future__ import annotations

import pytest

from tests.fakes import WORKSHOP, ScriptedBackend, finished, reply, said, started, used
from tests.ui.stage import Stage
from tui.core.usage import Usage, sum_of
from tui.ui.timeline.timeline_header import TimelineHeader
from tui.ui.transcript.status_rows import UsageRow


async def test_token_usage_is_shown_for_a_turn_and_in_the_header_for_all() -> None:
    scripts = [
        [started(), said("Done."), used(2_500, 40), finished()],
        [started(), said("Again."), used(1_000, 100), finished()],
    ]
    stage = Stage(ScriptedBackend(*scripts, can=WORKSHOP))
    async with stage.shown(160, 40):
        await stage.say("Count")
        await stage.until(lambda: "2,500 input tokens" in stage.screen())
        assert "40 output tokens" in stage.text(stage.find(UsageRow))
        await stage.say("Count again")
        await stage.until(lambda: "1,000 input tokens, 100 output tokens" in stage.screen())
        head = stage.find(TimelineHeader)
        await stage.until(lambda: "↑3.5k ↓140" in stage.text(head))
        await stage.press("ctrl+n")
        await stage.until(lambda: "Enter  Start" in stage.screen())
        await stage.press("enter")
        await stage.until(lambda: "3.5k" not in stage.text(stage.find(TimelineHeader)))


async def test_without_token_usage_nothing_is_shown() -> None:
    stage = Stage(ScriptedBackend(reply("Done.")))
    async with stage.shown():
        await stage.say("Count")
        await stage.until(lambda: "Done." in stage.screen())
        assert not stage.find_all(UsageRow)
        assert "out" not in stage.text(stage.find(TimelineHeader))


@pytest.mark.parametrize(
    ("tokens", "words"),
    [(950, "↑950"), (12_345, "↑12.3k"), (128_000, "↑128k"), (1_500_000, "↑1.5M")],
)
def test_short_token_counts_have_few_digits(tokens: int, words: str) -> None:
    assert Usage(input_tokens=tokens, output_tokens=7).brief() == f"{words} ↓7"


def test_a_zero_cost_is_not_shown() -> None:
    usage = Usage(input_tokens=1, cost=0.0)
    assert usage.brief() == "↑1 ↓0"
    assert usage.sentence() == "1 input token, 0 output tokens"


@pytest.mark.parametrize(
    ("cost", "told"),
    [(0.0052, "0.0052"), (0.00241, "0.0024"), (1e-7, "<0.0001"), (1204.5, "1,204.50")],
)
def test_a_cost_is_formatted_alike_everywhere(cost: float, told: str) -> None:
    used = Usage(input_tokens=1, cost=cost)
    assert used.brief() == "↑1 ↓0"
    assert Usage(input_tokens=1, cost=cost, currency="CHF").brief() == f"↑1 ↓0 · CHF {told}"
    assert used.sentence().endswith(f"cost {told} (currency not given)")


def test_a_currency_is_shown_where_the_service_names_one() -> None:
    assert Usage(input_tokens=1, cost=0.5, currency="EUR").sentence().endswith("cost €0.5000")
    assert Usage(input_tokens=1, cost=0.5, currency="USD").brief() == "↑1 ↓0 · $0.5000"
    assert Usage(input_tokens=1, cost=0.5, currency="CHF").brief() == "↑1 ↓0 · CHF 0.5000"


def test_cached_tokens_and_premium_requests_are_shown_where_counted() -> None:
    usage = Usage(
        input_tokens=1_200, cached_tokens=600, cache_write_tokens=40, premium_requests=1.5
    )
    assert usage.sentence() == (
        "1,200 input tokens (600 cached, 40 written to the cache), 0 output tokens, "
        "1.5 premium requests"
    )


def test_costs_in_different_currencies_have_no_sum() -> None:
    euros = Usage(input_tokens=1, cost=0.5, currency="EUR")
    assert (euros + Usage(input_tokens=2, cost=1.0, currency="USD")).cost is None
    assert sum_of([None, euros, euros]) == Usage(input_tokens=2, cost=1.0, currency="EUR")
    assert sum_of([None]) is None
