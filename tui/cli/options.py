"""Options that several commands share: which profile, or the demo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.cli.codes import Code, Failure

if TYPE_CHECKING:
    from tui.config import Preferences, Profile
    from tui.config.profile import BackendName
    from tui.wiring import Place

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Target:
    """Which agent a command speaks to."""

    demo: bool = False
    profile: str | None = None
    config: Path | None = None
    login: bool = False
    """With ``demo``: through its login."""
    backend: BackendName | None = None
    """The service to speak to, other than the profile says."""
    flags: Mapping[str, object] = field(default_factory=dict)
    """Settings given as options, by key; None: not given."""

    def or_from(self, parent: Target | None) -> Target:
        """With what was said before the command's name filled in."""
        if parent is None:
            return self
        return Target(
            demo=self.demo or parent.demo,
            profile=self.profile or parent.profile,
            config=self.config or parent.config,
            backend=self.backend or parent.backend,
        )

    def place(self) -> Place:
        """Raises ``Failure`` with exit code 2 where the configuration is wrong."""
        from tui.config import ConfigError

        if self.demo:
            return replace(self._demo(), preferences=self.preferences())
        from tui.wiring import place_of, with_preferences

        profile = self.read()
        try:
            return with_preferences(place_of(profile), profile, self.config)
        except ConfigError as error:
            raise Failure(str(error), Code.USAGE) from error

    def _demo(self) -> Place:
        from tui.wiring import demo_place, login_demo_place

        usual = self.backend or "genie"
        return login_demo_place() if self.login else demo_place(backend=usual)

    def preferences(self) -> Preferences:
        """How the interface is to be where no profile says so; raises as :meth:`place` does."""
        from tui.config import ConfigError
        from tui.wiring import general_preferences

        try:
            return general_preferences(self.flags, self.config)
        except ConfigError as error:
            raise Failure(str(error), Code.USAGE) from error

    def read(self, *, key_needed: bool = True) -> Profile:
        """The profile, see :func:`tui.wiring.read_profile`; raises as :meth:`place` does."""
        from tui.config import ConfigError
        from tui.wiring import read_profile

        try:
            flags = {**self.flags, "backend": self.backend}
            return read_profile(self.profile, self.config, key_needed=key_needed, flags=flags)
        except ConfigError as error:
            raise Failure(str(error), Code.USAGE) from error


_BACKEND = "tui.backend"


def _note_backend(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[_BACKEND] = value


def backend_of(context: click.Context) -> BackendName | None:
    """What ``--backend`` said, before or after the command's name."""
    said: BackendName | None = context.meta.get(_BACKEND)
    return said


def target_options(command: _F) -> _F:
    """``--demo``, ``--profile``, ``--config`` and ``--backend``.

    Commands take the first three as arguments; the last is kept in the context.
    """
    decorators = (
        click.option("--demo", is_flag=True, help="Use the built-in demo; no account needed."),
        click.option("--profile", metavar="NAME", help="Profile of the configuration to use."),
        click.option(
            "--config",
            metavar="FILE",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Configuration file, instead of the one in the platform's folder.",
        ),
        click.option(
            "--backend",
            type=click.Choice(["genie", "workflows"]),
            expose_value=False,
            callback=_note_backend,
            help="Service to speak to, other than the profile (or the demo) says.",
        ),
    )
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def target_of(context: click.Context, **options: Any) -> Target:
    """The target that options given before and after the command's name add up to."""
    parent = context.parent.obj if context.parent else None
    return Target(backend=backend_of(context), **options).or_from(
        parent if isinstance(parent, Target) else None
    )
