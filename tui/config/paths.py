"""Folders of the program's files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from tui.config.errors import ConfigError

APP_NAME = "genie-tui"
DATABASE = "conversations.db"
"""Name of a database of conversations, here and in the folder of a test run."""

Environment = Mapping[str, str]


def config_dir(environ: Environment | None = None) -> Path:
    """Return the folder of ``config.toml``; ``GENIE_TUI_CONFIG_DIR`` overrides the platform's."""
    return _folder("CONFIG_DIR", environ) or platformdirs.user_config_path(APP_NAME)


def data_dir(environ: Environment | None = None) -> Path:
    """Return the folder of the conversations; ``GENIE_TUI_DATA_DIR`` overrides the platform's."""
    return _folder("DATA_DIR", environ) or platformdirs.user_data_path(APP_NAME)


def state_dir(environ: Environment | None = None) -> Path:
    """Return the folder of logs and tokens; ``state`` in ``GENIE_TUI_DATA_DIR`` if that is set."""
    own = _folder("DATA_DIR", environ)
    return own / "state" if own else platformdirs.user_state_path(APP_NAME)


def crash_dir(environ: Environment | None = None) -> Path:
    """Return the folder of the crash files."""
    return state_dir(environ) / "crashes"


def database_file(environ: Environment | None = None) -> Path:
    """Return the database of the conversations."""
    return data_dir(environ) / DATABASE


def prompts_dir(environ: Environment | None = None) -> Path:
    """Return the folder of the prompt files."""
    return config_dir(environ) / "prompts"


def config_file(environ: Environment | None = None) -> Path:
    return config_dir(environ) / "config.toml"


def _folder(name: str, environ: Environment | None) -> Path | None:
    value = (os.environ if environ is None else environ).get(f"GENIE_TUI_{name}")
    try:
        return Path(value).expanduser() if value else None
    except RuntimeError:  # the home folder of a user that does not exist
        text = f"Environment variable GENIE_TUI_{name}: {value} is a folder of an unknown user."
        raise ConfigError(text) from None
