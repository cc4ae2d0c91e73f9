"""Small forms of Studio: one value, or a new client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui.core.links import link_host
from tui.core.text import clean_line
from tui.ui.studio.confirm_discard import confirm_discard
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.choice import Choice
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.field import Field, TextInput
from tui.ui.toolkit.state_glyphs import muted

_LONGEST = 200


class AskModal(SafeModal[str]):
    """Returns the typed text; None if it was closed or left empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="ask.close", tooltip="Close without changes"),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, title: str, hint: str, value: str = "", *, yes: str) -> None:
        """``yes``: label of what Enter does."""
        super().__init__()
        self._yes = yes
        self._title = title
        self._hint = hint
        self._value = value

    def compose(self) -> ComposeResult:
        with Dialog(self._title, leave="cancel"):
            yield TextInput(clean_line(self._value, _LONGEST), max_length=_LONGEST, compact=True)
            yield Static(muted(self._hint), classes="modal--note")
            yield AnswerRow(("Enter", self._yes, "take"))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def action_take(self) -> None:
        if value := self.query_one(Input).value.strip():
            self.dismiss(value)


@dataclass(frozen=True, slots=True)
class WantedClient:
    """Client to create: with a key, or for OAuth with a redirect URL."""

    name: str
    redirect_url: str | None = None


class NewClientModal(SafeModal[WantedClient]):
    """Returns the client to create; None if it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "leave",
            "Cancel",
            id="client.close",
            tooltip="Close without creating a client",
        ),
        Binding(
            "ctrl+s",
            "make",
            "Create",
            id="client.make",
            tooltip="Create the client",
            priority=True,
        ),
    ]
    AUTO_FOCUS = "#client-name Input"

    def compose(self) -> ComposeResult:
        with Dialog("New client", leave="cancel"):
            yield Field("client_name", "Name", lambda name: "")
            yield Choice("API key", "OAuth sign-in")
            yield Field("redirect_url", "Redirect URL", _problem_with_url)
            yield Static(id="client-note")
            yield AnswerRow(("Ctrl+S", "Create", "make"))

    def on_mount(self) -> None:
        self._show_kind()

    @property
    def _is_oauth(self) -> bool:
        return self.query_one(Choice).chosen == 1

    @on(Choice.Changed)
    def _show_kind(self) -> None:
        self.query_one("#redirect-url").display = self._is_oauth
        note = (
            (
                "Users sign in themselves; there is no secret. The URL must exactly match the "
                "profile's."
            )
            if self._is_oauth
            else "An application with this key can act for any user. The key is shown only once."
        )
        self.query_one("#client-note", Static).update(muted(note))

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.focus_next()

    def action_leave(self) -> None:
        typed = any(field.value for field in self.query(Field))
        confirm_discard(self, changed=typed, then=lambda: self.dismiss(None))

    def action_make(self) -> None:
        name, url = (self.query_one(f"#{id}", Field) for id in ("client-name", "redirect-url"))
        wrong = [name] if not name.value else []
        wrong += [url] if self._is_oauth and not (url.value and url.sound) else []
        for field in wrong:
            if not field.value:
                field.show_problem("is required")
        if wrong:
            wrong[0].focus_input()
        else:
            self.dismiss(WantedClient(name.value, url.value if self._is_oauth else None))


def _problem_with_url(url: str) -> str:
    return "" if link_host(url) else "must be an http or https address"
