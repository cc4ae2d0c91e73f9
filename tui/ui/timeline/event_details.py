"""Details of the events of a row, with their payloads as received except for secrets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.widgets import Static

from tui.core.event_labels import label_for
from tui.core.events import LogLine
from tui.core.json_values import write_json
from tui.core.masking import masked_event
from tui.core.text import clean, clean_line, drawn
from tui.ui.app.messages import CopyText, JobsWanted
from tui.ui.timeline.event_rows import glyph
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import clock_time, muted
from tui.ui.toolkit.text import line, plain

if TYPE_CHECKING:
    from tui.core.events import TurnEvent

_MAX_CHARS = 60_000
_LABEL_CELLS = 13


class EventFacts(RowsView):
    """Ids and times of an event."""

    def __init__(self, event: TurnEvent) -> None:
        super().__init__()
        self._event = event

    def rows(self) -> list[Row]:
        return [
            Row(line(value), muted(label), indent=_LABEL_CELLS)
            for label, value in _facts(self._event)
        ]


def _facts(event: TurnEvent) -> Iterator[tuple[str, str]]:
    yield "Kind", type(event).__name__
    if isinstance(event, LogLine):
        yield "Log line", clean_line(event.name)
    if event.at_ms is not None:
        yield "Server time", clock_time(event.at_ms, seconds=True)
    if event.seen_ms is not None:
        yield "Received", clock_time(event.seen_ms, seconds=True)
    for label, value in (
        ("Run", event.run_id),
        ("Event ID", event.event_id),
        ("Sequence", event.seq),
    ):
        if value is not None:
            yield label, clean_line(str(value))


class EventDetails(GuardedModal[None]):
    """Shows one or more events, the newest last. ``c`` copies their payloads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", tooltip="Copy the payload", id="event.copy"),
        Binding("j", "jobs", "Jobs", tooltip="Show the recipe and its jobs", id="event.jobs"),
        Binding("escape,enter", "close", "Close", tooltip="Close the details", id="event.close"),
    ]

    def __init__(self, events: Sequence[TurnEvent], *, has_jobs: bool = False) -> None:
        """``has_jobs``: the skill of the events has a recipe whose jobs can be shown."""
        super().__init__()
        self._events = events
        self._has_jobs = has_jobs

    def compose(self) -> ComposeResult:
        mark, what, about = label_for(self._events[-1])
        title = Content.assemble(glyph(mark), " ", line(what or about, 60).stylize("bold"))
        with Dialog(title, most_lines=30, classes="-large"):
            with VerticalScroll(classes="modal--body", can_focus=False):
                for event in self._events:
                    yield EventFacts(event)
                    yield Static(_drawn_payload(event), classes="event--payload")
            jobs = [("j", "Recipe and jobs", "jobs")] if self._has_jobs else []
            yield AnswerRow(("c", "Copy", "copy"), *jobs, cells=19)

    def action_close(self) -> None:
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "jobs" and not self._has_jobs:
            return False
        return super().check_action(action, parameters)

    def action_jobs(self) -> None:
        """Show the skill's recipe and jobs."""
        event = next(e for e in reversed(self._events) if getattr(e, "skill_id", ""))
        skill_id, name = (getattr(event, part, "") for part in ("skill_id", "skill"))
        self.app.post_message(JobsWanted(skill_id, name))
        self.dismiss(None)

    def action_copy(self) -> None:
        self.post_message(CopyText(payload_of(self._events), "the event"))


def _drawn_payload(event: TurnEvent) -> Content:
    if not event.raw:
        return muted("Created by genie-tui; there is no payload.")
    payload = payload_of([event])
    if len(payload) > _MAX_CHARS:
        return plain(f"{payload[:_MAX_CHARS]}\n… copy the event to see the rest")
    return highlight(drawn(payload), language="json")


def payload_of(events: Sequence[TurnEvent]) -> str:
    """Return payloads as indented JSON, one below the other, without secrets and control
    characters."""
    return "\n".join(
        clean(write_json(masked_event(event).raw, indent=2, ensure_ascii=False)) for event in events
    )
