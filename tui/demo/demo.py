"""Everything the API modules of one demo server share."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.demo.bureau import Bureau
from tui.demo.faults import FaultBox
from tui.demo.identity_grants import Identity
from tui.demo.journal import Journal
from tui.demo.settings import DemoSettings
from tui.demo.shapes import Shape
from tui.demo.wires import Wires
from tui.demo.workflow_shapes import WorkflowShape
from tui.demo.workshop import Workshop
from tui.demo.world import World


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
