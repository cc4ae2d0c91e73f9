"""Approvals: a skill runs only after the user's decision, never because of a stray key."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import Key
from textual.widgets import TextArea

from tests.ui.widget_app import HOSTILE, UNSAFE, FakeClock, Solo, asked, at, settle, turn_of
from tui.core.events import ApprovalRequested, ApprovalResolved
from tui.core.ids import CallId
from tui.core.steps import ApprovalStep
from tui.ui.questions.approval_modal import ApprovalAnswer, ApprovalModal
from tui.ui.questions.parameter_table import ParameterTable, ReasonText
from tui.ui.questions.reason_modal import ReasonModal
from tui.ui.toolkit.guarded_modal import CHANGED_S

SCHEMA = (
    {"name": "model", "label": "Model", "hint": "As in the catalogue"},
    {"name": "to", "label": "Deliver to", "properties": [{"name": "city", "label": "City"}]},
    {"name": "key", "label": "Supplier key", "control_type": "password"},
)
PARAMETERS = {"to": {"city": "Utrecht"}, "model": "14 inch", "key": "hunter2", "why": "Too old"}


def question(decision: str | None = None, **fields: object) -> ApprovalStep:
    asked = {"skill": "Order laptop", "parameters": PARAMETERS, "schema": SCHEMA, **fields}
    events = [at(ApprovalRequested, 1, 0, call_id=CallId("c1"), **asked)]
    if decision:
        events.append(at(ApprovalResolved, 2, 1, call_id=CallId("c1"), decision=decision))
    (step,) = turn_of("t", events=events).steps
    assert isinstance(step, ApprovalStep)
    return step


def modal(step: ApprovalStep | None = None) -> tuple[ApprovalModal, FakeClock]:
    clock = FakeClock()
    return ApprovalModal(step or question(), agent="IT Helper", clock_s=clock), clock


async def test_keys_and_clicks_of_the_first_moment_do_not_answer_an_approval() -> None:
    shown, clock = modal()
    app = Solo()
    async with app.run_test() as pilot:
        app.ask(shown)
        await settle(pilot, lambda: shown.is_drawn)
        await pilot.press("a", "r", "tab", "enter")
        await pilot.click("AnswerRow Button")
        assert app.screen is shown
        clock.now_s += 0.39
        await pilot.press("a")
        assert app.answers == []
        clock.now_s += 0.02
        await pilot.press("a")
        assert app.answers == [ApprovalAnswer("approved")]


async def test_an_approval_looks_inactive_and_says_so_until_keys_answer() -> None:
    shown, clock = modal()
    app = Solo()
    async with app.run_test() as pilot:
        app.ask(shown)
        await settle(pilot, lambda: shown.is_drawn)
        assert "Keys answer in a moment" in app.screen_text()
        assert "answer now" not in app.screen_text()
        clock.now_s += 0.41
        await settle(pilot, lambda: "a and r answer now" in app.screen_text())
        await pilot.press("x")  # no answer: the next letter may be one of the same word
        await settle(pilot, lambda: "Keys answer in a moment" in app.screen_text())
        clock.now_s += 1
        await settle(pilot, lambda: "a and r answer now" in app.screen_text())


async def test_escape_closes_an_approval_from_the_first_moment() -> None:
    shown, _ = modal()
    app = Solo()
    async with app.run_test() as pilot:
        app.ask(shown)
        await settle(pilot, lambda: app.screen is shown)
        await pilot.press("escape")
        await settle(pilot, lambda: app.answers == [None])


async def test_letters_typed_for_a_message_do_not_answer_an_approval() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        for letter in ("t", "o", "o", "space", "d", "e", "a", "r"):
            await pilot.press(letter)
            clock.now_s += 0.3
        assert app.screen is shown
        assert app.answers == []
        clock.now_s += 1
        await pilot.press("a")
        assert app.answers == [ApprovalAnswer("approved")]


async def test_an_approval_shows_the_reason_and_then_all_parameters_in_the_schemas_order() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, _):
        text = app.screen_text()
        order = ["Order laptop", "Nothing has been done yet.", "why", "Too old", "Model"]
        order += ["14 inch", "As in the catalogue", "Deliver to", "City", "Utrecht", "Supplier key"]
        places = [text.index(words) for words in order]
        assert places == sorted(places)
        assert "hunter2" not in text


async def test_the_reason_of_a_rejection_is_prompted_and_returned() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("r")
        await settle(pilot, lambda: isinstance(app.screen, ReasonModal))
        assert "The agent sees your reason." in app.screen_text()
        clock.now_s += 1
        await pilot.press(*"no", "ctrl+j", *"way", "enter")
        await settle(pilot, lambda: bool(app.answers))
    assert app.answers == [ApprovalAnswer("rejected", "no\nway")]


async def test_a_rejection_reason_typed_in_one_burst_is_complete() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("r")
        await settle(pilot, lambda: isinstance(app.screen, ReasonModal))
        await settle(pilot, lambda: app.screen.is_drawn)
        clock.now_s += 1
        for letter in "nonsense":
            app.post_message(Key(letter, letter))
        app.post_message(Key("ctrl+u", None))
        for letter in "expensive":
            app.post_message(Key(letter, letter))
        app.post_message(Key("enter", "\r"))
        await settle(pilot, lambda: bool(app.answers))
    assert app.answers == [ApprovalAnswer("rejected", "expensive")]


async def test_a_rejection_needs_no_reason_and_can_be_canceled() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("r")
        await settle(pilot, lambda: isinstance(app.screen, ReasonModal))
        clock.now_s += 1
        await pilot.press("escape")
        await settle(pilot, lambda: app.screen is shown)
        assert app.answers == []
        await pilot.press("r")
        await settle(pilot, lambda: isinstance(app.screen, ReasonModal))
        clock.now_s += 1
        await pilot.press("enter")
        await settle(pilot, lambda: bool(app.answers))
    assert app.answers == [ApprovalAnswer("rejected", None)]


async def test_escape_postpones_the_approval() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("escape")
    assert app.answers == [None]


async def test_a_double_click_on_a_button_closes_one_screen() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        below = app.screen_stack[0]
        await pilot.click("AnswerRow Button", times=2)
        await pilot.pause()
        assert app.screen is below
    assert app.answers == [ApprovalAnswer("approved")]


async def test_the_approval_closes_when_it_is_answered_elsewhere() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        shown.update_step(question())
        assert app.screen is shown
        shown.update_step(question("approved"))
        await settle(pilot, lambda: app.screen is not shown)
    assert app.answers == [None]


async def test_the_approval_closes_even_while_a_reason_is_being_typed() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        below = app.screen_stack[0]
        await pilot.press("r")
        await settle(pilot, lambda: isinstance(app.screen, ReasonModal))
        app.screen.query_one(TextArea).insert("because")
        shown.update_step(question("rejected"))
        await settle(pilot, lambda: app.screen is below)
    assert app.answers == [None]


async def test_hostile_text_in_an_approval_is_shown_sanitized() -> None:
    schema = ({"name": HOSTILE, "label": HOSTILE, "hint": HOSTILE},)
    step = question(
        skill=HOSTILE, schema=schema, parameters={HOSTILE: HOSTILE, "x": {HOSTILE: [HOSTILE]}}
    )
    clock = FakeClock()
    shown = ApprovalModal(step, agent=HOSTILE, clock_s=clock)
    async with asked(shown, clock, (100, 50)) as (app, pilot):
        text = app.screen_text()
        assert "[/oops]" in text
        assert not set(text) & set(UNSAFE)
        await pilot.press("r")
        await settle(pilot, lambda: isinstance(app.screen, ReasonModal))
        assert not set(app.screen_text()) & set(UNSAFE)


@pytest.mark.parametrize("skill", ["Order", "Order many laptops " * 20])
async def test_long_parameters_scroll_and_the_buttons_stay_visible(skill: str) -> None:
    shown, clock = modal(
        question(skill=skill, parameters={f"text {n}": "word " * 200 for n in range(9)})
    )
    async with asked(shown, clock, (60, 24)) as (app, pilot):
        await settle(pilot, lambda: "Approve" in app.screen_text())
        before = app.screen.query_one(ParameterTable).region.y
        await pilot.press("pagedown")
        await settle(pilot, lambda: shown.query_one(ParameterTable).region.y < before)


def deep(levels: int) -> object:
    nested: object = "the end"
    for level in range(levels):
        nested = {f"level{level}": nested}
    return nested


LONG = {
    "fifty": {f"name{n}": f"value {n}" for n in range(50)} | {"last": "the end"},
    "deep": {"out": deep(60)},
    "short lines": {"items": ["x"], "note": {"of": "x" + "\n" * 60 + "y"}, "last": "the end"},
    "many": {"list": list(range(5_000)), "last": "the end"},
}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("fifty", (100, 40)),
        ("fifty", (40, 10)),
        ("deep", (60, 15)),
        ("many", (100, 40)),
        ("short lines", (60, 15)),
        ("short lines", (40, 10)),
    ],
)
async def test_all_parameters_can_be_scrolled_to_and_hidden_lines_are_counted(
    name: str, size: tuple[int, int]
) -> None:
    shown, clock = modal(question(parameters=LONG[name], schema=()))
    async with asked(shown, clock, size) as (app, pilot):
        await settle(pilot, lambda: "more" in app.screen_text())
        if shown.query_one(ParameterTable).is_folded:
            await pilot.press("e")
        await settle(pilot, lambda: not shown.query_one(ParameterTable).is_folded)
        body, table = shown.query_one(".modal--body"), shown.query_one(ParameterTable)

        def hidden() -> int:
            return table.line_count - body.size.height

        await settle(pilot, lambda: f"▼ {hidden():,} more" in app.screen_text())
        assert "the end" not in app.screen_text()
        while "the end" not in app.screen_text():
            await pilot.press("end")  # again, if lines have wrapped beside a new scroll bar
        await settle(pilot, lambda: f"▲ {hidden():,} above" in app.screen_text())
        assert "▼" not in app.screen_text()
        await pilot.press("home")
        await settle(pilot, lambda: f"▼ {hidden():,} more" in app.screen_text())


@pytest.mark.parametrize("size", [(100, 40), (60, 20)])
async def test_a_long_text_is_folded_with_a_count_and_a_key(size: tuple[int, int]) -> None:
    words = " ".join(f"word{n}" for n in range(900)) + " the end"
    shown, clock = modal(question(parameters={"why": words, "model": "14"}, schema=()))
    async with asked(shown, clock, size) as (app, pilot):
        table = shown.query_one(ReasonText)
        await settle(pilot, lambda: " more lines  e to expand" in app.screen_text())
        folded = table.line_count
        hidden = table.unseen
        await pilot.press("a")
        await settle(pilot, lambda: "not seen" in app.screen_text())
        clock.now_s += 1
        await pilot.press("e")
        await settle(pilot, lambda: table.line_count > folded)
        assert hidden >= table.line_count - folded
        await settle(pilot, lambda: shown.query_one(".modal--body").max_scroll_y > folded)
        await pilot.press("end")
        await settle(pilot, lambda: "the end" in app.screen_text())
        clock.now_s += 1.1
        await pilot.press("a")
        assert app.answers == []  # most of it has not been on the screen


async def test_enter_answers_nothing_and_says_so() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("enter")
        await settle(pilot, lambda: "● Enter does nothing here.  a and r" in app.screen_text())
        await pilot.press("down")
        await settle(pilot, lambda: "a and r answer now." in app.screen_text())
    assert app.answers == []


async def test_approving_for_the_conversation_explains_the_rule_and_needs_two_presses() -> None:
    shown, clock = modal()
    async with asked(shown, clock) as (app, pilot):
        await pilot.press("c")
        await settle(pilot, lambda: "will run without asking" in app.screen_text())
        text = " ".join(app.screen_text().split())
        assert "for the rest of this conversation, whatever its parameters, until you" in text
        await pilot.press("c")  # a held key is no second press
        assert app.answers == []
        clock.now_s += 1.1
        await pilot.press("down")
        await settle(pilot, lambda: "will run without asking" not in app.screen_text())
        await pilot.press("c")
        clock.now_s += 1.1
        await pilot.press("c")
        assert app.answers == [ApprovalAnswer("approved", for_conversation=True)]


async def test_words_that_start_with_another_key_do_not_approve() -> None:
    for word in ("easy", "can"):
        shown, clock = modal()
        async with asked(shown, clock) as (app, pilot):
            for letter in word:
                await pilot.press(letter)
                clock.now_s += 0.5
            assert app.answers == []


async def test_a_changed_question_cannot_be_approved_for_the_conversation() -> None:
    shown, clock = modal(changed(question(), model="16 inch"))
    async with asked(shown, clock) as (app, pilot):
        assert "for this conversation" not in app.screen_text()
        await pilot.press("c")
        clock.now_s += 2
        await pilot.press("c")
        assert app.answers == []


@pytest.mark.parametrize("size", [(100, 40), (40, 10)])
async def test_approving_warns_about_unseen_parameters(size: tuple[int, int]) -> None:
    shown, clock = modal(question(parameters=LONG["fifty"], schema=()))
    async with asked(shown, clock, size) as (app, pilot):
        await settle(pilot, lambda: "more" in app.screen_text())
        hidden = 51 - shown.query_one(".modal--body").size.height
        await pilot.press("a")
        await settle(pilot, lambda: "not seen" in app.screen_text())
        assert f"▲ {hidden} " in app.screen_text()
        await pilot.press("a")  # a held key is no second press
        assert app.answers == []
        clock.now_s += 1
        await pilot.press("a")
        assert app.answers == [ApprovalAnswer("approved")]


async def test_parameters_that_were_jumped_over_are_unseen() -> None:
    shown, clock = modal(question(parameters=LONG["fifty"], schema=()))
    async with asked(shown, clock, (100, 30)) as (app, pilot):
        await pilot.press("end")
        await settle(pilot, lambda: "the end" in app.screen_text())
        height = shown.query_one(".modal--body").size.height
        assert shown.query_one(ParameterTable).unseen == 51 - 2 * height
        await pilot.press("a")
        await settle(pilot, lambda: f"{51 - 2 * height} lines not seen" in app.screen_text())


@given(st.lists(st.sampled_from(["down", "up", "pagedown", "pageup", "end", "home"]), max_size=12))
@settings(deadline=None, max_examples=8)
def test_only_visible_parameters_count_as_seen(keys: list[str]) -> None:
    async def scroll() -> None:
        shown, clock = modal(question(parameters=LONG["fifty"], schema=()))
        async with asked(shown, clock, (80, 24)) as (_, pilot):
            body, table = shown.query_one(".modal--body"), shown.query_one(ParameterTable)
            await pilot.pause()
            height, top, seen = body.size.height, 0, set(range(51 - table.unseen))
            assert height <= len(seen) <= height + 1  # one more on the first frame
            last = 51 - height
            steps = {"down": 1, "up": -1, "pagedown": height - 1, "pageup": 1 - height}
            steps |= {"end": last, "home": -last}
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
                top = max(0, min(last, top + steps[key]))
                seen |= set(range(top, top + height))
                assert table.unseen == 51 - len(seen)

    asyncio.run(scroll())


async def test_after_paging_through_all_parameters_one_key_approves() -> None:
    shown, clock = modal(question(parameters=LONG["fifty"], schema=()))
    async with asked(shown, clock, (80, 24)) as (app, pilot):
        for _ in range(10):
            await pilot.press("pagedown")
            await pilot.pause()
        await pilot.press("a")
        assert app.answers == [ApprovalAnswer("approved")]


async def test_seen_parameters_stay_seen_after_a_resize() -> None:
    shown, clock = modal(question(parameters=LONG["fifty"], schema=()))
    async with asked(shown, clock, (100, 80)) as (app, pilot):
        await settle(pilot, lambda: "the end" in app.screen_text())
        await pilot.resize_terminal(60, 20)
        await settle(pilot, lambda: "more" in app.screen_text())
        await pilot.press("a")
        assert app.answers == [ApprovalAnswer("approved")]


async def test_an_approval_takes_keys_even_if_its_first_frame_was_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.ui.toolkit.guarded_modal._LATEST_S", 0.01)
    monkeypatch.setattr(ApprovalModal, "call_after_refresh", lambda *_: False)
    shown, clock = modal(question())
    app = Solo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.ask(shown)
        await settle(pilot, lambda: shown.is_drawn)
        clock.now_s += 1
        await pilot.press("escape")
        await settle(pilot, lambda: app.answers == [None])


@pytest.mark.parametrize("size", [(40, 10), (60, 12), (80, 15)])
async def test_in_a_tiny_window_parameters_and_buttons_are_visible(
    size: tuple[int, int],
) -> None:
    shown, clock = modal()
    async with asked(shown, clock, size) as (app, pilot):
        for words in ("Order laptop", "Model", "14 inch", "Approve", "Reject", "later"):
            await settle(pilot, lambda words=words: words in app.screen_text())
        await pilot.press("end")
        await settle(pilot, lambda: "Supplier key" in app.screen_text())


def changed(step: ApprovalStep, **parameters: object) -> ApprovalStep:
    """The same question with other parameters."""
    newer = replace(step.request, parameters={**step.request.parameters, **parameters})
    first = step.asked_first or step.request
    return replace(step, request=newer, asked_first=first, revision=step.revision + 1)


async def test_changed_parameters_are_shown_and_not_approved_unseen() -> None:
    step = question()
    shown, clock = modal(step)
    async with asked(shown, clock) as (app, pilot):
        newer = changed(step, model="16 inch", to={"city": "Mallory's"})
        shown.update_step(newer)
        await settle(pilot, lambda: "16 inch" in app.screen_text())
        text = app.screen_text()
        assert "The parameters changed. Check them again." in text
        assert "Model: 14 inch → 16 inch" in text
        assert "Deliver to / City: Utrecht → Mallory's" in text
        await settle(pilot, lambda: shown.is_drawn)
        await pilot.press("a", "r")
        await pilot.click("AnswerRow Button")
        assert (app.screen, app.answers) == (shown, [])
        clock.now_s += CHANGED_S + 0.1
        await pilot.press("a")  # it is not armed any more
        assert app.answers == []
        await pilot.press("tab", "a")
        assert app.answers == [ApprovalAnswer("approved")]
        assert shown.step is newer


async def test_a_diff_of_parameters_starts_from_the_seen_ones() -> None:
    step = question()
    shown, clock = modal(step)
    async with asked(shown, clock) as (app, pilot):
        second = changed(step, model="15 inch")
        shown.update_step(second)
        shown.update_step(changed(second, model="16 inch"))
        await settle(pilot, lambda: "Model: 14 inch → 16 inch" in app.screen_text())
        assert "15 inch" not in app.screen_text()


async def test_a_duplicate_approval_changes_nothing() -> None:
    step = question()
    shown, clock = modal(step)
    async with asked(shown, clock) as (app, pilot):
        shown.update_step(replace(step, request=replace(step.request, key="again")))
        await pilot.press("a")
        assert app.answers == [ApprovalAnswer("approved")]
