"""Build ``Preferences`` from flags, environment and configuration file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.bootstrap.target import AgentTarget
    from tui.config import Preferences, Profile


def general_preferences(flags: Mapping[str, object], config: Path | None) -> Preferences:
    """Return the preferences without a profile. Raises ``tui.config.ConfigError``."""
    from tui.config import INTERFACE, Sources

    return _with_keys(Sources(flags, os.environ).read(INTERFACE), config)


def preferences_of(profile: Profile, config: Path | None) -> Preferences:
    """Return the preferences of a profile. Raises ``tui.config.ConfigError``."""
    from tui.config import INTERFACE

    values = {setting.key: getattr(profile, setting.key) for setting in INTERFACE}
    return _with_keys(values, config)


def with_preferences(place: AgentTarget, profile: Profile, config: Path | None) -> AgentTarget:
    """Return the target of a profile with its preferences."""
    from dataclasses import replace

    from tui.bootstrap.profiles import use_genie
    from tui.config import config_file

    use = partial(use_genie, profile, config) if place.use_genie else None
    save = partial(_save_setting, config or config_file(), profile.label)
    preferences = preferences_of(profile, config)
    return replace(place, preferences=preferences, save_setting=save, use_genie=use)


def _with_keys(values: Mapping[str, Any], config: Path | None) -> Preferences:
    """Return preferences with these values and the keys of the configuration file."""
    from tui.config import Preferences, keys_and_hooks, prompts_dir

    path, keys, hooks = keys_and_hooks(config)
    source = str(path) if keys else ""
    return Preferences(**values, keys=keys, keys_from=source, hooks=hooks, prompts=prompts_dir())


def _save_setting(path: Path, name: str, key: str, value: str | int) -> None:
    """Save a setting of the interface in a profile. Raises ``tui.config.ConfigError``."""
    from tui.config import profile_names, save_profile

    if name in profile_names(path):
        save_profile(path, name, {key: value})
