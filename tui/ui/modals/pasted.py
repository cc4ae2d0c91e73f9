"""What is behind a chip: a look at a pasted text, and what to do with it."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui.core.text import size, utf8_size
from tui.ui.folds import line_count
from tui.ui.sturdy import SturdyModal
from tui.ui.text import plain

Answer = Literal["unfold", "attach", "remove"]
_MOST_SHOWN = 40_000
LARGEST_UNFOLDED = 64_000
"""Characters; a larger text would make every key slow."""


class PastedModal(SturdyModal[Answer | None]):
    """Shows the beginning of a text. Returns what is to become of it; None: it stays a chip."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "answer('unfold')", "Unfold", tooltip="Put it in as text", id="paste.unfold"),
        Binding("a", "answer('attach')", "Attach", tooltip="Send it as a file", id="paste.attach"),
        Binding(
            "delete,backspace",
            "answer('remove')",
            "Remove",
            tooltip="Remove the pasted text",
            id="paste.remove",
        ),
        Binding("escape,f3", "dismiss(None)", "Back", tooltip="Back to writing", id="paste.close"),
    ]
    AUTO_FOCUS = "VerticalScroll"

    def __init__(self, text: str, *, takes_files: bool) -> None:
        super().__init__()
        self._text = text
        self._can: dict[Answer, bool] = {
            "unfold": len(text) <= LARGEST_UNFOLDED,
            "attach": takes_files,
            "remove": True,
        }

    def compose(self) -> ComposeResult:
        lines = line_count(self._text)
        about = f" Pasted text · {lines:,} line{'s' * (lines > 1)} · {size(utf8_size(self._text))} "
        with Vertical(id="pasted") as box:
            box.border_title = Content(about)
            box.border_subtitle = Content(" Esc ")
            with VerticalScroll():
                yield Static(plain(self._text[:_MOST_SHOWN]))
                if len(self._text) > _MOST_SHOWN:
                    more = f"… {len(self._text) - _MOST_SHOWN:,} more characters"
                    yield Static(Content.styled(more, "$soft"))
            with Horizontal():
                if self._can["unfold"]:
                    yield Button("Unfold (u)", id="paste-unfold", compact=True)
                if self._can["attach"]:
                    yield Button("Attach as a file (a)", id="paste-attach", compact=True)
                yield Button("Remove (Del)", id="paste-remove", compact=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action == "answer":
            return any(self._can[name] for name in self._can if (name,) == parameters)
        return super().check_action(action, parameters)

    def action_answer(self, answer: Answer) -> None:
        self.dismiss(answer)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        for answer in self._can:
            if event.button.id == f"paste-{answer}":
                self.dismiss(answer)
