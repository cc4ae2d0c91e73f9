"""Guardrail policies: forms that validate, and a diff before a replacement."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import TextArea

from tests.ui.widget_app import HOSTILE, STYLES, UNSAFE, Solo, settle
from tui.core.errors import BackendError, ErrorKind
from tui.studio.guardrails.policies import parse_policy
from tui.studio.guardrails.validation import PII_ENTITIES, validate
from tui.studio.models import Policy
from tui.ui.studio.list_editor import lines_of, text_of
from tui.ui.studio.policy import PolicyModal, ReplaceModal
from tui.ui.studio.policy_forms import configuration_of, form_for
from tui.ui.studio.validation_list import in_words
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.guarded_modal import GuardedModal

pytestmark = pytest.mark.slow

Json = Mapping[str, Any]
FILTERS = {"filters": [{"type": "HATE", "strength": "LOW"}, {"type": "NEW", "strength": "ODD"}]}
PII = {
    "enabled": True,
    "action": "TOKENIZE",
    "pii_entities": [{"type": "EMAIL"}, {"type": "AGE"}],
    "pii_custom_regexes": [{"name": "Order", "pattern": " ORD-\\d+ "}],
}
TOPICS = {
    "topics": [{"name": "Pay", "description": "Who earns what", "examples": ["a", "b\nc"]}],
}
WORDS = {"custom_words": ["two words", "a\nb"]}


class Bench(Solo):
    CSS_PATH: ClassVar[list[str | PurePath]] = [*Solo.CSS_PATH, STYLES / "studio.tcss"]


class Service:
    """Takes configurations, unless it refuses."""

    def __init__(self) -> None:
        self.taken: list[Json] = []
        self.refusal: BackendError | None = None

    async def put(self, configuration: Json) -> Policy:
        if self.refusal:
            raise self.refusal
        self.taken.append(configuration)
        return Policy(policy_type="any", configuration=configuration)


@asynccontextmanager
async def editing(
    kind: str, before: Json | None, service: Service, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Solo, Pilot[None], PolicyModal]]:
    app = Bench()
    modal = PolicyModal("Ifrit", kind, before, PII_ENTITIES, service.put)
    async with app.run_test(size=size) as pilot:
        app.ask(modal)
        await settle(pilot, lambda: modal.is_current and bool(modal.query("ValidationList")))
        yield app, pilot, modal


async def answer(app: Solo, pilot: Pilot[None], key: str) -> None:
    await settle(pilot, lambda: isinstance(app.screen, GuardedModal) and not app.screen.is_deaf)
    modal = app.screen
    await pilot.press(key)
    await settle(pilot, lambda: app.screen is not modal)


@pytest.mark.parametrize(
    ("kind", "configuration"),
    [
        ("harmful_content", FILTERS),
        ("prompt_attack", {"strength": "HIGH"}),
        ("pii_detection", PII),
        ("topic_boundary", TOPICS),
        ("profanity_filter", {"enabled": True}),
        ("custom_word_filter", WORDS),
    ],
)
async def test_an_unedited_policy_form_changes_nothing(kind: str, configuration: Json) -> None:
    settings = parse_policy(kind, configuration)
    assert settings
    async with Solo(form := form_for(settings, PII_ENTITIES)).run_test():
        assert configuration_of(form) == configuration


@given(st.lists(st.text(alphabet="ab \n", min_size=1).filter(str.strip), max_size=5))
def test_multiline_policy_texts_survive_as_one_line_each(texts: list[str]) -> None:
    assert lines_of(text_of(texts)) == tuple(texts)


def test_a_guardrail_rule_error_names_its_field() -> None:
    assert in_words("topics[2].name") == "Topic 3, name"
    assert in_words("topics[0].examples[4]") == "Topic 1, Example 5"
    assert in_words("custom_words[0]") == "Word 1"
    assert in_words("") == ""


async def test_a_policy_is_validated_while_typing_and_not_sent_if_invalid() -> None:
    service = Service()
    async with editing("custom_word_filter", {"custom_words": ["a"]}, service) as (
        app,
        pilot,
        modal,
    ):
        area = modal.query_one(TextArea)
        area.text = "fine\n" + "w" * 50
        found = validate("custom_word_filter", {"custom_words": ["fine", "w" * 50]})
        await settle(pilot, lambda: found[0].rule in app.screen_text())
        assert "✗ Word 2" in app.screen_text()
        await pilot.press("ctrl+s")
        await settle(pilot, lambda: "Fix the problems first" in app.screen_text())
        area.text = "fine"
        await settle(pilot, lambda: "No problems found." in app.screen_text())
        assert service.taken == []


async def test_a_policy_diff_is_shown_before_it_is_sent_and_may_be_rejected() -> None:
    service = Service()
    service.refusal = BackendError(ErrorKind.INVALID, "Refused", hint="Look again.")
    async with editing("custom_word_filter", {"custom_words": ["old", "kept"]}, service) as (
        app,
        pilot,
        modal,
    ):
        await pilot.press("ctrl+s")
        await settle(pilot, lambda: "No changes to send" in app.screen_text())
        modal.query_one(TextArea).text = "kept\nnew"
        await pilot.press("ctrl+s")
        await settle(pilot, lambda: isinstance(app.screen, ReplaceModal))
        shown = [row.strip("│ ") for row in app.screen_text().splitlines()]
        assert "+ custom_words[new]: new" in shown
        assert "- custom_words[old]: old" in shown
        assert "custom_words[kept]: kept" in shown
        await answer(app, pilot, "n")
        assert service.taken == []
        await pilot.press("ctrl+s")
        await answer(app, pilot, "y")
        await settle(pilot, lambda: "✗ Refused Look again." in app.screen_text())
        assert modal.query_one(TextArea).text == "kept\nnew"
        service.refusal = None
        await pilot.press("ctrl+s")
        await answer(app, pilot, "y")
        await settle(pilot, lambda: bool(app.answers))
        assert service.taken == [{"custom_words": ["kept", "new"]}]


async def test_escape_does_not_discard_edits_of_a_policy() -> None:
    async with editing("prompt_attack", {"strength": "LOW"}, Service()) as (app, pilot, modal):
        await pilot.press("right", "escape")
        await settle(pilot, lambda: isinstance(app.screen, ConfirmModal))
        await answer(app, pilot, "n")
        assert app.screen is modal
        await pilot.press("left", "escape")
        await settle(pilot, lambda: app.answers == [None])


async def test_a_guardrail_topic_is_created_edited_and_removed() -> None:
    service = Service()
    async with editing("topic_boundary", TOPICS, service) as (app, pilot, modal):
        await pilot.press("delete")
        await settle(pilot, lambda: "Add at least one topic" in app.screen_text())
        await pilot.press("enter")
        await settle(pilot, lambda: "Enter a name for the topic." in app.screen_text())
        await pilot.press(*"Law", "tab", *"No", "ctrl+s")
        await settle(pilot, lambda: app.screen is modal and "✓ Law" in app.screen_text())
        await pilot.press("enter", "x", "escape")
        await settle(pilot, lambda: isinstance(app.screen, ConfirmModal))
        await answer(app, pilot, "y")
        await settle(pilot, lambda: app.screen is modal)
        await pilot.press("ctrl+s")
        await answer(app, pilot, "y")
        await settle(pilot, lambda: bool(service.taken))
        assert service.taken == [{"topics": [{"name": "Law", "description": "No"}]}]


async def test_guardrail_types_are_selected_and_hostile_texts_are_only_text() -> None:
    before = {**PII, "pii_custom_regexes": [{"name": HOSTILE, "pattern": "a"}]}
    async with editing("pii_detection", before, Service(), (120, 40)) as (app, pilot, modal):
        assert not set(app.screen_text()) & set(UNSAFE)
        await pilot.press("tab", "tab", "enter")
        form = modal.query_one("PiiForm")
        chosen = getattr(form, "settings")().entities  # noqa: B009
        assert chosen == ("EMAIL", "AGE", "ADDRESS")
