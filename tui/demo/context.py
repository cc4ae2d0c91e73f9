"""State shared by the API modules of one demo server."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.demo.developer.state import DeveloperState
from tui.demo.faults import FaultBox
from tui.demo.headless.dialect import Shape
from tui.demo.identity.state import IdentityState
from tui.demo.open_connections import OpenConnections
from tui.demo.request_log import DemoRequestLog
from tui.demo.settings import DemoSettings
from tui.demo.state import DemoState
from tui.demo.workflows.dialect import WorkflowShape
from tui.demo.workflows.state import WorkflowsState


@dataclass(slots=True)
class DemoContext:
    """Parts of a demo server, without the server."""

    settings: DemoSettings
    state: DemoState
    shape: Shape
    faults: FaultBox
    identity: IdentityState
    workflow_shape: WorkflowShape
    workflows: WorkflowsState
    developer: DeveloperState
    request_log: DemoRequestLog = field(default_factory=DemoRequestLog)
    connections: OpenConnections = field(default_factory=OpenConnections)
    errors: list[str] = field(default_factory=list)
    """Tracebacks of our own bugs; not printed, since the terminal belongs to the interface."""
