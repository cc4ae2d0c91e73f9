"""Turns that are only talk: the list of tricks, greetings, small talk."""

from __future__ import annotations

import zlib

from tui.core.text import clean_line
from tui.demo.steps import Prompt, Say, Scenario, Script
from tui.demo.suggestions import SUGGESTIONS

_RETORTS = (
    "“{words}”: I have carved it over the lamp's spout. It suits the brass.",
    "“{words}”, says {name}. The other genies in the rack are nodding. Slowly, but nodding.",
    "In four hundred years of service nobody has put it quite like that: “{words}”.",
    "I took “{words}” to the archive. The archive would like it in writing, in triplicate.",
    "“{words}” is not one of my wishes, {name}, but I admire the confidence.",
    "I looked for “{words}” behind the printer, where most things turn up. Only toner.",
)
_JOKES = (
    "A ticket walks into a bar. The barman says: *have you tried leaving and coming in again?*",
    "I granted a man three wishes. He asked for a larger inbox. I have never felt so much pity.",
    "There are two hard things in lamps: naming them, rubbing them, and off-by-one errors.",
)


def _help(prompt: Prompt) -> Script:
    tricks = "\n".join(f"- **{s.label}**: *{s.text}*" for s in SUGGESTIONS[1:])
    yield Say(
        f"Greetings, {prompt.user_name}. I am **Ifrit**, keeper of the helpdesk, resident of a "
        "brass lamp in rack 7. Unlike the old firm I do more than three wishes. Try these:\n\n"
        f"{tricks}\n- **Book a trip**: *Book a trip to Lisbon* (I ask twice)\n"
        "- **A very long answer**: *Tell me everything*\n\n"
        "> Nothing here is real: no laptop will arrive, and no invoice was harmed."
    )


def _greeting(prompt: Prompt) -> Script:
    yield Say(
        f"Peace upon your terminal, {prompt.user_name}. Ask me **what I can do**, or just wish."
    )


def _thanks(prompt: Prompt) -> Script:
    yield Say("The pleasure is mine. Tips go into the lamp; it is dark in there and I like coins.")


def _joke(prompt: Prompt) -> Script:
    yield Say(_pick(_JOKES, prompt.text))


def _nature(prompt: Prompt) -> Script:
    yield Say(
        "I am smoke, good manners and a service catalogue. The rest is between me and the lamp."
    )


def _echo(prompt: Prompt) -> Script:
    words = clean_line(prompt.text, 120)
    retort = _pick(_RETORTS, prompt.text).format(words=words, name=prompt.user_name)
    yield Say(f"{retort}\n\nAsk *“What can you do?”* and I will show you my better tricks.")


def _pick(choices: tuple[str, ...], text: str) -> str:
    """The same words get the same answer."""
    return choices[zlib.crc32(text.encode("utf-8", "replace")) % len(choices)]


TALK = (
    Scenario(_help, r"\bwhat (can|do|else can) you\b|\bhelp\b|\bmenu\b", "What Ifrit can do"),
    Scenario(_nature, r"\b(who|what) are you\b|\bare you (an?|real|human)\b"),
    Scenario(_joke, r"\bjokes?\b|\bfunny\b", "A joke from the lamp"),
    Scenario(_thanks, r"\b(thanks|thank you|cheers)\b"),
    Scenario(_greeting, r"^\W*(hi|hello|hey|good (morning|evening|afternoon))\b", "Hello"),
)
ECHO = Scenario(_echo)
