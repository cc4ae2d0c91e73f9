"""Parse the delays that services ask for, and enforce them for every request."""

from __future__ import annotations

import time
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx

from tui.core.errors import BackendError
from tui.core.retry import requested_s, try_again_text

Route = tuple[str, str]
"""Method and path."""

_WHOLE_HOST = frozenset({429, 503})
"""Statuses that do not name the subject of the delay, so that it applies to the whole host."""


def retry_after_s(response: httpx.Response) -> float | None:
    """Return the seconds of ``Retry-After``, None if there are none.

    A date counts from the response's own ``Date``, so that a wrong clock here changes nothing;
    without that, from our clock. Of a repeated header the larger number counts. Source: RFC 9110,
    10.2.3.
    """
    value = response.headers.get("retry-after", "")
    numbers = [requested_s(part) for part in value.split(",")]
    if any(numbers):
        return max(filter(None, numbers))
    then_s = _time_s(value)
    if then_s is None:
        return None
    answered_s = _time_s(response.headers.get("date", ""))
    return requested_s(then_s - (time.time() if answered_s is None else answered_s))


def _time_s(text: str) -> float | None:
    """Read an HTTP date as seconds since the epoch."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


class RequestedDelays:
    """Delays that hosts asked for; until they are over, :meth:`check` blocks requests.

    Shared by all clients of the process, since a host counts the requests of all of them.
    """

    def __init__(self) -> None:
        self._until: dict[tuple[str, Route | None], tuple[float, BackendError]] = {}

    def note(self, host: str, route: Route, error: BackendError, now_s: float) -> None:
        """Record the delay of an error, if it has one; ``now_s`` by a monotonic clock."""
        if error.retry_after_s is None:
            return
        self._until = {key: held for key, held in self._until.items() if held[0] > now_s}
        scope = (host, None if error.status in _WHOLE_HOST else route)
        until_s = now_s + error.retry_after_s
        if scope not in self._until or self._until[scope][0] < until_s:
            self._until[scope] = until_s, error

    def check(self, host: str, route: Route, now_s: float) -> None:
        """Raise the error that asked for a delay, with the remaining time, until that is over."""
        held = [self._until[key] for key in ((host, None), (host, route)) if key in self._until]
        until_s, error = max(held, key=lambda item: item[0], default=(now_s, None))
        if error is not None and until_s > now_s:
            left_s = until_s - now_s
            raise BackendError(
                error.kind,
                str(error),
                hint=try_again_text(left_s),
                status=error.status,
                code=error.code,
                request_id=error.request_id,
                retry_after_s=left_s,
            )

    def clear(self) -> None:
        """Remove all delays: requests may be sent again."""
        self._until.clear()


DELAYS = RequestedDelays()
"""Delays of the whole process."""
