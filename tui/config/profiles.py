"""Which profile to use, and its settings made complete."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui.config.errors import ConfigError
from tui.config.hosts import DATA_CENTERS
from tui.config.layers import Layers
from tui.config.looks import LOOKS, variable
from tui.config.paths import Environment, config_file
from tui.config.profile import KEYS, SECRETS, Profile
from tui.config.toml_file import check_keys, read, tables
from tui.system.private_files import protect


def load(
    profile: str | None = None,
    config_path: Path | None = None,
    flags: Mapping[str, object] | None = None,
    environ: Environment | None = None,
    *,
    complete: bool = True,
) -> Profile:
    """The settings to use.

    ``flags`` are by key; those that are None were not given. ``complete`` false leaves out the
    check that there is all a conversation needs (set-up, Studio). Raises ``ConfigError``.
    """
    environ = os.environ if environ is None else environ
    path = config_path or config_file(environ)
    document = read(path, must_exist=config_path is not None)
    if _has_secrets(document):
        protect(path)  # an editor may have created it for everybody to read
    name, table = _choose(document, path, profile, environ)
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    layers = Layers(given, environ, table, name, path)
    settings = with_hosts(layers.merged())
    if complete:
        _check_complete(settings, path, first_run=not is_configured(config_path, environ))
    return settings


def holds_secrets(path: Path) -> bool:
    """Whether a file has keys or tokens in it; one that cannot be read may have."""
    try:
        return _has_secrets(read(path))
    except ConfigError:
        return True


def _has_secrets(document: Mapping[str, Any]) -> bool:
    found = document.get("profiles", {})
    tables = found.values() if isinstance(found, dict) else ()
    return any(isinstance(table, dict) and SECRETS & table.keys() for table in tables)


def profile_names(path: Path) -> list[str]:
    """The names of the profiles in a file; none if it does not exist. Raises ``ConfigError``."""
    return list(tables(read(path), path))


def is_configured(config_path: Path | None = None, environ: Environment | None = None) -> bool:
    """Whether the user has set up anything at all; if not, this is the first run.

    Raises ``ConfigError`` for a file that cannot be read.
    """
    environ = os.environ if environ is None else environ
    if any(environ.get(variable(key)) for key in KEYS if key not in LOOKS):
        return True
    return bool(profile_names(config_path or config_file(environ)))


def with_hosts(profile: Profile) -> Profile:
    """The profile with its data center's hosts where it names none of its own."""
    center = DATA_CENTERS[profile.data_center]
    return replace(
        profile,
        base_url=profile.base_url or (center.api if profile.backend == "genie" else ""),
        identity_url=profile.identity_url or center.identity,
        developer_url=profile.developer_url or center.developer,
    )


def _check_complete(profile: Profile, path: Path, *, first_run: bool) -> None:
    missing = profile.missing()
    if not missing:
        return
    if first_run:
        raise ConfigError(
            "Nothing is set up yet. Run 'genie-tui' to set up a profile, or add --demo to try it"
            f" without an account. Scripts set {', '.join(map(variable, missing))}."
        )
    if missing[0] == "base_url" and profile.backend == "genie":
        raise ConfigError(
            f"The Headless API's host in data center {profile.data_center!r} is not published:"
            f" set base_url ({variable('base_url')})."
        )
    variables = ", ".join(map(variable, missing))
    raise ConfigError(
        f"Profile {profile.name!r} lacks {', '.join(missing)} for backend {profile.backend!r}"
        f"{_sign_in(profile)}: set {variables}, or the keys in {path}."
    )


def _sign_in(profile: Profile) -> str:
    return f" with auth {profile.auth!r}" if profile.backend == "genie" else ""


def _choose(
    document: Mapping[str, Any], path: Path, asked: str | None, environ: Environment
) -> tuple[str, Mapping[str, object]]:
    """The profile to use, by name and content; where there is none at all, an empty one."""
    known = tables(document, path)
    name = _named(document, path, asked, environ) or _obvious(list(known), path)
    table = known.get(name, {})
    check_keys(table, KEYS, f"{path}, profile {name!r}")
    return name, table


def _named(
    document: Mapping[str, Any], path: Path, asked: str | None, environ: Environment
) -> str | None:
    """The profile that somebody asked for, which must exist."""
    candidates = (
        ("--profile", asked),
        (f"Environment variable {variable('profile')}", environ.get(variable("profile"))),
        (f"{path}, default_profile", document.get("default_profile")),
    )
    origin, name = next((pair for pair in candidates if pair[1]), ("", None))
    known = tables(document, path)
    if name is None or name in list(known):
        return name
    there = ", ".join(map(repr, known)) or "none"
    raise ConfigError(f"{origin}: there is no profile {name!r} in {path} (there is: {there}).")


def _obvious(names: list[str], path: Path) -> str:
    """The profile that is meant when nobody says which."""
    if len(names) == 1:
        return names[0]
    if names and "default" not in names:
        there = ", ".join(map(repr, names))
        raise ConfigError(f"Choose one of the profiles in {path} with --profile: {there}.")
    return "default"
