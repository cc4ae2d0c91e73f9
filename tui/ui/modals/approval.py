"""May the agent run this skill, with these parameters?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.core.parameters import ParameterRow, parameter_rows
from tui.core.questions import ParameterChange, changes, same_question
from tui.core.text import clean_line
from tui.ui.modals.answers import Answers
from tui.ui.modals.decision import DecisionModal
from tui.ui.widgets.looks import ASKS, MUTED, muted
from tui.ui.widgets.rows import Row, RowsView

if TYPE_CHECKING:
    from tui.core.events import Decision
    from tui.core.steps import ApprovalStep

_LABEL_CELLS = 24


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """What the user decided; ``reason`` goes to the agent, None if there is none."""

    decision: Decision
    reason: str | None = None


class ParameterTable(RowsView):
    """Label, value and hint of every parameter; what belongs to an object is indented."""

    def __init__(self, parameters: Sequence[ParameterRow]) -> None:
        super().__init__()
        self._parameters = parameters
        longest = max((_label(row).cell_length for row in parameters), default=0)
        self._label_cells = min(_LABEL_CELLS, longest) + 2

    def rows(self) -> Sequence[Row]:
        if not self._parameters:
            return [Row(muted("It takes no parameters."), indent=0)]
        return [line for row in self._parameters for line in self._lines(row)]

    def _lines(self, row: ParameterRow) -> Iterator[Row]:
        label = _label(row)
        if label.cell_length >= self._label_cells:
            yield Row(label, indent=0)
            label = Content("")
        yield Row(_value(row), label, indent=self._label_cells)
        if row.hint:
            yield Row(Content.styled(row.hint, f"italic {MUTED}"), indent=self._label_cells)


class ChangeList(RowsView):
    """What a question shows otherwise than before."""

    def __init__(self, found: Sequence[ParameterChange]) -> None:
        super().__init__()
        self._found = found

    def rows(self) -> Sequence[Row]:
        title = Row(Content.styled("The parameters changed. Check them again.", f"bold {ASKS}"))
        return [title, *(Row(Content.styled(str(change), ASKS)) for change in self._found)]


class ApprovalModal(DecisionModal[ApprovalAnswer]):
    """Shows all there is to know about a skill call. Returns the answer; None: decided later."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve", tooltip="Approve", id="approval.approve")
    ]

    def __init__(
        self,
        step: ApprovalStep,
        *,
        agent: str,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(subject=step.request.skill, clock_s=clock_s)
        self.step = step
        self._agent = agent
        self._seen = step.asked_first
        """What was asked before; None: the parameters have not changed."""

    def compose(self) -> ComposeResult:
        request = self.step.request
        skill = clean_line(request.skill) or "A skill"
        agent = clean_line(self._agent, 60) or "The agent"
        with Vertical(classes="modal--box"):
            yield Static(
                Content.assemble(("◆ ", ASKS), "Run ", (skill, "bold"), "?"),
                classes="modal--title",
            )
            told = f"{agent} waits for your decision. Nothing has been done yet."
            yield Static(muted(told), classes="modal--lead")
            with VerticalScroll(classes="modal--body", can_focus=False):
                if self._seen:
                    yield ChangeList(changes(self._seen, request))
                yield ParameterTable(parameter_rows(request.schema, request.parameters))
            yield Answers(
                ("a", "Approve", "approve"), ("r", "Reject…", "reject"), ("Esc", "Later", "later")
            )

    def update_step(self, step: ApprovalStep) -> None:
        """Take a newer state; closes without an answer once the question is settled.

        Changed parameters are shown with what changed, and no answer is taken until the user has
        had time to see that.
        """
        before, self.step = self.step.request, step
        if not step.waiting:
            self.settle()
        elif not same_question(before, step.request):
            self._seen = self._seen or before
            self.ask_again()

    def rejection(self, reason: str | None) -> ApprovalAnswer:
        return ApprovalAnswer("rejected", reason)

    def action_approve(self) -> None:
        self.dismiss(ApprovalAnswer("approved"))


def _label(row: ParameterRow) -> Content:
    style = "bold" if row.form == "group" else MUTED
    return Content.styled("  " * row.depth + row.label, style)


def _value(row: ParameterRow) -> Content:
    match row.form:
        case "value":
            return Content(row.value)
        case "cut":
            return Content.styled(row.value, ASKS)
        case "secret":
            return Content.assemble(row.value, muted("  hidden"))
        case _:
            return muted(row.value)
