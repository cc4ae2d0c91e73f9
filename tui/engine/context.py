"""What every part of the engine works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tui.core.retry import Backoff, repeat
from tui.system.clock import SystemClock

if TYPE_CHECKING:
    from tui.core.errors import BackendError
    from tui.core.ports import ChatBackend, Clock, TurnStore
    from tui.engine.updates import Publish

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait for what, in seconds."""

    first_retry_s: float = 0.5
    longest_retry_s: float = 30.0
    busy_poll_s: float = 2.0
    longest_busy_poll_s: float = 15.0
    """Between looks at a conversation that works on somebody else's message."""
    elsewhere_poll_s: float = 0.5
    """Between looks at what becomes of a message that another process is sending."""
    connection_poll_s: float = 2.0
    longest_connection_poll_s: float = 15.0
    second_look_s: float = 3.0
    """Before concluding that a message whose answer was lost never arrived."""
    longest_call_wait_s: float = 20.0
    """What the user waits for fails at once, and says when to try again, where that is later."""
    silence_s: float = 75.0
    """Without even a keep-alive, after which a stream is taken for dead."""
    quiet_s: float = 20.0
    """Without an event from a turn at work, before the stored events are looked at as well."""
    frame_s: float = 1 / 30
    """Shortest time between two published snapshots of a turn."""
    title_s: tuple[float, ...] = (3.0, 10.0)
    """After a turn, when to ask again for a title that was not ready."""

    @property
    def retry(self) -> Backoff:
        """Between two tries of what failed."""
        return Backoff(first_s=self.first_retry_s, longest_s=self.longest_retry_s)

    @property
    def busy_poll(self) -> Backoff:
        """Between two tries in a conversation that works on somebody else's message."""
        first_s, longest_s = self.busy_poll_s, self.longest_busy_poll_s
        return Backoff(first_s=first_s, longest_s=longest_s, factor=1.5)

    def connection_poll(self, factor: float) -> Backoff:
        """Between two looks at a connection, or at the reply behind it."""
        first_s, longest_s = self.connection_poll_s, self.longest_connection_poll_s
        return Backoff(first_s=first_s, longest_s=longest_s, factor=factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineContext:
    """The tools of the engine, handed to each of its parts."""

    backend: ChatBackend
    store: TurnStore
    publish: Publish
    clock: Clock = field(default_factory=SystemClock)
    timeouts: Timeouts = field(default_factory=Timeouts)
    one_shot: bool = False
    """For a command that does one thing: no turn goes on unless told to, and a refused message is
    reported instead of becoming a draft."""

    def wait_s(
        self, attempt: int, error: BackendError | None = None, backoff: Backoff | None = None
    ) -> float:
        """Return the seconds to wait after failed attempt ``attempt``, as ``error`` asks at least.

        ``backoff`` is the one for failures unless given.
        """
        asked_s = error.retry_after_s if error else None
        return (backoff or self.timeouts.retry).wait_s(attempt, self.clock.jitter(), asked_s)

    async def read(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return the result of a read that the user waits for, repeated a few times.

        Raises ``BackendError``, at once where the service wants it much later.
        """
        backoff, limit_s = self.timeouts.retry, self.timeouts.longest_call_wait_s
        return await repeat(call, self.clock, backoff=backoff, tries=3, longest_wait_s=limit_s)
