"""Detect the start of a run in the stream of its workflow.

A stream may first bring the end of an earlier run, or the run of another prompt that was accepted
just before ours. Neither must be mistaken for ours, and their ends must not end it.
"""

from __future__ import annotations

from tui.api.coerce import epoch_ms, object_of, text_of
from tui.api.sse import Frame
from tui.backends.workflows.events import OUTCOMES
from tui.backends.workflows.state import BEGINNING, is_same_prompt


class Start:
    """Collects frames until the run of a prompt has started."""

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt
        self.frames: list[Frame] = []
        """Frames since the end of the previous run."""
        self.at_ms: int | None = None
        """Start time of the run."""
        self.begun = False
        self.over = False
        """A run has ended without a visible start, or with another prompt."""
        self.ended_ms: int | None = None
        self._foreign = False

    def take(self, frame: Frame) -> None:
        data = object_of(frame.data.get("data"))
        row = text_of(data.get("event")) if frame.kind == "log" else ""
        status = text_of(data.get("status")) if frame.kind == "status" else ""
        self.frames.append(frame)
        if status in OUTCOMES:
            self.over = True
            self.ended_ms = epoch_ms(frame.data.get("timestamp"))
        elif row == BEGINNING:
            self._foreign = not is_same_prompt(self.prompt, text_of(data.get("detail")))
            self._begin(frame)
        elif status == "running":
            self._begin(frame)

    def _begin(self, frame: Frame) -> None:
        """Include the frames about the provider, which come before the prompt."""
        if self._foreign:
            return
        self.at_ms = epoch_ms(frame.data.get("timestamp"))
        self.begun = True

    def forget(self) -> None:
        """Wait for the next run: the one that ended was not ours."""
        self.frames.clear()
        self.over = self._foreign = False
