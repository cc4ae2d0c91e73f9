"""What a check of the set-up found, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Step = Literal["configuration", "files", "network", "sign-in", "genie", "stream"]
STEPS: tuple[Step, ...] = ("configuration", "files", "network", "sign-in", "genie", "stream")
"""In the order in which they are checked; each needs those before it."""

Verdict = Literal["good", "warning", "bad", "open"]
"""``warning``: it works, and should be changed all the same. ``open``: not known, since something
before it is missing."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One step; clean text on one line each."""

    step: Step
    verdict: Verdict
    text: str
    """What was found."""
    advice: str = ""
    """What to do about it; empty where all is well."""
