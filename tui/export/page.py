"""One HTML page that holds everything: to read, to print, to send to somebody."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from tui.core.parameters import ParameterRow
from tui.export.chronicle import Chronicle, day_name
from tui.export.safe import Safe
from tui.export.story import Done, Piece, Said, counted, pieces_of
from tui.export.timeline import Row, Run, runs_of
from tui.export.words import words_as_html


def as_html(chronicle: Chronicle) -> str:
    """The page. It runs no script and loads nothing, and says so to the browser."""
    safe = Safe(chronicle.events)
    pieces = [piece for turn in chronicle.turns for piece in pieces_of(turn, safe)]
    style = _asset("page.css")
    exported = chronicle.moment(chronicle.exported_ms)
    return Template(_asset("page.html")).substitute(
        title=escape(safe.line(chronicle.title, 100)),
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        agent=escape(safe.line(chronicle.agent)),
        counted=counted(pieces),
        span=escape(_span(chronicle, pieces)),
        exported=f"{day_name(exported.date())}, {exported:%H:%M %Z}",
        exported_iso=chronicle.iso(chronicle.exported_ms),
        conversation="\n".join(_conversation(chronicle, pieces, safe)),
        timeline=_timeline(chronicle, runs_of(chronicle.events, safe)),
    )


@cache
def _asset(name: str) -> str:
    return (files("tui.export") / name).read_text(encoding="utf-8")


def _span(chronicle: Chronicle, pieces: list[Piece]) -> str:
    """The days between which things were said."""
    times = [piece.at_ms for piece in pieces if isinstance(piece, Said) and piece.at_ms is not None]
    if not times:
        return ""
    first, last = chronicle.day(min(times)), chronicle.day(max(times))
    return _short(first) if first == last else f"{_short(first)} to {_short(last)}"


def _short(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _conversation(chronicle: Chronicle, pieces: list[Piece], safe: Safe) -> Iterator[str]:
    agent = safe.line(chronicle.agent)
    day = None
    for piece in pieces:
        if isinstance(piece, Done):
            yield _done(piece)
            continue
        if piece.at_ms is not None and chronicle.day(piece.at_ms) != day:
            day = chronicle.day(piece.at_ms)
            yield f"<h2>{day_name(day)}</h2>"
        yield _said(piece, chronicle, agent)


def _said(piece: Said, chronicle: Chronicle, agent: str) -> str:
    who = "You" if piece.by_user else agent
    kind = "user" if piece.by_user else "agent"
    text = escape(piece.text) if piece.by_user else words_as_html(piece.text)
    files = "".join(f"<li>{escape(name)}</li>" for name in piece.files)
    return (
        f'<section class="said {kind}"><header><b>{escape(who)}</b>{_time(piece.at_ms, chronicle)}'
        f'</header><div class="text" dir="auto">{text}</div>'
        + (f'<ul class="files">{files}</ul>' if files else "")
        + (f'<p class="note">{escape(piece.note)}</p>' if piece.note else "")
        + "</section>"
    )


def _done(piece: Done) -> str:
    line = (
        f'<span class="glyph" aria-hidden="true">{piece.glyph}</span> <b>{escape(piece.what)}</b>'
        + (f' <span class="about">{escape(piece.about)}</span>' if piece.about else "")
        + (f' <span class="took">{piece.took}</span>' if piece.took else "")
    )
    if not piece.rows:
        return f'<p class="done {piece.tone}">{line}</p>'
    rows = "".join(_parameter(row) for row in piece.rows)
    inner = f"<summary>{line}</summary><dl>{rows}</dl>"
    return f'<details class="done {piece.tone}" open>{inner}</details>'


def _parameter(row: ParameterRow) -> str:
    depth = f"depth-{min(row.depth, 4)}"
    value = escape(row.value)
    return f'<dt class="{depth}">{escape(row.label)}</dt><dd class="{row.form}">{value}</dd>'


def _time(at_ms: int | None, chronicle: Chronicle, *, seconds: bool = False) -> str:
    if at_ms is None:
        return ""
    at = chronicle.clock(at_ms, seconds=seconds)
    return f'<time datetime="{chronicle.iso(at_ms)}">{at}</time>'


def _timeline(chronicle: Chronicle, runs: list[Run]) -> str:
    count = sum(len(run.rows) for run in runs)
    if not count:
        return ""
    tables = "".join(_run(run, chronicle) for run in runs)
    events = f"{count:,} event" + ("" if count == 1 else "s")
    return (
        f'<details class="timeline"><summary>Timeline <span>{events}</span></summary>'
        f"{tables}</details>"
    )


def _run(run: Run, chronicle: Chronicle) -> str:
    rows = "".join(_event(row, chronicle) for row in run.rows)
    name = escape(run.name) or "outside a run"
    return f"<h3>{name}</h3><table><tbody>{rows}</tbody></table>"


def _event(row: Row, chronicle: Chronicle) -> str:
    about = f' <span class="about">{escape(row.about)}</span>' if row.about else ""
    return (
        f"<tr><td>{_time(row.at_ms, chronicle, seconds=True)}</td><td>{row.glyph}</td>"
        f'<td dir="auto">{escape(row.what)}{about}</td><td>{row.took}</td></tr>'
    )
