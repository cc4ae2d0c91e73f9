"""Text input, and a labelled field that validates its value."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key, Paste
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from tui.ui.keys.ordering import act_at_once
from tui.ui.toolkit.text import line


class TextInput(Input):
    """Textual's input, with Home, Backspace and Ctrl+K handled after letters typed before them."""

    async def on_key(self, event: Key) -> None:
        if not event.is_printable and await act_at_once(self.app, event.key, self):
            event.prevent_default()
            event.stop()

    def on_paste(self, event: Paste) -> None:
        """Insert all lines of a paste as one line; Textual drops all but the first."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(event.text.split("\n")).strip(), *self.selection)


class Field(Vertical):
    """Label, input, and a line for the problem, shown as soon as it is known.

    ``check`` returns the problem of a value as a clause, or an empty string. Empty values are not
    checked.
    """

    def __init__(
        self,
        key: str,
        label: str,
        check: Callable[[str], str],
        *,
        value: str = "",
        placeholder: str = "",
        secret: bool = False,
        options: tuple[str, ...] = (),
    ) -> None:
        super().__init__(id=key.replace("_", "-"))
        self.key = key
        self._label = label
        self._check = check
        self._input = TextInput(
            value,
            placeholder=placeholder,
            password=secret,
            compact=True,
            suggester=SuggestFromList(options, case_sensitive=False) if options else None,
        )
        self._input.cursor_blink = False
        self._problem = Static(classes="field--problem")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Content(self._label), classes="field--label")
            yield self._input
        yield self._problem

    @property
    def value(self) -> str:
        """The text without surrounding space."""
        return self._input.value.strip()

    @property
    def sound(self) -> bool:
        """True if the value has no known problem."""
        return not self.has_class("-wrong")

    def show_problem(self, problem: str) -> None:
        """Show a problem, or clear it with an empty text."""
        self._problem.update(Content.assemble("✗ ", line(problem, 300)))
        self.set_class(bool(problem), "-wrong")

    def fill(self, value: str) -> None:
        """Replace the text."""
        self._input.value = value

    def focus_input(self) -> None:
        self._input.focus()

    @on(Input.Changed)
    def _look(self) -> None:
        self.show_problem(self._check(self.value) if self.value else "")
