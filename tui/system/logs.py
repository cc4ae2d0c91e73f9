"""Log of the program: to a file if the user wants one, and the newest records in memory.

Records have an event and fields, never the content of a conversation. Everything is masked when it
is written (:mod:`tui.core.redaction`). Errors and warnings of libraries go to the file, too.
"""

from __future__ import annotations

import copy
import fcntl
import json
import logging
import os
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from tui.core.redaction import RedactingFilter
from tui.system.private_files import open_file

LARGEST_BYTES = 2_000_000
"""Size at which a log is renamed to ``FILE.1`` and a new one begins."""
KEPT_FILES = 3
"""Number of renamed logs that are kept."""
RECENT_RECORDS = 50
"""Number of records kept in memory, for a crash file."""

_FIELDS = "fields"
_NO_FIELDS: Mapping[str, object] = MappingProxyType({})


class RecentRecords(logging.Handler):
    """The newest records, in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._records: deque[logging.LogRecord] = deque(maxlen=RECENT_RECORDS)

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:  # a traceback would keep everything alive that its frames use
            traceback = record.exc_text or TextFormatter().formatException(record.exc_info)
            record = copy.copy(record)
            record.exc_info, record.exc_text = None, traceback
        self._records.append(record)

    def lines(self) -> list[str]:
        """Return the records as masked text, the oldest first."""
        formatter, mask = TextFormatter(), RedactingFilter()
        records = [copy.copy(record) for record in self._records]
        return [formatter.format(record) for record in records if mask.filter(record)]


class TextFormatter(logging.Formatter):
    """One line for each record, and its traceback indented below."""

    def format(self, record: logging.LogRecord) -> str:
        words = [_time(record), f"{record.levelname:<7}", str(record.process), _event(record)]
        words += [f"{name}={_quoted(value)}" for name, value in _fields(record).items()]
        lines = [" ".join(words), *_traceback(self, record).splitlines()]
        return "\n    ".join(lines)


class JsonFormatter(logging.Formatter):
    """One JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        known = {
            "time": _time(record).replace(" ", "T"),
            "level": record.levelname.lower(),
            "pid": record.process,
            "event": _event(record),
        }
        found = {**known, **_fields(record), "traceback": _traceback(self, record)}
        return json.dumps(
            {name: value for name, value in found.items() if value not in (None, "")},
            ensure_ascii=False,
            default=str,
        )


def _time(record: logging.LogRecord) -> str:
    begun = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(record.created))
    return f"{begun}.{int(record.msecs):03}Z"


def _event(record: logging.LogRecord) -> str:
    """Return the event of a record of ours, or the logger and the text of another one."""
    text = record.getMessage()
    text = text if hasattr(record, _FIELDS) else f"{record.name}: {text}"
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _fields(record: logging.LogRecord) -> Mapping[str, object]:
    fields: Mapping[str, object] = getattr(record, _FIELDS, {})
    return fields


def _quoted(value: object) -> str:
    text = str(value)
    is_word = text and text.isprintable() and not set(text) & set(" \"'=")
    return text if is_word else json.dumps(text, ensure_ascii=False)


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if record.exc_info and not record.exc_text:
        record.exc_text = formatter.formatException(record.exc_info)
    return "\n".join(filter(None, (record.exc_text, record.stack_info)))


class LogFile(logging.Handler):
    """Private log file, renamed when it is large. Several processes can write to one.

    A failed write loses the record and nothing else: a log must never disturb the program.
    """

    def __init__(self, path: Path, *, as_json: bool = False) -> None:
        """Raises ``OSError`` if the file cannot be written."""
        self.path = path
        self._descriptor = self._open()
        super().__init__()  # at exit, logging closes whatever got here
        self.setFormatter(JsonFormatter() if as_json else TextFormatter())
        self.addFilter(RedactingFilter())

    def _open(self) -> int:
        return open_file(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
            self._rotate()
            os.write(self._descriptor, line)
        except Exception:  # the text of a record may be anything
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the record; logging would write a traceback over the screen."""

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)
        super().close()

    def _rotate(self) -> None:
        """Follow a file that another process has renamed; rename one that is too large."""
        if not self._is_current():
            self._reopen()
        if os.fstat(self._descriptor).st_size < LARGEST_BYTES:
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)  # until this one is closed
        if self._is_current():  # no other process was first
            for number in range(KEPT_FILES, 0, -1):
                with suppress(FileNotFoundError):
                    renamed(self.path, number - 1).replace(renamed(self.path, number))
        self._reopen()

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False

    def _reopen(self) -> None:
        before, self._descriptor = self._descriptor, self._open()
        os.close(before)


def renamed(path: Path, number: int) -> Path:
    """Return the name of an older log; 0 is the newest."""
    return path.with_name(f"{path.name}.{number}") if number else path


_logger = logging.getLogger("tui")
_logger.setLevel(logging.INFO)
RECENT = RecentRecords()
_logger.addHandler(RECENT)  # also keeps logging from writing our warnings over the screen

_open_files: list[LogFile] = []


def open_log(path: Path, *, as_json: bool = False) -> bool:
    """Write the log to a file from now on; return False if that is so already.

    Raises ``OSError`` if the file cannot be written.
    """
    if any(file.path == path for file in _open_files):
        return False
    file = LogFile(path, as_json=as_json)
    close_log()
    _open_files.append(file)
    logging.getLogger().addHandler(file)
    return True


def close_log() -> None:
    """Close the log file, if there is one."""
    for file in _open_files:
        logging.getLogger().removeHandler(file)
        file.close()
    _open_files.clear()


def open_log_path() -> Path | None:
    """Return the log file, if one is open."""
    return _open_files[-1].path if _open_files else None


def note(
    event: str,
    fields: Mapping[str, object] = _NO_FIELDS,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
) -> None:
    """Log an event with its fields, and an error with its traceback.

    Fields that are None are left out.
    """
    if error is not None:
        level = logging.ERROR
        fields = {"error": type(error).__name__, "text": str(error), **fields}
    known = {name: value for name, value in fields.items() if value is not None}
    _logger.log(level, "%s", event, extra={_FIELDS: known}, exc_info=error)
