"""Writing profiles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from tui.config.errors import ConfigError
from tui.config.layers import Layers
from tui.config.profile import KEYS
from tui.config.toml_file import check_keys, read, tables
from tui.core.secret import Secret
from tui.system.private_files import make_folder, replace_text

Setting = str | bool | Secret | None


def save_profile(path: Path, name: str, values: Mapping[str, Setting]) -> None:
    """Write keys of a profile into a file (created 0600), leaving all else as it is.

    None removes a key. The first profile becomes the default one. Nothing is written unless all
    values can be used. Raises ``ConfigError``.
    """
    plain = {key: _plain(value) for key, value in values.items()}
    check_keys(plain, KEYS, f"Profile {name!r}")
    kept = {**tables(read(path), path).get(name, {}), **plain}
    Layers({}, {}, {k: v for k, v in kept.items() if v is not None}, name, path).merged()
    try:
        target = path.resolve()  # a link stays one
        make_folder(target.parent)
        replace_text(target, _edited(target, name, plain))
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error


def _edited(path: Path, name: str, values: Mapping[str, str | bool | None]) -> str:
    """The file's text with the profile changed and every comment in place."""
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


def _plain(value: Setting) -> str | bool | None:
    return value.get_secret_value() if isinstance(value, Secret) else value
