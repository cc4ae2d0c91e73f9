"""Redact secrets in stored or displayed text: logs, tracebacks, reports.

The only place that describes what a secret looks like. A second line of defense: secrets are held
in types that do not print them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

from tui.core.text import clean_line

MASK = "[secret]"

_HEADERS = r"authorization|proxy-authorization|cookie|set-cookie|x-api-key"
_NAMES = (
    r"access_?token|refresh_?token|id_?token(?:_hint)?|client_?secret|code_?verifier|api_?key|"
    r"developer_?token|genie_tui_(?:api_key|token|developer_token)|password|passwd|secret|verifier"
)
# `code` and `state` are secrets in the address of a redirect and ordinary words everywhere else.
_PARAMETERS = rf"{_NAMES}|code|state|token"
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'<>)\]}]+)"""

_NOT_MASKED = rf"(?!{re.escape(MASK)})"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"\b(Bearer|Basic)\s+[\w.~+/=%-]+", rf"\1 {MASK}"),
        (rf"""((?:b?["'])?\b(?:{_HEADERS})\b["']?\s*[:=,]\s*b?["']?)[^\r\n"']+""", rf"\1{MASK}"),
        (rf"(?<![\w-])((?:{_PARAMETERS})=){_NOT_MASKED}[^\s&#\"'<>]+", rf"\1{MASK}"),
        (rf"((?:%3F|%26)(?:{_PARAMETERS})%3D)(?:(?!%26|%23)[^\s&#\"'<>])+", rf"\1{MASK}"),
        (rf"""(["']?\b(?:{_NAMES})\b["']?\s*[:=]\s*){_NOT_MASKED}{_VALUE}""", rf"\1{MASK}"),
        (r"(://)[^/\s@?#]+@", rf"\1{MASK}@"),
        (r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*", MASK),
        (r"\bwrka\w{2}-[\w.~+/=-]+", MASK),
        (r"\b[0-9a-f]{64}\b", MASK),
    )
)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Return the text without credentials, authorization codes, verifiers and states.

    They are recognized by their header, parameter or field, and tokens with a distinctive shape
    (JSON web tokens, the vendor's keys) anywhere. ``known`` are further secrets. Idempotent.
    """
    for secret in known:
        if secret:
            text = text.replace(secret, MASK)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def describe_exception(error: BaseException) -> str:
    """Return a one-line description of an unexpected exception."""
    return clean_line(redact(str(error))) or type(error).__name__


class RedactingFilter(logging.Filter):
    """Logging filter that redacts records, including tracebacks.

    Add it to handlers: a logger's filters do not see the records of loggers below it.
    """

    _format = logging.Formatter().formatException

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._format(record.exc_info)
        record.exc_text = redact(record.exc_text) if record.exc_text else None
        record.stack_info = redact(record.stack_info) if record.stack_info else None
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # the arguments do not fit the format
        return f"{record.msg} {record.args}"
