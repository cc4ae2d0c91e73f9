"""Options shared by several commands: the profile, or the demo."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.cli import completion_values
from tui.cli.exit_codes import CommandFailure, ExitCode, failure_of
from tui.config import SETTINGS
from tui.config.value_types import FILE
from tui.core.errors import BackendError, ErrorKind
from tui.core.text import clean_line, did_you_mean

if TYPE_CHECKING:
    from tui.bootstrap import AgentTarget
    from tui.config import Preferences, Profile
    from tui.config.settings import BackendName, Group, LogSettings, Setting
    from tui.store.peek import StoredName

_F = TypeVar("_F", bound=Callable[..., Any])
_NEWEST = 2000
"""Number of stored conversations whose titles are names of them."""
_MOST_SHOWN = 4


class Number(click.ParamType[float]):
    """Number within limits; ``whole`` ones are ``int``."""

    name = "N"

    def __init__(
        self, least: float | None = None, most: float | None = None, *, whole: bool = True
    ) -> None:
        self._least = least
        self._most = most
        self._whole = whole

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            number = int(value) if self._whole else float(value)
        except ValueError:
            number = math.nan
        least = -math.inf if self._least is None else self._least
        if not least <= number <= (math.inf if self._most is None else self._most):
            self.fail(f"'{value}' isn't {self._accepted()}", param, ctx)
        return number

    def _accepted(self) -> str:
        kind = "a whole number" if self._whole else "a number"
        if self._least is None:
            return kind
        if self._most is None:
            return f"{kind} of at least {self._least:g}"
        return f"{kind} from {self._least:g} to {self._most:g}"


@dataclass(frozen=True, slots=True)
class Target:
    """Agent that a command talks to."""

    demo: bool = False
    profile: str | None = None
    config: Path | None = None
    login: bool = False
    """With ``demo``: sign in through its login."""
    conversation: str = ""
    """ID of the conversation to open the app at."""
    last_conversation: bool = False
    say: str = ""
    """First message to send."""
    run: str = ""
    """Run of test suites whose conversations are opened instead of the user's."""
    flags: Mapping[str, object] = field(default_factory=dict)
    """Settings given as options, by key."""

    @property
    def backend(self) -> BackendName | None:
        """Service that overrides the one of the profile."""
        backend: Any = self.flags.get("backend")
        chosen: BackendName | None = backend
        return chosen

    def or_from(self, parent: Target | None) -> Target:
        """Fill in the options given before the command's name."""
        if parent is None:
            return self
        return Target(
            demo=self.demo or parent.demo,
            profile=self.profile or parent.profile,
            config=self.config or parent.config,
            flags={**parent.flags, **self.flags},
        )

    def place(self) -> AgentTarget:
        """Raises ``CommandFailure`` with exit code 2 for errors in the configuration."""
        from tui.config import ConfigError

        if self.demo:
            return replace(self._demo(), preferences=self.preferences())
        from tui.bootstrap import agent_target, with_preferences

        profile = self.read()
        try:
            return with_preferences(agent_target(profile), profile, self.config)
        except ConfigError as error:
            raise CommandFailure(str(error), ExitCode.USAGE) from error

    def _demo(self) -> AgentTarget:
        from tui.bootstrap import demo_target, login_demo_target

        usual = self.backend or "genie"
        genie: Any = self.flags.get("genie") or ""
        return login_demo_target() if self.login else demo_target(backend=usual, genie=genie)

    def preferences(self) -> Preferences:
        """Return the preferences without a profile; raises as :meth:`place` does."""
        from tui.bootstrap import general_preferences
        from tui.config import ConfigError

        try:
            preferences = general_preferences(self.flags, self.config)
        except ConfigError as error:
            raise CommandFailure(str(error), ExitCode.USAGE) from error
        open_log(preferences)
        return preferences

    def read(self, *, key_needed: bool = True) -> Profile:
        """Return the profile (:func:`tui.bootstrap.read_profile`); raises as :meth:`place` does."""
        from tui.bootstrap import read_profile
        from tui.config import ConfigError

        try:
            profile = read_profile(
                self.profile, self.config, key_needed=key_needed, flags=self.flags
            )
        except ConfigError as error:
            raise CommandFailure(str(error), ExitCode.USAGE) from error
        open_log(profile)
        return profile

    def conversation_id(self, wanted: str) -> str:
        """Return the ID of the stored conversation with this ID or title, case ignored.

        Anything else can be the ID of one that is not stored here. Raises ``CommandFailure`` for a
        title that several have, and for text that is neither an ID nor a title.
        """
        if self.demo or not wanted:
            return wanted
        known = self._conversations()
        folded = wanted.casefold()
        same = [row.id for row in known if row.title.casefold() == folded]
        if any(row.id == wanted for row in known):
            return wanted
        if len(same) > 1:
            ids = ", ".join(same[:_MOST_SHOWN])
            text = f"{len(same)} conversations are called '{wanted}'. Use an ID: {ids}."
            raise CommandFailure(text, ExitCode.USAGE)
        if not same and any(map(str.isspace, wanted)):  # no ID has spaces
            raise self._no_conversation(wanted)
        return same[0] if same else wanted

    def stored_conversation(self, wanted: str) -> StoredName:
        """Return the stored conversation with this ID, start of an ID, or title.

        Raises ``CommandFailure`` if there is none, or more than one.
        """
        known, folded = self._conversations(), wanted.casefold()
        for matches in (
            [row for row in known if row.id == wanted],
            [row for row in known if row.title.casefold() == folded],
            [row for row in known if wanted and row.id.startswith(wanted)],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                ids = ", ".join(row.id for row in matches[:_MOST_SHOWN])
                text = f"{len(matches)} conversations match '{clean_line(wanted, 80)}': {ids}."
                raise CommandFailure(text, ExitCode.USAGE)
        raise self._no_conversation(wanted)

    def _no_conversation(self, wanted: str) -> CommandFailure:
        listing = "To list them, run 'genie-tui conversations'."
        hint = self.similar_conversation(wanted) or listing
        text = f"There's no conversation '{clean_line(wanted, 80)}' on this machine. {hint}"
        return CommandFailure(text, ExitCode.USAGE)

    def similar_conversation(self, wanted: str) -> str:
        """Return the question whether a stored conversation is meant; empty if none is similar."""
        names = [name for row in self._conversations() for name in (row.id, row.title)]
        return did_you_mean(wanted, [clean_line(name, 80) for name in names if name])

    def similar_genie(self) -> str:
        """Return the question whether another known genie is meant; empty if none is similar."""
        genie = self.flags.get("genie") or os.environ.get(SETTINGS["genie"].variable)
        if not isinstance(genie, str):
            return ""
        known: Iterable[str] = completion_values.DEMO_GENIES
        if not self.demo:
            known = completion_values.known_genies(self.config)
        return did_you_mean(genie, [handle for handle in known if handle != genie])

    def _conversations(self) -> list[StoredName]:
        from tui.config import ConfigError, database_file, load
        from tui.store.peek import conversation_names

        if self.demo:
            return []
        try:
            profile = load(self.profile, self.config, self.flags, complete=False)
        except ConfigError:  # reported by what needs the profile
            return []
        return conversation_names(database_file(), profile.account, _NEWEST)


def open_log(settings: LogSettings) -> None:
    """Open the log file, if the settings name one. Raises ``CommandFailure`` if it cannot be."""
    if settings.log:
        from tui.bootstrap.session_log import start_log

        try:
            context = click.get_current_context(silent=True)
            start_log(settings, context.command_path if context else "")
        except OSError as error:
            problem = error.strerror or str(error)
            text = f"Couldn't write the log {settings.log} ({problem})."
            raise CommandFailure(text, ExitCode.USAGE) from error


def flags_of(context: click.Context) -> Mapping[str, object]:
    """Return the settings given as options before or after the command's name, by key."""
    flags: Mapping[str, object] = context.meta.setdefault(completion_values.FLAGS, {})
    return flags


def _keep_flag(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value is not None:
        context.meta.setdefault(completion_values.FLAGS, {})[parameter.name] = value


def setting_options(group: Group) -> Callable[[_F], _F]:
    """Return a decorator that adds the options of a group's settings; :func:`flags_of` has them."""
    found = (s for s in SETTINGS.values() if s.has_option and s.group == group)
    return with_options(*map(_option, found))


# One for all commands: each asks for translations of its words, which are files to look for.
_FILE = click.Path()
_CONFIG = click.Path(dir_okay=False, path_type=Path)

_VALUES = {"theme": completion_values.themes, "genie": completion_values.genies}


def _option(setting: Setting) -> Callable[[_F], _F]:
    """Return the decorator for a setting; a switch with an option is off by default."""
    kind: dict[str, Any] = {"metavar": "NAME", "shell_complete": _VALUES.get(setting.key)}
    if isinstance(setting.default, bool):
        kind = {"is_flag": True, "default": None}
    elif setting.type is FILE:
        kind = {"metavar": "FILE", "type": _FILE}
    elif setting.type.choices:
        kind = {"type": click.Choice(setting.type.choices)}
    return click.option(
        setting.option, **kind, expose_value=False, callback=_keep_flag, help=setting.help
    )


def with_options(*decorators: Callable[[Any], Any]) -> Callable[[_F], _F]:
    """Return a decorator that adds several options, listed in this order."""

    def decorate(command: _F) -> _F:
        for add in reversed(decorators):
            command = add(command)
        return command

    return decorate


target_options = with_options(
    click.option("--demo", is_flag=True, help="Use the built-in demo. No account needed."),
    click.option(
        "--profile",
        metavar="NAME",
        shell_complete=completion_values.profiles,
        help="Profile to use.",
    ),
    click.option(
        "--config",
        metavar="FILE",
        type=_CONFIG,
        help="Configuration file to use instead of the default one.",
    ),
    setting_options("agent"),
    setting_options("log"),
)
"""Adds ``--demo``, ``--profile``, ``--config``, and options of the agent's and log's settings.

Commands take the first three as arguments; the settings are kept in the context.
"""


def target_of(context: click.Context, **options: Any) -> Target:
    """Return the target from the options before and after the command's name."""
    parent = context.parent.obj if context.parent else None
    return Target(flags=flags_of(context), **options).or_from(
        parent if isinstance(parent, Target) else None
    )


def conversation_failure(target: Target, wanted: str, error: BackendError) -> CommandFailure:
    """Return the failure for a conversation; if it or its genie does not exist, with the most
    similar one that is known here.
    """
    if error.kind is ErrorKind.NOT_FOUND:
        error.hint = target.similar_conversation(wanted) or target.similar_genie() or error.hint
    return failure_of(error)


def target_options_of(target: Target) -> str:
    """Return the options that name a target again, for a command that is shown."""
    words = ["--demo"] if target.demo else []
    words += ["--profile", target.profile] if target.profile else []
    words += ["--config", str(target.config)] if target.config else []
    for key in ("backend", "genie"):
        if value := target.flags.get(key):
            words += [f"--{key}", str(value)]
    return shlex.join(words)
