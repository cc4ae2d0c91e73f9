"""Steps of a scripted genie. A script yields them and is sent the outcome of each."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias

from tui.core.text import clean_line
from tui.demo.records import JsonObject, Upload


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a step: only approvals and connections can be refused."""

    accepted: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """One ``agent.message``, after a pause."""

    text: str
    after_s: float = 1.0


@dataclass(frozen=True, slots=True)
class UseSkill:
    """One call of a skill; ``error`` makes it fail, ``stopped`` uses the other name of its end."""

    name: str
    seconds: float = 1.5
    error: str | None = None
    stopped: bool = False
    stages: tuple[str, ...] = ()
    """Stages of equal length, each told as its progress."""


@dataclass(frozen=True, slots=True)
class Together:
    """Calls that run in parallel; each ends after its own seconds."""

    calls: tuple[UseSkill, ...]


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Skill that needs approval. Approved, it runs; rejected, it leaves no other event."""

    skill: str
    parameters: JsonObject
    schema: list[JsonObject]
    seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class AskConnection:
    """Skill that needs the user's own connection to ``connector``.

    The rest is off the record: it reaches neither stream nor events, only the history.
    """

    connector: str


@dataclass(frozen=True, slots=True)
class CutStream:
    """Cut the stream once at this point, and refuse all requests for some time.

    The turn continues meanwhile.
    """

    outage_s: float = 4.0


Step: TypeAlias = Say | UseSkill | Together | AskApproval | AskConnection | CutStream


@dataclass(frozen=True, slots=True)
class ScriptPrompt:
    """The user's message, with the attached file if there is one."""

    text: str
    user_name: str = "there"
    upload: Upload | None = None
    earlier: tuple[str, ...] = ()
    """The user's earlier messages of the conversation."""


Script: TypeAlias = Generator[Step, Outcome, None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Script, and the words that trigger it."""

    script: Callable[[ScriptPrompt], Script]
    pattern: str = ""
    """Regular expression for the text, case ignored; empty never matches."""
    title: str | None = None
    """Topic of a conversation that starts with it; None uses the user's own words."""

    def topic(self, prompt: ScriptPrompt) -> str:
        """Return the title of a conversation that starts with the message."""
        if prompt.upload is not None:
            return f"Summary of {clean_line(prompt.upload.name, 60)}"
        return self.title or clean_line(prompt.text, 48)
