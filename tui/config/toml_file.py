"""The configuration file: ``default_profile``, ``[keys]``, ``[hooks]``, and a table per profile."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tui.config.errors import ConfigError
from tui.config.paths import Environment, config_file
from tui.core.text import clean_line, closest


def read(path: Path, *, must_exist: bool = False) -> dict[str, Any]:
    """Return the content of a file; empty if there is none. Raises ``ConfigError``."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"{path} doesn't exist.") from None
        return {}
    except OSError as error:
        raise ConfigError(f"Couldn't read {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} isn't UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} isn't valid TOML: {clean_line(str(error))}.") from None
    check_keys(document, ("default_profile", "keys", "hooks", "profiles"), str(path))
    return document


def tables(document: Mapping[str, Any], path: Path) -> dict[str, Mapping[str, object]]:
    """Return the profiles of a document, by name. Raises ``ConfigError``."""
    found = document.get("profiles", {})
    if not isinstance(found, dict) or not all(isinstance(t, dict) for t in found.values()):
        raise ConfigError(f"{path}: each profile must be a table, such as [profiles.work].")
    return found


class KeysAndHooks(NamedTuple):
    """What the configuration file says beside its profiles."""

    path: Path
    keys: dict[str, str]
    """Keys by command id."""
    hooks: dict[str, tuple[str, ...]]
    """Words of the user's commands, by hook."""


HOOKS = ("on_question", "on_reply", "on_failure", "on_connected")


def keys_and_hooks(
    config_path: Path | None = None, environ: Environment | None = None
) -> KeysAndHooks:
    """Return the tables ``[keys]`` and ``[hooks]`` of the file. Raises ``ConfigError``.

    ``conversation.new = "ctrl+n"`` and ``"conversation.new" = "ctrl+n"`` are the same, as are
    ``"notify-send genie"`` and ``["notify-send", "genie"]``; no shell sees the words.
    """
    path = config_path or config_file(os.environ if environ is None else environ)
    document = read(path)
    keys: dict[str, str] = {}
    _flatten(document.get("keys", {}), "", keys, path)
    table = document.get("hooks", {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: hooks must be a table, [hooks].")
    check_keys(table, HOOKS, f"{path}, hooks")
    words = {name: _words(value, f"{path}, hooks, {name}") for name, value in table.items()}
    return KeysAndHooks(path, keys, {name: found for name, found in words.items() if found})


def _words(value: object, place: str) -> tuple[str, ...]:
    import shlex

    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    if not isinstance(value, str):
        raise ConfigError(f'{place}: must be a command, such as "notify-send genie".')
    try:
        return tuple(shlex.split(value))
    except ValueError:
        raise ConfigError(f"{place}: must have a closing quotation mark.") from None


def edited(path: Path, name: str, values: Mapping[str, str | int | None]) -> str:
    """Return the file's text with keys of a profile changed and every comment in place."""
    import tomlkit

    document = tomlkit.parse(path.read_text(encoding="utf-8-sig") if path.exists() else "")
    if "default_profile" not in document and "profiles" not in document:
        document["default_profile"] = name
    profiles: Any = document.setdefault("profiles", tomlkit.table(is_super_table=True))
    table = profiles.setdefault(name, tomlkit.table())
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value
    return tomlkit.dumps(document)


def _flatten(table: object, prefix: str, found: dict[str, str], path: Path) -> None:
    if isinstance(table, str) and prefix:
        found[prefix] = table
    elif isinstance(table, dict):
        for key, value in table.items():
            _flatten(value, f"{prefix}.{key}" if prefix else key, found, path)
    else:
        where = f"keys, {clean_line(prefix, 40)}" if prefix else "keys"
        raise ConfigError(
            f'{path}, {where}: must be a string, such as "conversation.new" = "ctrl+n".'
        )


def check_keys(table: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    """Raise ``ConfigError`` for the first unknown key, with the nearest known one."""
    for key in table:
        if key not in known:
            near = closest(key, known)
            advice = f"did you mean {near!r}?" if near else f"known keys: {', '.join(known)}."
            raise ConfigError(f"{where}: unknown key {clean_line(key, 40)!r}; {advice}")
