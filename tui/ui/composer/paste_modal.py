"""Dialog with a pasted text, and the choice to expand, attach or remove it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.core.text import plural, size, utf8_size
from tui.ui.composer.paste_area import line_count
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.text import plain

Answer = Literal["unfold", "attach", "remove"]
_MOST_SHOWN = 40_000
LARGEST_UNFOLDED = 64_000
"""Characters; a larger text would make every key slow."""


class PastedModal(GuardedModal[Answer | None]):
    """Shows the beginning of a pasted text. Returns the chosen action; None: it stays a chip."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "u",
            "answer('unfold')",
            "Use as text",
            tooltip="Insert the paste as text",
            id="paste.unfold",
        ),
        Binding(
            "a",
            "answer('attach')",
            "Attach",
            tooltip="Attach the paste as a file",
            id="paste.attach",
        ),
        Binding(
            "delete,backspace",
            "answer('remove')",
            "Remove",
            tooltip="Remove the pasted text",
            id="paste.remove",
        ),
        Binding("escape,f3", "leave", "Back", tooltip="Back to the composer", id="paste.close"),
    ]

    AUTO_FOCUS = "AnswerRow Button"

    def __init__(
        self, text: str, *, takes_files: bool, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(clock_s=clock_s)
        self._text = text
        self._can: dict[str, bool] = {
            "unfold": len(text) <= LARGEST_UNFOLDED,
            "attach": takes_files,
            "remove": True,
        }

    def compose(self) -> ComposeResult:
        lines = line_count(self._text)
        about = f"{plural(lines, 'line')} · {size(utf8_size(self._text))}"
        answers = [
            ("u", "Use as text", "answer('unfold')"),
            ("a", "Attach", "answer('attach')"),
            ("Del", "Remove", "answer('remove')"),
        ]
        can = [answer for answer, may in zip(answers, self._can.values(), strict=True) if may]
        title = Content.assemble(("Pasted text", "bold"), (f"  {about}", "$muted"))
        with Dialog(title, leave="back", most_lines=24):
            with VerticalScroll(classes="modal--body", can_focus=False):
                yield Static(plain(self._text[:_MOST_SHOWN]))
                if len(self._text) > _MOST_SHOWN:
                    more = f"… {len(self._text) - _MOST_SHOWN:,} more characters"
                    yield Static(Content.styled(more, "$muted"))
            yield AnswerRow(*can, danger="answer('remove')")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that would do nothing."""
        if action == "answer" and not self._can.get(str(parameters[0])):
            return False
        return super().check_action(action, parameters)

    def action_answer(self, answer: Answer) -> None:
        self.dismiss(answer)

    def action_leave(self) -> None:
        self.dismiss(None)
