"""Everything the API modules of one demo server share."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.demo.developer.state import Bureau
from tui.demo.faults import FaultBox
from tui.demo.headless.dialect import Shape
from tui.demo.identity.state import Identity
from tui.demo.open_connections import Wires
from tui.demo.request_log import Journal
from tui.demo.settings import DemoSettings
from tui.demo.state import World
from tui.demo.workflows.dialect import WorkflowShape
from tui.demo.workflows.state import Workshop


@dataclass(slots=True)
class Demo:
    """A demo server's parts, without the server."""

    settings: DemoSettings
    world: World
    shape: Shape
    faults: FaultBox
    identity: Identity
    workflow_shape: WorkflowShape
    workshop: Workshop
    bureau: Bureau
    journal: Journal = field(default_factory=Journal)
    wires: Wires = field(default_factory=Wires)
    errors: list[str] = field(default_factory=list)
    """Our own mistakes; nothing is printed, since the terminal belongs to the interface."""
