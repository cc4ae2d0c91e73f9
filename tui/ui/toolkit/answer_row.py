"""Row of answer buttons at the bottom of a dialog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ItemGrid
from textual.content import Content
from textual.widgets import Button


class AnswerRow(ItemGrid):
    """Buttons that run the screen's actions; each shows the key for the same."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Previous button", show=False, id="modal.button_before"),
        Binding("right", "step(1)", "Next button", show=False, id="modal.button_after"),
    ]

    def __init__(
        self,
        *choices: tuple[str, str, str],
        cells: int = 13,
        danger: str = "",
        classes: str | None = None,
    ) -> None:
        """``choices``: key, label and screen action of each button; the first is the main one.

        ``cells`` is the minimum width of a button, ``danger`` the action that destroys something.
        """
        super().__init__(min_column_width=cells, classes=classes)
        self.set_class(len(choices) == 1, "-single")
        self._choices = choices
        self._danger = danger

    def compose(self) -> ComposeResult:
        yield from self._buttons()

    def _buttons(self) -> Iterator[Button]:
        for place, (key, words, action) in enumerate(self._choices):
            label = Content.assemble((key, "bold"), "  ", Content(words))
            button = Button(label, action=f"screen.{action}")
            button.set_class(place == 0, "-main")
            button.set_class(action == self._danger, "-danger")
            yield button

    def action_step(self, step: int) -> None:
        """Move the focus to another button of the row."""
        buttons = list(self.query(Button))
        if self.screen.focused in buttons:
            place = buttons.index(self.screen.focused) + step
            buttons[place % len(buttons)].focus()
