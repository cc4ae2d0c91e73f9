"""What every part of the engine works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.system.clock import SystemClock

if TYPE_CHECKING:
    from tui.chat.updates import Publish
    from tui.core.ports import ChatBackend, Clock, TurnStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, in seconds."""

    first_retry_s: float = 0.5
    longest_retry_s: float = 30.0
    busy_poll_s: float = 2.0
    """Between looks at a conversation that works on somebody else's message."""
    elsewhere_poll_s: float = 0.5
    """Between looks at what becomes of a message that another process is sending."""
    connection_poll_s: float = 2.0
    longest_connection_poll_s: float = 15.0
    second_look_s: float = 3.0
    """Before concluding that a message whose answer was lost never arrived."""
    silence_s: float = 75.0
    """Without even a keep-alive, after which a stream is taken for dead."""
    quiet_s: float = 20.0
    """Without an event from a turn at work, before the stored events are looked at as well."""
    frame_s: float = 1 / 30
    """Shortest time between two published snapshots of a turn."""
    title_s: tuple[float, ...] = (3.0, 10.0)
    """After a turn, when to ask again for a title that was not ready."""

    def backoff_s(self, attempt: int, jitter: float, asked_s: float | None = None) -> float:
        """Seconds before try ``attempt`` (from 1); what the server asked for wins, up to 120 s."""
        if asked_s is not None:
            return min(max(asked_s, 0.0), 120.0)
        full = min(self.first_retry_s * 2.0 ** (attempt - 1), self.longest_retry_s)
        return full * (1 - 0.25 * jitter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The tools of the engine, handed to each of its parts."""

    backend: ChatBackend
    store: TurnStore
    publish: Publish
    clock: Clock = field(default_factory=SystemClock)
    patience: Patience = field(default_factory=Patience)
