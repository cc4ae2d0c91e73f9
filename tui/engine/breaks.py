"""Record of the breaks of a turn's connection: when it broke, and what was caught up afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from tui.core.events import Heartbeat, StreamLost, StreamResumed, TextDelta, TurnEvent, TurnFinished
from tui.core.turn import Turn, is_ours

if TYPE_CHECKING:
    from tui.core.ports import Clock

_SETTLES_S = 0.4
"""Time after the first event of a resumed stream in which it brings what was missed."""


class BreakRecorder:
    """Writes a break, and its end, as events of the turn.

    A break is over when a stream is open again, has brought what was missed and no number is
    missing; or else at the end of the turn. A stream that breaks again before that is the same
    break.
    """

    def __init__(
        self,
        clock: Clock,
        turn: Callable[[], Turn],
        apply_events: Callable[[Sequence[TurnEvent]], Awaitable[object]],
    ) -> None:
        """``turn`` returns the newest snapshot."""
        self._clock = clock
        self._turn = turn
        self._apply_events = apply_events
        self._alive_ms: int | None = None
        """Our clock when the stream was open again; None: it is not, or nothing was lost."""
        self._has_begun = False
        self._is_settled = False
        self._is_alive = asyncio.Event()
        self.caught_up = 0
        """Number of events that happened during the break, as far as they have been read."""

    async def record_loss(self, reason: str = "") -> None:
        """Record that a stream broke that had brought something, if the turn needs it still."""
        turn, had_begun = self._turn(), self._has_begun
        self._has_begun = False
        waits = turn.phase == "waiting" or turn.open_connections
        if not had_begun or waits or turn.over or turn.open_break:
            return
        now_ms, last = self._clock.now_ms(), _last_numbered(turn)
        self.caught_up = 0
        lost = StreamLost(
            key=f"local:lost:{_name(turn)}",
            run_id=last.run_id if last else turn.run_id,
            after_seq=last.seq if last else None,
            at_ms=_server_ms(turn, now_ms),
            seen_ms=now_ms,
            reason=reason,
        )
        await self._apply_events((lost,))

    def count(self, events: Sequence[TurnEvent]) -> None:
        """Count the new events of a turn that happened during a break."""
        lost = self._turn().open_break
        if lost is None:
            return
        until_ms = self._alive_ms
        if until_ms is not None and lost.at_ms is not None and lost.seen_ms is not None:
            until_ms += lost.at_ms - lost.seen_ms
        self.caught_up += sum(
            not isinstance(event, TextDelta | Heartbeat)
            and not is_ours(event)
            and (until_ms is None or event.at_ms is None or event.at_ms <= until_ms)
            for event in events
        )

    async def note_alive(self) -> None:
        """Record that a stream has brought something; after a while it has caught up."""
        self._has_begun = True
        if self._turn().open_break is None:
            return
        if self._alive_ms is None:
            self._alive_ms, self._is_settled = self._clock.now_ms(), False
            self._is_alive.set()
        elif self._is_settled:
            await self._record_if_whole()

    def note_end(self) -> None:
        """Record that the stream is over: if its break was not, it is the same one."""
        self._alive_ms = None
        self._is_alive.clear()

    async def watch(self) -> None:
        """Record the end of a break although nothing more arrives. Runs until cancelled."""
        while True:
            await self._is_alive.wait()
            await self._clock.sleep(_SETTLES_S)
            self._is_settled = self._is_alive.is_set()
            self._is_alive.clear()
            if self._is_settled:
                await self._record_if_whole()

    async def _record_if_whole(self) -> None:
        turn = self._turn()
        if turn.open_break and not turn.over and not turn.has_gap:
            await self._record_resumed(self._alive_ms)

    async def record_end(self) -> None:
        """Record the end of a break that lasted to the end of the turn."""
        if self._turn().open_break:
            await self._record_resumed(None)

    async def _record_resumed(self, alive_ms: int | None) -> None:
        turn, now_ms = self._turn(), self._clock.now_ms()
        lost, last = turn.open_break, _last_numbered(turn)
        assert lost is not None
        resumed_ms = now_ms if alive_ms is None else alive_ms
        lost_ms = resumed_ms if lost.seen_ms is None else lost.seen_ms
        lost_for_ms = max(0, resumed_ms - lost_ms)
        resumed = StreamResumed(
            key=lost.key.replace("local:lost:", "local:resumed:"),
            run_id=last.run_id if last else lost.run_id,
            after_seq=last.seq if last else None,
            at_ms=None if lost.at_ms is None else lost.at_ms + lost_for_ms,
            seen_ms=resumed_ms,
            lost_for_ms=lost_for_ms,
            caught_up=self.caught_up,
            missing=turn.missing_seqs,
            complete=_is_complete(turn, numbered=last is not None),
        )
        await self._apply_events((resumed,))


def _name(turn: Turn) -> str:
    """Return a name for the next break of a turn, the same in all processes that follow it."""
    number = sum(isinstance(event, StreamLost) for event in turn.log)
    return f"{turn.run_id or turn.id}:{number + 1}"


def _is_complete(turn: Turn, *, numbered: bool) -> bool | None:
    """Return True if all events have been read; None if only the end of the turn tells."""
    ends = [event.complete for event in turn.log if isinstance(event, TurnFinished)]
    if ends:
        return all(ends)
    return True if numbered else None


def _last_numbered(turn: Turn) -> TurnEvent | None:
    """Return the last event with a number, in the order of the run."""
    return next((event for event in reversed(turn.log) if event.seq is not None), None)


def _server_ms(turn: Turn, now_ms: int) -> int | None:
    """Return the server's time now, from the events that arrived with the least delay."""
    ahead = (
        event.at_ms - event.seen_ms
        for event in turn.log
        if event.at_ms is not None and event.seen_ms is not None and not is_ours(event)
    )
    most = max(ahead, default=None)
    return None if most is None else now_ms + most
