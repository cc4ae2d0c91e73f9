"""What can be wrong with settings."""

from __future__ import annotations


class ConfigError(Exception):
    """Settings that cannot be used. ``str(error)`` is one line for the user."""
