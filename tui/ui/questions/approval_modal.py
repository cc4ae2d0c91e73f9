"""Dialog to approve or reject a skill call with its parameters."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.core.parameters import parameter_rows
from tui.core.questions import ParameterChange, changes, same_question
from tui.core.text import clean_line
from tui.ui.questions.decision_modal import DecisionModal
from tui.ui.questions.parameter_table import ParameterTable
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.guarded_modal import DEAF_S
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import ASKS, muted

if TYPE_CHECKING:
    from tui.core.events import Decision
    from tui.core.steps import ApprovalStep


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """Decision of the user; ``reason`` is for the agent, None if there is none."""

    decision: Decision
    reason: str | None = None


class ChangeList(RowsView):
    """List of the parameters that have changed."""

    def __init__(self, found: Sequence[ParameterChange]) -> None:
        super().__init__()
        self._found = found

    def rows(self) -> Sequence[Row]:
        title = Row(Content.styled("The parameters changed. Check them again.", f"bold {ASKS}"))
        return [title, *(Row(Content.styled(str(change), ASKS)) for change in self._found)]


_MOST_REFITS = 5
"""Limit for layout passes: one line more or less may change what fits, endlessly."""


class ApprovalModal(DecisionModal[ApprovalAnswer]):
    """Shows all parameters of a skill call. Returns the answer; None: decided later."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve", tooltip="Approve", id="approval.approve")
    ]

    answering = frozenset({"approve", "reject"})
    answer_keys = "a and r"

    def __init__(
        self,
        step: ApprovalStep,
        *,
        agent: str,
        armed: bool = True,
        message: Widget | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        subject = step.request.skill
        super().__init__(subject=subject, clock_s=clock_s, armed=armed, message=message)
        self.step = step
        self._agent = agent
        self._seen = step.asked_first
        """First version of the request; None: the parameters have not changed."""
        self._warned_at: int | None = None
        """Number of unseen lines in the last warning; None: no warning yet."""

    def compose(self) -> ComposeResult:
        request = self.step.request
        skill = clean_line(request.skill) or "A skill"
        agent = clean_line(self._agent, 60) or "The agent"
        with Vertical(classes="modal--box"):
            yield Static(
                Content.assemble(("◆ ", ASKS), "Run ", (skill, "bold"), "?"),
                classes="modal--title",
            )
            told = f"{agent} is waiting for your decision. Nothing has run yet."
            yield Static(muted(told), classes="modal--lead")
            with VerticalScroll(classes="modal--body", can_focus=False):
                if self._seen:
                    yield ChangeList(changes(self._seen, request))
                yield ParameterTable(parameter_rows(request.schema, request.parameters))
            yield Static(classes="modal--more")
            yield Static(classes="modal--state")
            yield AnswerRow(
                ("a", "Approve", "approve"), ("r", "Reject…", "reject"), ("Esc", "Later", "later")
            )

    _refits = 0
    """Consecutive layout passes that did not fit."""

    def ready_parts(self) -> None:
        super().ready_parts()
        self.watch(self.query_one(".modal--body"), "scroll_y", self._scrolled, init=False)

    def update_step(self, step: ApprovalStep) -> None:
        """Show a newer state; closes without an answer once the question is settled.

        Changed parameters are listed, and the dialog is disarmed.
        """
        before, self.step = self.step.request, step
        if not step.waiting:
            self.settle()
        elif not same_question(before, step.request):
            self._seen = self._seen or before
            self._warned_at = None
            self.armed = False
            self.ask_again()

    def rejection(self, reason: str | None) -> ApprovalAnswer:
        return ApprovalAnswer("rejected", reason)

    def action_approve(self) -> None:
        """Approve; if lines have not been on screen, warn first and require a second press."""
        self._look()
        unseen = self.query_one(ParameterTable).unseen
        if unseen and self._warned_at != unseen:
            self._warned_at = unseen
            self._be_deaf(DEAF_S)
            self.show_state()
        else:
            self.dismiss(ApprovalAnswer("approved"))

    def state_line(self) -> Content:
        if self.armed and (unseen := self._warned_at):
            lines = "1 line" if unseen == 1 else f"{unseen:,} lines"
            told = (
                (f"▲ {lines} not seen yet. ", " again approves anyway"),
                (f"▲ {unseen:,} not seen. ", " again: approve"),
            )
            return self.fitting(
                *(
                    Content.assemble((what, f"bold {ASKS}"), ("a", "bold"), muted(then))
                    for what, then in told
                )
            )
        return super().state_line()

    # -- lines in view ---------------------------------------------------------------------

    def _fit(self) -> None:
        super()._fit()
        self.call_after_refresh(self._look)

    def _note_drawn(self) -> None:
        super()._note_drawn()
        self._look()

    def _scrolled(self) -> None:
        self._warned_at = None
        self.show_state()
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        """Record the lines in view, and show how many are above and below them."""
        if not self.query(ParameterTable):
            return  # the contents are being recomposed
        body, table = self.query_one(".modal--body"), self.query_one(ParameterTable)
        first, end = round(body.scroll_y), round(body.scroll_y) + body.size.height
        top = table.virtual_region.y
        above, below = first, max(0, top + table.line_count - end)
        more = self.query_one(".modal--more", Static)
        more.display = bool(above or below)
        is_laid_out = more.display == bool(more.outer_size.height)
        if not is_laid_out or body.size.height > self.room_for(body):
            self._refits += 1
            if self._refits <= _MOST_REFITS:
                self.call_after_refresh(self._fit)  # which calls this method again
                return
        self._refits = 0
        if self.is_drawn and self.is_active:
            table.see(first - top, end - top)
        parts = [
            *([Content.styled(f"▼ {below:,} more", "bold $accent")] if below else []),
            *([muted(f"▲ {above:,} above")] if above else []),
        ]
        more.update(Content("   ").join(parts))
