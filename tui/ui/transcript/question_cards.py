"""Cards of questions to the user: approve a skill call, authorize a connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tui.core.links import link_host, shown_link
from tui.core.parameters import ParameterRow, in_brief, parameter_rows
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
    clock_time,
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
_LABEL_CELLS = 18
_CALM_S = 10.0
"""Interval of countdown updates on a card."""
_LAST_S = 60.0
"""Remaining time from which the countdown is updated every second."""


class _ActionCard(Card[EntryT]):
    def _how_to(self, verb: str) -> Content:
        key = key_for(self.app, "question.answer")
        return Content.assemble(
            (key, "bold"), muted(f"{' or click' if key else 'Click'} to {verb}")
        )


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

    _brief: tuple[ApprovalRequested, tuple[Sequence[ParameterRow], int]] | None = None

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
            at_ms = step.request.at_ms
            asked = Content.assemble(
                name.stylize("bold"), Content.styled(" needs your approval", ASKS)
            )
            return [
                Row(asked, QUESTION, muted(clock_time(at_ms)) if at_ms else Content("")),
                *self._changes(),
                *self._parameters(),
                Row(self._how_to("decide")),
            ]
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
        brief, more = self._in_brief()
        cells = min(_LABEL_CELLS, max((Content(row.label).cell_length for row in brief), default=0))
        for row in brief:
            yield Row(_parameter(row, cells), lines=1)
        if more:
            yield Row(muted(f"and {more} more"))

    def _in_brief(self) -> tuple[Sequence[ParameterRow], int]:
        """Return the first parameters, and the number of others; computed once per request."""
        request = self.entry.step.request
        if self._brief is None or self._brief[0] is not request:
            rows = parameter_rows(request.schema, request.parameters)
            brief = in_brief(rows, _BRIEF_ROWS)
            self._brief = request, (brief, sum(row.depth == 0 for row in rows) - len(brief))
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
        self.tick_s = self._countdown_s() if step.waiting else None

    def _countdown_s(self) -> float | None:
        """Interval of countdown updates; None: there is no countdown."""
        expires_ms = self.entry.step.expires_ms
        left_s = 0 if expires_ms is None else (expires_ms - self.now_ms()) / 1000
        if left_s <= 0:
            return None
        return 1.0 if left_s < _LAST_S else _CALM_S

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
            asked = Content.assemble(
                name.stylize("bold"), Content.styled(" needs you to sign in", ASKS)
            )
            return [Row(asked, CONNECTION), Row(muted(self._link())), Row(self._how_to("connect"))]
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
        return f"{host}  {time_left(step.expires_ms, self.now_ms(), coarse=True)}".rstrip()


def time_left(expires_ms: int | None, now_ms: int, *, coarse: bool = False) -> str:
    """Return the remaining life of a link in words; empty if unknown.

    ``coarse`` rounds to ten seconds, until the last minute.
    """
    if expires_ms is None:
        return ""
    left_s = (expires_ms - now_ms) / 1000
    if coarse and left_s >= _LAST_S:
        left_s -= left_s % _CALM_S
    return f"expires in {duration(round(left_s))}" if left_s > 0 else "expired"


def _parameter(row: ParameterRow, cells: int) -> Content:
    label = Content(row.label).truncate(cells, ellipsis=True, pad=True)
    value = row.value or "…"
    gap = " " * GUTTER_CELLS
    return Content.assemble(label.stylize("$muted"), gap, Content(value))
