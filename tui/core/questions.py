"""Content of an approval question, and the changes when it is asked again.

A service may send a question again with other parameters while it is pending. Only a comparison
of both shows which one the user has seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui.core.ids import within_run
from tui.core.json_values import write_json
from tui.core.masking import masked_event
from tui.core.parameters import ParameterRow, parameter_rows
from tui.core.steps import ApprovalStep, SkillStep
from tui.core.text import clean_line

if TYPE_CHECKING:
    from tui.core.events import ApprovalRequested
    from tui.core.steps import Step

MOST_CHANGES = 20
_NOTHING = "not set"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterChange:
    """Difference between two versions of a question; texts are clean, secrets masked."""

    label: str
    """Path of labels, such as ``Recipient / Amount``."""
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}: {self.before} → {self.after}"


def canonical(value: Any) -> str:
    """Return JSON that is equal for equal values, and for no others."""
    return write_json(value, sort_keys=True, separators=(",", ":"))


def same_question(one: ApprovalRequested, other: ApprovalRequested) -> bool:
    """Return True if two requests for one call show the same; one may lack its schema."""
    schemas = one.schema, other.schema
    return (
        one.skill == other.skill
        and canonical(one.parameters) == canonical(other.parameters)
        and (not all(schemas) or canonical(schemas[0]) == canonical(schemas[1]))
    )


def shown_digest(request: ApprovalRequested) -> str:
    """Return a digest of a question as shown, such as ``sha256:0f3a…``.

    Secrets count in their masked form, so that the digest reveals nothing.
    """
    shown = masked_event(request)
    content = canonical([shown.skill, shown.parameters, shown.schema])
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def question_name(step: ApprovalStep) -> str:
    """Name a question; with other parameters, or in another run, it is another one."""
    name = within_run(step.call_id, step.request.run_id)
    return f"{name}#{step.revision}" if step.revision else name


def is_as_shown(step: ApprovalStep) -> bool:
    """Return False if the decision was made on other parameters than the newest ones."""
    return step.shown_digest is None or step.shown_digest == shown_digest(step.request)


def approvals_of_skills(steps: Iterable[Step]) -> dict[str, ApprovalStep]:
    """Return approvals whose skill has run since, by the key of the skill's step.

    Not one whose parameters changed after the decision: that must be told in its own words.
    """
    found: dict[str, ApprovalStep] = {}
    approved: list[ApprovalStep] = []
    for step in steps:
        if isinstance(step, ApprovalStep):
            if step.decision == "approved" and is_as_shown(step):
                approved.append(step)
        elif isinstance(step, SkillStep):
            approval = next((a for a in approved if _is_of(step, a)), None)
            if approval is not None:
                found[step.key] = approval
                approved.remove(approval)
    return found


def _is_of(skill: SkillStep, approval: ApprovalStep) -> bool:
    """Return True if an approval is of this call; an end without a start has no call id."""
    if skill.call_id is None:
        return skill.skill == approval.request.skill
    return skill.call_id == approval.call_id


def changes(before: ApprovalRequested, after: ApprovalRequested) -> tuple[ParameterChange, ...]:
    """Return the differences between two versions of a question, at most ``MOST_CHANGES``.

    Empty only if nothing changed.
    """
    if same_question(before, after):
        return ()
    old, new = _values(before), _values(after)
    found = [
        ParameterChange(label=name, before=old.get(name, _NOTHING), after=new.get(name, _NOTHING))
        for name in dict.fromkeys((*new, *old))
        if old.get(name) != new.get(name)
    ]
    if before.skill != after.skill:
        names = (clean_line(request.skill, 80) for request in (before, after))
        found.insert(0, ParameterChange(label="Skill", before=next(names), after=next(names)))
    if not found:  # in a masked value, or beyond the limits
        found = [ParameterChange(label="Hidden values", before="earlier ones", after="new ones")]
    return tuple(islice(found, MOST_CHANGES))


def _values(request: ApprovalRequested) -> Mapping[str, str]:
    """Return each parameter as shown, by its path of labels."""
    values: dict[str, str] = {}
    path: list[str] = []
    for row in parameter_rows(request.schema, request.parameters):
        path[row.depth :] = [row.label]
        name = _unused(" / ".join(path), values)
        if row.form != "group":
            values[name] = _shown(row)
    return values


def _unused(name: str, values: Mapping[str, str]) -> str:
    number = 1
    while (numbered := name if number == 1 else f"{name} ({number})") in values:
        number += 1
    return numbered


def _shown(row: ParameterRow) -> str:
    return clean_line(row.value, 120)
