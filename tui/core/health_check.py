"""Results of a configuration check, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Step = Literal["configuration", "files", "network", "sign-in", "genie", "stream"]
STEPS: tuple[Step, ...] = ("configuration", "files", "network", "sign-in", "genie", "stream")
"""Steps in the order of the check; each requires those before it."""

Verdict = Literal["good", "warning", "bad", "open"]
"""``warning``: works, but should be changed. ``open``: unknown, because an earlier step failed."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one step; clean text, one line each."""

    step: Step
    verdict: Verdict
    text: str
    """Finding."""
    advice: str = ""
    """Next step for the user; empty if all is well."""
