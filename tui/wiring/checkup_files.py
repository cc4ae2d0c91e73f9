"""Checks that other users of this machine can neither read nor change our files, and mends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui.core.health_check import Finding
from tui.system.private_files import OTHERS, OTHERS_WRITE, Exposed, protect

_DATABASE = "conversations.db"


def examine_files(config: Path | None) -> Finding:
    """Take others' rights away where that is possible; a warning where it is not. No raise."""
    exposed = [found for path, rights in _ours(config) if (found := protect(path, rights))]
    links = [_link(path) for path in _own_files() if path.is_symlink()]
    open_to_others = [found for found in exposed if not found.mended]
    told = [f"{found.path} {found.problem}" for found in exposed]
    if links or open_to_others:
        advice = " ".join(found.advice for found in (*open_to_others, *links) if found.advice)
        told += [f"{found.path} {found.problem}" for found in links]
        return Finding("files", "warning", f"{'; '.join(told)}.", advice)
    if told:
        return Finding("files", "good", f"{'; '.join(told)}: now only you can.")
    return Finding("files", "good", "only you can change them, and read what is private")


def _ours(config: Path | None) -> Iterator[tuple[Path, int]]:
    """Our files and folders, each with the rights that other users must not have."""
    from tui.config import config_dir, config_file, data_dir, holds_secrets, state_dir

    settings = config or config_file()
    if config is None:
        yield config_dir(), OTHERS_WRITE
    yield settings, OTHERS if holds_secrets(settings) else OTHERS_WRITE
    yield from ((folder, OTHERS_WRITE) for folder in (data_dir(), state_dir()))
    yield from ((folder, OTHERS) for folder in (state_dir() / "logins", data_dir() / "unsent"))
    yield from ((path, OTHERS) for path in _own_files())


def _own_files() -> list[Path]:
    from tui.config import data_dir

    return [data_dir() / f"{_DATABASE}{suffix}" for suffix in ("", "-wal", "-shm", ".lock")]


def _link(path: Path) -> Exposed:
    problem = "is a symbolic link, which is not followed"
    return Exposed(path, problem, False, "Put the file itself there, or move the whole folder.")
