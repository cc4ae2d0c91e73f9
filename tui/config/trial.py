"""Settings that somebody is still typing."""

from __future__ import annotations

from collections.abc import Mapping

from tui.config.checks import UnusableError, checked
from tui.config.profile import Profile
from tui.config.profiles import with_hosts


def problem_with(key: str, value: str) -> str:
    """What is wrong with a value for a key of a profile, as a clause; empty if it can be used."""
    try:
        checked("", {key: value})
    except UnusableError as error:
        return str(error)
    return ""


def tried(name: str, values: Mapping[str, object]) -> Profile:
    """The profile that these values would make, complete or not.

    ``values`` are by key, and each on its own has no problem.
    """
    return with_hosts(checked(name, values))
