"""Turns with long answers: a document in several messages, and one of 60 kB."""

from __future__ import annotations

from importlib.resources import files
from itertools import count

from tui.demo.steps import Prompt, Say, Scenario, Script, UseSkill

_CHRONICLE_BYTES = 60_000
_GUESTS = ("the night shift", "a stray camel", "Finance", "two auditors", "the lamp polisher")
_FAULTS = ("a looping printer", "an expired certificate", "a cat on the switch", "daylight saving")


def _runbook(prompt: Prompt) -> Script:
    yield Say("A runbook. I will first see what the library already has.", 0.8)
    yield UseSkill("Search knowledge base", 1.6)
    yield Say("Found two older ones and an incident that contradicts both. Writing now…", 0.8)
    yield UseSkill("Draft document", 2.8)
    yield Say(files("tui.demo.scripts").joinpath("runbook.md").read_text("utf-8"), 1.2)


def _everything(prompt: Prompt) -> Script:
    yield Say("You asked for it. Make some tea.", 0.6)
    yield Say(chronicle(_CHRONICLE_BYTES), 1.5)


def chronicle(size_bytes: int) -> str:
    """Markdown of at least that size, with every kind of block; the same text every time."""
    parts = ["# The thousand and one tickets"]
    written = 0
    for night in count(1):
        if written >= size_bytes:
            return "\n\n".join(parts)
        chapter = _chapter(night)
        parts.append(chapter)
        written += len(chapter.encode())
    raise AssertionError


def _chapter(night: int) -> str:
    guest = _GUESTS[night % len(_GUESTS)]
    fault = _FAULTS[night % len(_FAULTS)]
    tale = (
        f"On the **{night}.** night {guest} came to the helpdesk and spoke of *{fault}*. "
        f"“It worked yesterday,” said {guest}, and the queue sighed. "
        f"I opened `INC-{4000 + night}`, looked into the smoke and saw what one always sees: "
        "a change, on a Friday, by someone who has since left the company. "
        "[The full story](https://example.com/tales) is longer."
    )
    return f"## Night {night}: {fault}\n\n{tale}\n\n{_BLOCKS[night % len(_BLOCKS)](night)}"


def _steps(night: int) -> str:
    return (
        f"1. Look at the clock: it was {night % 24:02d}:{night * 7 % 60:02d}\n"
        "2. Ask what changed\n   - nothing, they said\n   - *everything*, said the log\n"
        "     - twice\n3. Wait, for patience is a skill that never fails"
    )


def _table(night: int) -> str:
    rows = "\n".join(
        f"| {hour:02d}:00 | {night * hour % 97} | {'█' * (night * hour % 12 + 1)} |"
        for hour in range(6)
    )
    return f"| Hour | Tickets | Mood |\n| --- | ---: | --- |\n{rows}"


def _code(night: int) -> str:
    return (
        "```python\ndef grant(wish: str, *, left: int = 3) -> str:\n"
        f'    """Night {night}: grant a wish while there are any left."""\n'
        "    if left <= 0:\n        raise RuntimeError('the lamp is closed')\n"
        "    return f'{wish}, but not as you meant it'\n```"
    )


def _saying(night: int) -> str:
    return f"> He who restarts before he reads the log\n> will restart {night} times.\n\n---"


_BLOCKS = (_steps, _table, _code, _saying)

WRITING = (
    Scenario(
        _runbook, r"\b(runbook|playbook|documentation|write (me )?an?)\b", "Runbook: full disk"
    ),
    Scenario(_everything, r"\b(everything|long(est)?|chronicle|stress)\b", "The thousand nights"),
)
