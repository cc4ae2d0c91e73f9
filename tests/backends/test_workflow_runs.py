"""Runs whose start or end the server reports late, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tui.api.sse import Frame, frame_of_json
from tui.api.workflow_models import PromptAccepted, Workflow
from tui.backends.workflows import runs as workflow_runs
from tui.backends.workflows.cursor import run_named
from tui.backends.workflows.runs import Runs
from tui.backends.workflows.state import messages_of
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import AgentMessage, Heartbeat, TurnEvent, TurnFinished
from tui.core.ids import ConversationId

HERE = ConversationId("wf-1")
LOG = {"timestamp": "2026-09-02T10:00:00Z", "event": "prompt_received", "detail": "hi"}
RUN = run_named("wf-1", 1_788_343_200_000)
SAID = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}]


def workflow(status: str = "active", task: str = "completed", **more: Any) -> Workflow:
    body = {"id": "wf-1", "status": status, "last_task_status": task, **more}
    return Workflow.model_validate(body)


BEFORE = workflow()
PENDING = workflow(task="pending")
RUNNING = workflow("running", "running", logs=[LOG])
OVER = workflow(logs=[LOG], messages=SAID)
NEXT = workflow("running", "running", logs=[LOG | {"timestamp": "2026-09-02T10:07:00Z"}])
LOST = BackendError(ErrorKind.SERVER, "Away.")


def ended(number: int = 5) -> Frame:
    data = {"type": "status", "data": {"status": "completed"}}
    stamped = {"id": number, "timestamp": "2026-09-02T10:00:03Z", **data}
    return Frame("status", frame_of_json(json.loads(json.dumps(stamped))).data, str(number))


def received(number: int = 2, prompt: str = "hi") -> Frame:
    data = {"type": "log", "data": {"event": "prompt_received", "detail": prompt}}
    stamped = {"id": number, "timestamp": "2026-09-02T10:00:00.008Z", **data}
    return Frame("log", frame_of_json(stamped).data, str(number))


def said(text: str, number: int = 3) -> Frame:
    data = {"type": "message", "data": {"role": "assistant", "content": text}}
    stamped = {"id": number, "timestamp": "2026-09-02T10:00:01Z", **data}
    return Frame("message", frame_of_json(stamped).data, str(number))


WHOLE = [received(), ended()]
WHOLE_LATER = [received(6), said("Hello.", 7), ended(8)]
IDLE = Frame("comment")


class ScriptedClient:
    """Shows the workflow in one state after the other, the last one again and again."""

    def __init__(self, states: list[Workflow | BackendError], frames: list[Frame]) -> None:
        self.states = states
        self.frames = frames
        self.prompts = 0

    async def get_workflow(self, workflow_id: str) -> Workflow:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, BackendError):
            raise state
        return state

    async def send_prompt(self, workflow_id: str, prompt: str) -> PromptAccepted:
        self.prompts += 1
        return PromptAccepted()

    async def stream(
        self, workflow_id: str, last_event_id: str | None = None
    ) -> AsyncGenerator[Frame]:
        yield Frame("comment")
        for frame in self.frames:
            yield frame
        await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_BEGUN_S", "_NAMING_S", "_SAVED_S"):
        monkeypatch.setattr(workflow_runs, name, (0.0,) * 4)
    monkeypatch.setattr(workflow_runs, "_LONGEST_NAMING_S", 0.001)


async def all_of(events: AsyncGenerator[TurnEvent]) -> list[TurnEvent]:
    async with asyncio.timeout(60):
        return [event async for event in events if not isinstance(event, Heartbeat)]


def runs(states: list[Workflow | BackendError], frames: list[Frame] | None = None) -> Runs:
    client = ScriptedClient(states, WHOLE if frames is None else frames)
    return Runs(client, lambda: 7)  # type: ignore[arg-type]


def texts(events: list[TurnEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, AgentMessage)]


async def test_a_slow_start_of_a_run_is_awaited() -> None:
    waiting = [IDLE] * 30
    events = await all_of(
        runs([BEFORE, *[PENDING] * 29, RUNNING, OVER], [*waiting, *WHOLE]).send(HERE, "hi")
    )
    assert [event.run_id for event in events] == [None, *[RUN] * (len(events) - 1)]
    assert texts(events) == ["Hello."]


async def test_a_failed_status_request_does_not_make_the_prompt_unconfirmed() -> None:
    events = await all_of(runs([BEFORE, LOST, RUNNING, OVER]).send(HERE, "hi"))
    assert isinstance(events[-1], TurnFinished)
    assert events[-1].run_id == RUN


async def test_without_a_log_the_run_id_comes_from_the_stream() -> None:
    silent = workflow(messages=SAID)
    events = await all_of(runs([BEFORE, silent]).send(HERE, "hi"))
    assert events[-1].run_id == run_named("wf-1", 1_788_343_200_008)
    assert texts(events) == ["Hello."]


async def test_the_history_has_a_run_id_from_the_stream() -> None:
    late = runs([BEFORE, *[PENDING] * 4, OVER])
    events = await all_of(late.send(HERE, "hi"))
    named = events[-1].run_id
    assert named != RUN
    assert {m.run_id for m in messages_of(OVER, late.named[HERE])} == {named}


async def test_a_run_end_may_be_streamed_before_it_is_saved() -> None:
    events = await all_of(runs([BEFORE, RUNNING, RUNNING, RUNNING, OVER]).send(HERE, "hi"))
    assert texts(events) == ["Hello."]


async def test_a_run_whose_start_was_lost_is_found_by_its_end() -> None:
    events = await all_of(runs([BEFORE, RUNNING, OVER], [ended()]).send(HERE, "hi"))
    assert (events[-1].run_id, texts(events)) == (RUN, ["Hello."])


async def test_the_end_of_an_earlier_run_does_not_end_the_new_one() -> None:
    frames = [said("Old."), ended(4), received(6), said("New.", 7), ended(8)]
    events = await all_of(runs([BEFORE, workflow(), workflow(), OVER], frames).send(HERE, "hi"))
    assert texts(events) == ["New.", "Hello."]


async def test_the_run_of_another_client_is_ignored() -> None:
    other = LOG | {"timestamp": "2026-09-02T10:00:00.500Z", "detail": "other"}
    mine = LOG | {"timestamp": "2026-09-02T10:00:02Z"}
    told = [{"role": "user", "content": "other"}, {"role": "assistant", "content": "Not for us."}]
    both = workflow(logs=[other, mine], messages=[*told, *SAID])
    frames = [received(2, "other"), said("Not for us.", 3), ended(4), *WHOLE_LATER]
    states = [BEFORE, workflow(task="running", logs=[other]), both]
    events = await all_of(runs(states, frames).send(HERE, "hi"))
    assert texts(events) == ["Hello."]
    assert [m.text for m in messages_of(both)] == ["Hello.", "hi", "Not for us.", "other"]


async def test_a_replaced_run_ends_with_its_known_events() -> None:
    [end] = await all_of(runs([NEXT], []).resume(HERE, RUN, "4.1788343202000.0.0"))
    assert isinstance(end, TurnFinished)
    assert end.outcome == "failed"
    assert "newest run" in (end.reason or "")
