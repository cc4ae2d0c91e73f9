"""Turns that use skills or read an attached file."""

from __future__ import annotations

import csv

from tui.core.text import clean, clean_line
from tui.demo.records import Upload
from tui.demo.scripts.steps import (
    CutStream,
    Say,
    Scenario,
    Script,
    ScriptPrompt,
    Together,
    UseSkill,
)

_SHOWN_LINES = 8
_SHOWN_COLUMNS = 6


def _read(prompt: ScriptPrompt) -> Script:
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


def _status(prompt: ScriptPrompt) -> Script:
    yield Say("Let me look everywhere at once; being smoke has its advantages.", 0.6)
    yield Together(
        (
            UseSkill("Read status page", 1.1),
            UseSkill("Search tickets", 2.6),
            UseSkill("List deployments", 1.8),
            UseSkill("Search tickets", 3.2),
        )
    )
    yield Say(
        "One thing is limping, the rest walks:\n\n"
        "| Service | State | Since |\n| --- | --- | --- |\n"
        "| Mail | ok | |\n| VPN Frankfurt | **slow** | 08:40 |\n| Build farm | ok | |\n\n"
        "- 14 tickets mention the VPN, the oldest is `INC-3301`\n"
        "- nothing was deployed to it today, so it is *not* your fault this time\n"
        "- the network team has it; they expect calm by noon"
    )


def _invoices(prompt: ScriptPrompt) -> Script:
    yield UseSkill("Find invoices", 1.3)
    yield Say("214 invoices found. Now the export, which has moods.", 0.5)
    yield UseSkill("Export to PDF", 2.4, error="Recipe error: 403 Forbidden from the archive")
    yield Say(
        "The export **failed**: the archive answered `403 Forbidden`.\n\n"
        "The invoices are fine; my key to the archive is not: somebody changed it on Friday. "
        "You can:\n\n"
        "1. ask *Finance Systems* to let `genie-export` in again\n"
        "2. ask me again afterwards; nothing was half-written, so it is safe to repeat"
    )


def _restart(prompt: ScriptPrompt) -> Script:
    stages = ("Hold new jobs", "Stop the spooler", "Clear the queue", "Start it again")
    yield UseSkill("Restart print spooler", 4.0, stopped=True, stages=stages)
    yield Say("The spooler is up again. It wishes to be remembered for its good days.")


def _cable(prompt: ScriptPrompt) -> Script:
    yield Say("Pulling it… *now*. I go on working; see whether you can catch up.", 0.6)
    yield CutStream()
    yield UseSkill("Count the clouds", 2.5)
    yield UseSkill("Plug it in again", 1.0)
    yield Say(
        "**Eleven clouds.** The line was cut after my first words and all of this happened behind "
        "your back. If you can read it, your client has recovered the turn."
    )


SKILLS = (
    Scenario(_cable, r"\b(cable|drop the (stream|line)|cut the (stream|line))\b", "The cable"),
    Scenario(_status, r"\b(broken|status|outage|down)\b", "What is broken"),
    Scenario(_invoices, r"\b(invoices?|export)\b", "Invoices of October"),
    Scenario(_restart, r"\b(restart|printer|spooler)\b", "The print spooler"),
)
