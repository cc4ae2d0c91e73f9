"""What Ifrit, the demo's genie, knows how to do: one scenario per kind of turn."""

from __future__ import annotations

import re

from tui.demo.scripts.questions import APPROVALS, CONNECTIONS
from tui.demo.scripts.skills import FILES, SKILLS
from tui.demo.scripts.steps import Scenario, ScriptPrompt
from tui.demo.scripts.talk import ECHO, TALK, WRITING

_SCENARIOS: tuple[Scenario, ...] = (*WRITING, *APPROVALS, *CONNECTIONS, *SKILLS, FILES, *TALK)


def choose(prompt: ScriptPrompt) -> Scenario:
    """The first scenario whose pattern is in the text; an attached file decides at once."""
    if prompt.upload is not None:
        return FILES
    for scenario in _SCENARIOS:
        if re.search(scenario.pattern, prompt.text, re.IGNORECASE):
            return scenario
    return ECHO
