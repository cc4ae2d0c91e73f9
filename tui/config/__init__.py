"""Settings: from flags, then the environment, then a profile in a TOML file.

Every value that cannot be used is one line that names the key and where it came from, and never
shows a secret. The environment variable of a key is ``GENIE_TUI_`` and the key in capitals.
"""

from tui.config.errors import ConfigError
from tui.config.folders import config_dir, config_file, data_dir, state_dir
from tui.config.hosts import DATA_CENTERS, DataCenter, check_url, is_loopback
from tui.config.loading import is_configured, load, profiles
from tui.config.profile import KEYS, Profile, variable
from tui.config.saving import save_profile
from tui.config.trial import problem_with, tried

__all__ = [
    "DATA_CENTERS",
    "KEYS",
    "ConfigError",
    "DataCenter",
    "Profile",
    "check_url",
    "config_dir",
    "config_file",
    "data_dir",
    "is_configured",
    "is_loopback",
    "load",
    "problem_with",
    "profiles",
    "save_profile",
    "state_dir",
    "tried",
    "variable",
]
