"""Wrap unexpected exceptions of workers as ``BackendError``."""

from __future__ import annotations

from textual.worker import Worker, WorkerState

from tui.core.errors import BackendError, ErrorKind
from tui.core.redaction import describe_exception


def unexpected_error(event: Worker.StateChanged) -> BackendError | None:
    """Return the error of a failed worker, without secrets; None if it has not failed."""
    error = event.worker.error
    if event.state is not WorkerState.ERROR or error is None:
        return None
    if isinstance(error, BackendError):
        return error
    return BackendError(ErrorKind.BAD_ANSWER, describe_exception(error))
