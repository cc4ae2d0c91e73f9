"""Convert the token stream of markdown-it to rows, cut into segments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.core.text import clean, clean_line
from tui.ui.markdown.grid import grid_of
from tui.ui.markdown.inline import read_inline
from tui.ui.markdown.rows import (
    Align,
    Cells,
    CodeRow,
    Gap,
    Margin,
    Resume,
    Row,
    Rule,
    Segment,
    Table,
    TextRow,
)
from tui.ui.markdown.spans import Span, Spans

if TYPE_CHECKING:
    from markdown_it.token import Token

CODE_LINES = 50
TABLE_ROWS = 30
_LONGEST_INFO = 2_000

_BULLETS = "•◦▪"
_TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
_BAR = (Span("▎ ", "quote", copied=""),)
_ALIGNS: dict[str, Align] = {
    "text-align:center": "center",
    "text-align:right": "right",
    "text-align:left": "left",
}


@dataclass(slots=True)
class _Container:
    """Open quote, list or list item."""

    first: Spans = ()
    rest: Spans = ()
    number: int | None = None
    """For an ordered list, the number of its next item."""
    fresh: bool = True
    """True until something has been drawn in it."""

    def margin(self) -> Spans:
        spans = self.first if self.fresh else self.rest
        self.fresh = False
        return spans


@dataclass(slots=True)
class _TableDraft:
    rows: list[tuple[Cells, int]] = field(default_factory=list)
    cells: list[Spans] = field(default_factory=list)
    aligns: list[Align] = field(default_factory=list)
    line: int = 0


@dataclass(slots=True)
class _Draft:
    line: int
    resume: Resume
    rows: list[Row] = field(default_factory=list)


class Reader:
    """Converts the tokens of a text, fed in order, to segments."""

    def __init__(self, lines: list[str], resume: Resume, *, marks: bool) -> None:
        self._lines = lines
        self._resume: Resume | None = resume
        self._lead_lines = resume.lead.count("\n")
        self._marks = marks
        self._codes = resume.codes
        self._open: list[_Container] = []
        self._lists = 0
        self._role = ""
        self._defined = -1
        """Line after the last visible definition; consecutive definitions form one block."""
        self._table: _TableDraft | None = None
        self._drafts: list[_Draft] = []
        self._handlers: dict[str, Callable[[Token], None]] = {
            "paragraph_open": self._start_text,
            "heading_open": self._start_text,
            "inline": self._read_text,
            "fence": self._read_code,
            "code_block": self._read_code,
            "hr": self._read_rule,
            "definition": self._read_definition,
            "formula_block": self._read_formula,
            "blockquote_open": self._start_quote,
            "blockquote_close": self._leave,
            "bullet_list_open": self._start_list,
            "ordered_list_open": self._start_list,
            "bullet_list_close": self._end_list,
            "ordered_list_close": self._end_list,
            "list_item_open": self._start_item,
            "list_item_close": self._leave,
            "table_open": self._start_table,
            "tr_open": self._start_row,
            "th_open": self._start_cell,
            "tr_close": self._end_row,
            "table_close": self._end_table,
        }

    def feed(self, token: Token) -> None:
        """Read the next token."""
        if handler := self._handlers.get(token.type):
            handler(token)

    def raw(self, token: Token) -> None:
        """Read the block that a token opens as plain text."""
        start, end = token.map or (0, len(self._lines))
        self._start_block(_line(token))
        text = clean("\n".join(self._lines[start:end])).replace("\t", " ").rstrip("\n")
        self._emit(TextRow(Margin(), (Span(text),)))

    def segments(self) -> list[Segment]:
        """Return the segments read so far."""
        return [Segment(draft.line, tuple(draft.rows), draft.resume) for draft in self._drafts]

    # Segments

    def _cut(self, line: int, resume: Resume) -> None:
        """Start a segment at a line of the parsed text; the first is the one resumed."""
        resume = replace(resume, codes=self._codes)
        if self._resume is not None:
            resume, self._resume = self._resume, None
        self._drafts.append(_Draft(max(0, line - self._lead_lines), resume))

    def _emit(self, row: Row) -> None:
        self._drafts[-1].rows.append(row)

    def _start_block(self, line: int) -> None:
        """Leave an empty line where the source has one, or at the top start a segment."""
        if not self._open:
            self._cut(line, Resume(gap=line != self._defined))
        elif not self._open[-1].fresh and self._is_blank(line - 1):
            self._emit(Gap(Margin(self._rest())))

    def _is_blank(self, line: int) -> bool:
        return not self._lines[line].strip(" \t>")

    # Containers

    def _margin(self) -> Margin:
        rest = self._rest()
        return Margin(tuple(span for box in self._open for span in box.margin()), rest)

    def _rest(self) -> Spans:
        return tuple(span for box in self._open for span in box.rest)

    def _start_quote(self, token: Token) -> None:
        self._start_block(_line(token))
        self._open.append(_Container(_BAR, _BAR))

    def _start_list(self, token: Token) -> None:
        if self._open:
            self._start_block(_line(token))
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
        if not self._open and self._resume is not None and self._resume.number is not None:
            number = self._resume.number
        self._open.append(_Container(number=number))
        self._lists += 1

    def _end_list(self, token: Token) -> None:
        self._lists -= 1
        self._leave(token)

    def _start_item(self, token: Token) -> None:
        box = self._open[-1]
        line = _line(token)
        gap = not box.fresh and self._is_blank(line - 1)
        if len(self._open) == 1:
            self._cut(line, Resume(gap=gap or box.fresh, number=box.number))
        elif gap:
            self._emit(Gap(Margin(self._rest())))
        box.fresh = False
        marker = f"{_BULLETS[(self._lists - 1) % len(_BULLETS)]} "
        if box.number is not None:
            number = max(box.number, int(token.info or 0))
            marker, box.number = f"{number}. ", number + 1
        self._open.append(_item(marker))

    def _leave(self, token: Token) -> None:
        box = self._open.pop()
        if box.fresh and box.first:
            self._open.append(box)
            self._emit(TextRow(self._margin(), ()))
            self._open.pop()

    # Leaves

    def _start_text(self, token: Token) -> None:
        self._start_block(_line(token))
        self._role = token.tag if token.type == "heading_open" else ""

    def _read_text(self, token: Token) -> None:
        children = token.children or []
        if self._table is not None:
            role = "strong" if not self._table.rows else ""
            self._table.cells.append(read_inline(children, role, marks=self._marks, in_cell=True))
            return
        self._mark_task(children)
        role = "quote-text" if not self._role and any(b.first is _BAR for b in self._open) else ""
        spans = read_inline(children, self._role or role, marks=self._marks)
        if self._role and self._marks:
            spans = (Span("#" * int(self._role[1]) + " ", "muted"), *spans)
        self._emit(TextRow(self._margin(), spans))

    def _mark_task(self, children: list[Token]) -> None:
        if not (self._open and self._open[-1].fresh and self._open[-1].first and children):
            return
        box, text = self._open[-1], children[0]
        if text.type == "text" and (mark := _TASKS.get(text.content[:4])) and box.first is not _BAR:
            text.content = text.content[4:]
            numbered = self._open[-2].number is not None
            self._open[-1] = _item(f"{box.first[0].text}{mark}" if numbered else mark)

    def _read_definition(self, token: Token) -> None:
        self._start_block(_line(token))
        self._emit(TextRow(self._margin(), read_inline(token.children or [], marks=self._marks)))
        self._defined = token.map[1] if token.map else -1

    def _read_formula(self, token: Token) -> None:
        self._start_block(_line(token))
        lines = clean(token.content).replace("\t", " ").rstrip("\n")
        self._emit(TextRow(self._margin(), (Span(lines),)))

    def _read_rule(self, token: Token) -> None:
        self._start_block(_line(token))
        self._emit(Rule(self._margin()))

    def _read_code(self, token: Token) -> None:
        going_on = self._resume is not None and bool(self._resume.lead)
        self._start_block(_line(token))
        if not going_on:
            self._codes += 1
        language, _, about = clean_line(token.info, _LONGEST_INFO).partition(" ")
        text, number = clean(token.content), self._codes - 1
        code = CodeRow(Margin(), number, language, about, text, begins=not going_on)
        if self._open or token.type == "code_block":
            self._emit(replace(code, margin=self._margin()))
        else:
            self._split_code(token, code)

    def _split_code(self, token: Token, code: CodeRow) -> None:
        lines = code.text.splitlines(keepends=True)
        top = _line(token)
        lead = self._lines[top] + "\n"
        for at in range(0, max(1, len(lines)), CODE_LINES):
            if at:
                self._cut(top + 1 + at, Resume(lead=lead, gap=False))
            text, last = "".join(lines[at : at + CODE_LINES]), at + CODE_LINES >= len(lines)
            self._emit(replace(code, text=text, begins=code.begins and not at, ends=last))

    # Tables

    def _start_table(self, token: Token) -> None:
        self._table = _TableDraft(line=_line(token))

    def _start_row(self, token: Token) -> None:
        if self._table is not None:
            self._table.cells = []
            self._table.line = _line(token)

    def _start_cell(self, token: Token) -> None:
        if self._table is not None:
            self._table.aligns.append(_ALIGNS.get(str(token.attrs.get("style", "")), "left"))

    def _end_row(self, token: Token) -> None:
        if self._table is not None:
            self._table.rows.append((tuple(self._table.cells), self._table.line))

    def _end_table(self, token: Token) -> None:
        draft, self._table = self._table, None
        if draft is None:
            return
        (head, top), *rows = draft.rows
        resumed = self._resume.grid if self._resume is not None else None
        first = [row for row, _ in rows[:TABLE_ROWS]]
        grid = resumed or grid_of(head, tuple(draft.aligns), first)
        self._start_block(top)
        margin = self._margin()
        lead = "".join(f"{line}\n" for line in self._lines[top : top + 2])
        for at in range(0, max(1, len(rows)), TABLE_ROWS):
            if at and not self._open:
                self._cut(rows[at][1], Resume(lead=lead, gap=False, grid=grid))
            part = tuple(row for row, _ in rows[at : at + TABLE_ROWS])
            begins, ends = not at and resumed is None, at + TABLE_ROWS >= len(rows)
            self._emit(Table(margin, grid, part, begins=begins, ends=ends))
            margin = Margin(margin.rest, margin.rest)


def _line(token: Token) -> int:
    """Return the source line at which a block starts."""
    return token.map[0] if token.map else 0


def _item(marker: str) -> _Container:
    indent = Span(" " * len(marker), copied="")
    return _Container((Span(marker, "marker"),), (indent,))
