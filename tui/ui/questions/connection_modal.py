"""Dialog to authorize a connection in the browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.core.links import UNSAFE_LINK, link_host
from tui.core.text import clean, clean_line
from tui.ui.app.messages import CopyText, OpenLink
from tui.ui.questions.decision_modal import DecisionModal
from tui.ui.questions.question_parts import AnswerState, QuestionAnswers, QuestionTitle
from tui.ui.toolkit.qr import QrPanel
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import CONNECTION, muted
from tui.ui.toolkit.text import line
from tui.ui.transcript.card import wall_clock_ms
from tui.ui.transcript.question_cards import countdown_s, time_left

if TYPE_CHECKING:
    from tui.core.steps import ConnectionStep

_LABEL_CELLS = 10
_NO_LINK = "No link yet. It appears here when it's ready."


@dataclass(frozen=True, slots=True)
class ConnectionAnswer:
    """Decision of the user; ``reason`` is for the agent, None if there is none."""

    rejected: bool = True
    reason: str | None = None


class LinkTable(RowsView):
    """Host of the link, the link, and its remaining life."""

    def __init__(self, step: ConnectionStep, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.step = step
        self._now_ms = now_ms

    def on_mount(self) -> None:
        self.auto_refresh = countdown_s(self.step.expires_ms, self._now_ms())

    def show(self, step: ConnectionStep) -> None:
        """Show a newer state."""
        self.step = step
        self.auto_refresh = countdown_s(step.expires_ms, self._now_ms())
        self.redraw()

    def automatic_refresh(self) -> None:
        super().automatic_refresh()
        self.auto_refresh = countdown_s(self.step.expires_ms, self._now_ms())

    def rows(self) -> Sequence[Row]:
        return list(self._lines())

    def _lines(self) -> Iterator[Row]:
        url = self.step.url or ""
        host = link_host(url)
        if host is None:
            yield Row(muted(UNSAFE_LINK if url else _NO_LINK), indent=0)
            if url:
                yield _line("Link", Content(clean(url)))
            return
        yield _line("Opens", Content.styled(host, "bold"))
        yield _line("Link", Content(clean(url)))
        if left := time_left(self.step.expires_ms, self._now_ms()):
            yield _line("Expiry", Content(left))


class ConnectionModal(DecisionModal[ConnectionAnswer]):
    """Offers the link in three ways. Returns a rejection; None: later, or settled meanwhile.

    Posts ``OpenLink`` and ``CopyText`` for the app. It stays open while the user is in the browser:
    call ``update_step`` with newer states.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open", tooltip="Open the link", id="connection.open"),
        Binding("c", "copy", "Copy the link", tooltip="Copy the link", id="connection.copy"),
        Binding("q", "qr", "QR code", tooltip="Show the link as a QR code", id="connection.qr"),
    ]

    answering = frozenset({"open", "copy", "qr", "reject"})
    answer_keys = "o, c, q and r"

    def __init__(
        self,
        step: ConnectionStep,
        *,
        agent: str = "",
        armed: bool = True,
        message: Widget | None = None,
        place: str = "",
        now_ms: Callable[[], int] = wall_clock_ms,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``place``: title of its conversation, if that is not on screen."""
        subject = step.connector
        super().__init__(subject=subject, clock_s=clock_s, armed=armed, message=message)
        self.step = step
        self._agent = agent
        self._place = place
        self._now_ms = now_ms

    def compose(self) -> ComposeResult:
        connector = clean_line(self.step.connector) or "A connection"
        agent = clean_line(self._agent, 60) or "The agent"
        lead = f"{agent} continues automatically after you sign in."
        if self._place:
            lead = f"In “{self._place}”. {lead}"
        with Vertical(classes="modal--box"):
            yield QuestionTitle(
                CONNECTION, line(f"Sign in to {connector}"), f"{agent} needs this connection"
            )
            yield Static(muted(lead), classes="modal--lead")
            with VerticalScroll(classes="modal--body", can_focus=False):
                yield LinkTable(self.step, self._now_ms)
            yield QrPanel(classes="modal--qr")
            yield Static(classes="modal--note")
            yield AnswerState()
            yield QuestionAnswers(
                ("o", "Open", "open"),
                ("c", "Copy", "copy"),
                ("q", "QR code", "qr"),
                ("r", "Reject…", "reject"),
            )

    def _fit(self) -> None:
        super()._fit()
        if self._shows_qr:
            self._show_qr()

    def update_step(self, step: ConnectionStep) -> None:
        """Show a renewed link; closes without an answer once the question is settled."""
        renewed = step.url != self.step.url
        self.step = step
        if not step.waiting:
            self.settle()
        elif self.is_mounted:
            self.query_one(LinkTable).show(step)
            if renewed and self._shows_qr:
                self._show_qr()

    def rejection(self, reason: str | None) -> ConnectionAnswer:
        return ConnectionAnswer(reason=reason)

    @property
    def _link(self) -> str | None:
        """Link, if it is safe to open."""
        url = self.step.url
        return url if url and link_host(url) else None

    @property
    def _shows_qr(self) -> bool:
        return self.has_class("-qr")

    def action_open(self) -> None:
        if link := self._link:
            self.post_message(OpenLink(link))
            self._note("Sign in there. This dialog closes once you're connected.")

    def action_copy(self) -> None:
        if link := self._link:
            self.post_message(CopyText(link, "the link"))

    def action_qr(self) -> None:
        """Toggle between the link and its QR code."""
        if self._shows_qr:
            self.remove_class("-qr")
        else:
            self._show_qr()

    def action_later(self) -> None:
        """Return from the QR code to the link, or decide later."""
        if self._shows_qr:
            self.remove_class("-qr")
        else:
            super().action_later()

    def _show_qr(self) -> None:
        if link := self._link:
            problem = self.query_one(QrPanel).show(link)
            self.set_class(not problem, "-qr")
            if problem:
                self._note(problem)

    def _note(self, sentence: str) -> None:
        self.query_one(".modal--note", Static).update(muted(sentence))
        self.add_class("-noted")


def _line(label: str, value: Content) -> Row:
    return Row(value, muted(label), indent=_LABEL_CELLS)
