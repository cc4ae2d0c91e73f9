"""Tools and timeouts shared by all parts of the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tui.core.retry import Backoff, repeat
from tui.system.clock import SystemClock

if TYPE_CHECKING:
    from tui.core.errors import BackendError
    from tui.core.ports import ChatBackend, Clock
    from tui.core.store_port import TurnStore
    from tui.engine.updates import Publish

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Timeouts and polling intervals, in seconds."""

    first_retry_s: float = 0.5
    longest_retry_s: float = 30.0
    busy_poll_s: float = 2.0
    longest_busy_poll_s: float = 15.0
    """Maximum poll interval for a conversation that is busy with another client's message."""
    elsewhere_poll_s: float = 0.5
    """Poll interval for a message that another process is sending."""
    connection_poll_s: float = 2.0
    longest_connection_poll_s: float = 15.0
    second_look_s: float = 3.0
    """Delay before concluding that a message without a response never arrived."""
    longest_call_wait_s: float = 20.0
    """Longest requested delay for calls that the user waits for; beyond it they fail at once."""
    silence_s: float = 75.0
    """Time without even a keep-alive after which a stream counts as dead."""
    quiet_s: float = 20.0
    """Time without an event of a working turn before the stored events are checked as well."""
    frame_s: float = 1 / 30
    """Minimum time between two published snapshots of a turn."""
    title_s: tuple[float, ...] = (3.0, 10.0)
    """Delays after a turn before asking again for a title that was not ready."""

    @property
    def retry(self) -> Backoff:
        """Backoff between attempts after a failure."""
        return Backoff(first_s=self.first_retry_s, longest_s=self.longest_retry_s)

    @property
    def busy_poll(self) -> Backoff:
        """Backoff between attempts in a conversation busy with another client's message."""
        first_s, longest_s = self.busy_poll_s, self.longest_busy_poll_s
        return Backoff(first_s=first_s, longest_s=longest_s, factor=1.5)

    def connection_poll(self, factor: float) -> Backoff:
        """Return the backoff between two checks of a connection, or of the reply after it."""
        first_s, longest_s = self.connection_poll_s, self.longest_connection_poll_s
        return Backoff(first_s=first_s, longest_s=longest_s, factor=factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineContext:
    """Dependencies of the engine, passed to each of its parts."""

    backend: ChatBackend
    store: TurnStore
    publish: Publish
    clock: Clock = field(default_factory=SystemClock)
    timeouts: Timeouts = field(default_factory=Timeouts)
    one_shot: bool = False
    """For a command that does one thing: turns continue only on request, titles are not fetched,
    and a rejected message is reported instead of becoming a draft.
    """

    def wait_s(
        self, attempt: int, error: BackendError | None = None, backoff: Backoff | None = None
    ) -> float:
        """Return the seconds to wait after failed attempt ``attempt``, as ``error`` asks at least.

        ``backoff`` replaces the one for failures.
        """
        asked_s = error.retry_after_s if error else None
        return (backoff or self.timeouts.retry).wait_s(attempt, self.clock.jitter(), asked_s)

    async def read(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return the result of a read that the user waits for, retried a few times.

        Raises ``BackendError``, at once if the service asks for a long delay.
        """
        backoff, limit_s = self.timeouts.retry, self.timeouts.longest_call_wait_s
        return await repeat(call, self.clock, backoff=backoff, tries=3, longest_wait_s=limit_s)
