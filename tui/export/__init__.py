"""A conversation as a file for people and programs: Markdown, HTML or JSON.

Pure functions from turns and events to text. Everything that comes from elsewhere is cleaned,
escaped for where it goes, and without secrets.
"""

from tui.export.chronicle import Chronicle
from tui.export.formats import FORMATS, Format, file_name, format_of, render
from tui.export.writing import CannotWrite, write

__all__ = [
    "FORMATS",
    "CannotWrite",
    "Chronicle",
    "Format",
    "file_name",
    "format_of",
    "render",
    "write",
]
