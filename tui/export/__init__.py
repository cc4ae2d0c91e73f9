"""Conversation export as Markdown, HTML or JSON.

Pure functions from turns and events to text. External text is cleaned, stripped of secrets, and
escaped for its format.
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
