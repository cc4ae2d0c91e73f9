"""Parts of a report for support, each a masked text: what there is on this machine."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.config import SECRETS, SETTINGS, config_file, crash_dir, data_dir, state_dir
from tui.core.redaction import hold_environment, redact
from tui.core.secrets import hold_secret
from tui.core.text import clean, plural, size
from tui.system.crash_files import crash_files
from tui.system.logs import KEPT_FILES, renamed
from tui.system.versions import versions_text

if TYPE_CHECKING:
    from tui.config import Profile
    from tui.core.diagnostics import CheckResult

_LOG_BYTES = 400_000
_MOST_REQUESTS = 200
_FROM_TEXT = " request method="
_FROM_JSON = '"event": "request"'


@dataclass(frozen=True, slots=True)
class Part:
    """File of the report."""

    name: str
    text: str
    about: str
    """Content, in a few words."""


def report_parts(
    profile: Profile | None, findings: list[CheckResult], config: Path | None, log: Path | None
) -> Iterator[Part]:
    """Yield the parts that there are; ``log`` is the log file, if one is set up."""
    _hold_stored_secrets(config)
    lines = _log_lines(log) if log else []
    crash = next(reversed(crash_files(crash_dir())), None)
    crash_text = _read(crash) if crash else ""
    requests = [line for line in (lines or crash_text.splitlines()) if _is_request(line)]
    requests = requests[-_MOST_REQUESTS:]
    yield _part("versions.txt", versions_text(), "genie-tui, Python, libraries, terminal")
    yield _part("settings.txt", _settings(profile, config), "settings, without secrets")
    yield _part("doctor.txt", _doctor(findings), "what 'genie-tui doctor' finds")
    if requests:
        about = f"the last {plural(len(requests), 'request')}, with their request IDs"
        yield _part("requests.txt", "\n".join(requests), about)
    if lines:
        yield _part("log.txt", "\n".join(lines), f"the end of {log}")
    if crash:
        yield _part("crash.txt", crash_text, f"the last crash, {_when(crash)}")


def _part(name: str, text: str, about: str) -> Part:
    text = redact(clean(text)).replace(str(Path.home()), "~")
    return Part(name, f"{text.rstrip()}\n", about)


def _doctor(findings: list[CheckResult]) -> str:
    told = (f"{f.verdict:<8}{f.step:<15}{f.text} {f.advice}".rstrip() for f in findings)
    return "\n".join(told)


def _settings(profile: Profile | None, config: Path | None) -> str:
    path = config or config_file()
    told = {
        "configuration file": f"{path}{'' if path.exists() else ' (none)'}",
        "data folder": f"{data_dir()} ({_folder_size(data_dir())})",
        "state folder": str(state_dir()),
        "profile": profile.label if profile else "none that can be used",
    }
    set_secrets = []
    for setting in SETTINGS.values() if profile else ():
        value = getattr(profile, setting.key)
        source = f" ({setting.variable})" if os.environ.get(setting.variable) else ""
        if setting.type.is_secret and value:
            set_secrets.append(f"{setting.key}{source}")
        elif value != setting.default:
            told[setting.key] = f"{value}{source}"
    told["credentials that are set"] = ", ".join(set_secrets) or "none"
    told["other settings"] = "defaults"
    document = _document(path)
    for name in ("keys", "hooks"):  # only the names: the values can be commands with secrets
        told[f"[{name}]"] = ", ".join(_table(document, name)) or "none"
    return "\n".join(f"{name}: {text}" for name, text in told.items())


def _document(path: Path) -> dict[str, Any]:
    """Return the content of the configuration file, whatever is wrong with it; or nothing."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return {}


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _folder_size(folder: Path) -> str:
    found = 0
    for path in folder.glob("conversations.db*"):
        with suppress(OSError):
            found += path.stat().st_size
    return size(found)


def _is_request(line: str) -> bool:
    return _FROM_TEXT in line or _FROM_JSON in line


def _log_lines(path: Path) -> list[str]:
    """Return the last lines of a log, also of the one before, if it has just been renamed."""
    text = ""
    for number in range(KEPT_FILES + 1):
        text = _read(renamed(path, number), _LOG_BYTES - len(text)) + text
        if len(text) >= _LOG_BYTES:
            break
    return text.splitlines()


def _read(path: Path, most: int = _LOG_BYTES) -> str:
    """Return the end of a file, from the start of a line; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - most))
            data = file.read()
    except OSError:
        return ""
    text = data.decode("utf-8", "replace")
    return text if length <= most else text.partition("\n")[2]


def _when(path: Path) -> str:
    return f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d %H:%MZ}"


# -- secrets on this machine, so that they are masked wherever they are ----------------------------


def _hold_stored_secrets(config: Path | None) -> None:
    """Mask the secrets of all profiles, sign-ins and variables, whatever their names."""
    hold_environment(os.environ)
    profiles = _table(_document(config or config_file()), "profiles")
    for name in profiles:
        table = _table(profiles, name)
        for key in SECRETS & table.keys():
            hold_secret(str(table[key]))
    for path in (state_dir() / "logins").glob("*.json"):
        with suppress(OSError, ValueError):
            _hold_texts(json.loads(path.read_text("utf-8")))


def _hold_texts(value: object) -> None:
    """Mask the tokens and keys in the content of a sign-in's file."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and name in ("access_token", "refresh_token", "key"):
                hold_secret(inner)
            _hold_texts(inner)
    elif isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            _hold_texts(json.loads(value))
