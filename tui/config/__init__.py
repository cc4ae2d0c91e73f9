"""Settings: from flags, then the environment, then a profile in a TOML file.

Every invalid value is reported in one line that names the key and its source, and never shows a
secret. The environment variable of a key is ``GENIE_TUI_`` and the key in capitals.

Names are loaded on first use: asking for a folder does not load the checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from tui.config.errors import ConfigError
    from tui.config.hosts import DATA_CENTERS, DataCenter, check_url, is_loopback
    from tui.config.paths import (
        config_dir,
        config_file,
        crash_dir,
        data_dir,
        database_file,
        prompts_dir,
        state_dir,
    )
    from tui.config.profiles import (
        holds_secrets,
        is_configured,
        load,
        profile_from,
        profile_names,
        save_profile,
    )
    from tui.config.settings import (
        INTERFACE,
        KEYS,
        SECRETS,
        SETTINGS,
        BackendName,
        Preferences,
        Profile,
        Setting,
        Sources,
        problem_with,
        variable,
    )
    from tui.config.toml_file import keys_and_hooks

_HOMES = {
    "errors": ("ConfigError",),
    "hosts": ("DATA_CENTERS", "DataCenter", "check_url", "is_loopback"),
    "paths": (
        "config_dir",
        "config_file",
        "crash_dir",
        "data_dir",
        "database_file",
        "prompts_dir",
        "state_dir",
    ),
    "profiles": (
        "holds_secrets",
        "is_configured",
        "load",
        "profile_from",
        "profile_names",
        "save_profile",
    ),
    "settings": (
        "INTERFACE",
        "KEYS",
        "SECRETS",
        "SETTINGS",
        "BackendName",
        "Preferences",
        "Profile",
        "Setting",
        "Sources",
        "problem_with",
        "variable",
    ),
    "toml_file": ("keys_and_hooks",),
}


__getattr__ = lazy_exports(__name__, _HOMES)


__all__ = [
    "DATA_CENTERS",
    "INTERFACE",
    "KEYS",
    "SECRETS",
    "SETTINGS",
    "BackendName",
    "ConfigError",
    "DataCenter",
    "Preferences",
    "Profile",
    "Setting",
    "Sources",
    "check_url",
    "config_dir",
    "config_file",
    "crash_dir",
    "data_dir",
    "database_file",
    "holds_secrets",
    "is_configured",
    "is_loopback",
    "keys_and_hooks",
    "load",
    "problem_with",
    "profile_from",
    "profile_names",
    "prompts_dir",
    "save_profile",
    "state_dir",
    "variable",
]
