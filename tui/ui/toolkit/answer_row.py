"""Row of answer buttons at the bottom of a modal."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import ItemGrid
from textual.content import Content
from textual.widgets import Button


class AnswerRow(ItemGrid):
    """Buttons that run the screen's actions; each shows the key for the same."""

    def __init__(
        self, *choices: tuple[str, str, str], cells: int = 13, classes: str | None = None
    ) -> None:
        """``choices``: key, label and screen action of each button; the first is the main one.

        ``cells`` is the minimum width of a button.
        """
        super().__init__(min_column_width=cells, classes=classes)
        self._choices = choices

    def compose(self) -> ComposeResult:
        yield from self._buttons()

    def _buttons(self) -> Iterator[Button]:
        for place, (key, words, action) in enumerate(self._choices):
            label = Content.assemble((key, "bold"), "  ", Content(words))
            button = Button(label, action=f"screen.{action}", compact=True)
            button.set_class(place == 0, "-main")
            yield button
