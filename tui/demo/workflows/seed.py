"""Initial workflows of the demo server: ours, and one of a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tui.demo.clock import rfc3339
from tui.demo.workflows.records import DemoUsage, DemoWorkflow
from tui.demo.workflows.scripts import tool_name
from tui.demo.workflows.state import IFRIT, WorkflowsState

_SLEEPING = "Old wishes (inactive)"


@dataclass(frozen=True, slots=True)
class _Past:
    """Workflow and its last run."""

    title: str
    age: timedelta
    asked: str
    said: str
    tools: tuple[str, ...] = ()


_PASTS = (
    _Past(
        "Night watch",
        timedelta(hours=3),
        "Anything odd since midnight?",
        "Two disks ran warm, and **one** certificate expires on Friday:\n\n"
        "- `mail-2`, 41 °C, *cooling down*\n"
        "- `vpn-frankfurt`, renewed as a precaution",
        ("Status page", "Tickets"),
    ),
    _Past(
        "Invoices, every Monday",
        timedelta(days=1),
        "File last week's invoices.",
        "38 filed, 1 set aside: `INV-7731` has no order number, so I didn't guess.",
        ("Invoices",),
    ),
    _Past(
        _SLEEPING, timedelta(days=30), "Good night.", "Good night. Reactivate me when you need me."
    ),
)


def seed_workflows(workflows: WorkflowsState) -> None:
    """Add the initial workflows to a new state, by its settings."""
    if not workflows.state.settings.seeded_conversations:
        return
    for past in reversed(_PASTS):
        _relive(workflows, "ada", past)
    _relive(workflows, "grace", _PASTS[0])


def _relive(workflows: WorkflowsState, owner: str, past: _Past) -> None:
    at = workflows.state.clock.now() - past.age
    settings = {"title": past.title, "output_format": "markdown"}
    workflow = workflows.create(owner, workflows.catalog.agents[IFRIT], settings, at)
    workflow.active = past.title != _SLEEPING
    task = workflows.begin_task(workflow, past.asked)
    task.created_at = task.started_at = workflow.task_at = at
    workflow.task_status = task.status = "completed"
    task.tool_calls, task.response = len(past.tools), past.said
    workflow.usage = task.usage = DemoUsage(812, len(past.said) // 4)
    documented = workflows.state.settings.documented_workflows
    (_write_documented if documented else _write_recorded)(workflow, past)
    task.logs, task.finished_at = list(workflow.logs), at + timedelta(seconds=20)
    workflow.updated_at = task.finished_at


def _write_recorded(workflow: DemoWorkflow, past: _Past) -> None:
    """Keep only the question and the final answer; the log has the tools."""
    _log(workflow, 0, "prompt_received", past.asked)
    for number, tool in enumerate(map(tool_name, past.tools), start=1):
        _log(workflow, 2 * number, "tool_call", tool)
        _log(workflow, 2 * number + 1, "tool_result", f"{tool} completed")
    _log(workflow, 19, "model_response", past.said[:200])
    calls = len(past.tools)
    _log(workflow, 20, "completed", f"Final status: completed (tool_calls: {calls})")
    workflow.say("user", past.asked)
    workflow.say("assistant", past.said)


def _write_documented(workflow: DemoWorkflow, past: _Past) -> None:
    workflow.current_turn = 1
    workflow.say("user", past.asked)
    _log(workflow, 0, "prompt_received", past.asked)
    for number, tool in enumerate(map(tool_name, past.tools), start=1):
        _log(workflow, 2 * number, "tool_call", tool)
        _log(workflow, 2 * number + 1, "tool_result", tool)
        workflow.say("tool", '{"ok": true}', name=tool)
    workflow.say("assistant", past.said)
    _log(workflow, 20, "completed", "Run completed")


def _log(workflow: DemoWorkflow, second: int, event: str, detail: str) -> None:
    timestamp = rfc3339(workflow.created_at + timedelta(seconds=second))
    workflow.logs.append({"timestamp": timestamp, "event": event, "detail": detail})
