"""Cards of questions to the user: approve a skill call, authorize a connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tui.core.links import link_host, shown_link
from tui.core.parameters import ParameterRow, in_brief
from tui.core.questions import changes, is_as_shown
from tui.core.text import clean_line, duration
from tui.ui.keys.labels import key_for
from tui.ui.toolkit.rows import GUTTER_CELLS, Row
from tui.ui.toolkit.state_glyphs import (
    ASKS,
    CONNECTION,
    DONE,
    FAILED,
    OPEN_END,
    QUESTION,
    day_of,
    muted,
)
from tui.ui.toolkit.text import line
from tui.ui.transcript.card import Card, EntryT
from tui.ui.transcript.entries import ApprovalEntry, ConnectionEntry

if TYPE_CHECKING:
    from tui.core.events import ApprovalRequested
    from tui.core.ids import AttemptId, CallId, TurnId

_BRIEF_ROWS = 4
_BRIEF_CHANGES = 3
_LABEL_CELLS = 24
_REASON_LINES = 2
_CALM_S = 10.0
"""Interval of countdown updates."""
_LAST_S = 60.0
"""Remaining time from which the countdown is updated every second."""
_AFTER_S = 0.02
"""Added to waits, so that the text has changed by then."""


@dataclass(frozen=True, slots=True)
class _Brief:
    """Start of an approval question."""

    reason: str
    rows: Sequence[ParameterRow]
    more: int
    """Number of other parameters."""


class _ActionCard(Card[EntryT]):
    def _how_to_open(self) -> Content:
        key = key_for(self.app, "question.answer")
        return Content.assemble((key, "bold"), muted(" open")) if key else muted("Click to open")


class ApprovalCard(_ActionCard[ApprovalEntry]):
    """Card of an approval request, and of its outcome."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Decide", tooltip="Approve or reject the skill", id="card.decide")
    ]

    @dataclass
    class Opened(Message):
        """The user wants to answer the question."""

        turn_id: TurnId
        call_id: CallId

    _brief: tuple[ApprovalRequested, _Brief] | None = None

    def sync(self) -> None:
        self.can_focus = self.entry.step.waiting
        self.set_class(self.entry.step.waiting, "-waiting")

    def action_open(self) -> None:
        step = self.entry.step
        if step.waiting:
            self.post_message(self.Opened(self.entry.turn_id, step.call_id))

    def on_click(self) -> None:
        self.action_open()

    def rows(self) -> Sequence[Row]:
        step = self.entry.step
        name = line(step.request.skill) or Content("A skill")
        if step.waiting:
            asked = Content.assemble(name.stylize("bold"), muted("  waits for your approval"))
            return [
                Row(asked, QUESTION, self._how_to_open()),
                Row(muted("Nothing has been done yet.")),
                *self._changes(),
                *self._parameters(),
            ]
        if step.automatic and step.decision == "approved":
            told = Content.assemble(
                "Approved automatically: ", name, muted("  for this conversation")
            )
            return [Row(told, DONE), *self._changed_afterwards()]
        if step.decision == "approved":
            approved = Row(Content.assemble(name, muted("  approved")), DONE)
            return [approved, *self._changed_afterwards()]
        if step.decision == "rejected":
            return [Row(Content.assemble(name, muted("  rejected")), FAILED), *self._reason()]
        return [Row(Content.assemble(name, muted("  no longer pending")), OPEN_END)]

    def _changes(self) -> Iterator[Row]:
        step = self.entry.step
        if step.asked_first:
            found = changes(step.asked_first, step.request)
            yield Row(Content.styled("The parameters changed:", ASKS))
            for change in found[:_BRIEF_CHANGES]:
                yield Row(Content.styled(str(change), ASKS), lines=1)
            if (more := len(found) - _BRIEF_CHANGES) > 0:
                yield Row(muted(f"and {more} more"))

    def _changed_afterwards(self) -> Iterator[Row]:
        if not is_as_shown(self.entry.step):
            yield Row(Content.styled("Its parameters changed after your decision.", ASKS))

    def _parameters(self) -> Iterator[Row]:
        brief = self._in_brief()
        labels = [Content(row.label).cell_length for row in brief.rows]
        cells = min(_LABEL_CELLS, max(labels, default=0))
        if brief.reason:
            yield Row(Content(brief.reason), lines=_REASON_LINES)
        for row in brief.rows:
            yield Row(_parameter(row, cells), lines=1)
        if brief.more:
            yield Row(muted(f"and {brief.more} more"))

    def _in_brief(self) -> _Brief:
        """Return the start of the question; computed once per request."""
        from tui.core.approval_document import approval_document

        request = self.entry.step.request
        if self._brief is None or self._brief[0] is not request:
            today = day_of(self.now_ms())
            document = approval_document(request.schema, request.parameters, today)
            rows = in_brief(document.rows, _BRIEF_ROWS)
            more = sum(row.depth == 0 for row in document.rows) - len(rows)
            reason = clean_line(document.reason.value, 400) if document.reason else ""
            self._brief = request, _Brief(reason, rows, more)
        return self._brief[1]

    def _reason(self) -> Iterator[Row]:
        if reason := clean_line(self.entry.step.reason or "", 400):
            yield Row(muted(f"“{reason}”"))


class ConnectionCard(_ActionCard[ConnectionEntry]):
    """Card of a connection that the user has to authorize in the browser, and of its outcome."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Connect", tooltip="Sign in to connect", id="card.connect")
    ]

    @dataclass
    class Opened(Message):
        """The user wants to see the link."""

        turn_id: TurnId
        attempt_id: AttemptId

    def sync(self) -> None:
        step = self.entry.step
        self.can_focus = step.waiting
        self.set_class(step.waiting, "-waiting")
        self.tick_s = countdown_s(step.expires_ms, self.now_ms()) if step.waiting else None

    def action_open(self) -> None:
        step = self.entry.step
        if step.waiting:
            self.post_message(self.Opened(self.entry.turn_id, step.attempt_id))

    def on_click(self) -> None:
        self.action_open()

    def rows(self) -> Sequence[Row]:
        step = self.entry.step
        name = line(step.connector) or Content("A connection")
        if step.waiting:
            asked = Content.assemble(name.stylize("bold"), muted("  needs you to sign in"))
            return [Row(asked, CONNECTION, self._how_to_open()), Row(muted(self._link()))]
        words, glyph = {
            "authorized": ("connected", DONE),
            "failed": ("couldn't connect", FAILED),
            "rejected": ("declined", FAILED),
            None: ("no longer pending", OPEN_END),
        }[step.outcome]
        return [Row(Content.assemble(name, muted(f"  {words}")), glyph)]

    def _link(self) -> str:
        step = self.entry.step
        host = link_host(step.url) if step.url else None
        if host is None:
            return shown_link(step.url) if step.url else "No link yet."
        return f"{host}  {time_left(step.expires_ms, self.now_ms())}".rstrip()

    def automatic_refresh(self) -> None:
        """Tick behind a dialog, too: it shows the same countdown."""
        self.refresh()
        self._sync_state()


def countdown_s(expires_ms: int | None, now_ms: int) -> float | None:
    """Return the time until ``time_left`` changes; None: it does not."""
    left_s = 0 if expires_ms is None else (expires_ms - now_ms) / 1000
    if left_s <= 0:
        return None
    wait_s = left_s % _CALM_S if left_s > _LAST_S else left_s % 1.0 or 1.0
    return round(wait_s + _AFTER_S, 3)


def time_left(expires_ms: int | None, now_ms: int) -> str:
    """Return the remaining life of a link in words, rounded to ten seconds until the last minute.

    Empty if unknown. The same text at the same time, wherever it is shown.
    """
    if expires_ms is None:
        return ""
    left_s = (expires_ms - now_ms) / 1000
    if left_s > _LAST_S:
        left_s -= left_s % _CALM_S
    return f"expires in {duration(ceil(left_s))}" if left_s > 0 else "expired"


def _parameter(row: ParameterRow, cells: int) -> Content:
    label = Content(row.label).truncate(cells, ellipsis=True, pad=True)
    value = row.value or "…"
    gap = " " * GUTTER_CELLS
    return Content.assemble(label.stylize("$muted"), gap, Content(value))
