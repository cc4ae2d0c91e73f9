"""Settings that somebody is still typing."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from tui.config.layers import problem_of
from tui.config.loading import with_hosts
from tui.config.profile import Profile


def problem_with(key: str, value: str) -> str:
    """What is wrong with a value for a key of a profile, as a clause; empty if it can be used."""
    try:
        Profile.model_validate({key: value})
    except ValidationError as error:
        return problem_of(error.errors(include_input=False)[0])
    return ""


def tried(name: str, values: Mapping[str, object]) -> Profile:
    """The profile that these values would make, complete or not.

    ``values`` are by key, and each on its own has no problem.
    """
    return with_hosts(Profile.model_validate({**values, "name": name}))
