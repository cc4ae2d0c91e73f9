"""Settings: from flags, then the environment, then a profile in a TOML file.

Every value that cannot be used is one line that names the key and where it came from, and never
shows a secret. The environment variable of a key is ``GENIE_TUI_`` and the key in capitals.

Names are loaded when they are asked for: who wants a folder does not wait for the checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.lazy import names_of

if TYPE_CHECKING:
    from tui.config.errors import ConfigError
    from tui.config.hosts import DATA_CENTERS, DataCenter, check_url, is_loopback
    from tui.config.looks import LOOKS, general_looks, key_bindings, variable
    from tui.config.paths import config_dir, config_file, data_dir, state_dir
    from tui.config.profile import KEYS, Profile
    from tui.config.profiles import holds_secrets, is_configured, load, profile_names
    from tui.config.saving import save_profile
    from tui.config.settings import Preferences
    from tui.config.trial import problem_with, tried

_HOMES = {
    "errors": ("ConfigError",),
    "paths": ("config_dir", "config_file", "data_dir", "state_dir"),
    "hosts": ("DATA_CENTERS", "DataCenter", "check_url", "is_loopback"),
    "profiles": ("holds_secrets", "is_configured", "load", "profile_names"),
    "looks": ("LOOKS", "key_bindings", "general_looks", "variable"),
    "profile": ("KEYS", "Profile"),
    "saving": ("save_profile",),
    "settings": ("Preferences",),
    "trial": ("problem_with", "tried"),
}


__getattr__ = names_of(__name__, _HOMES)


__all__ = [
    "DATA_CENTERS",
    "KEYS",
    "LOOKS",
    "ConfigError",
    "DataCenter",
    "Preferences",
    "Profile",
    "check_url",
    "config_dir",
    "config_file",
    "data_dir",
    "general_looks",
    "holds_secrets",
    "is_configured",
    "is_loopback",
    "key_bindings",
    "load",
    "problem_with",
    "profile_names",
    "save_profile",
    "state_dir",
    "tried",
    "variable",
]
