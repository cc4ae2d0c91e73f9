"""Restore the order of the frames of a run.

The server numbers its frames one by one, but publishes pieces of text side by side: sent without
a pause, they arrive up to eight numbers late. All other frames come behind everything before them.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.api.sse import Frame

WINDOW = 8
"""Number of positions that a piece of text can be late."""
_RESTART_MS = 120_000
"""Numbers restart after five idle minutes; nothing is late by this much."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Frame in its place."""

    frame: Frame
    number: int | None
    at_ms: int | None
    after_hole: bool = False
    """Numbers before it are missing, and will not come any more."""
    late: bool = False
    """It belongs before frames already returned."""


class FrameOrder:
    """Reorders pieces of text. Returns a frame once nothing before it can still arrive."""

    def __init__(self, through: int | None = None) -> None:
        """``through``: all frames up to this number have been read; None: unknown."""
        self.through = through
        """Highest number without a gap before it: the position for a reconnect."""
        self._held: dict[int, Ordered] = {}
        self._hole = through is None
        self._last_ms: int | None = None

    def take(self, frame: Frame, number: int | None, at_ms: int | None) -> list[Ordered]:
        """Add a frame; return the frames that are in order now."""
        if self.through is not None and number == self.through + 1 and not self._held:
            self.through, self._hole = number, False
            self._last_ms = max(self._last_ms or 0, at_ms or 0) or None
            return [Ordered(frame, number, at_ms)]
        is_piece = frame.kind == "message_delta"
        if number is None:
            return [*self.release(), Ordered(frame, None, at_ms)]
        ready = self._restart(number, at_ms, is_piece=is_piece)
        self._last_ms = max(self._last_ms or 0, at_ms or 0) or None
        if self.through is not None and number <= self.through:
            return [*ready, Ordered(frame, number, at_ms, late=True)]
        if is_piece and number in self._held:
            return ready
        self._held[number] = Ordered(frame, number, at_ms)
        if is_piece and self.through is not None:
            return ready + self._due()
        return ready + self.release()

    def release(self) -> list[Ordered]:
        """Return everything held back, in order: nothing before it can arrive any more."""
        ready = [self._give(number) for number in sorted(self._held)]
        self._held.clear()
        return ready

    def _due(self) -> list[Ordered]:
        """Return the frames that follow directly, or follow numbers that are too late to arrive."""
        assert self.through is not None
        ready: list[Ordered] = []
        while self._held:
            following = self.through + 1
            if following in self._held:
                ready.append(self._give(following))
                del self._held[following]
            elif max(self._held) - following > WINDOW:
                self.through, self._hole = following, True
            else:
                break
        return ready

    def _give(self, number: int) -> Ordered:
        held = self._held[number]
        hole = self._hole or (self.through is not None and number > self.through + 1)
        self.through, self._hole = number, False
        return Ordered(held.frame, number, held.at_ms, after_hole=hole) if hole else held

    def _restart(self, number: int, at_ms: int | None, *, is_piece: bool) -> list[Ordered]:
        """Detect restarted numbers; return everything held back, as it is complete."""
        if self.through is None or number > self.through:
            return []
        known = at_ms is not None and self._last_ms is not None
        idle_ms = (at_ms or 0) - (self._last_ms or 0) if known else -1
        if idle_ms < (_RESTART_MS if is_piece else 0):
            return []
        ready = self.release()
        self.through = min(number, 2) - 1
        return ready
