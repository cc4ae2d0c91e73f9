"""Settings of an existing workflow: as options, and as request bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tui.api.workflow_models import Workflow
from tui.backends.workflows.options import OVERRIDE, Offer, Variable, options_for
from tui.core.options import Option, OptionChoice, OptionValue, OptionValues, is_empty
from tui.core.text import clean_line

_NEEDED = frozenset({"agent_id", "output_format", "max_turns"})
"""Options that can't be emptied: the service has no null for them."""


def present_options(workflow: Workflow, offer: Offer) -> tuple[Option, ...]:
    """Return all options, each with the workflow's value as its default."""
    known = {variable.name for variable in offer.variables}
    extra = [Variable(name=name) for name in workflow.credential_overrides if name not in known]
    whole = replace(offer, variables=(*offer.variables, *extra))
    options = options_for(workflow.agent_id or "", whole)
    return tuple(_with_value(option, present_value(workflow, option.name)) for option in options)


def present_value(workflow: Workflow, name: str) -> OptionValue:
    """Return the value of one option, by its name."""
    if name.startswith(OVERRIDE):
        return workflow.credential_overrides.get(name.removeprefix(OVERRIDE))
    value = getattr(workflow, name, None)
    if isinstance(value, list):
        return tuple(value)
    return value if isinstance(value, str | int | bool) and value != "" else None


def _with_value(option: Option, value: OptionValue) -> Option:
    """Give an option its current value, which is always allowed.

    A missing value that can't be empty gets the default.
    """
    needed = option.name in _NEEDED
    if value is None and (needed or option.kind == "switch"):
        value = option.default
    choices, least, most = option.choices, option.least, option.most
    known = {choice.value for choice in choices}
    if option.kind == "choice" and isinstance(value, str) and value not in known:
        choices = (*choices, OptionChoice(value=value, label=clean_line(value)))
    if isinstance(value, int) and not isinstance(value, bool):
        least = None if least is None else min(least, value)
        most = None if most is None else max(most, value)
    return replace(
        option,
        default=value,
        choices=choices,
        least=least,
        most=most,
        required=needed,
        clearable=not needed,
    )


def wire_settings(values: OptionValues) -> dict[str, Any]:
    """Return values as the body of a new workflow."""
    plain: dict[str, Any] = {n: v for n, v in values.items() if not n.startswith(OVERRIDE)}
    overrides = {n.removeprefix(OVERRIDE): v for n, v in values.items() if n not in plain}
    return plain | ({"credential_overrides": overrides} if overrides else {})


def wire_changes(
    values: OptionValues, workflow: Workflow, agent_models: Mapping[str, str]
) -> dict[str, Any]:
    """Return changed values as the body of an update.

    Null clears a text, an empty list a list (null is an error there), and no model at all is the
    agent's own. Overrides are sent as a whole.
    """
    plain: dict[str, Any] = {n: v for n, v in values.items() if not n.startswith(OVERRIDE)}
    body = {name: None if value == "" else value for name, value in plain.items()}
    if "model" in body and body["model"] is None:
        agent_id = body.get("agent_id") or workflow.agent_id or ""
        body["model"] = agent_models.get(agent_id) or None
    if len(plain) < len(values):
        overrides: dict[str, OptionValue] = dict(workflow.credential_overrides)
        overrides |= {n.removeprefix(OVERRIDE): v for n, v in values.items() if n not in plain}
        body["credential_overrides"] = {n: v for n, v in overrides.items() if not is_empty(v)}
    return body


def dropped(values: OptionValues, workflow: Workflow) -> tuple[str, ...]:
    """Return the names of changed options that the service did not store.

    An emptied model is none of them: the agent's own replaces it.
    """
    return tuple(
        name
        for name, value in values.items()
        if not is_empty(value) or name != "model"
        if present_value(workflow, name) != (None if value == "" else value)
    )
