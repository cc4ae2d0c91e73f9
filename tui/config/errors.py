"""Errors in settings."""

from __future__ import annotations


class ConfigError(Exception):
    """Invalid settings. ``str(error)`` is one line for the user."""
