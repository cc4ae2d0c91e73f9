"""Running genie turns: their events, pending questions, and listeners."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tui.demo.records import Activity, DemoEvent
from tui.demo.scripts.steps import Outcome


class GenieRun:
    """One request/response cycle. Its listeners wait in `changed`."""

    def __init__(self, run_id: str, conversation_id: str, started_at: datetime) -> None:
        self.run_id = run_id
        self.conversation_id = conversation_id
        self.started_at = started_at
        self.events: list[DemoEvent] = []
        self.activity: Activity = "ai_running"
        self.done = False
        self.off_record = False
        """Set by a pause for a connection: from there on nothing is streamed or persisted."""
        self.waits_for_connection = False
        self.cut_points: dict[int, float] = {}
        """Event counts at which the first stream to get there is cut, and seconds of outage."""
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Wake all listeners."""
        self._wake.set()
        self._wake = asyncio.Event()

    async def changed(self, within_s: float) -> bool:
        """Wait for the next `wake`; return False if it did not come in time."""
        try:
            await asyncio.wait_for(self._wake.wait(), within_s)
        except TimeoutError:
            return False
        return True

    def position_after(self, event_id: str | None) -> int:
        """Return the number of events to skip for a ``Last-Event-ID``; 0 (replay) if unknown."""
        for position, event in enumerate(self.events, start=1):
            if event.event_id == event_id:
                return position
        return 0


@dataclass(slots=True)
class Approval:
    """Skill call that waits for the user's decision."""

    call_id: str
    run: GenieRun
    answer: asyncio.Future[Outcome]


@dataclass(slots=True)
class Attempt:
    """Pending authorization of a runtime connection, and the newest link to its page."""

    attempt_id: str
    connector: str
    run: GenieRun
    genie: str
    user_id: str
    answer: asyncio.Future[Outcome]
    token: str
    """Secret part of the newest link to the consent page."""
    expires_at: datetime

    @property
    def status(self) -> Literal["auth_required", "authorized", "rejected"]:
        if not self.answer.done():
            return "auth_required"
        return "authorized" if self.answer.result().accepted else "rejected"
