"""Position in the stream of a run, in a form that survives a restart of the program."""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.ids import RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCursor:
    """Position in the stream of a run. As text it is the ``event_id`` of our events."""

    number: int = 0
    """Newest id of the stream; ids restart after a long silence."""
    at_ms: int = 0
    """Time of that id (server clock), never earlier than the previous one."""
    message: int = 0
    """Index of the message of the run being written, from 0."""
    offset: int = 0
    """Number of its characters received."""

    def __str__(self) -> str:
        return f"{self.number}.{self.at_ms}.{self.message}.{self.offset}"


def cursor_of(text: str | None) -> StreamCursor:
    """Parse a position; return the beginning for anything else."""
    parts = (text or "").split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return StreamCursor()
    number, at_ms, message, offset = map(int, parts)
    return StreamCursor(number=number, at_ms=at_ms, message=message, offset=offset)


def run_named(workflow_id: str, began_ms: int) -> RunId:
    """Return the name of the run that started then: the API has no id in all its responses."""
    return RunId(f"{workflow_id}@{began_ms}")


def run_guessed(workflow_id: str, now_ms: int) -> RunId:
    """Return a name for a run whose start the server does not tell."""
    return RunId(f"{workflow_id}@~{now_ms}")


def is_guessed(run_id: RunId) -> bool:
    return "@~" in run_id


def began_ms(run_id: RunId) -> int:
    """Return the start time of a run, from its name; 0 if there is none."""
    _, _, digits = run_id.rpartition("@")
    return int(digits) if digits.isascii() and digits.isdigit() else 0
