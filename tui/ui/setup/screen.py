"""Set-up screen of the first run: try the demo, or configure an agent and its sign-in."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tui.config import SETTINGS, ConfigError, Profile, problem_with, profile_from, save_profile
from tui.core.diagnostics import STEPS, CheckResult, Verdict
from tui.core.errors import StoreError
from tui.core.secrets import Secret
from tui.core.text import clean_line
from tui.ui.keys.key_bar import KeyBar
from tui.ui.textual_fixes.screens import SafeScreen
from tui.ui.toolkit.choice import Choice
from tui.ui.toolkit.field import Field
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import BAD, DONE, FAILED, LATER, UNSURE, muted
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.studio.user_check import UserCheck

Auth = Literal["oauth", "api_key"]

_REDIRECT_URL = "http://127.0.0.1:8763/callback"
_REDIRECT_NOTE = (
    "Register exactly this URL with the genie's client. The browser returns to it after you "
    "sign in. You can use another port if both places match."
)
_NAME = re.compile(r"[\w.-]{1,40}")
_STEP_CELLS = max(map(len, STEPS)) + 4
_SIGNS: dict[Verdict, Content] = {
    "good": DONE,
    "warning": UNSURE,
    "bad": FAILED,
    "open": LATER,
}


class SetupServices(Protocol):
    """Services that the set-up needs from outside."""

    def examine(self, profile: Profile) -> AsyncGenerator[CheckResult]:
        """Check a profile, step by step."""
        ...

    async def key_storage(self, profile_name: str) -> str:
        """Return where an API key would be stored, as words for "kept in ...". Raises
        ``StoreError``.
        """
        ...

    async def keep_key(self, profile_name: str, key: Secret) -> None:
        """Store an API key apart from the profile. Raises ``StoreError``."""
        ...

    async def find_user(self, profile: Profile, email: str) -> UserCheck:
        """Look up an email with the profile's developer token, or that of the environment.

        Raises ``BackendError``.
        """
        ...


class SetupScreen(SafeScreen[str]):
    """Returns the name of the saved profile; empty for the demo."""

    AUTO_FOCUS = "#try-demo"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f2", "demo", "Try the demo", tooltip="Try the demo", priority=True, id="setup.demo"
        ),
        Binding(
            "f5", "check", "Check", tooltip="Check the settings", priority=True, id="setup.check"
        ),
        Binding(
            "f3",
            "find_user",
            "Find user ID",
            tooltip="Find your user ID by email",
            priority=True,
            id="setup.find_user",
        ),
        Binding(
            "ctrl+s",
            "save",
            "Save and open",
            tooltip="Save and open",
            priority=True,
            id="setup.save",
        ),
    ]

    def __init__(self, path: Path, help_: SetupServices) -> None:
        """``path`` is the configuration file to write."""
        super().__init__()
        self._path = path
        self._help = help_
        self._checked: dict[str, str] | None = None
        """Values of the last check, whatever its result."""
        self._flawed = False
        self._found: list[Row] = []

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="setup", can_focus=False), Vertical(id="setup-form"):
            yield Static(Content.assemble(("✦ ", "$accent"), ("genie-tui", "bold")))
            yield Static(muted("Chat with a Workato genie. No profile is set up yet."))
            with Horizontal(classes="setup--row"):
                yield Button("Try the demo", id="try-demo", compact=True, action="screen.demo")
                yield Static(muted("no account or network needed"))
            yield Static(Content.styled("Or connect to your own genie", "bold"), id="own")
            yield from self._fields()
            yield CheckResults()
            with Horizontal(classes="setup--row"):
                yield Button("Check", id="check", compact=True, action="screen.check")
                yield Button("Save and open", id="save", compact=True, action="screen.save")
            yield Static(muted(f"Saves to {self._path}"), id="where")
        yield KeyBar()

    def _fields(self) -> Iterator[Widget]:
        yield Field("name", "Profile", _problem_with_name, value="default")
        yield _setting("data_center", "Data center")
        yield _setting("base_url", "Base URL", placeholder="overrides the data center")
        yield _setting("genie", "Genie", placeholder="handle, such as gin-...")
        yield Choice("Browser sign-in (OAuth)", "API key")
        with Vertical(classes="setup--oauth"):
            yield _setting("client_id", "Client ID", placeholder="of the genie's OAuth client")
            yield _setting("redirect_url", "Redirect URL", value=_REDIRECT_URL)
            yield Static(muted(_REDIRECT_NOTE), classes="setup--note")
        with Vertical(classes="setup--key"):
            yield _setting("api_key", "API key", placeholder="of the genie's client")
            yield _setting(
                "idp_user_id", "User ID", placeholder="from Workato Identity, not an email"
            )
            with Horizontal(classes="setup--row setup--note"):
                yield Button(
                    "Find my user ID by email",
                    id="find-user",
                    compact=True,
                    action="screen.find_user",
                )
            yield Static(id="user-note", classes="setup--note")
            yield Static(id="key-note", classes="setup--note")

    def on_mount(self) -> None:
        self._tell_storage()

    @on(Input.Blurred, "#name Input")
    def _name_given(self) -> None:
        self._tell_storage()

    @work(group="storage", exclusive=True, exit_on_error=False)
    async def _tell_storage(self) -> None:
        try:
            storage = await self._help.key_storage(self._profile)
        except StoreError as error:
            self.query_one("#key-note", Static).update(Content.styled(str(error), BAD))
        else:
            self.query_one("#key-note", Static).update(
                muted(f"The key is stored in {clean_line(storage)}, not in the configuration file.")
            )

    # -- the form --------------------------------------------------------------------------

    @property
    def _auth(self) -> Auth:
        return "api_key" if self.query_one(Choice).chosen else "oauth"

    @property
    def _profile(self) -> str:
        return self.query_one("#name", Field).value

    def _shown_fields(self) -> list[Field]:
        hidden = ".setup--key" if self._auth == "oauth" else ".setup--oauth"
        return [f for f in self.query(Field) if f not in self.query(f"{hidden} Field").results()]

    def _values(self) -> dict[str, str]:
        """Return the values of the form, by key, without empty ones and those that do not apply."""
        typed = {f.key: f.value for f in self._shown_fields() if f.value and f.key != "name"}
        return {"auth": self._auth, **typed}

    @on(Choice.Changed)
    def _show_auth(self) -> None:
        self.set_class(self._auth == "api_key", "-by-key")
        self.refresh_bindings()

    @on(Input.Changed)
    def _forget_check(self) -> None:
        self._checked = None

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.focus_next()

    def _complete(self) -> Profile | None:
        """Return the profile in the form; None, with the problems marked, if it cannot be used."""
        fields = {field.key: field for field in self._shown_fields()}
        wrong = [field for field in fields.values() if not field.sound]
        if not wrong:
            profile = profile_from(self._profile, self._values())
            missing = [fields[key] for key in profile.missing()]
            missing += [] if self._profile else [fields["name"]]
            if not missing:
                return profile
            for field in missing:
                field.show_problem("is required")
            wrong = missing
        wrong[0].focus_input()
        return None

    # -- the user ID -----------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only API keys need a user ID."""
        if action == "find_user" and self.is_whole and self._auth != "api_key":
            return False
        return super().check_action(action, parameters)

    def action_find_user(self) -> None:
        from tui.ui.setup.find_user_modal import FindUserModal

        self.app.push_screen(FindUserModal(self._find_user), self._take_user)

    async def _find_user(self, email: str, token: str) -> UserCheck:
        typed = {field.key: field.value for field in self._shown_fields() if field.sound}
        given = {key: value for key, value in typed.items() if value and key != "name"}
        extra = {"developer_token": token} if token else {}
        profile = profile_from(self._profile, {"auth": self._auth, **given, **extra})
        return await self._help.find_user(profile, email)

    def _take_user(self, check: UserCheck | None) -> None:
        if check is None or check.user is None:
            return
        field = self.query_one("#idp-user-id", Field)
        field.fill(check.user.id)
        field.focus_input()
        self.query_one("#user-note", Static).update(line(check.sentence(), 400))

    # -- what can be done ------------------------------------------------------------------

    def action_demo(self) -> None:
        self.dismiss("")

    def action_check(self) -> None:
        if profile := self._complete():
            self._check(profile)

    def action_save(self) -> None:
        """Check, save and continue; a profile with problems is saved only when asked twice."""
        if profile := self._complete():
            self._check_and_save(profile)

    @work(group="check", exclusive=True, exit_on_error=False)
    async def _check(self, profile: Profile) -> None:
        await self._examine(profile)

    @work(group="check", exclusive=True, exit_on_error=False)
    async def _check_and_save(self, profile: Profile) -> None:
        if self._checked != self._values():
            await self._examine(profile)
            if self._flawed:
                self._show(
                    *self._found, Row(muted("Fix it, or press Ctrl+S again to save anyway."))
                )
                return
        try:
            await self._save()
        except (ConfigError, StoreError) as error:
            self._show(*self._found, Row(line(str(error), 400), FAILED))
        else:
            self.dismiss(self._profile)

    async def _save(self) -> None:
        values = self._values()
        key = values.pop("api_key", None)
        if key is not None:
            await self._help.keep_key(self._profile, Secret(key))
        save_profile(self._path, self._profile, values)

    async def _examine(self, profile: Profile) -> None:
        """Show the results as they arrive."""
        values, self._flawed = self._values(), False
        self._found = []
        self._show(Row(muted("Checking…")))
        async with aclosing(self._help.examine(profile)) as findings:
            async for finding in findings:
                self._flawed = self._flawed or finding.verdict == "bad"
                self._found.append(_row(finding))
                self._show(*self._found)
        self._checked = values

    def _show(self, *rows: Row) -> None:
        self.query_one(CheckResults).show(*rows)
        self.call_after_refresh(self.query_one("#setup").scroll_end, animate=False)


class CheckResults(RowsView):
    """Results of a check so far; takes no room before the first."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()
        self.display = False

    def rows(self) -> tuple[Row, ...]:
        return self._rows

    def show(self, *rows: Row) -> None:
        self._rows = rows
        self.display = bool(rows)
        self.refresh(layout=True)


def _setting(
    key: str,
    label: str,
    *,
    value: str = "",
    placeholder: str = "",
) -> Field:
    """Return the field of a setting, as declared in the table of settings."""
    setting = SETTINGS[key]
    return Field(
        key,
        label,
        partial(problem_with, key),
        value=value or str(setting.default or ""),
        placeholder=placeholder,
        secret=setting.type.is_secret,
        options=setting.type.choices,
    )


def _problem_with_name(name: str) -> str:
    return "" if _NAME.fullmatch(name) else "must be up to 40 letters, digits, '.', '-', or '_'"


def _row(finding: CheckResult) -> Row:
    told = line(finding.sentence(), 600)
    words = muted(told.plain) if finding.verdict == "open" else told
    sign = Content.assemble(_SIGNS[finding.verdict], " ", finding.step)
    return Row(words, sign, indent=_STEP_CELLS)
