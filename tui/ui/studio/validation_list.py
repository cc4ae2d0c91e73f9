"""List of the rules that a form breaks, updated while typing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.core.text import clean_line
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import BAD, DONE, FAILED, muted
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.studio.guardrails.validation import Violation

_MOST = 6
_STEP = re.compile(r"(\w+)\[(\d+)\]")
_WHOLE = {
    "pii_entities": "Entity types",
    "pii_custom_regexes": "Custom regexes",
    "custom_words": "Words",
}
_NAMES = {
    "filters": "Category",
    "topics": "Topic",
    "examples": "Example",
    "custom_words": "Word",
    "pii_entities": "Entity type",
    "pii_custom_regexes": "Regex",
}


class ValidationList(RowsView):
    """One row per problem."""

    def __init__(self) -> None:
        super().__init__()
        self._problems: Sequence[Violation] = ()

    def show(self, problems: Sequence[Violation]) -> None:
        if problems != self._problems:
            self._problems = problems
            self.refresh(layout=True)

    def rows(self) -> list[Row]:
        if not self._problems:
            return [Row(muted("No problems found."), DONE)]
        rows = [Row(_told(problem), FAILED) for problem in self._problems[:_MOST]]
        more = len(self._problems) - _MOST
        return [*rows, Row(muted(f"and {more} more"))] if more > 0 else rows


def _told(problem: Violation) -> Content:
    where = in_words(problem.where)
    rule = line(problem.rule, 400).stylize(BAD)
    return Content.assemble((f"{where}: ", "bold"), rule) if where else rule


def in_words(where: str) -> str:
    """Return ``topics[2].name`` as ``Topic 3, name``."""
    if where in _WHOLE:
        return _WHOLE[where]
    steps = [_STEP.sub(_numbered, step) for step in where.split(".") if step]
    words = ", ".join(step if " " in step else step.replace("_", " ") for step in steps)
    return clean_line(words[:1].upper() + words[1:], 80)


def _numbered(step: re.Match[str]) -> str:
    name = _NAMES.get(step[1], step[1].replace("_", " "))
    return f"{name} {int(step[2]) + 1}"
