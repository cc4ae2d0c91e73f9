"""Dialog that finds a Workato Identity user ID by email, for sign-in by API key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tui.config import problem_with
from tui.core.errors import BackendError
from tui.studio.user_check import UserCheck
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.field import Field
from tui.ui.toolkit.state_glyphs import BAD, muted
from tui.ui.toolkit.text import line

FindUser = Callable[[str, str], Awaitable[UserCheck]]
"""Looks up an email with a developer token; an empty one means that of the environment."""

_USABLE = frozenset({"active", "allowed"})


class FindUserModal(SafeModal[UserCheck]):
    """Returns a user who can sign in; None if it was closed.

    Other users are reported in the dialog, so that another email can be tried.
    """

    AUTO_FOCUS = "#email Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "leave", "Cancel", id="setup.find_user_cancel", tooltip="Leave the user ID"
        ),
    ]

    def __init__(self, find: FindUser) -> None:
        super().__init__()
        self._find = find

    def compose(self) -> ComposeResult:
        with Dialog("Find your user ID", leave="cancel"):
            yield Static(
                muted("Looks your email up in Workato Identity. The token isn't saved."),
                classes="modal--lead",
            )
            yield Field("email", "Email", _problem_with_email)
            yield Field(
                "developer_token",
                "Dev. token",
                partial(problem_with, "developer_token"),
                placeholder="wrka..., or set GENIE_TUI_DEVELOPER_TOKEN",
                secret=True,
            )
            yield Static(id="find-user-result")
            yield AnswerRow(("Enter", "Find", "find"))

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def action_find(self) -> None:
        """Look up the email, or focus the field that is missing."""
        fields = list(self.query(Field))
        if not fields[0].value:
            fields[0].show_problem("is required")
        if wrong := next((field for field in fields if not field.sound), None):
            wrong.focus_input()
            return
        self._look_up(fields[0].value, fields[1].value)

    @work(group="find-user", exclusive=True, exit_on_error=False)
    async def _look_up(self, email: str, token: str) -> None:
        self._tell(muted("Searching…"))
        try:
            check = await self._find(email, token)
        except BackendError as error:
            self._tell(line(error.sentence(), 600).stylize_before(BAD))
            return
        if check.user and check.standing in _USABLE:
            self.dismiss(check)
        else:
            self._tell(line(check.sentence(), 600))

    def _tell(self, text: Content) -> None:
        self.query_one("#find-user-result", Static).update(text)


def _problem_with_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return "" if name and domain else "must be an email address"
