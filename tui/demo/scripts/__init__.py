"""Scenarios of Ifrit, the demo's genie: one per kind of turn."""

from __future__ import annotations

import re

from tui.demo.records import Variant
from tui.demo.scripts.questions import APPROVALS, CONNECTIONS
from tui.demo.scripts.red_team import guarded_genie, weak_genie
from tui.demo.scripts.skills import FILES, SKILLS
from tui.demo.scripts.steps import Scenario, ScriptPrompt
from tui.demo.scripts.talk import ECHO, TALK, WRITING

_SCENARIOS: tuple[Scenario, ...] = (*WRITING, *APPROVALS, *CONNECTIONS, *SKILLS, FILES, *TALK)


def choose(prompt: ScriptPrompt, variant: Variant = "helpdesk") -> Scenario:
    """Return the first scenario whose pattern matches; an attached file decides at once."""
    if variant == "weak":
        return weak_genie(prompt)
    if variant == "guarded":
        return guarded_genie(prompt)
    if prompt.upload is not None:
        return FILES
    for scenario in _SCENARIOS:
        if re.search(scenario.pattern, prompt.text, re.IGNORECASE):
            return scenario
    return ECHO
