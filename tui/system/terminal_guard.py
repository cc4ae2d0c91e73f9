"""Restore the terminal even if the program dies."""

from __future__ import annotations

import os
import termios
from contextlib import suppress
from functools import cache
from typing import Any

RESTORE = (
    "\x1b[?2026l"  # ends a half-written frame
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2048l\x1b[?2004l"
    "\x1b[?1004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m"
)
"""Ends every mode that the program uses."""

_SHELL = "/bin/sh"
# Another program may have taken over the terminal by the time this one is dead: its settings are
# left alone unless they are still ours.
_SCRIPT = """
ours=$(stty -g <&1)
while read -r state; do last=$state; done
[ "$last" = taken ] || exit 0
printf %s "$0"
[ "$(stty -g <&1)" = "$ours" ] && stty sane <&1
"""


@cache
def settings_at_start(fd: int) -> list[Any] | None:
    """Return the settings of a terminal at the first call; None if it is none."""
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


class TerminalGuard:
    """Saves the settings of the terminal, and restores them after a crash.

    A crash of Python leaves :meth:`give_back` time to run. For a fatal fault or SIGKILL, a small
    shell waits for the end of this process; until then it costs no more than a pipe.
    """

    def __init__(self, input_fd: int, output_fd: int, restore: str = RESTORE) -> None:
        self._input_fd = input_fd
        self._output_fd = output_fd
        self._restore = restore
        self.before = settings_at_start(input_fd)
        """Settings of the terminal before this program."""
        self._taken = False
        self._shell_fd: int | None = None

    def take(self) -> None:
        """Note that the terminal is about to be changed."""
        self._tell("taken")
        self._taken = True

    def given_back(self) -> None:
        """Note that the terminal has been restored."""
        self._taken = False
        self._tell("free")

    def give_back(self) -> None:
        """Restore the terminal, if necessary; safe to call in a signal handler."""
        if not self._taken:
            return
        with suppress(OSError):
            os.write(self._output_fd, self._restore.encode())
        if self.before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._input_fd, termios.TCSANOW, self.before)
        self.given_back()

    def watch(self) -> None:
        """Start a shell that restores the terminal if this process dies without having done so."""
        if self._shell_fd is not None or not os.isatty(self._output_fd):
            return
        read_fd, write_fd = os.pipe()
        actions = [
            (os.POSIX_SPAWN_DUP2, read_fd, 0),
            (os.POSIX_SPAWN_DUP2, self._output_fd, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        environ = {"PATH": os.environ.get("PATH", os.defpath)}
        try:
            # In its own session it gets none of the signals that end this process.
            os.posix_spawn(
                _SHELL,
                ["sh", "-c", _SCRIPT, self._restore],
                environ,
                file_actions=actions,
                setsid=True,
            )
        except (OSError, NotImplementedError):
            os.close(write_fd)
        else:
            self._shell_fd = write_fd
            self._tell("taken" if self._taken else "free")
        finally:
            os.close(read_fd)

    def _tell(self, state: str) -> None:
        if self._shell_fd is not None:
            with suppress(OSError):
                os.write(self._shell_fd, f"{state}\n".encode())
