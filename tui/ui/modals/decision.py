"""What the questions of an agent have in common: reject with a reason, later, settled elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType

from tui.ui.modals.guarded import GuardedModal
from tui.ui.modals.reason import ReasonModal

AnswerT = TypeVar("AnswerT")


class DecisionModal(GuardedModal[AnswerT | None]):
    """A question that may be put off (None), and that may be settled without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r",
            "reject",
            "Reject",
            tooltip="Reject, with a reason if you like",
            id="decision.reject",
        ),
        Binding("escape", "later", "Later", tooltip="Decide later", id="decision.later"),
    ]

    def __init__(self, *, subject: str, clock_s: Callable[[], float]) -> None:
        super().__init__(clock_s=clock_s)
        self._subject = subject
        self._reason: ReasonModal | None = None
        self._is_settled = False

    def rejection(self, reason: str | None) -> AnswerT:
        """The answer that rejects; ``reason`` is None if the user gave none."""
        raise NotImplementedError

    def settle(self) -> None:
        """Close without an answer, as soon as nothing else is in front."""
        self._is_settled = True
        if self.is_active:
            self.dismiss(None)
        elif self._reason is not None and self._reason.is_active:
            self._reason.dismiss(None)

    def action_reject(self) -> None:
        self._reason = ReasonModal(self._subject, clock_s=self._clock_s)
        self.app.push_screen(self._reason, self._reject)

    def action_later(self) -> None:
        self.dismiss(None)

    def _reject(self, reason: str | None) -> None:
        self._reason = None
        if self._is_settled:
            self.dismiss(None)
        elif reason is not None:
            self.dismiss(self.rejection(reason or None))
