"""Extensions of markdown-it, so that no part of a message vanishes.

Imported when the first text is parsed, since markdown-it is not needed before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock, lheading, reference, table
from markdown_it.rules_block.table import MAX_AUTOCOMPLETED_CELLS
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from tui.core.text import clean

DEEPEST = 48
_LONGEST_TEXT = 8_192
_LONGEST_FORMULA = 100
"""Lines searched for the end of a formula."""

_CELL_END = re.compile(r"(?<!\\)\|")
_FORMULA_LIKE = re.compile(r"\s|[A-Za-z]$|.*[\\^_={}+<>]", re.DOTALL)
_DOLLARS = re.compile(r"\$(?=[^\s$])[^$\n]*?\\[^$\n]*\$(?!\d)")
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]{1,20}\*?)\}")


def new_parser() -> MarkdownIt:
    """Return a parser of GitHub's Markdown without HTML; definitions and formulas are tokens."""
    options = {"html": False, "maxNesting": DEEPEST, "inline_definitions": True}
    parser = MarkdownIt("gfm-like", options | {"store_labels": True})
    parser.block.ruler.at("reference", _definition)
    parser.block.ruler.at("lheading", _underlined_heading)
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("blockquote", "formula", _formula_block, {"alt": interrupts})
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.core.ruler.at("inline", _inline)
    if parser.linkify is not None:
        # Without this, every `notes.md` and `main.py` would link to a country's domain.
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    return parser


def tokens_of(parser: MarkdownIt, source: str) -> list[Token]:
    """Return the tokens of a text. A definition stays text unless a link refers to it."""
    env: dict[str, dict[str, dict[str, object]]] = {}
    tokens = parser.parse(source, env)
    known = env.get("references")
    if not known:
        return tokens
    used = _labels(tokens)
    shown: list[Token] = []
    for token in tokens:
        if token.type == "definition":
            label = str(token.meta["id"])
            if label in used and known[label]["map"] == token.map:
                continue
            token.children = parser.parseInline(token.content)[0].children
        shown.append(token)
    return shown


def _labels(tokens: Sequence[Token]) -> set[str]:
    """Return the labels that links and images refer to."""
    found: set[str] = set()
    for token in tokens:
        if label := token.meta.get("label") if token.type in ("link_open", "image") else None:
            found.add(str(label))
        found |= _labels(token.children or [])
    return found


def _inline(state: StateCore) -> None:
    """Read the text of blocks; what is too long or has no mark of Markdown stays as it is."""
    parser = state.md.inline
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if len(token.content) > _LONGEST_TEXT:
            token.children = [token.copy(type="raw", content=clean(token.content))]
            token.content = ""
        elif parser.terminator_re.search(token.content):
            parser.parse(token.content, state.md, state.env, token.children)
        elif token.content:
            token.children = [Token("text", "", 0, content=token.content)]


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a link reference definition and keep its source."""
    if not reference(state, start, end, silent):
        return False
    if not silent:
        source = state.getLines(start, state.line, state.blkIndent, False)
        state.tokens[-1].content = "\n".join(line.strip() for line in source.split("\n"))
    return True


def _underlined_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read an underlined heading. markdown-it's rule leaves its state changed if there is none."""
    parent = state.parentType
    found = lheading(state, start, end, silent)
    state.parentType = parent
    return found


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a table, and add cells for which there is no column to the last one of their row.

    Its body comes with a token for each cell instead of markdown-it's three, which takes a third
    of the time.
    """
    before, head_end = len(state.tokens), min(end, start + 2)
    if not table(state, start, head_end, True) or _begins_other_block(state, start, end):
        return False
    if not silent:
        table(state, start, head_end, False)
        columns = sum(token.type == "inline" for token in state.tokens[before:])
        closing, parent = state.tokens.pop(), state.parentType
        state.level, state.parentType = state.level + 1, "table"
        state.line = _table_body(state, start + 2, end, columns)
        state.level, state.parentType = state.level - 1, parent
        state.tokens.append(closing)
        state.tokens[before].map = [start, state.line]
    return True


def _begins_other_block(state: StateBlock, row: int, end: int) -> bool:
    """Return True for a row that begins a list, heading or the like, and so ends a table."""
    rules = state.md.block.ruler.getRules("blockquote")
    return any(rule(state, row, end, True) for rule in rules)


def _table_body(state: StateBlock, start: int, end: int, columns: int) -> int:
    """Read the rows of a table. Returns the line behind them."""
    missing = 0
    for row in range(start, end):
        line = mdTrim(state.src[state.bMarks[row] + state.tShift[row] : state.eMarks[row]])
        if (
            not line
            or state.sCount[row] < state.blkIndent
            or state.is_code_block(row)
            or _begins_other_block(state, row, end)
        ):
            return row
        cells = _cells_of(line)
        missing += columns - len(cells)
        if missing > MAX_AUTOCOMPLETED_CELLS:
            return row
        if len(cells) > columns:
            cells[columns - 1 :] = [" | ".join(cells[columns - 1 :])]
        _push(state, "tr_open", row)
        for cell in cells + [""] * (columns - len(cells)):
            _push(state, "inline", row).content = cell
        _push(state, "tr_close", row)
    return end


def _push(state: StateBlock, kind: str, row: int) -> Token:
    token = Token(kind, "", 0, map=[row, row + 1], level=state.level, block=True)
    state.tokens.append(token)
    return token


def _cells_of(line: str) -> list[str]:
    """Return the cells of a row, given without white space around it."""
    parts = _CELL_END.split(line)
    first, last = not parts[0], len(parts) > 1 and not parts[-1]
    return [mdTrim(part.replace("\\|", "|")) for part in parts[first : len(parts) - last]]


def _formula(state: StateInline, silent: bool) -> bool:
    """Read a LaTeX formula, in which nothing is Markdown."""
    end = _end_of_formula(state.src, state.pos, state.posMax)
    if end is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _end_of_formula(source: str, start: int, limit: int) -> int | None:
    opening = source[start : start + 2]
    if opening in (r"\;", r"\,"):
        return start + 2
    if opening == r"\(":
        return _after(source, r"\)", start + 2, limit)
    if opening == r"\[":
        end = _after(source, r"\]", start + 2, limit)
        is_formula = end is not None and _FORMULA_LIKE.match(source[start + 2 : end - 2])
        return end if is_formula else None
    if opening == "$$":
        return _after(source, "$$", start + 2, limit)
    if opening == r"\b" and (found := _ENVIRONMENT.match(source, start)):
        return _after(source, rf"\end{{{found[1]}}}", found.end(), limit)
    if opening[:1] == "$" and (found := _DOLLARS.match(source, start, limit)):
        return found.end()
    return None


def _after(source: str, closing: str, start: int, limit: int) -> int | None:
    """Return the offset after a closing mark; None if there is none."""
    at = source.find(closing, start, limit)
    return at + len(closing) if at > start else None


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""Read a formula of several lines: in ``\[``, ``$$`` or an environment."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    closing = _closing_of(first)
    if not closing or closing in first[2:]:
        return False
    for line in range(start + 1, min(end, start + 1 + _LONGEST_FORMULA)):
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return False
        if closing in state.src[state.bMarks[line] : state.eMarks[line]]:
            break
    else:
        return False
    if not silent:
        token = state.push("formula_block", "", 0)
        token.content = state.getLines(start, line + 1, state.blkIndent, False)
        token.map = [start, line + 1]
        state.line = line + 1
    return True


def _closing_of(first: str) -> str:
    """Return the closing mark of a formula that begins with this line; empty if none does."""
    if first.startswith(r"\["):
        return r"\]" if _FORMULA_LIKE.match(f"{first[2:]}\n") else ""
    if first.startswith("$$"):
        return "$$"
    found = _ENVIRONMENT.match(first)
    return rf"\end{{{found[1]}}}" if found else ""
