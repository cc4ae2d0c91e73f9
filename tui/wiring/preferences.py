"""How the interface is to be: from flags, environment and the configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from tui.config import Preferences

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.wiring.place import Place


class _Keys(TypedDict):
    keys: Mapping[str, str]
    keys_from: str


def general_preferences(flags: Mapping[str, object], config: Path | None) -> Preferences:
    """Where there is no profile. Raises ``tui.config.ConfigError``."""
    from tui.config import general_looks

    given = general_looks(flags)
    return Preferences(
        theme=str(given.get("theme", "")),
        no_browser=bool(given.get("no_browser", False)),
        notifications=bool(given.get("notifications", True)),
        screen_reader=bool(given.get("screen_reader", False)),
        reduced_motion=bool(given.get("reduced_motion", False)),
        mouse=bool(given.get("mouse", True)),
        **_keys(config),
    )


def preferences_of(profile: Profile, config: Path | None) -> Preferences:
    """Of a profile, and the keys of its file. Raises ``tui.config.ConfigError``."""
    return Preferences(
        theme=profile.theme or "",
        no_browser=profile.no_browser,
        notifications=profile.notifications,
        screen_reader=profile.screen_reader,
        reduced_motion=profile.reduced_motion,
        mouse=profile.mouse,
        **_keys(config),
    )


def with_preferences(place: Place, profile: Profile, config: Path | None) -> Place:
    """The agent of a profile, with how its interface is to be."""
    from dataclasses import replace

    from tui.config import config_file
    from tui.wiring.profile import use_genie

    use = partial(use_genie, profile, config) if place.use_genie else None
    save = partial(_save_theme, config or config_file(), profile.name)
    preferences = preferences_of(profile, config)
    return replace(place, preferences=preferences, save_theme=save, use_genie=use)


def _keys(config: Path | None) -> _Keys:
    from tui.config import key_bindings

    path, keys = key_bindings(config)
    return {"keys": keys, "keys_from": str(path) if keys else ""}


def _save_theme(path: Path, name: str, theme: str) -> None:
    """Raises ``tui.config.ConfigError``."""
    from tui.config import profile_names, save_profile

    if name in profile_names(path):
        save_profile(path, name, {"theme": theme})
