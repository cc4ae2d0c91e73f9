"""Days as the user has them."""

from __future__ import annotations

from datetime import UTC, date, datetime


def day_of(at_ms: int) -> date:
    """The user's day of a time in milliseconds since the epoch."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone().date()
