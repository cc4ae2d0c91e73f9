"""How far the stream of a run has been read, in a form that survives a restart of the program."""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.ids import RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCursor:
    """A place in the stream of a run. As text it is the ``event_id`` of our events."""

    number: int = 0
    """The newest id of the stream; ids begin anew after a long silence."""
    at_ms: int = 0
    """When that was (server clock), never earlier than what came before."""
    message: int = 0
    """Which message of the run is being written, from 0."""
    offset: int = 0
    """How many of its characters are there."""

    def __str__(self) -> str:
        return f"{self.number}.{self.at_ms}.{self.message}.{self.offset}"


def cursor_of(text: str | None) -> StreamCursor:
    """The place that a text describes; the beginning for anything else."""
    parts = (text or "").split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return StreamCursor()
    number, at_ms, message, offset = map(int, parts)
    return StreamCursor(number=number, at_ms=at_ms, message=message, offset=offset)


def run_named(workflow_id: str, began_ms: int) -> RunId:
    """The name of the run that began then: the API has none that all its answers give."""
    return RunId(f"{workflow_id}@{began_ms}")


def run_guessed(workflow_id: str, now_ms: int) -> RunId:
    """A name for a run whose beginning the server does not tell."""
    return RunId(f"{workflow_id}@~{now_ms}")


def is_guessed(run_id: RunId) -> bool:
    return "@~" in run_id


def began_ms(run_id: RunId) -> int:
    """When a run began, by its name; 0 if that does not say."""
    _, _, digits = run_id.rpartition("@")
    return int(digits) if digits.isascii() and digits.isdigit() else 0
