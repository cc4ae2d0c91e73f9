"""A conversation as a file for people and programs: Markdown, HTML or JSON.

Pure functions from turns and events to text. Everything that comes from elsewhere is cleaned,
escaped for where it goes, and without secrets.
"""

from tui.export.atomic_write import CannotWrite, write
from tui.export.formats import FORMATS, Format, file_name, format_of, render
from tui.export.source import ExportSource

__all__ = [
    "FORMATS",
    "CannotWrite",
    "ExportSource",
    "Format",
    "file_name",
    "format_of",
    "render",
    "write",
]
