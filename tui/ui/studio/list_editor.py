"""Editable list of topics or regexes, and the form for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from tui.core.text import clean, clean_line
from tui.studio.guardrails.policies import PiiDetection, Regex, Topic, TopicBoundary
from tui.studio.guardrails.validation import Violation, validate
from tui.ui.studio.confirm_discard import confirm_discard
from tui.ui.studio.validation_list import ValidationList
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.textual_fixes.text_area import SafeTextArea
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.state_glyphs import DONE, FAILED, muted
from tui.ui.toolkit.text import line

Item: TypeAlias = Regex | Topic

_BREAK = "⏎"
"""Line break inside a text, in a field where each line is a text of its own."""


def text_of(texts: Sequence[str]) -> str:
    """Return texts for a form, one per line."""
    return "\n".join(clean(text).replace("\n", _BREAK) for text in texts)


def lines_of(text: str) -> tuple[str, ...]:
    """Return the texts of a form, without empty lines."""
    return tuple(one.replace(_BREAK, "\n") for one in text.split("\n") if one.strip())


def violations_of(item: Item) -> tuple[Violation, ...]:
    """Return the rules that one topic or regex breaks by itself."""
    if isinstance(item, Topic):
        kind, settings = "topic_boundary", TopicBoundary((item,)).configuration()
    else:
        kind = "pii_detection"
        settings = PiiDetection(True, regexes=(item,)).configuration()
    found = validate(kind, settings, entities=None)
    return tuple(Violation(one.where.partition("].")[2], one.rule) for one in found)


class ListEditor(SafeOptionList):
    """One row per entry, and one to add another. Enter edits, Delete removes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete", "drop", "Remove", id="items.drop", tooltip="Remove the selected entry"),
    ]

    class Changed(Message):
        """The entries have changed."""

    def __init__(self, items: Sequence[Item], where: str, what: str) -> None:
        """``where`` is their path in a configuration; ``what`` names their kind: ``A topic``."""
        super().__init__(compact=True, markup=False)
        self.items: list[Item] = [*items]
        self._is_topics = where == "topics"
        self._what = what

    def on_mount(self) -> None:
        self._draw(0)

    def _draw(self, place: int) -> None:
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(self._rows())
            self.highlighted = max(0, min(place, len(self.items)))

    def _rows(self) -> Iterator[Option]:
        for item in self.items:
            glyph = FAILED if violations_of(item) else DONE
            about = item.description if isinstance(item, Topic) else item.pattern
            words = Content.assemble(line(item.name or "(no name)", 60), "  ")
            yield Option(Content.assemble(glyph, " ", words, muted(clean_line(about, 100))))
        yield Option(Content.assemble(("+ ", "bold $accent"), f"Add {self._what}"))

    @on(OptionList.OptionSelected)
    def _edit(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        place = event.option_index
        old = self.items[place] if place < len(self.items) else None
        blank: Item = Topic("") if self._is_topics else Regex("", "")

        def edited(item: Item | None) -> None:
            if item is not None and item != old:
                self.items[place : place + 1] = [item]
                self._draw(place)
                self.post_message(self.Changed())

        self.app.push_screen(ListItemModal(old or blank), edited)

    def action_drop(self) -> None:
        place = self.highlighted
        if place is not None and place < len(self.items):
            del self.items[place]
            self._draw(place)
            self.post_message(self.Changed())


class ListItemModal(SafeModal[Item]):
    """Returns the changed topic or regex; None if it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="item.close", tooltip="Back without saving"),
        Binding(
            "ctrl+s", "take", "Apply", id="item.take", tooltip="Apply the changes", priority=True
        ),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, item: Item) -> None:
        super().__init__()
        self._item = item

    def compose(self) -> ComposeResult:
        item = self._item
        topic = item if isinstance(item, Topic) else None
        more = item.description if isinstance(item, Topic) else item.pattern
        with Dialog("Topic" if topic else "Custom regex", leave="back", classes="-form"):
            yield Static(muted("Name"), classes="form--title")
            yield TextInput(clean_line(self._item.name, 400), compact=True, id="item-name")
            yield Static(muted("Description" if topic else "Pattern"), classes="form--title")
            yield SafeTextArea(clean(more), soft_wrap=True, compact=True, id="item-more")
            if topic:
                yield Static(muted("Examples, one per line"), classes="form--title")
                area = SafeTextArea(text_of(topic.examples), soft_wrap=True, compact=True)
                area.id = "item-examples"
                yield area
            yield ValidationList()
            yield AnswerRow(("Ctrl+S", "Apply", "take"))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        for area in self.query(SafeTextArea):
            area.cursor_blink = False
            area.tab_behavior = "focus"
        self._check()

    @property
    def edited(self) -> Item:
        """Return the topic or regex in the form."""
        name = self.query_one(Input).value
        more = self.query_one("#item-more", SafeTextArea).text
        if isinstance(self._item, Topic):
            return Topic(name, more, lines_of(self.query_one("#item-examples", SafeTextArea).text))
        return Regex(name, more)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _check(self) -> None:
        self.query_one(ValidationList).show(violations_of(self.edited))

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.focus_next()

    def action_take(self) -> None:
        """Accept it even with problems: the policy is not sent while there are any."""
        self.dismiss(self.edited)

    def action_leave(self) -> None:
        confirm_discard(self, changed=self.edited != self._item, then=lambda: self.dismiss(None))
