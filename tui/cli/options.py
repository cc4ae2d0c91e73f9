"""Options that several commands share: which profile, or the demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.cli.codes import Code, Failure

if TYPE_CHECKING:
    from tui.config import Profile
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

    def or_from(self, parent: Target | None) -> Target:
        """With what was said before the command's name filled in."""
        if parent is None:
            return self
        return Target(
            demo=self.demo or parent.demo,
            profile=self.profile or parent.profile,
            config=self.config or parent.config,
        )

    def place(self) -> Place:
        """Raises ``Failure`` with exit code 2 where the configuration is wrong."""
        from tui.wiring import demo_place, login_demo_place, place_of

        if self.demo:
            return login_demo_place() if self.login else demo_place()
        return place_of(self.read())

    def read(self, *, key_needed: bool = True) -> Profile:
        """The profile, see :func:`tui.wiring.read_profile`; raises as :meth:`place` does."""
        from tui.config import ConfigError
        from tui.wiring import read_profile

        try:
            return read_profile(self.profile, self.config, key_needed=key_needed)
        except ConfigError as error:
            raise Failure(str(error), Code.USAGE) from error


def target_options(command: _F) -> _F:
    """``--demo``, ``--profile`` and ``--config``."""
    decorators = (
        click.option("--demo", is_flag=True, help="Use the built-in demo; no account needed."),
        click.option("--profile", metavar="NAME", help="Profile of the configuration to use."),
        click.option(
            "--config",
            metavar="FILE",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Configuration file, instead of the one in the platform's folder.",
        ),
    )
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def target_of(context: click.Context, **options: Any) -> Target:
    """The target that options given before and after the command's name add up to."""
    parent = context.parent.obj if context.parent else None
    return Target(**options).or_from(parent if isinstance(parent, Target) else None)
