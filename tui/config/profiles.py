"""Choose, load and save profiles."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui.config.errors import ConfigError
from tui.config.hosts import DATA_CENTERS
from tui.config.paths import Environment, config_file
from tui.config.settings import KEYS, SECRETS, SETTINGS, Profile, Sources, variable
from tui.config.toml_file import check_keys, edited, read, tables
from tui.core.secrets import Secret
from tui.core.text import did_you_mean
from tui.system.private_files import make_folder, protect, replace_text

Value = str | int | Secret | None
"""Value to save; None removes the key."""


def load(
    profile: str | None = None,
    config_path: Path | None = None,
    flags: Mapping[str, object] | None = None,
    environ: Environment | None = None,
    *,
    complete: bool = True,
) -> Profile:
    """Return the settings to use.

    ``flags`` are by key; those that are None were not given. ``complete`` False leaves out the
    check for everything that a conversation needs (set-up, Studio). Raises ``ConfigError``.
    """
    environ = os.environ if environ is None else environ
    path = config_path or config_file(environ)
    document = read(path, must_exist=config_path is not None)
    if _has_secrets(document):
        protect(path)  # an editor may have created it readable for all users
    name, table = _choose(document, path, profile, environ)
    sources = Sources(flags or {}, environ, table, _table_name(path, name))
    settings = _with_hosts(sources.profile(name))
    if complete:
        _check_complete(settings, path, first_run=not is_configured(config_path, environ))
    return settings


def holds_secrets(path: Path) -> bool:
    """Return True if a file has keys or tokens in it; one that cannot be read may have."""
    try:
        return _has_secrets(read(path))
    except ConfigError:
        return True


def _has_secrets(document: Mapping[str, Any]) -> bool:
    found = document.get("profiles", {})
    tables = found.values() if isinstance(found, dict) else ()
    return any(isinstance(table, dict) and SECRETS & table.keys() for table in tables)


def profile_names(path: Path) -> list[str]:
    """Return the names of a file's profiles; none without a file. Raises ``ConfigError``."""
    return list(tables(read(path), path))


def is_configured(config_path: Path | None = None, environ: Environment | None = None) -> bool:
    """Return True if the user has set up anything; if not, this is the first run.

    Raises ``ConfigError`` for a file that cannot be read.
    """
    environ = os.environ if environ is None else environ
    agent = (setting for setting in SETTINGS.values() if setting.group == "agent")
    if any(environ.get(setting.variable) for setting in agent):
        return True
    return bool(profile_names(config_path or config_file(environ)))


def profile_from(name: str, values: Mapping[str, object]) -> Profile:
    """Return the profile of values by key, complete or not.

    Each value must be valid on its own, see :func:`tui.config.settings.problem_with`.
    """
    return _with_hosts(Sources({}, {}, values).profile(name))


def save_profile(path: Path, name: str, values: Mapping[str, Value]) -> None:
    """Write keys of a profile to a file (created 0600), and keep everything else in it.

    None removes a key. The first profile becomes the default one. Nothing is written unless all
    values are valid. Raises ``ConfigError``.
    """
    plain = {key: _plain(value) for key, value in values.items()}
    check_keys(plain, KEYS, f"Profile {name!r}")
    merged = {**tables(read(path), path).get(name, {}), **plain}
    kept = {key: value for key, value in merged.items() if value is not None}
    Sources({}, {}, kept, _table_name(path, name)).profile(name)
    try:
        target = path.resolve()  # keeps a link a link
        make_folder(target.parent)
        replace_text(target, edited(target, name, plain))
    except OSError as error:
        raise ConfigError(f"Couldn't write {path}: {error.strerror}.") from error


def _plain(value: Value) -> str | int | None:
    return value.get_secret_value() if isinstance(value, Secret) else value


def _table_name(path: Path, name: str) -> str:
    return f"{path}, profile {name!r}"


def _with_hosts(profile: Profile) -> Profile:
    """Return the profile with its data center's hosts, unless it names its own."""
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
            "Nothing is set up yet. Run 'genie-tui' to set up a profile, or add "
            "--demo to try it without an account. In scripts, set "
            f"{', '.join(map(variable, missing))}."
        )
    if missing[0] == "base_url" and profile.backend == "genie":
        raise ConfigError(
            f"The Headless API host for data center {profile.data_center!r} isn't public. "
            f"Set base_url ({variable('base_url')})."
        )
    variables = ", ".join(map(variable, missing))
    raise ConfigError(
        f"Profile {profile.label!r} is incomplete for backend "
        f"{profile.backend!r}{_sign_in(profile)}: missing {', '.join(missing)}. Run "
        f"'genie-tui' to set it up, try 'genie-tui --demo', or set {variables} or the keys "
        f"in {path}."
    )


def _sign_in(profile: Profile) -> str:
    return f" with auth {profile.auth!r}" if profile.backend == "genie" else ""


def _choose(
    document: Mapping[str, Any], path: Path, asked: str | None, environ: Environment
) -> tuple[str, Mapping[str, object]]:
    """Return the profile to use, by name and content; an empty one if there is none at all."""
    known = tables(document, path)
    name = _named(document, path, asked, environ) or _default(list(known), path)
    table = known.get(name, {})
    check_keys(table, KEYS, _table_name(path, name))
    return name, table


def _named(
    document: Mapping[str, Any], path: Path, asked: str | None, environ: Environment
) -> str | None:
    """Return the requested profile, which must exist."""
    candidates = (
        ("--profile", asked),
        (f"Environment variable {variable('profile')}", environ.get(variable("profile"))),
        (f"{path}, default_profile", document.get("default_profile")),
    )
    origin, name = next((pair for pair in candidates if pair[1]), ("", None))
    known = tables(document, path)
    if name is None or name in list(known):
        return name
    there = f"Profiles: {', '.join(map(repr, known)) or 'none'}."
    hint = did_you_mean(name, known) if isinstance(name, str) else ""
    raise ConfigError(f"{origin}: no profile {name!r} in {path}. {hint or there}")


def _default(names: list[str], path: Path) -> str:
    """Return the default profile."""
    if len(names) == 1:
        return names[0]
    if names and "default" not in names:
        there = ", ".join(map(repr, names))
        raise ConfigError(f"Choose a profile from {path} with --profile: {there}.")
    return "default"
