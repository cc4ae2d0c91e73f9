"""Name the program that listens on a port, if the system tells. Source: proc(5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tui.core.text import clean_line

_LISTENING = "0A"


def port_owner(port: int, proc: Path = Path("/proc")) -> str:
    """Return the program that listens on a TCP port, as ``python3 (process 4711)``.

    Empty if unknown: on systems without ``/proc``, and for other users' processes.
    """
    inodes = set(_listening_inodes(port, proc))
    if not inodes:
        return ""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    holders = (pid for pid in _processes(proc) if _holds(proc / str(pid), wanted))
    pid = next(holders, None)
    return f"{_name(proc / str(pid))} (process {pid})" if pid is not None else ""


def _listening_inodes(port: int, proc: Path) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (proc / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _processes(proc: Path) -> list[int]:
    with suppress(OSError):
        return sorted(int(name) for name in os.listdir(proc) if name.isdigit())
    return []


def _holds(process: Path, wanted: set[str]) -> bool:
    with suppress(OSError):
        return any(_target(link) in wanted for link in (process / "fd").iterdir())
    return False


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _name(process: Path) -> str:
    try:
        return clean_line((process / "comm").read_text(errors="replace"), 40)
    except OSError:
        return "a program"
