"""Table of settings. Adding a setting takes one line here, and its use.

Generated from it: environment variables, command-line options, checks, ``Preferences``, the fields
of the set-up screen and the table in the README. Settings of ``InterfaceSettings`` and
``LogSettings`` are also read without a profile; those of ``Profile`` belong to an agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar

from tui.config.errors import ConfigError
from tui.config.value_types import (
    API_KEY,
    COLUMNS,
    DATA_CENTER,
    DEVELOPER_TOKEN,
    FILE,
    HOST,
    SWITCH,
    TEXT,
    TOKEN,
    URL,
    ValueType,
    one_of,
)
from tui.core.secrets import Secret

BackendName = Literal["genie", "workflows"]
LogFormat = Literal["text", "json"]
Group = Literal["agent", "interface", "log"]

_T = TypeVar("_T")


class Setting(NamedTuple):
    """Declaration of a setting."""

    key: str
    """Name in a profile."""
    type: ValueType[object]
    default: object
    help: str
    group: Group
    has_option: bool

    @property
    def variable(self) -> str:
        """Environment variable."""
        return variable(self.key)

    @property
    def option(self) -> str:
        """Command-line option, where ``has_option``."""
        return f"--{self.key.replace('_', '-')}"


def variable(key: str) -> str:
    """Return the environment variable of a key."""
    return f"GENIE_TUI_{key.upper()}"


def _setting(default: _T, type_: ValueType[_T], help_: str, *, has_option: bool = False) -> _T:
    """Declare a field of a dataclass as a setting."""
    declared: Any = field(default=default, metadata={"setting": (type_, help_, has_option)})
    value: _T = declared
    return value


# Not pydantic models, since every start would wait for pydantic before its first paint.


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """Settings of the log, for all commands."""

    log: str = _setting("", FILE, "Write a log to this file; secrets are masked.", has_option=True)
    log_format: LogFormat = _setting(
        "text", one_of("text", "json"), "Lines of the log: text, or JSON.", has_option=True
    )

    @property
    def log_file(self) -> Path | None:
        """Path of the log, if there is one."""
        return Path(self.log).expanduser().absolute() if self.log else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceSettings(LogSettings):
    """Settings of the interface."""

    theme: str = _setting("", TEXT, "Color theme, such as genie-light.", has_option=True)
    no_browser: bool = _setting(False, SWITCH, "Copy links instead of opening them.")
    notifications: bool = _setting(True, SWITCH, "Notify you when the terminal isn't in focus.")
    screen_reader: bool = _setting(
        False, SWITCH, "Write plain lines in reading order instead of panes.", has_option=True
    )
    reduced_motion: bool = _setting(False, SWITCH, "Turn off animations.")
    copy_on_release: bool = _setting(
        False, SWITCH, "Copy what the mouse has selected when its button is released."
    )
    vim: bool = _setting(False, SWITCH, "Vim keys in the composer; Esc leaves insert mode.")
    mouse: bool = _setting(True, SWITCH, "Use the mouse in the app, not the terminal.")
    sidebar_columns: int = _setting(0, COLUMNS, "Width of the sidebar; 0: 30 columns.")
    timeline_columns: int = _setting(0, COLUMNS, "Width of the timeline; 0: 46 columns.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(InterfaceSettings):
    """Settings needed to talk to one agent."""

    label: str = "default"
    """Name of the profile."""
    backend: BackendName = _setting(
        "genie",
        one_of("genie", "workflows"),
        "Backend to use, also with --demo.",
        has_option=True,
    )
    data_center: str = _setting("us", DATA_CENTER, "Sets the hosts that you leave out.")
    base_url: str = _setting("", HOST, "Host of the Headless API or the Workflows API.")
    identity_url: str = _setting("", HOST, "Issuer that signs users in.")
    developer_url: str = _setting("", HOST, "Host of the Developer API.")
    genie: str | None = _setting(
        None, TEXT, "Handle (gin-...), or agent ID of the Workflows API.", has_option=True
    )
    name: str = _setting(
        "", TEXT, "What to call the agent; otherwise learned from Studio or the service."
    )
    auth: Literal["oauth", "api_key"] = _setting(
        "oauth", one_of("oauth", "api_key"), "How to sign in; api_key if a key is set."
    )
    client_id: str | None = _setting(None, TEXT, "ID of the genie's OAuth client.")
    redirect_url: str | None = _setting(None, URL, "Redirect URL, exactly as registered.")
    api_key: Secret | None = _setting(None, API_KEY, "API key of the genie's client.")
    idp_user_id: str | None = _setting(None, TEXT, "Your user ID in Workato Identity.")
    token: Secret | None = _setting(None, TOKEN, "Token of the Workflows API.")
    developer_token: Secret | None = _setting(None, DEVELOPER_TOKEN, "Token of the Developer API.")
    ca_file: str | None = _setting(None, TEXT, "Certificates to trust besides the system's.")

    @property
    def credential(self) -> Literal["oauth", "api_key", "token"]:
        """Kind of credential that the profile signs in with."""
        return "token" if self.backend == "workflows" else self.auth

    @property
    def account(self) -> str:
        """Name of the account that owns the stored conversations, for a genie without the user."""
        if self.backend == "workflows":  # its token does not name a user
            return f"{self.base_url} workflows {self.label}"
        return f"{self.base_url} {self.genie} "

    def missing(self) -> list[str]:
        """Return the keys that a conversation needs and this profile lacks."""
        return [key for key in self._needed() if not getattr(self, key)]

    def _needed(self) -> tuple[str, ...]:
        if self.backend == "workflows":
            return "base_url", "genie"
        if self.auth == "api_key":
            return "base_url", "genie", "api_key", "idp_user_id"
        return "base_url", "genie", "client_id", "redirect_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences(InterfaceSettings):
    """Settings of the interface, its keys, and the user's hooks."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by command id, several separated by commas; empty: none."""
    keys_from: str = ""
    """File that ``keys`` were read from."""
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words of the user's commands, by hook."""
    prompts: Path | None = None
    """Folder of the prompt files."""


def _declared() -> Iterator[Setting]:
    log = {declared.name for declared in fields(LogSettings)}
    interface = {declared.name for declared in fields(InterfaceSettings)}
    for declared in fields(Profile):
        if "setting" in declared.metadata:
            type_, help_, has_option = declared.metadata["setting"]
            group: Group = "interface" if declared.name in interface else "agent"
            group = "log" if declared.name in log else group
            yield Setting(declared.name, type_, declared.default, help_, group, has_option)


SETTINGS: Mapping[str, Setting] = {
    setting.key: setting for setting in sorted(_declared(), key=lambda setting: setting.group)
}
"""By key, those of the agent first."""

KEYS = tuple(SETTINGS)
"""Keys of a profile in the file."""

INTERFACE = tuple(setting for setting in SETTINGS.values() if setting.group != "agent")
"""Settings that are also read without a profile."""

SECRETS = frozenset(setting.key for setting in SETTINGS.values() if setting.type.is_secret)
"""Keys with values that other users must not read."""


class Sources(NamedTuple):
    """Values of settings by source, the strongest first."""

    flags: Mapping[str, object]
    """By key; None if not given."""
    environ: Mapping[str, str]
    table: Mapping[str, object] = MappingProxyType({})
    """Content of a profile."""
    table_name: str = ""

    def read(self, settings: Iterable[Setting]) -> dict[str, Any]:
        """Return the values of all sources, by key.

        Raises ``ConfigError`` for the first invalid one.
        """
        values: dict[str, Any] = {}
        for setting in settings:
            if found := self._find(setting):
                value, origin = found
                try:
                    values[setting.key] = setting.type.read(value)
                except ValueError as problem:
                    raise ConfigError(f"{origin}: {problem}.") from None
        return values

    def profile(self, name: str) -> Profile:
        """Return the profile with these values; raises as :meth:`read` does."""
        values = self.read(SETTINGS.values())
        if values.get("api_key"):
            values.setdefault("auth", "api_key")
        return Profile(label=name, **values)

    def _find(self, setting: Setting) -> tuple[object, str] | None:
        """Return the strongest value of a setting and the name of its source; None for none."""
        flag = self.flags.get(setting.key)
        if flag is not None:
            return flag, setting.option
        if text := self.environ.get(setting.variable):
            return text, f"Environment variable {setting.variable}"
        if setting.key in self.table:
            return self.table[setting.key], f"{self.table_name}, {setting.key}"
        return None


def problem_with(key: str, value: str) -> str:
    """Return the problem of a setting's value, as a clause; empty if it is valid."""
    try:
        SETTINGS[key].type.read(value)
    except ValueError as problem:
        return str(problem)
    return ""
