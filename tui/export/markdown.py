"""Markdown: to read anywhere, and to keep beside the code."""

from __future__ import annotations

from collections.abc import Iterator

from tui.core.parameters import ParameterRow
from tui.export.chronicle import Chronicle, day_name
from tui.export.neutral import literal, quoted
from tui.export.safe import Safe
from tui.export.story import Done, Piece, Said, counted, pieces_of
from tui.export.timeline import Row, runs_of

_LONGEST_VALUE = 600


def as_markdown(chronicle: Chronicle) -> str:
    """The conversation under its days, then the timeline.

    What was said stands in quotations, so that nothing in it can pass for a part of the record.
    """
    return "\n".join(_lines(chronicle, Safe(chronicle.events))).rstrip() + "\n"


def _lines(chronicle: Chronicle, safe: Safe) -> Iterator[str]:
    agent = literal(safe.line(chronicle.agent))
    pieces = [piece for turn in chronicle.turns for piece in pieces_of(turn, safe)]
    exported = chronicle.moment(chronicle.exported_ms)
    yield f"# {literal(safe.line(chronicle.title, 100))}"
    yield ""
    yield (
        f"{counted(pieces)} with {agent}, exported on {day_name(exported.date())},"
        f" {exported:%H:%M %Z}. Secrets are masked."
    )
    day = None
    listed = False
    for piece in pieces:
        at_ms = piece.at_ms if isinstance(piece, Said) else None
        if at_ms is not None and chronicle.day(at_ms) != day:
            day = chronicle.day(at_ms)
            yield f"\n## {day_name(day)}"
        if not (listed and isinstance(piece, Done)):
            yield ""
        listed = isinstance(piece, Done)
        yield from _piece(piece, chronicle, agent)
    yield from _timeline(chronicle, safe)


def _piece(piece: Piece, chronicle: Chronicle, agent: str) -> Iterator[str]:
    if isinstance(piece, Done):
        about = f" — {literal(piece.about)}" if piece.about else ""
        took = f" ({piece.took})" if piece.took else ""
        yield f"- {piece.glyph} **{literal(piece.what)}**{took}{about}"
        yield from (_parameter(row) for row in piece.rows)
        return
    who = "You" if piece.by_user else agent
    at = chronicle.clock(piece.at_ms)
    yield f"### {who} · {at}" if at else f"### {who}"
    yield ""
    yield quoted(piece.text, keep_lines=piece.by_user)
    if piece.files:
        yield "\nFiles: " + ", ".join(literal(file) for file in piece.files)
    if piece.note:
        yield f"\n*{literal(piece.note)}*"


def _parameter(row: ParameterRow) -> str:
    value = " ".join(row.value.split())
    value = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
    indent = "  " * (row.depth + 1)
    return f"{indent}- {literal(row.label)}: {literal(value)}".rstrip(": ")


def _timeline(chronicle: Chronicle, safe: Safe) -> Iterator[str]:
    runs = runs_of(chronicle.events, safe)
    if runs:
        yield "\n## Timeline"
    for run in runs:
        yield f"\n### {literal(run.name) or 'Outside a run'}\n"
        for row in run.rows:
            yield _event(row, chronicle)


def _event(row: Row, chronicle: Chronicle) -> str:
    at = chronicle.clock(row.at_ms, seconds=True)
    what = f"**{literal(row.what)}**" if row.what else ""
    parts = [f"`{at}`" if at else "", row.glyph, what, literal(row.about)]
    took = f" ({row.took})" if row.took else ""
    return f"- {' '.join(part for part in parts if part)}{took}"
