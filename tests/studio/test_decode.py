"""Records decoded from any JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.studio import models
from tui.studio.decode import decode, find_rows
from tui.studio.endpoint import unwrapped
from tui.studio.models import Genie, Guardrail, Job, Recipe, StudioModel

KINDS = [
    kind
    for kind in vars(models).values()
    if isinstance(kind, type) and issubclass(kind, StudioModel) and kind is not StudioModel
]
NAMES = ["id", "name", "data", "result", "items", "policies", "api_key", "token", "created_at"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from(KINDS), JSON)
def test_any_json_can_be_decoded(kind: type[StudioModel], value: object) -> None:
    found = decode(kind, unwrapped(value))
    assert type(found) is kind
    find_rows(value)


def test_fields_are_decoded_by_their_types() -> None:
    raw = {
        "id": 45246391,
        "name": "Greet\x1b[2J",
        "running": "true",
        "job_failed_count": "3",
        "folder_id": None,
        "created_at": "2026-02-24T08:54:34.585-08:00",
        "new_field": 1,
    }
    recipe = decode(Recipe, raw)
    assert (recipe.id, recipe.name, recipe.folder_id) == ("45246391", "Greet\ufffd[2J", "")
    assert (recipe.running, recipe.job_failed_count) == (True, 3)
    assert recipe.created_at == 1771952074585
    assert recipe.raw["new_field"] == 1


def test_nested_records_are_decoded() -> None:
    guardrail = decode(
        Guardrail,
        {"id": None, "policies": ["odd", {"policy_type": "prompt_attack", "configuration": []}]},
    )
    assert guardrail.id == ""
    assert [(p.policy_type, p.configuration) for p in guardrail.policies] == [("prompt_attack", {})]
    genie = decode(Genie, {"folders": [{"id": 1, "name": "Lab"}], "channel_whitelist": ["C1", 2]})
    assert [(f.id, f.name) for f in genie.folders] == [("1", "Lab")]
    assert genie.channel_whitelist == ("C1",)


@pytest.mark.parametrize(
    ("raw", "failed"),
    [
        ({"is_error": True}, True),
        ({"status": "failed"}, True),
        ({"error": {"message": "no"}}, True),
        ({"status": "succeeded", "error": None}, False),
    ],
)
def test_a_failed_job_is_recognized_in_every_spelling(raw: dict[str, object], failed: bool) -> None:
    assert decode(Job, raw).failed is failed


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        ({"data": {"id": 1}}, {"id": 1}),
        ({"result": {"id": 1}}, {"id": 1}),
        ([{"id": 1}], {"id": 1}),
        ({"id": 1, "data": {"code": "4200"}}, {"id": 1, "data": {"code": "4200"}}),
        ({"data": "text"}, {"data": "text"}),
        (None, None),
    ],
)
def test_an_envelope_is_distinguished_from_a_field_of_the_same_name(
    answer: object, content: object
) -> None:
    assert unwrapped(answer) == content
