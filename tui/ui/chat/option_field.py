"""Form field for one option of a conversation: a label and a control for its type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.core.options import Option, OptionValue
from tui.core.options import OptionChoice as OnOffer
from tui.ui.toolkit.choice import Choice
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.picker import PickerItem, PickModal
from tui.ui.toolkit.text import line

_INLINE_CELLS = 46
"""Width limit; wider choices open as a list."""
_CHOICE_CELLS = 6
"""Width of a choice without its label."""
_UNSET = OnOffer(value="", label="default")


class InlineOptionChoice(Choice, inherit_bindings=False):
    """All choices on one line. Up and down move in the form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Choose", show=False, id="choice.previous"),
        Binding("right,space", "move(1)", "Choose", show=False, id="choice.next"),
    ]


class PickedOption(Widget, can_focus=True):
    """Choice from a longer list, opened by Space or a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,right", "open", "Choose", show=False, id="option.open"),
    ]

    values: reactive[tuple[str, ...]] = reactive(())

    class Changed(Message):
        """The choice changed."""

    def __init__(self, option: Option, values: tuple[str, ...]) -> None:
        super().__init__()
        self._option = option
        self.set_reactive(PickedOption.values, values)

    def render(self) -> Content:
        labels = {choice.value: choice.label for choice in self._option.choices}
        names = [labels.get(value, value) for value in self.values]
        unset = "none" if self._option.kind == "tags" else _UNSET.label
        words = line(", ".join(names), 200) if names else Content.styled(unset, "$muted")
        return Content.assemble(
            words.truncate(max(4, self.size.width - 2), ellipsis=True), (" ▾", "$accent")
        )

    def watch_values(self) -> None:
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Choose from the list."""
        option, several = self._option, self._option.kind == "tags"
        offered = option.choices if several or option.required else (_UNSET, *option.choices)
        items = [PickerItem(choice.value, choice.label, choice.help) for choice in offered]
        chosen = self.values if several else self.values or ("",)
        modal = PickModal(option.label, items, chosen, several=several)
        self.app.push_screen(modal, self._take)

    def _take(self, values: tuple[str, ...] | None) -> None:
        if values is not None:
            self.values = tuple(filter(None, values))


class OptionField(Vertical):
    """Option with its label, control and error message."""

    def __init__(self, option: Option, value: OptionValue) -> None:
        super().__init__(classes=f"-{option.kind}")
        self.option = option
        self._control = _control(option, value)
        self._problem = Static(classes="option--problem")
        self.set_class(option.advanced, "-advanced")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(line(self.option.label, 40), classes="option--label")
            yield self._control
        yield self._problem

    @property
    def value(self) -> OptionValue:
        """Value as a :data:`tui.core.options.OptionValue`; an invalid number stays text."""
        match self._control:
            case InlineOptionChoice(chosen=place):
                return _inline_values(self.option)[place]
            case PickedOption(values=values):
                return values if self.option.kind == "tags" else "".join(values) or None
            case Input(value=text):
                return _typed(self.option, text.strip())
        raise AssertionError

    @property
    def about(self) -> str:
        """Help on the current choice, or on the option."""
        helps = {choice.value: choice.help for choice in self.option.choices}
        value = self.value
        help_text = helps.get(value, "") if isinstance(value, str) else ""
        return " ".join(part for part in (self.option.help, help_text) if part)

    @property
    def how(self) -> str:
        """Hint of the keys that change it."""
        match self._control:
            case InlineOptionChoice():
                return "← → choose"
            case PickedOption():
                return "Space open list"
            case _:
                return "separate with commas" if self.option.kind == "tags" else ""

    def show_problem(self, problem: str) -> None:
        """Show an error; an empty string clears it."""
        self._problem.update(Content.assemble("✗ ", line(problem, 300)))
        self.set_class(bool(problem), "-wrong")

    def take_focus(self) -> None:
        self._control.focus()

    def on_click(self, event: events.Click) -> None:
        if event.widget is not self._control:
            self.take_focus()

    @on(Input.Changed)
    @on(Choice.Changed)
    @on(PickedOption.Changed)
    def _changed(self) -> None:
        self.show_problem("")


def _control(option: Option, value: OptionValue) -> Input | InlineOptionChoice | PickedOption:
    if option.kind == "switch" or _fits_inline(option):
        choice = InlineOptionChoice(*_inline_labels(option))
        values = _inline_values(option)
        choice.set_reactive(
            InlineOptionChoice.chosen, values.index(value) if value in values else 0
        )
        return choice
    if option.choices or option.kind == "choice":
        return PickedOption(
            option, value if isinstance(value, tuple) else (str(value),) if value else ()
        )
    text = ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    field = TextInput(text, compact=True, placeholder=_placeholder(option), select_on_focus=False)
    field.cursor_blink = False
    return field


def _fits_inline(option: Option) -> bool:
    labels = _inline_labels(option)
    cells = sum(len(label) + _CHOICE_CELLS for label in labels)
    return option.kind == "choice" and bool(labels) and cells <= _INLINE_CELLS


def _inline_labels(option: Option) -> Sequence[str]:
    if option.kind == "switch":
        return ("Yes", "No")
    return [choice.label for choice in _offered(option)]


def _inline_values(option: Option) -> Sequence[OptionValue]:
    if option.kind == "switch":
        return (True, False)
    return [choice.value or None for choice in _offered(option)]


def _offered(option: Option) -> Sequence[OnOffer]:
    usual = option.required or (option.default is not None and not option.clearable)
    return option.choices if usual else (_UNSET, *option.choices)


def _placeholder(option: Option) -> str:
    if option.kind == "number" and option.least is not None and option.most is not None:
        return f"{option.least} to {option.most}"
    return ""


def _typed(option: Option, text: str) -> OptionValue:
    match option.kind:
        case "number" if text.isdecimal():
            return int(text)
        case "tags":
            return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        case _:
            return text or None
