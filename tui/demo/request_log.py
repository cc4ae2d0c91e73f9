"""What was asked of the server and what became of it, for exactly-once checks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request. ``status`` is 0 when the connection was cut without an answer."""

    method: str
    path: str
    operation: str
    """Name of the operation as faults know it; empty when no route matched."""
    status: int
    request_id: str
    summary: str
    """What was processed (message text, resolution, file name); empty when nothing was."""


@dataclass(slots=True)
class Visit:
    """A request while it is being handled."""

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
    """Records in the order of the answers. May be read from any thread."""

    def __init__(self) -> None:
        self._records: list[LoggedRequest] = []
        self._lock = threading.Lock()

    def close(self, visit: Visit, status: int) -> None:
        """Enter a visit, once; later calls change nothing."""
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
        """The records of one operation."""
        return [record for record in self if record.operation == operation]

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
