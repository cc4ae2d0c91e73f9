"""Masking: no value of a secret parameter is left in the shown part of an event."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.codec import from_json, to_json
from tui.core.events import ApprovalRequested, LogLine
from tui.core.ids import CallId
from tui.core.masking import MASK, MAX_DEPTH, masked, masked_event

SECRET = "pl4nted-S3cret"
PIN = {"name": "pin", "label": "PIN", "control_type": "password"}
WIRE = {
    "type": "skill.confirmation_required",
    "skill_parameters": {"model": "14 inch", "pin": SECRET, "apiKey": SECRET, "notes": None},
    "skill_parameter_schema": [{"name": "model", "control_type": "text"}, PIN],
}
EVENT = ApprovalRequested(
    key="1",
    call_id=CallId("call-1"),
    skill="Order",
    parameters=WIRE["skill_parameters"],
    schema=tuple(WIRE["skill_parameter_schema"]),
    raw=WIRE,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


def test_masking_keeps_everything_in_an_approval_but_its_secrets() -> None:
    shown = masked_event(EVENT)
    assert shown.parameters == {"model": "14 inch", "pin": MASK, "apiKey": MASK, "notes": None}
    assert shown.raw == WIRE | {"skill_parameters": shown.parameters}
    assert shown.schema == EVENT.schema
    assert from_json(to_json(shown)) == shown
    assert EVENT.parameters["pin"] == SECRET


def test_a_schema_masks_the_raw_payload_without_one() -> None:
    bare = replace(EVENT, raw={"input": {"pin": SECRET}})
    assert masked_event(bare).raw == {"input": {"pin": MASK}}


def test_an_event_without_secrets_is_not_masked() -> None:
    event = LogLine(key="1", name="note", raw={"usage": {"input_tokens": 3}, "deep": [[{"a": 1}]]})
    assert masked_event(event) == event


@pytest.mark.parametrize(
    "value",
    [
        {"pin": {"first": SECRET, "rest": [SECRET]}},
        {"list": [{"pin": SECRET}]},
        {"arguments": json.dumps({"pin": SECRET, "more": 1})},
        {"arguments": f' [{{"client_secret": "{SECRET}"}}]'},
        {"headers": [{"name": "Authorization", "value": SECRET}]},
        {"fields": [PIN | {"default": SECRET}]},
        {"name": "Ada", "label": "user", "password": SECRET},
    ],
)
def test_a_secret_is_masked_at_any_depth(value: dict[str, Any]) -> None:
    shown = masked(value, [PIN])
    assert SECRET not in json.dumps(shown)
    assert MASK in json.dumps(shown, ensure_ascii=False)
    assert masked(shown, [PIN]) == shown


def test_a_schema_as_json_text_masks_too() -> None:
    assert SECRET not in json.dumps(masked({"schema": json.dumps([PIN]), "input": {"pin": SECRET}}))


def test_endless_nesting_is_truncated() -> None:
    nested: Any = {"pin": SECRET}
    for _ in range(5000):
        nested = [nested]
    shown = json.dumps(masked(nested))
    assert shown.count("[") == MAX_DEPTH + 1
    assert SECRET not in shown


@settings(max_examples=80, deadline=None)
@given(around=JSON, name=st.text(max_size=8))
def test_a_secret_is_masked_in_any_context(around: Any, name: str) -> None:
    field = {"name": name, "control_type": "password"}
    raw = {"around": around, "in": [{name: SECRET, "more": around}], "schema": [field]}
    shown = masked_event(replace(EVENT, raw=raw, schema=(field,)))
    assert SECRET not in json.dumps(shown.raw)
    assert masked_event(shown) == shown
