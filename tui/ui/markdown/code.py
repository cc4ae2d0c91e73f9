"""Syntax highlighting: source code as lines of spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from textual.content import Content

from tui.ui.markdown.spans import Span, Spans, cells

if TYPE_CHECKING:
    from textual.highlight import HighlightTheme

_TAB = 4
_TAB_OR_TEXT = re.compile("\t|[^\t]+")
_LONGEST_LINE = 1_000
_LONGEST_TEXT = 20_000


# A Pygments token type is the tuple of its names.
_ROLES = {
    ("Comment",): "comment",
    ("Keyword",): "keyword",
    ("Keyword", "Constant"): "number",
    ("Operator", "Word"): "keyword",
    ("Literal", "Number"): "number",
    ("Literal", "String"): "string",
    ("Name", "Function"): "function",
    ("Name", "Class"): "function",
    ("Name", "Builtin"): "builtin",
    ("Name", "Decorator"): "builtin",
    ("Name", "Attribute"): "builtin",
    ("Name", "Tag"): "keyword",
    ("Generic", "Deleted"): "deleted",
    ("Generic", "Inserted"): "inserted",
    ("Generic", "LoginHeading"): "keyword",
    ("Generic", "Subheading"): "keyword",
}


@lru_cache(maxsize=64)
def highlight(language: str, code: str) -> tuple[Spans, ...]:
    """Return the lines of some code, each as spans whose style is a role such as ``keyword``.

    Code in an unknown language, and code too large to highlight, is one plain span per line.
    """
    code = code.removesuffix("\n")
    lines = code.split("\n")
    if not language or len(code) > _LONGEST_TEXT or max(map(len, lines)) > _LONGEST_LINE:
        painted: Iterable[Spans] = ((Span(line),) for line in lines)
    else:
        painted = _lines(_lex(language, code))
    return tuple(map(_with_tab_stops, painted) if "\t" in code else painted)


def expand_tabs(code: str) -> list[str] | None:
    """Return the lines of some code with the widths that ``highlight`` gives them.

    None where tabs follow characters whose width depends on their neighbours.
    """
    lines = code.removesuffix("\n").split("\n") if code else []
    if "\t" not in code:
        return lines
    return [line.expandtabs(_TAB) for line in lines] if code.isascii() else None


def _with_tab_stops(line: Spans) -> Spans:
    """Return the line with spaces drawn for its tabs; copying gives the tabs."""
    spans: list[Span] = []
    column = 0
    for span in line:
        for part in _TAB_OR_TEXT.findall(span.text):
            space = _TAB - column % _TAB
            shown = (
                Span(" " * space, span.style, copied=part)
                if part == "\t"
                else Span(part, span.style)
            )
            spans.append(shown)
            column += cells(shown.text)
    return tuple(spans)


def _lex(language: str, code: str) -> Content:
    from textual.highlight import highlight as lex

    return lex(f"{code}\n", language=language, theme=_theme(), tab_size=0)


@cache
def _theme() -> type[HighlightTheme]:
    from textual.highlight import HighlightTheme

    class Roles(HighlightTheme):
        STYLES = _ROLES

    return Roles


def _lines(code: Content) -> Iterator[Spans]:
    line: list[Span] = []
    for text, role in _runs(code):
        first, *others = text.split("\n")
        line.append(Span(first, role))
        for part in others:
            yield tuple(span for span in line if span.text)
            line = [Span(part, role)]
    yield tuple(span for span in line if span.text)


def _runs(code: Content) -> Iterator[tuple[str, str]]:
    """Yield the text of the code with its roles; tokens follow each other and never overlap."""
    at, text, roles = 0, code.plain, set(_ROLES.values())
    for start, end, style in code.spans:
        if isinstance(style, str) and style in roles:
            yield text[at:start], ""
            yield text[start:end], style
            at = end
    yield text[at:], ""
