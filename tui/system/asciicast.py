"""Recordings of a terminal: asciicast files, version 2, which players and converters read.

Format: https://docs.asciinema.org/manual/asciicast/v2/
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock


class RecordingProblem(Exception):
    """Recording that cannot be written; ``str(error)`` is a sentence for the user."""


class Recording:
    """Everything that a terminal receives, with times, in a file that appears when it is complete.

    The file is for this user alone (0600): a recording shows conversations. An existing file is
    never replaced unless ``overwrite`` is set. Calls may come from any thread.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        *,
        title: str = "",
        overwrite: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``size``: columns and rows. Raises ``RecordingProblem``."""
        self.path = path
        self._overwrite = overwrite
        self._clock = clock
        self._lock = Lock()
        self._problem = ""
        self._open = True
        if not overwrite and os.path.lexists(path):
            raise self._exists()
        try:
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        except OSError as error:
            raise RecordingProblem(f"Couldn't write {path}: {error.strerror}.") from error
        self._draft = Path(name)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="\n")
        self._began_s = clock()
        self._size = columns, rows = size
        header = {"version": 2, "width": columns, "height": rows, "timestamp": int(time.time())}
        self._put(header | ({"title": title} if title else {}))

    def write(self, text: str) -> None:
        """Record output."""
        self._event("o", text)

    def resize(self, columns: int, rows: int) -> None:
        """Record the size of the terminal if it is a new one."""
        if (columns, rows) != self._size:
            self._size = columns, rows
            self._event("r", f"{columns}x{rows}")

    def end(self) -> None:
        """Record nothing more. The last picture stays for as long as it was shown."""
        self._event("o", "")
        with self._lock:
            self._open = False

    def finish(self) -> None:
        """Put the complete file in its place. Raises ``RecordingProblem``; no file is left then."""
        self.end()
        try:
            self._file.close()
            if self._problem:
                raise RecordingProblem(self._problem)
            self._place()
        except OSError as error:
            raise self._failed(error) from error
        finally:
            self._draft.unlink(missing_ok=True)

    def discard(self) -> None:
        """Leave no file."""
        with self._lock:
            self._open = False
        with suppress(OSError):
            self._file.close()
        self._draft.unlink(missing_ok=True)

    def _event(self, kind: str, text: str) -> None:
        with self._lock:
            if self._open:
                self._put([round(self._clock() - self._began_s, 4), kind, text])

    def _put(self, value: object) -> None:
        try:
            self._file.write(
                json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
            )
            self._file.write("\n")
        except OSError as error:  # such as a full disk: what is played goes on
            self._open = False
            self._problem = str(self._failed(error))

    def _place(self) -> None:
        if self._overwrite:
            self._draft.replace(self.path)
            return
        try:
            os.link(self._draft, self.path)
        except FileExistsError:
            raise self._exists() from None
        except OSError:  # a file system without links
            if os.path.lexists(self.path):
                raise self._exists() from None
            self._draft.replace(self.path)

    def _exists(self) -> RecordingProblem:
        return RecordingProblem(
            f"{self.path} exists. Choose another name, or replace it with --overwrite."
        )

    def _failed(self, error: OSError) -> RecordingProblem:
        return RecordingProblem(f"Couldn't write {self.path}: {error.strerror or error}.")
