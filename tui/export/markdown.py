"""Markdown export. External Markdown is escaped, so that it reads as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from tui.core.parameters import ParameterRow
from tui.export.blocks import ActionBlock, Block, TextBlock, blocks_of, counted
from tui.export.sanitize import Sanitizer
from tui.export.source import ExportRow, ExportSource, day_name, runs_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


_LINK_TO_ELSEWHERE = re.compile(r"\]\((?!https?://)", re.IGNORECASE)
_PICTURE = re.compile(r"!+\[")
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#!]")
_RUN = re.compile(r"\\.|`+", re.DOTALL)
_CODE = ("fence", "code_block")
_LEAVES = ("paragraph_open", "heading_open")


def literal(text: str) -> str:
    """Return a line of text as Markdown that renders as exactly this line."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def quoted(text: str, *, keep_lines: bool = False) -> str:
    """Quote Markdown so that nothing in it can end the quotation, not even an open fence.

    In it HTML is text, pictures and links are links, and those lead to http and https only. Code
    stays unchanged. ``keep_lines``: line breaks are kept when rendered.
    """
    lines = text.split("\n")
    if keep_lines:
        broken = zip(lines, [*lines[1:], ""], strict=True)
        lines = [f"{line}  " if line.strip() and below.strip() else line for line, below in broken]
    lines = [f"> {line}" if line.strip() else ">" for line in lines]
    return "\n".join(_neutral(lines))


def _neutral(lines: list[str]) -> Iterator[str]:
    """Yield the lines of a quotation; it is parsed the same way as by readers of the file."""
    done = 0
    for start, stop, kind in _blocks("\n".join(lines)):
        if start < done:
            continue
        yield from (_disarmed(line) for line in lines[done:start])
        block = "\n".join(lines[start:stop])
        if kind == "text":
            block = _disarmed_around_code(block)
        yield from block.split("\n")
        done = stop
    yield from (_disarmed(line) for line in lines[done:])


def _blocks(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield first line, line after the last, and kind of each block of code and of running text."""
    tokens = _parser().parse(source)
    for token in tokens:
        if token.map and token.type in _CODE:
            yield token.map[0], token.map[1], "code"
        elif token.map and token.type in _LEAVES:
            yield token.map[0], token.map[1], "text"


def _disarmed_around_code(block: str) -> str:
    """Escape a paragraph or heading, except for code between backticks.

    Not if it begins like a link definition, which ends before any code in it.
    """
    if block.lstrip("> *+-0123456789.)").startswith("["):
        return _disarmed(block)
    done = ""
    at = 0
    while opener := _RUN.search(block, at):
        ticks = opener.group()
        done += _disarmed(block[at : opener.start()])
        at = opener.end()
        closer = None
        if ticks[0] == "`":
            closer = re.compile(rf"(?<!`){ticks}(?!`)").search(block, at)
        if closer:
            span = block[opener.start() : closer.end()]
            # A line of HTML begins a block of its own, also inside code.
            done += _disarmed(span) if "\n" in span else span
            at = closer.end()
        else:
            done += ticks if ticks[0] == "`" else _disarmed(ticks)
    return done + _disarmed(block[at:])


def _disarmed(text: str) -> str:
    """Escape HTML, pictures, definitions, and links to anything but the web."""
    text = _PICTURE.sub("[Picture: ", text.replace("<", "&lt;"))
    return _LINK_TO_ELSEWHERE.sub(r"]\\(", text).replace("]:", "]\\:")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like", {"html": False, "linkify": False, "maxNesting": 40})
    return parser.disable("reference")  # the exported file will have no definitions


_LONGEST_VALUE = 600


def as_markdown(chronicle: ExportSource) -> str:
    """Return the conversation by day, then the timeline.

    Messages are quoted, so that nothing in them can pass for a part of the record.
    """
    return "\n".join(_lines(chronicle, Sanitizer(chronicle.events))).rstrip() + "\n"


def _lines(chronicle: ExportSource, safe: Sanitizer) -> Iterator[str]:
    agent = literal(safe.line(chronicle.agent))
    blocks = [block for turn in chronicle.turns for block in blocks_of(turn, safe)]
    exported = chronicle.moment(chronicle.exported_ms)
    yield f"# {literal(safe.line(chronicle.title, 100))}"
    yield ""
    yield (
        f"{counted(blocks)} with {agent}. Exported on {day_name(exported.date())},"
        f" {exported:%H:%M %Z}. Secrets are masked."
    )
    day = None
    listed = False
    for block in blocks:
        at_ms = block.at_ms if isinstance(block, TextBlock) else None
        if at_ms is not None and chronicle.day(at_ms) != day:
            day = chronicle.day(at_ms)
            yield f"\n## {day_name(day)}"
        if not (listed and isinstance(block, ActionBlock)):
            yield ""
        listed = isinstance(block, ActionBlock)
        yield from _block_lines(block, chronicle, agent)
    yield from _timeline(chronicle, safe)


def _block_lines(block: Block, chronicle: ExportSource, agent: str) -> Iterator[str]:
    if isinstance(block, ActionBlock):
        about = f" — {literal(block.about)}" if block.about else ""
        took = f" ({block.took})" if block.took else ""
        yield f"- {block.glyph} **{literal(block.what)}**{took}{about}"
        yield from (_parameter(row) for row in block.rows)
        return
    who = block.author(agent)
    at = chronicle.clock(block.at_ms)
    yield f"### {who} · {at}" if at else f"### {who}"
    yield ""
    yield quoted(block.text, keep_lines=block.by_user)
    if block.files:
        yield "\nFiles: " + ", ".join(literal(file) for file in block.files)
    if block.note:
        yield f"\n*{literal(block.note)}*"


def _parameter(row: ParameterRow) -> str:
    value = " ".join(row.value.split())
    value = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
    indent = "  " * (row.depth + 1)
    return f"{indent}- {literal(row.label)}: {literal(value)}".rstrip(": ")


def _timeline(chronicle: ExportSource, safe: Sanitizer) -> Iterator[str]:
    runs = runs_of(chronicle.events, safe)
    if runs:
        yield "\n## Timeline"
    for run in runs:
        yield f"\n### {literal(run.name) or 'Outside a run'}\n"
        for row in run.rows:
            yield _event(row, chronicle)


def _event(row: ExportRow, chronicle: ExportSource) -> str:
    at = chronicle.clock(row.at_ms, seconds=True)
    what = f"**{literal(row.what)}**" if row.what else ""
    parts = [f"`{at}`" if at else "", row.glyph, what, literal(row.about)]
    took = f" ({row.took})" if row.took else ""
    return f"- {' '.join(part for part in parts if part)}{took}"
