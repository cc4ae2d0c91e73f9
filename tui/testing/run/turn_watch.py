"""Progress of turns, collected from the engine's updates for those who wait for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tui.core.errors import BackendError, ErrorKind
from tui.core.events import LogLine
from tui.core.ids import ConversationId, TurnId
from tui.core.turn import Turn
from tui.engine.updates import (
    CallMade,
    ConversationNamed,
    EventsSeen,
    MessageRejected,
    Problem,
    Recovery,
    RecoveryChanged,
    TurnChanged,
    TurnDropped,
    Update,
)

_GUARDRAIL = "guardrail"
TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class TurnWatch:
    """One turn as it is now, with times of our own clock in seconds."""

    turn: Turn | None = None
    error: BackendError | None = None
    dropped: bool = False
    blocked: str = ""
    """Reason, if the service's guardrail said no."""
    first_event_s: float | None = None
    first_text_s: float | None = None
    over_s: float | None = None
    recovery: Recovery | None = None
    waited_s: float = 0.0
    """Time spent before the message could be sent, because the service asked to wait."""
    _waits_since_s: float | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, turn: Turn, now_s: float) -> None:
        """Take a newer snapshot."""
        self.turn = turn
        if turn.seen and self.first_event_s is None:
            self.first_event_s = now_s
        if self.first_text_s is None and turn.reply:
            self.first_text_s = now_s
        if turn.over and self.over_s is None:
            self.over_s = now_s
        self.changed.set()

    def show_recovery(self, recovery: Recovery | None, now_s: float) -> None:
        """Take a newer state of the recovery, and count the time in which nothing could be sent."""
        if self._waits_since_s is not None:
            self.waited_s += now_s - self._waits_since_s
        waits = recovery is not None and recovery.step == "sending" and recovery.next_ms
        self._waits_since_s = now_s if waits else None
        self.recovery = recovery
        self.changed.set()

    def waited_until(self, now_s: float) -> float:
        """Return the seconds of waiting so far, the present wait included."""
        since = self._waits_since_s
        return self.waited_s + (now_s - since if since is not None else 0.0)


class TurnWatcher:
    """Listener of a session: keeps a ``TurnWatch`` for each turn."""

    def __init__(
        self, stop: Callable[[BackendError], None], told_to_wait: Callable[[], None]
    ) -> None:
        """``stop`` is called when nothing further can work, ``told_to_wait`` for each 429."""
        self._stop = stop
        self._told_to_wait = told_to_wait
        self._watches: dict[TurnId, TurnWatch] = {}
        self._names: dict[ConversationId, ConversationId] = {}

    def watch(self, turn_id: TurnId) -> TurnWatch:
        """Return the watch of a turn."""
        return self._watches.setdefault(turn_id, TurnWatch())

    def forget(self, turn_id: TurnId) -> None:
        """Drop the watch of a turn that is of no more interest."""
        self._watches.pop(turn_id, None)

    def hear(self, update: Update) -> None:
        """Take an update of the session."""
        now_s = time.monotonic()
        match update:
            case TurnChanged(turn=turn):
                self.watch(turn.id).show(turn, now_s)
            case MessageRejected(turn_id=turn_id, error=error):
                watch = self.watch(turn_id)
                watch.error = error
                if _GUARDRAIL in str(error).casefold():
                    watch.blocked = str(error)
                watch.changed.set()
            case TurnDropped(turn_id=turn_id):
                self.watch(turn_id).dropped = True
                self.watch(turn_id).changed.set()
            case EventsSeen(conversation_id=cid, events=events):
                for event in events:
                    if isinstance(event, LogLine) and event.name == _GUARDRAIL:
                        for watch in self._of(cid):
                            watch.blocked = watch.blocked or event.detail or "guardrail"
            case RecoveryChanged(conversation_id=cid, recovery=recovery):
                for watch in self._of(cid):
                    watch.show_recovery(recovery, now_s)
            case ConversationNamed(old=old, new=new):
                self._names[old] = new
            case Problem(error=error, conversation_id=cid):
                self._hear_problem(error, cid)
            case CallMade(call=call) if call.status == TOO_MANY_REQUESTS:
                self._told_to_wait()
            case _:
                pass

    def _hear_problem(self, error: BackendError, cid: ConversationId | None) -> None:
        if error.kind in ENDS_THE_RUN:
            self._stop(error)
        elif cid is not None and not error.transient:
            for watch in self._of(cid):
                watch.error = error
                watch.changed.set()

    def _of(self, cid: ConversationId) -> list[TurnWatch]:
        """Return the unfinished watches of a conversation, under its old or new ID."""
        new = self._names.get(cid, cid)
        return [
            watch
            for watch in self._watches.values()
            if watch.turn is not None
            and watch.over_s is None
            and self._names.get(watch.turn.conversation_id, watch.turn.conversation_id) == new
        ]


ENDS_THE_RUN = frozenset(
    {
        ErrorKind.UNAUTHORIZED,
        ErrorKind.FORBIDDEN,
        ErrorKind.NOT_ACCEPTABLE,
        ErrorKind.SETTINGS,
        ErrorKind.STORE,
    }
)
"""Failures that every further message would meet too."""
