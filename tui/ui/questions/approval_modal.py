"""Dialog to approve or reject a skill call with its parameters."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Static

from tui.core.approval_document import approval_document
from tui.core.questions import ParameterChange, changes, same_question
from tui.core.text import clean_line, plural
from tui.ui.keys.labels import bound_to, key_at, key_for
from tui.ui.questions.decision_modal import DecisionModal
from tui.ui.questions.parameter_table import EXPAND, ParameterTable, ReasonText
from tui.ui.questions.question_parts import (
    AnswerState,
    QuestionAnswers,
    QuestionBody,
    QuestionTitle,
)
from tui.ui.toolkit.guarded_modal import DEAF_S, TYPING_S
from tui.ui.toolkit.rows import Row, Rows, RowsView
from tui.ui.toolkit.state_glyphs import ASKS, QUESTION, day_of, muted
from tui.ui.toolkit.text import line
from tui.ui.transcript.card import wall_clock_ms

if TYPE_CHECKING:
    from tui.core.events import Decision
    from tui.core.steps import ApprovalStep


FOR_ALL = "approval.conversation"
_ATTENTION = Content.styled("▲", ASKS)


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """Decision of the user; ``reason`` is for the agent, None if there is none."""

    decision: Decision
    reason: str | None = None
    for_conversation: bool = False
    """Approve later calls of the skill in the conversation, too."""


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
        Binding("a", "approve", "Approve", tooltip="Approve", id="approval.approve"),
        Binding(
            "c",
            "approve_all",
            "Approve for this conversation",
            tooltip="Approve the skill for this conversation",
            id=FOR_ALL,
        ),
        Binding("e", "expand_texts", "Expand", tooltip="Expand long texts", id=EXPAND),
    ]

    answering = frozenset({"approve", "approve_all", "expand_texts", "reject"})
    answer_keys = "a and r"

    def __init__(
        self,
        step: ApprovalStep,
        *,
        agent: str,
        armed: bool = True,
        message: Widget | None = None,
        place: str = "",
        offers_conversation: bool = True,
        now_ms: Callable[[], int] = wall_clock_ms,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``place``: title of its conversation, if that is not on screen.

        ``offers_conversation``: the skill can be approved for the whole conversation.
        """
        subject = step.request.skill
        super().__init__(subject=subject, clock_s=clock_s, armed=armed, message=message)
        self.step = step
        self._agent = agent
        self._seen = step.asked_first
        """First version of the request; None: the parameters have not changed."""
        self._place = place
        self._offers_conversation = offers_conversation
        self._now_ms = now_ms
        self._warned_at: int | None = None
        """Number of unseen lines in the last warning; None: no warning yet."""
        self._confirms_all_at: int | None = None
        """Number of unseen lines when the rule for the conversation was shown."""
        self._no_answer_until_s = 0.0

    def compose(self) -> ComposeResult:
        request = self.step.request
        agent = clean_line(self._agent, 60) or "The agent"
        document = approval_document(request.schema, request.parameters, day_of(self._now_ms()))
        with Vertical(classes="modal--box"):
            yield QuestionTitle(
                QUESTION,
                line(request.skill) or Content("A skill"),
                f"{agent} asks for your approval",
            )
            yield Static(muted(self._lead()), classes="modal--lead")
            with QuestionBody(classes="modal--body"):
                if self._seen:
                    yield ChangeList(changes(self._seen, request))
                if document.reason:
                    yield ReasonText([document.reason])
                if document.rows or not document.reason:
                    yield ParameterTable(document.rows)
            yield Static(classes="modal--more")
            yield AnswerState()
            yield QuestionAnswers(
                ("a", "Approve", "approve"), ("r", "Reject…  you can say why", "reject"), cells=24
            )
            if self.offers_conversation:
                yield Static(classes="approval--all")

    def _lead(self) -> str:
        nothing = "Nothing has been done yet."
        return f"In “{self._place}”. {nothing}" if self._place else nothing

    @property
    def offers_conversation(self) -> bool:
        """True if the skill can be approved for the conversation.

        Not if its parameters changed while it was pending: then it needs a closer look.
        """
        return self._offers_conversation and self.step.revision == 0

    _was_at_end = False
    """True if the last scrolling led to the last line."""
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
            self._forget_warnings()
            self.armed = False
            self.ask_again()

    def rejection(self, reason: str | None) -> ApprovalAnswer:
        return ApprovalAnswer("rejected", reason)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in self.answering and self._clock_s() < self._no_answer_until_s:
            return False
        if action == "approve_all" and not self.offers_conversation:
            return False
        return super().check_action(action, parameters)

    def action_approve(self) -> None:
        """Approve; if lines have not been on screen, warn first and require a second press."""
        self._look()
        unseen = self._unseen
        if unseen and self._warned_at != unseen:
            self._confirms_all_at = None
            self._warned_at = unseen
            self._be_deaf(DEAF_S)
            self.show_state()
        else:
            self.dismiss(ApprovalAnswer("approved"))

    def action_approve_all(self) -> None:
        """Show what this allows, and require a second press."""
        self._look()
        unseen = self._unseen
        if self._confirms_all_at != unseen:
            self._warned_at = None
            self._confirms_all_at = unseen
            self._expect_more_letters()
            self.show_state()
        else:
            self.dismiss(ApprovalAnswer("approved", for_conversation=True))

    def action_expand_texts(self) -> None:
        """Show long texts completely."""
        for table in self.query(ParameterTable):
            table.unfold()
        self._expect_more_letters()
        self.call_after_refresh(self._fit)

    @property
    def _unseen(self) -> int:
        return sum(table.unseen for table in self.query(ParameterTable))

    def show_state(self) -> None:
        super().show_state()
        skill = clean_line(self.step.request.skill, 40) or "this skill"
        for choice in self.query(".approval--all").results(Static):
            key = Content.styled(f" {key_at(self, FOR_ALL)} ", "bold" if self.listens else "")
            choice.update(
                self.fitting(
                    Content.assemble(key, muted(f" Approve {skill} for this conversation…")),
                    Content.assemble(key, muted(" Approve for this conversation…")),
                )
            )

    def state_line(self) -> Content | Rows:
        if self.armed and self._confirms_all_at is not None:
            return self._rule_for_all(self._confirms_all_at)
        if self.armed and (unseen := self._warned_at):
            told = (
                (f"▲ {plural(unseen, 'line')} not seen yet. ", " again approves anyway"),
                (f"▲ {unseen:,} not seen. ", " again: approve"),
            )
            return self.fitting(
                *(
                    Content.assemble((what, f"bold {ASKS}"), ("a", "bold"), muted(then))
                    for what, then in told
                )
            )
        return super().state_line()

    def _rule_for_all(self, unseen: int) -> Rows:
        skill = clean_line(self.step.request.skill, 40) or "This skill"
        revoke = key_for(self.app, "question.revoke")
        rule = (
            f"{skill} will run without asking for the rest of this conversation, whatever its "
            f"parameters, until you revoke it{f' ({revoke})' if revoke else ''} or quit. "
            "A question that changes is still asked."
        )
        warning = f"{plural(unseen, 'line')} not seen yet. " if unseen else ""
        key = key_at(self, FOR_ALL)
        again = Content.assemble("  ", (key, "bold"), muted(" again approves"))
        return Rows([Row(Content.assemble((warning, f"bold {ASKS}"), rule, again), _ATTENTION)])

    def _expect_more_letters(self) -> None:
        """Accept no answer for a moment: the letter may have been the first of a word."""
        self._no_answer_until_s = self._clock_s() + TYPING_S
        self._show_deafness()

    @property
    def deaf_for_s(self) -> float:
        return max(super().deaf_for_s, self._no_answer_until_s - self._clock_s())

    def _forget_warnings(self) -> None:
        self._warned_at = self._confirms_all_at = None

    def on_key(self, event: Key) -> None:
        is_again = any(binding.id == FOR_ALL for binding in bound_to(self, event.key))
        if self._confirms_all_at is not None and not is_again:
            self._confirms_all_at = None
            self.show_state()
        super().on_key(event)
        expands = event.is_printable and any(b.id == EXPAND for b in bound_to(self, event.key))
        if expands and not any(table.is_folded for table in self.query(ParameterTable)):
            self._be_deaf(TYPING_S)  # a letter like any other

    # -- lines in view ---------------------------------------------------------------------

    def _fit(self) -> None:
        super()._fit()
        self.call_after_refresh(self._look)

    def _note_drawn(self) -> None:
        super()._note_drawn()
        self._look()

    @on(QuestionBody.Resized)
    def _stay_at_end(self) -> None:
        """Stay at the end of contents that have room for fewer lines than before."""
        body = self.query_one(QuestionBody)
        if self._was_at_end and body.scroll_y < body.max_scroll_y:
            body.scroll_to(y=body.max_scroll_y, animate=False)

    def _scrolled(self) -> None:
        body = self.query_one(QuestionBody)
        self._was_at_end = body.scroll_y >= body.max_scroll_y
        self._forget_warnings()
        self.show_state()
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        """Record the lines in view, and show how many are above and below them."""
        tables = list(self.query(ParameterTable))
        if not tables:
            return  # the contents are being recomposed
        body = self.query_one(".modal--body")
        first, end = round(body.scroll_y), round(body.scroll_y) + body.size.height
        above, below = first, max(0, tables[-1].first_line + tables[-1].line_count - end)
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
            for table in tables:
                table.see(first - table.first_line, end - table.first_line)
        down = key_at(self, "modal.down").replace("Down", "↓")
        parts = [
            *([Content.styled(f"▼ {below:,} more", "bold $accent")] if below else []),
            *([muted(f"{down} shows them")] if below and down and not above else []),
            *([muted(f"▲ {above:,} above")] if above else []),
        ]
        more.update(Content("   ").join(parts))
