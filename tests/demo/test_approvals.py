from __future__ import annotations

import pytest


@pytest.fixture
def parked(visit, until):
    """A visitor, a conversation that waits for a decision, the open stream, the question."""
    ada = visit()
    conversation = ada.begin()
    with ada.stream(conversation, "order a laptop") as turn:
        yield ada, conversation, turn, until(turn, "skill.confirmation_required").data


def _decide(ada, conversation, call_id, resolution, **more):
    path = f"/conversations/{conversation}/skill_approval/{call_id}"
    return ada.post(path, {"resolution": resolution, **more})


def test_the_approval_has_every_kind_of_parameter_and_its_schema(parked):
    *_, question = parked
    parameters, schema = question["skill_parameters"], question["skill_parameter_schema"]
    assert [field["name"] for field in schema] == list(parameters)
    kinds = {field["type"] for field in schema}
    assert kinds == {"string", "integer", "number", "boolean", "date", "object", "array"}
    assert {"password", "text-area", "select"} <= {field["control_type"] for field in schema}
    assert all({"label", "optional"} <= set(field) for field in schema)
    assert question["call_id"].startswith("call_")


def test_an_approved_skill_runs_and_the_same_stream_continues(parked, kinds):
    ada, conversation, turn, question = parked
    answer = _decide(ada, conversation, question["call_id"], "approved")
    assert answer.status_code == 200
    assert kinds(list(turn)) == [
        "skill.running",
        "skill.completed",
        "agent.message",
        "processing.finished",
    ]
    assert ada.state(conversation) == "idle"


def test_a_rejected_skill_leaves_no_event_and_the_genie_quotes_the_reason(parked, kinds):
    ada, conversation, turn, question = parked
    _decide(ada, conversation, question["call_id"], "rejected", rejection_reason="Too heavy")
    rest = list(turn)
    assert kinds(rest) == ["agent.message", "processing.finished"]
    assert rest[0].data["message"].startswith("Rejected by user: Too heavy")


def test_a_rejection_needs_no_reason(parked):
    ada, conversation, turn, question = parked
    _decide(ada, conversation, question["call_id"], "rejected")
    assert "no reason given" in next(turn).data["message"]


def test_an_approval_decision_is_accepted_once(parked):
    ada, conversation, turn, question = parked
    assert _decide(ada, conversation, question["call_id"], "approved").status_code == 200
    list(turn)
    assert _decide(ada, conversation, question["call_id"], "approved").status_code == 409
    assert _decide(ada, conversation, question["call_id"], "rejected").status_code == 409
    taken = [record.summary for record in ada.server.log.of("approval") if record.summary]
    assert taken == [f"{question['call_id']} approved"]


def test_an_unknown_call_is_404_and_an_unknown_resolution_422(parked):
    ada, conversation, _, question = parked
    assert _decide(ada, conversation, "call_none", "approved").status_code == 404
    assert _decide(ada, conversation, question["call_id"], "maybe").status_code == 422
    assert ada.state(conversation) == "awaiting_approval"


def test_two_approvals_in_one_turn(visit, until):
    ada = visit()
    conversation = ada.begin()
    with ada.stream(conversation, "book a trip to Lisbon") as turn:
        for skill in ("Book ticket", "Book hotel"):
            question = until(turn, "skill.confirmation_required").data
            assert question["skill_name"] == skill
            _decide(ada, conversation, question["call_id"], "approved")
        assert "so is the hotel" in until(turn, "agent.message").data["message"]


def test_several_conversations_have_pending_approvals(visit, until):
    ada = visit()
    first, second = ada.begin(), ada.begin()
    with ada.stream(first, "order a laptop") as one, ada.stream(second, "password") as two:
        calls = [until(turn, "skill.confirmation_required").data["call_id"] for turn in (one, two)]
        _decide(ada, second, calls[1], "approved")
        assert list(two)[-1].event == "processing.finished"
        assert _decide(ada, second, calls[0], "approved").status_code == 404
        assert ada.state(first) == "awaiting_approval"
