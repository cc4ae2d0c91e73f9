"""Events to JSON and back."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tui.core.codec import from_json, to_json, type_name
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    SkillFinished,
    SkillProgress,
    TurnEvent,
    TurnStarted,
    UnknownEvent,
)
from tui.core.ids import CallId

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
OBJECT = st.dictionaries(st.text(max_size=6), JSON, max_size=3)
COMMON = {
    "key": st.text(min_size=1, max_size=8),
    "seq": st.none() | st.integers(1, 99),
    "at_ms": st.none() | st.integers(0, 2**41),
    "raw": OBJECT,
}
EVENTS: st.SearchStrategy[TurnEvent] = st.one_of(
    st.builds(TurnStarted, **COMMON),
    st.builds(AgentMessage, text=st.text(), from_history=st.booleans(), **COMMON),
    st.builds(
        SkillFinished,
        skill=st.text(),
        outcome=st.sampled_from(["completed", "failed", "stopped"]),
        **COMMON,
    ),
    st.builds(
        SkillProgress,
        skill=st.text(),
        share=st.none() | st.floats(0, 1),
        message=st.text(),
        **COMMON,
    ),
    st.builds(
        ApprovalRequested,
        call_id=st.text().map(CallId),
        skill=st.text(),
        parameters=OBJECT,
        schema=st.lists(OBJECT, max_size=2).map(tuple),
        **COMMON,
    ),
    st.builds(UnknownEvent, kind=st.text(), **COMMON),
)


@given(EVENTS)
def test_an_event_survives_a_json_round_trip(event: TurnEvent) -> None:
    assert from_json(json.loads(json.dumps(to_json(event)))) == event


def test_a_type_of_a_newer_version_is_kept_as_unknown() -> None:
    event = from_json({"type": "hologram_shown", "key": "e1", "raw": {"x": 1}})
    assert event == UnknownEvent(key="e1", kind="hologram_shown", raw={"x": 1})


def test_an_event_that_lacks_a_field_is_kept_as_unknown() -> None:
    event = from_json({"type": "agent_message", "key": "e1"})
    assert event == UnknownEvent(key="e1", kind="agent_message")


def test_the_name_of_a_type_is_its_class_in_snake_case() -> None:
    assert type_name(SkillFinished(key="k", skill="s", outcome="failed")) == "skill_finished"
