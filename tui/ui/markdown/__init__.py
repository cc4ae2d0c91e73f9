"""Markdown for a terminal: parsed into segments, laid out into lines, without any widget."""

from tui.ui.markdown.document import Document
from tui.ui.markdown.spans import Action, Line, Span, Spans

__all__ = ["Action", "Document", "Line", "Span", "Spans"]
