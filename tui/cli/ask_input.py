"""Input of ``ask``: text, piped text, files, and options of the conversation."""

from __future__ import annotations

import os
import select
import stat
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.exit_codes import CommandFailure, ExitCode, failure_of, refusal_of
from tui.core.errors import BackendError, ErrorKind
from tui.core.options import OptionProblem, read_options
from tui.core.ports import Capability
from tui.core.records import Attachment
from tui.core.text import clean_line
from tui.ui.composer.attachment_files import (
    LARGEST_FILE,
    LARGEST_FILE_BYTES,
    CannotAttach,
    attachment_of,
    messages,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.ids import ConversationId
    from tui.engine.session import Session


_TITLE_CHARS = 60


async def with_options(
    session: Session, conversation: ConversationId | None, texts: Sequence[str], message: str
) -> ConversationId:
    """Create a conversation with options, or change those of an existing one; return its ID.

    All options are checked before anything is sent. Raises ``CommandFailure``.
    """
    needed = Capability.CHOOSE if conversation is None else Capability.CHANGE
    if needed not in session.can:
        raise CommandFailure("This service has no options. Leave out --option.", ExitCode.USAGE)
    try:
        options = await session.conversations.options(conversation)
        values = read_options(options, texts)
        if conversation is None:
            title = {"title": clean_line(message, _TITLE_CHARS)}
            return await session.conversations.create({**title, **values})
        dropped = await session.conversations.change(conversation, values)
    except OptionProblem as problem:
        raise CommandFailure(str(problem), ExitCode.USAGE) from problem
    except BackendError as error:
        raise failure_of(error) from error
    if dropped:
        names = ", ".join(dropped)
        raise CommandFailure(f"The service didn't keep {names}, so the message wasn't sent.")
    return conversation


STANDARD_INPUT = "-"
_PIECE_BYTES = 64 * 1024
_PATIENCE_S = 3.0
"""Time in seconds without a byte from a pipe, after which the command reports that it waits."""
_FILE_NAME = "input.txt"
_IN_THE_FILE = "See the attached file."

Message = tuple[str, tuple[Attachment, ...]]


@dataclass(frozen=True, slots=True)
class Input:
    """Text, piped text that follows it, and files."""

    text: str
    piped: bytes
    files: tuple[Path, ...] = ()

    @property
    def joined(self) -> str:
        """The text, then the piped text; invalid UTF-8 is replaced."""
        piped = self.piped.decode("utf-8-sig", "replace").strip()
        return "\n\n".join(filter(None, (self.text.strip(), piped)))


def read_input(text: str, files: Sequence[Path], timeout_s: float | None) -> Input:
    """Read piped text; raises ``CommandFailure`` if there is nothing to send."""
    deadline = time.monotonic() + timeout_s if timeout_s is not None else None
    whole = text == STANDARD_INPUT
    piped = _read_pipe(deadline) if whole or _is_piped() else b""
    found = Input("" if whole else text, piped, tuple(files))
    if not found.joined:
        raise CommandFailure("Nothing to send: the message is empty.", ExitCode.USAGE)
    return found


def checked_messages(session: Session, source: Input, stack: ExitStack) -> list[Message]:
    """Return the messages to send, all within the limits; raises ``CommandFailure``.

    Piped text that makes the message too long becomes a file that exists as long as ``stack``.
    """
    if source.piped and Capability.UPLOAD in session.can and not _fits(session, source.joined):
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="genie-tui-"))
        source = as_file(source, Path(folder))
    messages = messages_of(source)
    for text, files in messages:
        try:
            session.check(text, files)
        except BackendError as error:
            raise refusal_of(error) from error
    return messages


def _fits(session: Session, text: str) -> bool:
    try:
        session.check(text)
    except BackendError as error:
        return error.kind is not ErrorKind.TOO_LARGE
    return True


def as_file(source: Input, folder: Path) -> Input:
    """Return the input with its piped text as a file in ``folder``."""
    path = folder / _FILE_NAME
    path.write_bytes(source.piped)
    return Input(source.text.strip() or _IN_THE_FILE, b"", (*source.files, path))


def messages_of(source: Input) -> list[Message]:
    """Return the messages to send, each with at most one file; raises ``CommandFailure`` for a file
    that cannot be sent.
    """
    try:
        return messages(source.joined, [attachment_of(path) for path in source.files])
    except CannotAttach as problem:
        raise CommandFailure(clean_line(str(problem), 400), ExitCode.USAGE) from problem


def _is_piped() -> bool:
    """Return True if standard input is a pipe or a file, not a terminal or a device."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def _read_pipe(deadline: float | None) -> bytes:
    """Return all of standard input up to its end."""
    source, read = sys.stdin.fileno(), bytearray()
    _wait_for_data(source, deadline)
    while piece := os.read(source, _PIECE_BYTES):
        read += piece
        if len(read) > LARGEST_FILE_BYTES:
            text = f"The piped text is larger than {LARGEST_FILE}. Send a part of it."
            raise CommandFailure(text, ExitCode.USAGE)
        _wait_for_data(source, deadline, told=True)
    return bytes(read)


def _wait_for_data(source: int, deadline: float | None, *, told: bool = False) -> None:
    """Wait for input; report the wait when it takes long."""
    told = told or os.isatty(source)
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        wait_s = left if told else min(_PATIENCE_S, left if left is not None else _PATIENCE_S)
        if select.select([source], [], [], wait_s)[0]:
            return
        if deadline is not None and time.monotonic() >= deadline:
            raise CommandFailure("Standard input didn't end in time.")
        if not told:
            told = True
            text = "Waiting for the end of standard input. Add </dev/null if nothing is piped in."
            click.echo(text, err=True)
