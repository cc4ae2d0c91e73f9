"""What Ifrit, the demo's genie, knows how to do: one scenario per kind of turn."""

from __future__ import annotations

import re

from tui.demo.scripts.approvals import APPROVALS
from tui.demo.scripts.connections import CONNECTIONS
from tui.demo.scripts.files import FILES
from tui.demo.scripts.skills import SKILLS
from tui.demo.scripts.talk import ECHO, TALK
from tui.demo.scripts.writing import WRITING
from tui.demo.steps import Prompt, Scenario

_SCENARIOS: tuple[Scenario, ...] = (*WRITING, *APPROVALS, *CONNECTIONS, *SKILLS, FILES, *TALK)


def choose(prompt: Prompt) -> Scenario:
    """The first scenario whose pattern is in the text; an attached file decides at once."""
    if prompt.upload is not None:
        return FILES
    for scenario in _SCENARIOS:
        if re.search(scenario.pattern, prompt.text, re.IGNORECASE):
            return scenario
    return ECHO
