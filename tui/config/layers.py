"""Settings from flags, the environment and a profile, the strongest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.config.checks import UnusableError, checked
from tui.config.errors import ConfigError
from tui.config.looks import variable
from tui.config.paths import Environment
from tui.config.profile import KEYS, Profile


@dataclass(frozen=True, slots=True)
class Layers:
    """Settings by where they come from, strongest first."""

    flags: Mapping[str, object]
    environ: Environment
    table: Mapping[str, object]
    name: str
    path: Path

    def origin(self, key: str) -> str:
        """Where the value of a key comes from, and its name there."""
        if key in self.flags:
            return f"--{key.replace('_', '-')}"
        if self.environ.get(variable(key)):
            return f"Environment variable {variable(key)}"
        return f"{self.path}, profile {self.name!r}, {key}"

    def merged(self) -> Profile:
        """Raises ``ConfigError`` for the first value that cannot be used."""
        given = {key: value for key in KEYS if (value := self.environ.get(variable(key)))}
        merged = {**self.table, **given, **self.flags}
        try:
            return checked(self.name, merged)
        except UnusableError as error:
            raise ConfigError(f"{self.origin(error.key)}: {error}.") from None
