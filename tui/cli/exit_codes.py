"""Exit codes, and the exceptions that end a command with them."""

from __future__ import annotations

from enum import IntEnum
from typing import IO, Any

import click

from tui.core.account import login_helps
from tui.core.errors import BackendError, ErrorKind

_USAGE = frozenset({ErrorKind.INVALID, ErrorKind.TOO_LARGE, ErrorKind.UNSUPPORTED})
"""Kinds of refusals that the caller of the command could have avoided."""


class ExitCode(IntEnum):
    """Exit codes, part of the command-line contract."""

    FINISHED = 0
    FAILED = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    APPROVAL_NEEDED = 4
    CONNECTION_NEEDED = 5
    INTERRUPTED = 130


class CommandFailure(click.ClickException):
    """Ends a command with one line on stderr and an exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code = code

    def show(self, file: IO[Any] | None = None) -> None:
        print_error(self.format_message(), file)


def print_error(message: str, file: IO[Any] | None = None) -> None:
    """Print an error on stderr, as all commands do."""
    click.echo(f"genie-tui: {message}", file=file, err=file is None)


def failure_of(error: BackendError) -> CommandFailure:
    """Return the failure of a command whose call to a service failed."""
    if error.kind is ErrorKind.SETTINGS:
        return CommandFailure(error.sentence(), ExitCode.USAGE)
    if error.kind not in (ErrorKind.UNAUTHORIZED, ErrorKind.FORBIDDEN):
        return CommandFailure(error.sentence())
    if login_helps(error):
        error.hint = "Run 'genie-tui login' to sign in."
    return CommandFailure(error.sentence(), ExitCode.NOT_SIGNED_IN)


def refusal_of(error: BackendError) -> CommandFailure:
    """Return the failure for a message refused by the service, or by our own checks."""
    known_here = error.status is None and error.kind in _USAGE
    return CommandFailure(error.sentence(), ExitCode.USAGE) if known_here else failure_of(error)
