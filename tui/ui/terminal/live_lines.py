"""Lines of work in progress below lines that stay, for a command on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from tui.core.text import clean, drawn

_PER_SECOND = 4
_MOST = 12
"""Lines of running work; more of them are counted."""


class LiveLines:
    """Shows what runs and since when. Use as a context manager."""

    def __init__(self, count: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``count``: number of pieces of work in all."""
        self._count = count
        self._clock = clock
        self._done = 0
        self._running: dict[str, float] = {}
        self._live = Live(
            get_renderable=self._lines,
            console=Console(file=sys.stdout, highlight=False, markup=False),
            refresh_per_second=_PER_SECOND,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def start(self, name: str) -> None:
        """Show that a piece of work runs."""
        self._running[name] = self._clock()

    def finish(self, name: str, line: str) -> None:
        """Replace a piece of work by a line that stays."""
        self._running.pop(name, None)
        self._done += 1
        self.say(line)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        self._live.console.print(Text(drawn(clean(line))), overflow="ellipsis", no_wrap=True)

    def _lines(self) -> RenderableType:
        now = self._clock()
        lines = [
            Text(f"  {name}  {now - since:.0f} s", style="dim", no_wrap=True, overflow="ellipsis")
            for name, since in list(self._running.items())[:_MOST]
        ]
        if (more := len(self._running) - _MOST) > 0:
            lines.append(Text(f"  and {more} more", style="dim"))
        lines.append(Text(f"{self._done} of {self._count} done", style="dim"))
        return Group(*lines)
