"""Turns that use skills or read an attached file."""

from __future__ import annotations

import csv

from tui.core.text import clean, clean_line, plural, size
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
        yield Say("I don't see a file. Attach one (up to 20 MB) and ask again.", 0.6)
        return
    yield UseSkill("Read file", 1.4)
    yield Say(_summary(prompt.upload), 0.8)


def _summary(upload: Upload) -> str:
    name = clean_line(upload.name, 80).replace("`", "'")
    about = f"**{name}**: {size(upload.size_bytes)}"
    if upload.size_bytes == 0:
        return f"{about}. The file is empty."
    if upload.head is None:
        return f"{about}, binary. I can't read this format."
    lines = plural(upload.line_count, "line")
    return f"{about}, {lines}. It starts like this:\n\n{_beginning(upload.name, upload.head)}"


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


FILES = Scenario(_read, r"\b(files?|attach(ed|ment)?|summari[sz]e|upload(ed)?)\b", "File summary")


def _status(prompt: ScriptPrompt) -> Script:
    yield Say("I'll check all the systems at once.", 0.6)
    yield Together(
        (
            UseSkill("Read status page", 1.1),
            UseSkill("Search tickets", 2.6),
            UseSkill("List deployments", 1.8),
            UseSkill("Search tickets", 3.2),
        )
    )
    yield Say(
        "One service has a problem; the rest are fine:\n\n"
        "| Service | State | Since |\n"
        "| --- | --- | --- |\n"
        "| Mail | ok | |\n"
        "| VPN Frankfurt | **slow** | 08:40 |\n"
        "| Build farm | ok | |\n\n"
        "- 14 tickets mention the VPN; the oldest is `INC-3301`\n"
        "- Nothing was deployed to it today\n"
        "- The network team is on it and expects a fix by noon"
    )


def _invoices(prompt: ScriptPrompt) -> Script:
    yield UseSkill("Find invoices", 1.3)
    yield Say("I found 214 invoices. Exporting them now.", 0.5)
    yield UseSkill("Export to PDF", 2.4, error="Recipe error: 403 Forbidden from the archive")
    yield Say(
        "The export **failed**: the archive returned `403 Forbidden`.\n\n"
        "The invoices are fine, but my key to the archive stopped working: someone changed "
        "it on Friday. You can:\n\n"
        "1. Ask *Finance Systems* to allow `genie-export` again.\n"
        "2. Ask me to retry. Nothing was partly written, so it's safe to repeat."
    )


def _restart(prompt: ScriptPrompt) -> Script:
    stages = ("Hold new jobs", "Stop the spooler", "Clear the queue", "Start it again")
    yield UseSkill("Restart print spooler", 4.0, stopped=True, stages=stages)
    yield Say("The print spooler is running again.")


def _cable(prompt: ScriptPrompt) -> Script:
    yield Say("Disconnecting… *now*. I'll keep working; watch genie-tui catch up.", 0.6)
    yield CutStream()
    yield UseSkill("Count the clouds", 2.5)
    yield UseSkill("Reconnect the cable", 1.0)
    yield Say(
        "**Eleven clouds.** The stream was cut after my first words, and I kept working. If "
        "you can read this, genie-tui recovered the reply."
    )


SKILLS = (
    Scenario(
        _cable, r"\b(cable|drop the (stream|line)|cut the (stream|line))\b", "Connection drop"
    ),
    Scenario(_status, r"\b(broken|status|outage|down)\b", "System status"),
    Scenario(_invoices, r"\b(invoices?|export)\b", "October invoices"),
    Scenario(_restart, r"\b(restart|printer|spooler)\b", "Print spooler"),
)
