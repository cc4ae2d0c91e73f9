"""The turn that reads an attached file."""

from __future__ import annotations

import csv

from tui.core.text import clean, clean_line
from tui.demo.records import Upload
from tui.demo.steps import Prompt, Say, Scenario, Script, UseSkill

_SHOWN_LINES = 8
_SHOWN_COLUMNS = 6


def _read(prompt: Prompt) -> Script:
    if prompt.upload is None:
        yield Say("Gladly, but I see no file. Attach one (up to 20 MB) and ask again.", 0.6)
        return
    yield UseSkill("Read file", 1.4)
    yield Say(_summary(prompt.upload), 0.8)


def _summary(upload: Upload) -> str:
    name = clean_line(upload.name, 80).replace("`", "'")
    size = f"**{name}**: {_size(upload.size_bytes)}"
    if upload.size_bytes == 0:
        return f"{size}. It is empty, which makes it the shortest read of my career."
    if upload.head is None:
        return f"{size}, binary. I can weigh it, but its language died before my time."
    lines = "1 line" if upload.line_count == 1 else f"{upload.line_count:,} lines"
    return f"{size}, {lines}. It begins like this:\n\n{_beginning(upload.name, upload.head)}"


def _size(size_bytes: int) -> str:
    if size_bytes < 1024:
        return f"{size_bytes} bytes"
    kib = size_bytes / 1024
    return f"{kib:.1f} kB" if kib < 1024 else f"{kib / 1024:.1f} MB"


def _beginning(name: str, head: str) -> str:
    lines = clean(head).split("\n")[:_SHOWN_LINES]
    if name.casefold().endswith(".csv"):
        return _table(lines)
    # Tildes, longer than any in the text, so that code fences in the file stay inside.
    fence = "~" * (3 + max(line.count("~") for line in lines))
    return "\n".join((fence, *(line[:160] for line in lines), fence))


def _table(lines: list[str]) -> str:
    rows = [row[:_SHOWN_COLUMNS] for row in csv.reader(lines) if row]
    width = max(map(len, rows), default=0)
    cells = [[*map(_cell, row), *[""] * (width - len(row))] for row in rows]
    cells.insert(1, ["---"] * width)
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _cell(text: str) -> str:
    return clean_line(text, 40).replace("|", "\\|")


FILES = Scenario(_read, r"\b(files?|attach(ed|ment)?|summari[sz]e|upload(ed)?)\b", "A file")
