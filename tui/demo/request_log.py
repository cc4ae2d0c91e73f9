"""Log of requests and their outcomes, for exactly-once checks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request. ``status`` is 0 if the connection was cut without a response."""

    method: str
    path: str
    operation: str
    """Name of the operation in faults; empty if no route matched."""
    status: int
    request_id: str
    summary: str
    """Processed content (message text, resolution, file name); empty if there was none."""


@dataclass(slots=True)
class Visit:
    """Request while it is being handled."""

    method: str
    path: str
    request_id: str
    operation: str = ""
    summary: str = ""
    logged: bool = field(default=False)

    def record(self, status: int) -> LoggedRequest:
        return LoggedRequest(
            self.method, self.path, self.operation, status, self.request_id, self.summary
        )


class DemoRequestLog:
    """Requests in the order of their responses. May be read from any thread."""

    def __init__(self) -> None:
        self._records: list[LoggedRequest] = []
        self._lock = threading.Lock()

    def close(self, visit: Visit, status: int) -> None:
        """Log a visit, once; later calls change nothing."""
        with self._lock:
            if not visit.logged:
                visit.logged = True
                self._records.append(visit.record(status))

    def __iter__(self) -> Iterator[LoggedRequest]:
        with self._lock:
            return iter(tuple(self._records))

    def __len__(self) -> int:
        with self._lock:
            return len(self._records)

    def of(self, operation: str) -> list[LoggedRequest]:
        """Return the requests of one operation."""
        return [record for record in self if record.operation == operation]

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
