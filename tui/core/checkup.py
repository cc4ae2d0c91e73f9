"""What a check of the set-up found, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Step = Literal["configuration", "network", "sign-in", "genie", "stream"]
STEPS: tuple[Step, ...] = ("configuration", "network", "sign-in", "genie", "stream")
"""In the order in which they are checked; each needs those before it."""

Verdict = Literal["good", "bad", "open"]
"""``open``: not known, since something before it is missing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One step; clean text on one line each."""

    step: Step
    verdict: Verdict
    text: str
    """What was found."""
    advice: str = ""
    """What to do about it; empty where all is well."""
