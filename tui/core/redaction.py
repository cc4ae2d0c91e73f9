"""Redact secrets in stored or displayed text: logs, tracebacks, reports.

The only place that describes what a secret looks like. A second line of defense: secrets are held
in types that do not print them, and their values are known here (:mod:`tui.core.secrets`).
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from urllib.parse import quote

from tui.core.secrets import held_secrets, hold_secret
from tui.core.text import clean_line

MASK = "[secret]"

_HEADERS = (
    r"authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|api-token|"
    r"x-csrf-token"
)
_NAMES = (
    r"access_?token|refresh_?token|id_?token(?:_hint)?|client_?secret|code_?verifier|api_?key|"
    r"developer_?token|genie_tui_(?:api_key|token|developer_token)|password|passwd|secret|verifier|"
    # names of variables and fields that end in such a word, as SLACK_TOKEN or dbPassword
    r"\w[\w-]*?(?:token|secret|password|passwd|[_-]pwd|passphrase|credentials?|"
    r"(?:api|access|private|secret|signing|encryption)[_-]?key)"
)
# `code` and `state` are secrets in the address of a redirect and ordinary words everywhere else.
_PARAMETERS = rf"{_NAMES}|code|state|token|sig|signature|x-amz-(?:signature|security-token)"
_WORD = r"[\w.~+/=%-]"
_WRAPPED = rf"(?:\r?\n[ \t]*{_WORD}{{12,}}(?=\s|[\"',]|$))*"
"""Further lines of a long token that was wrapped."""
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'<>)\]}]+)"""

_NOT_MASKED = rf"(?!{re.escape(MASK)})"
_NOT_A_SECRET = r"(?!(?:true|false|null|none|\d+(?:\.\d+)?)\b(?!-))"
"""A switch or a count, such as ``max_token: 12``."""

_RULES: tuple[tuple[str, str], ...] = (
    (
        r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----(?s:.*?)(?:-----END \1-----|\Z)",
        MASK,
    ),
    (rf"\b(Bearer|Basic)\s+{_NOT_MASKED}{_WORD}+{_WRAPPED}", rf"\1 {MASK}"),
    (
        rf"""((?:b?["'])?\b(?:{_HEADERS})\b["']?\s*[:=,]\s*b?["']?)[^\r\n"']+{_WRAPPED}""",
        rf"\1{MASK}",
    ),
    (rf"(?<![\w-])((?:{_PARAMETERS})=){_NOT_MASKED}[^\s&#\"'<>]+{_WRAPPED}", rf"\1{MASK}"),
    (rf"((?:%3F|%26)(?:{_PARAMETERS})%3D)(?:(?!%26|%23)[^\s&#\"'<>])+", rf"\1{MASK}"),
    (
        rf"""((?<![\w-])(?:{_NAMES}|token(?=\\?["'=]|\s*=))\b\\?["']?\s*[:=]\s*)"""
        rf"""{_NOT_MASKED}{_NOT_A_SECRET}(?:\\"(?:[^"\\]|\\[^"])*\\"|{_VALUE}{_WRAPPED})""",
        rf"\1{MASK}",
    ),
    (r"(://)[^/\s?#\"'<>]+@", rf"\1{MASK}@"),
    (r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*", MASK),
    (r"\bwrka\w{2}-[\w.~+/=-]+", MASK),
    (r"\b(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|sk-|AKIA|ya29\.)[\w.-]{12,}", MASK),
    (r"\b[0-9a-f]{64}\b", MASK),
)


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the compiled rules; compiling them would delay the first paint."""
    return tuple((re.compile(pattern, re.IGNORECASE), text) for pattern, text in _RULES)


_GAP = re.compile(r"(?:\\[nr]|[\s\\\"'+])+")
"""Separators of the parts of a secret that was wrapped or written as several strings."""


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Return the text without credentials, authorization codes, verifiers and states.

    They are recognized by their header, parameter or field, and tokens with a distinctive shape
    (JSON web tokens, the vendor's keys) anywhere; those of this process also by their value, as it
    is, in an address, and over several lines. ``known`` are further secrets. Idempotent.
    """
    for secret in known:
        if secret:
            text = text.replace(secret, MASK)
    if held := held_secrets():
        text = _without_held(text, held)
    for pattern, replacement in _rules():
        text = pattern.sub(replacement, text)
    return text


def _without_held(text: str, held: Iterable[str]) -> str:
    joined = _GAP.sub("", text) if "\n" in text or "\\" in text else ""
    for secret in held:
        for form in dict.fromkeys(secret_forms(secret)):
            text = text.replace(form, MASK)
        if secret in joined:
            pieces = rf"(?:{_GAP.pattern})?".join(map(re.escape, secret))
            text = re.sub(pieces, MASK, text)
    return text


def hold_environment(environ: Mapping[str, str]) -> None:
    """Mask from now on the values of variables whose name says that they are secret."""
    for name, value in environ.items():
        if (line := f"{name}={value}") != redact(line):
            hold_secret(value)


def secret_forms(secret: str) -> Iterator[str]:
    """Yield a secret as it is, and as addresses, hexadecimal, and Base64 show it."""
    yield secret
    yield quote(secret, safe="")
    data = secret.encode()
    yield data.hex()
    yield base64.b64encode(data).decode().rstrip("=")
    yield base64.urlsafe_b64encode(data).decode().rstrip("=")


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
        if fields := getattr(record, "fields", None):
            record.fields = {name: _masked_field(name, value) for name, value in fields.items()}
        return True


def _masked_field(name: str, value: object) -> object:
    """Return a field of a record for display; a name alone can mark a secret."""
    if not isinstance(value, str):
        return value
    named = f'"{name}": "x"'
    return redact(value) if redact(named) == named else MASK


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # the arguments do not fit the format
        return f"{record.msg} {record.args}"
