"""Forms for guardrail policies, converted from a configuration and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.core.text import clean_line
from tui.studio.guardrails.policies import (
    CustomWordFilter,
    HarmfulContent,
    PiiDetection,
    PolicySettings,
    ProfanityFilter,
    PromptAttack,
    Regex,
    Topic,
    TopicBoundary,
)
from tui.studio.guardrails.validation import (
    CATEGORIES,
    MOST_REGEXES,
    MOST_TOPICS,
    MOST_WORDS,
    STRENGTHS,
)
from tui.studio.guardrails.validation import PII_ACTIONS as ACTIONS
from tui.ui.studio.list_editor import ListEditor, lines_of, text_of
from tui.ui.studio.multi_select import MultiSelectList
from tui.ui.textual_fixes.text_area import SafeTextArea
from tui.ui.toolkit.choice import InlineChoice
from tui.ui.toolkit.state_glyphs import muted

_UNNAMED = "unset"
"""Choice of a category that is not in the configuration: off, and left out of it."""


class RowChoice(InlineChoice):
    """Choice among others above and below it: the arrow keys also move between them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Choose", show=False, id="form.previous"),
        Binding("right,space", "move(1)", "Choose", key_display="←→", id="form.next"),
        Binding("up", "screen.focus_previous", "Row above", show=False, id="form.above"),
        Binding("down", "screen.focus_next", "Row below", show=False, id="form.below"),
    ]


class Form(Vertical):
    """Base of the forms."""

    class Changed(Message):
        """A value was typed or chosen."""

    def settings(self) -> PolicySettings:
        """Return the settings in the form."""
        raise NotImplementedError

    @on(InlineChoice.Changed)
    @on(TextArea.Changed)
    @on(ListEditor.Changed)
    @on(MultiSelectList.Changed)
    def _tell(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed())


def form_for(settings: PolicySettings, entities: Sequence[str]) -> Form:
    """Return the form that edits these settings. ``entities`` are the detectable types."""
    match settings:
        case HarmfulContent():
            return HarmfulForm(settings)
        case PromptAttack():
            return AttackForm(settings)
        case PiiDetection():
            return PiiForm(settings, entities)
        case TopicBoundary():
            return TopicForm(settings)
        case ProfanityFilter():
            return ProfanityForm(settings)
        case CustomWordFilter():
            return WordForm(settings)


class HarmfulForm(Form):
    """Strength of each category."""

    def __init__(self, settings: HarmfulContent) -> None:
        super().__init__()
        self._before = settings.filters
        self._rows: dict[str, InlineChoice] = {}
        for name in dict.fromkeys((*CATEGORIES, *settings.filters)):
            now = settings.filters.get(name, _UNNAMED)
            self._rows[name] = _choice(_strengths(now), now)

    def compose(self) -> ComposeResult:
        for name, choice in self._rows.items():
            yield _labelled(name.replace("_", " ").capitalize(), choice)
        yield Static(muted("Unset categories are off."))

    def settings(self) -> HarmfulContent:
        chosen: dict[str, str] = {}
        for name in dict.fromkeys((*self._before, *self._rows)):
            options = _strengths(self._before.get(name, _UNNAMED))
            chosen[name] = options[self._rows[name].chosen]
        return HarmfulContent({name: s for name, s in chosen.items() if s != _UNNAMED})


class AttackForm(Form):
    """One strength."""

    def __init__(self, settings: PromptAttack) -> None:
        super().__init__()
        self._options = _with(STRENGTHS, settings.strength)
        self._choice = _choice(self._options, settings.strength)

    def compose(self) -> ComposeResult:
        yield _labelled("Strength", self._choice)

    def settings(self) -> PromptAttack:
        return PromptAttack(self._options[self._choice.chosen])


class ProfanityForm(Form):
    """On or off."""

    def __init__(self, settings: ProfanityFilter) -> None:
        super().__init__()
        self._choice = _switch(on=settings.enabled)

    def compose(self) -> ComposeResult:
        yield _labelled("Filter", self._choice)

    def settings(self) -> ProfanityFilter:
        return ProfanityFilter(self._choice.chosen == 0)


class PiiForm(Form):
    """Switch, action, entity types and custom expressions."""

    def __init__(self, settings: PiiDetection, entities: Sequence[str]) -> None:
        super().__init__()
        self._actions = _with(ACTIONS, settings.action)
        self._switch = _switch(on=settings.enabled)
        self._action = _choice(self._actions, settings.action)
        self._entities = MultiSelectList(entities, settings.entities)
        self._regexes = ListEditor(settings.regexes, "pii_custom_regexes", "a regex")

    def compose(self) -> ComposeResult:
        yield _labelled("Detection", self._switch)
        yield _labelled("Action", self._action)
        yield _title("Entity types", "Enter select or clear")
        yield self._entities
        yield _title("Custom regexes", f"up to {MOST_REGEXES}")
        yield self._regexes

    def settings(self) -> PiiDetection:
        return PiiDetection(
            self._switch.chosen == 0,
            self._actions[self._action.chosen],
            self._entities.ticked,
            tuple(one for one in self._regexes.items if isinstance(one, Regex)),
        )


class TopicForm(Form):
    """Blocked topics."""

    def __init__(self, settings: TopicBoundary) -> None:
        super().__init__()
        self._topics = ListEditor(settings.topics, "topics", "a topic")

    def compose(self) -> ComposeResult:
        yield _title("Blocked topics", f"up to {MOST_TOPICS}")
        yield self._topics

    def settings(self) -> TopicBoundary:
        return TopicBoundary(tuple(one for one in self._topics.items if isinstance(one, Topic)))


class WordForm(Form):
    """Words, one per line."""

    def __init__(self, settings: CustomWordFilter) -> None:
        super().__init__()
        self._words = SafeTextArea(text_of(settings.words), soft_wrap=True, compact=True)
        self._words.cursor_blink = False

    def compose(self) -> ComposeResult:
        yield _title(
            "Words and phrases, one per line", f"up to {MOST_WORDS}; leave empty to turn off"
        )
        yield self._words

    def settings(self) -> CustomWordFilter:
        return CustomWordFilter(lines_of(self._words.text))


def configuration_of(form: Form) -> Mapping[str, Any]:
    """Return the configuration to send."""
    return form.settings().configuration()


def _labelled(label: str, choice: InlineChoice) -> Horizontal:
    return Horizontal(Static(muted(label), classes="form--label"), choice, classes="form--row")


def _title(text: str, hint: str) -> Static:
    return Static(Content.assemble((text, "bold"), "  ", muted(hint)), classes="form--title")


def _choice(options: Sequence[str], now: str) -> InlineChoice:
    choice = RowChoice(*(clean_line(option, 30) for option in options))
    choice.set_reactive(InlineChoice.chosen, options.index(now))
    return choice


def _switch(*, on: bool) -> InlineChoice:
    return _choice(("On", "Off"), "On" if on else "Off")


def _strengths(now: str) -> tuple[str, ...]:
    """Return the available strengths; an unknown current one is kept."""
    return _with((_UNNAMED, *STRENGTHS), now)


def _with(known: tuple[str, ...], now: str) -> tuple[str, ...]:
    return known if now in known else (*known, now)
