"""Dialog for a key that the service shows only once: copy it or look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.ui.app.messages import CopyText
from tui.ui.textual_fixes.app import set_clipboard
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.state_glyphs import muted
from tui.ui.toolkit.text import plain

if TYPE_CHECKING:
    from tui.studio.models import SecretText

_HIDDEN = "•" * 24


class SecretModal(GuardedModal[None]):
    """Drawn only on request, so that no picture of the screen shows it by accident."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="secret.copy", tooltip="Copy the key"),
        Binding("s", "show", "Show", id="secret.show", tooltip="Show the key, or hide it"),
        Binding("escape", "close", "Done", id="secret.close", tooltip="Discard the key"),
    ]

    def __init__(self, name: str, secret: SecretText) -> None:
        super().__init__()
        self._client = name
        self._secret: str = secret
        self._shown = False
        self._taken = False
        """True after the key was copied or shown."""

    def compose(self) -> ComposeResult:
        with Dialog(f"API key of {self._client}", leave="done"):
            yield Static(Content(_HIDDEN), id="secret", classes="well")
            with VerticalScroll(classes="modal--body", can_focus=False):
                yield Static(id="secret-note")
            yield AnswerRow(("c", "Copy", "copy"), ("s", "Show", "show"), cells=14)

    def on_mount(self) -> None:
        self._note("This key is shown only once and isn't stored anywhere. Copy it now.")

    def action_copy(self) -> None:
        self.post_message(CopyText(self._secret, "the API key"))
        self._taken = True
        self._note("Copied. Press Esc to discard it here.")

    def action_show(self) -> None:
        self._shown = not self._shown
        self._taken = True
        self.query_one("#secret", Static).update(plain(self._secret if self._shown else _HIDDEN))

    def action_close(self) -> None:
        """Discard the key; warn once if it was neither copied nor shown."""
        if not self._taken:
            self._taken = True
            self._note(
                "You haven't copied or viewed the key. Press Esc again to discard it for good."
            )
            return
        if self.app.clipboard == self._secret:
            set_clipboard(self.app, "")  # the terminal has it; our copy is not needed
        self._secret = ""
        self.query_one("#secret", Static).update(Content(_HIDDEN))
        self.dismiss(None)

    def _note(self, sentence: str) -> None:
        self.query_one("#secret-note", Static).update(muted(sentence))
