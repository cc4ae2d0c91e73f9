"""Settings from flags, the environment and a profile, the strongest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tui.config.errors import ConfigError
from tui.config.folders import Environment
from tui.config.looks import variable
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
        merged = {**self.table, **given, **self.flags, "name": self.name}
        try:
            return Profile.model_validate(merged)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ConfigError(
                f"{self.origin(str(first['loc'][0]))}: {problem_of(first)}."
            ) from None


def problem_of(error: Mapping[str, Any]) -> str:
    """What is wrong with a value, without the value."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    told = str(error["msg"]).partition(",")[0]
    return told.replace("Input should be", "must be").replace("a valid string", "text")
