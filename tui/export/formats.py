"""Export formats, and their file names."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from tui.core.redaction import redact
from tui.core.text import clean
from tui.export.source import ExportSource

Format = Literal["md", "json", "html"]

FORMATS: tuple[Format, ...] = get_args(Format)

_ENDINGS: dict[str, Format] = {
    ".md": "md",
    ".markdown": "md",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
}
_LONGEST_NAME = 60


def render(chronicle: ExportSource, form: Format) -> str:
    """Return the whole file, ending with a newline."""
    match form:
        case "md":
            from tui.export.markdown import as_markdown

            return as_markdown(chronicle)
        case "html":
            from tui.export.html_page import as_html

            return as_html(chronicle)
        case "json":
            from tui.export.json_export import as_json

            return as_json(chronicle)


def format_of(path: Path) -> Format | None:
    """Return the format for a file name."""
    return _ENDINGS.get(path.suffix.lower())


def file_name(title: str, day: date, form: Format) -> str:
    """Return a portable file name without secrets: ``order-a-laptop-2026-11-24.html``."""
    plain = unicodedata.normalize("NFKD", redact(clean(title))).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST_NAME].strip("-")
    return f"{words or 'conversation'}-{day.isoformat()}.{form}"
