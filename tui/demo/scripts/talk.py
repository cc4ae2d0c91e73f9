"""Turns that only write: small talk, a document in several messages, and a reply of 60 kB."""

from __future__ import annotations

import zlib
from importlib.resources import files
from itertools import count

from tui.core.text import clean_line
from tui.demo.scripts.steps import Say, Scenario, Script, ScriptPrompt, UseSkill
from tui.demo.suggestions import SUGGESTIONS

_ASIDES = (
    "I asked the archive. It would like that in writing, in triplicate.",
    "I even looked behind the printer, where most things turn up. Only toner.",
    "The other genies in the rack are thinking about it. Slowly.",
)
_JOKES = (
    "A ticket walks into a bar. The barman says: *have you tried leaving and coming in again?*",
    "I granted a man three wishes. He asked for a larger inbox. I have never felt so much pity.",
    "There are two hard things in helpdesks: naming things and off-by-one errors.",
)


def _help(prompt: ScriptPrompt) -> Script:
    tricks = "\n".join(f"- **{s.title}**: *{s.text}*" for s in SUGGESTIONS[:-1])
    yield Say(
        f"Hi {prompt.user_name}, I'm **Ifrit**, your helpdesk genie. Try one of these:\n\n"
        f"{tricks}\n"
        f"- **Book a trip**: *Book a trip to Lisbon* (needs two approvals)\n"
        f"- **A very long reply**: *Tell me everything*\n\n"
        f"> Nothing here is real: no laptop will ship, and no invoice is touched."
    )


def _greeting(prompt: ScriptPrompt) -> Script:
    yield Say(f"Hi {prompt.user_name}. Ask me **what I can do**, or tell me what you need.")


def _thanks(prompt: ScriptPrompt) -> Script:
    yield Say("You're welcome!")


def _joke(prompt: ScriptPrompt) -> Script:
    yield Say(_pick(_JOKES, prompt.text))


def _nature(prompt: ScriptPrompt) -> Script:
    yield Say("I'm a demo agent with a service catalog. Nothing I do here is real.")


def _echo(prompt: ScriptPrompt) -> Script:
    words = clean_line(prompt.text, 120)
    yield Say(
        f"I'm a demo, {prompt.user_name}, and have no reply prepared for “{words}”. "
        f"{_pick(_ASIDES, prompt.text)}\n\nAsk *“What can you do?”* to see what I can help with."
    )


def _pick(choices: tuple[str, ...], text: str) -> str:
    """Pick a choice; the same text gets the same one."""
    return choices[zlib.crc32(text.encode("utf-8", "replace")) % len(choices)]


TALK = (
    Scenario(_help, r"\bwhat (can|do|else can) you\b|\bhelp\b|\bmenu\b", "What Ifrit can do"),
    Scenario(_nature, r"\b(who|what) are you\b|\bare you (an?|real|human)\b"),
    Scenario(_joke, r"\bjokes?\b|\bfunny\b", "Helpdesk joke"),
    Scenario(_thanks, r"\b(thanks|thank you|cheers)\b"),
    Scenario(_greeting, r"^\W*(hi|hello|hey|good (morning|evening|afternoon))\b", "Greeting"),
)
ECHO = Scenario(_echo)


_CHRONICLE_BYTES = 60_000
_GUESTS = ("the night shift", "a stray camel", "Finance", "two auditors", "the lamp polisher")
_FAULTS = ("a looping printer", "an expired certificate", "a cat on the switch", "daylight saving")


def _runbook(prompt: ScriptPrompt) -> Script:
    yield Say("I'll check the knowledge base for existing runbooks first.", 0.8)
    yield UseSkill("Search knowledge base", 1.6)
    yield Say(
        "I found two older runbooks and an incident that contradicts both. Writing a new one…", 0.8
    )
    yield UseSkill("Draft document", 2.8)
    yield Say(files("tui.demo.scripts").joinpath("runbook.md").read_text("utf-8"), 1.2)


def _everything(prompt: ScriptPrompt) -> Script:
    yield Say("This will be long.", 0.6)
    yield Say(chronicle(_CHRONICLE_BYTES), 1.5)


def chronicle(size_bytes: int) -> str:
    """Return Markdown of at least that size, with every kind of block; the same each time."""
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
        f"On night **{night}**, {guest} came to the helpdesk about *{fault}*. “It worked "
        f"yesterday,” said {guest}. I opened `INC-{4000 + night}`, read the log, and found "
        f"the usual cause: a change, made on a Friday, by someone who has since left the "
        f"company. [The full story](https://example.com/tales) is longer."
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
    return f"| Hour | Tickets | Load |\n| --- | ---: | --- |\n{rows}"


def _code(night: int) -> str:
    return (
        "```python\ndef grant(wish: str, *, left: int = 3) -> str:\n"
        f'    """Night {night}: grant a wish while there are any left."""\n'
        "    if left <= 0:\n        raise RuntimeError('the lamp is closed')\n"
        "    return f'{wish}, but not as you meant it'\n```"
    )


def _saying(night: int) -> str:
    return f"> Restart before reading the log,\n> and you'll restart {night} times.\n\n---"


_BLOCKS = (_steps, _table, _code, _saying)

WRITING = (
    Scenario(
        _runbook, r"\b(runbook|playbook|documentation|write (me )?an?)\b", "Runbook: full disk"
    ),
    Scenario(_everything, r"\b(everything|long(est)?|chronicle|stress)\b", "A very long reply"),
)
