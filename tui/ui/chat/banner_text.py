"""Texts of the banner above the composer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tui.core.account import login_helps
from tui.core.errors import BackendError, ErrorKind
from tui.core.retry import wait_text

if TYPE_CHECKING:
    from tui.engine.updates import Recovery, RecoveryStep

Tone = Literal["recovery", "problem", "refusal"]

_MESSAGE_STEPS: dict[RecoveryStep, str] = {
    "sending": "Not sent yet",
    "finding": "Connection lost",
}
"""Titles of the steps that are about the user's message; the others are about the reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerText:
    """Text of one notice: the problem, its reason, and the key that helps."""

    tone: Tone
    text: str
    hint: str = ""
    reason: str = ""
    """Reason of an outage; left out where there is no room."""
    command: str = ""
    """Id of the command to offer; its key is shown."""
    effect: str = ""
    """Effect of that command, such as ``to try now``."""
    other: tuple[str, str] = ("", "")
    """Another command and its effect."""
    verb: str = ""
    """With ``due_ms``: the next step, such as ``Reconnecting``."""
    due_ms: int | None = None
    """Time of that step (local clock)."""

    def countdown(self, now_ms: int) -> str:
        """Return the next step and the time that is left: ``Reconnecting in 4 s``."""
        if not self.verb:
            return ""
        left_ms = self.due_ms - now_ms if self.due_ms is not None else 0
        return f"{self.verb} in {wait_text(left_ms / 1000)}" if left_ms > 0 else f"{self.verb} now"


def is_outage(recovery: Recovery) -> bool:
    """Return False for a step that most likely succeeds soon: the working line says enough."""
    if recovery.problem:
        return True
    return recovery.step != "polling" and (recovery.next_ms is not None or recovery.attempt > 1)


def of_recovery(recovery: Recovery, *, agent: str) -> BannerText:
    """Describe the recovery of a turn."""
    match recovery.step:
        case "sending":
            state = "Your message is saved and will be sent."
        case "finding":
            state = "Checking whether your message arrived."
        case _:
            state = f"{agent} keeps working on the server."
    attempt = f"Attempt {recovery.attempt}." if recovery.attempt > 1 else ""
    return BannerText(
        tone="recovery",
        text=_MESSAGE_STEPS.get(recovery.step, "Connection lost"),
        hint=" ".join(part for part in (state, attempt) if part),
        reason=recovery.problem,
        command="app.retry",
        effect="now",
        other=("turn.leave", "stop waiting"),
        verb="Sending again" if recovery.step == "sending" else "Reconnecting",
        due_ms=recovery.next_ms,
    )


def of_error(error: BackendError, *, refused: bool = False, place: str = "") -> BannerText:
    """Describe a failure.

    ``refused``: of a message whose text is back in the composer. ``place`` is the title of its
    conversation if that is not on screen.
    """
    request = f"Request ID {error.request_id}." if error.request_id else ""
    asleep = error.kind is ErrorKind.ASLEEP
    hint = " ".join(part for part in ("" if asleep else error.hint, request) if part)
    label = f"Not sent in “{place}”" if place else "Not sent"
    text = f"{label}: {error}" if refused else str(error)
    command, effect = ("conversation.wake", "to reactivate it") if asleep else ("", "")
    if error.kind is ErrorKind.SETTINGS and not refused:
        command, effect = "app.retry", "tries again"
    return BannerText(
        tone="refusal" if refused else "problem",
        text=text,
        hint=hint,
        command=command,
        effect=effect,
    )


def of_failed_start(error: BackendError) -> BannerText:
    """Describe a session that could not be opened, with a retry."""
    effect = "signs in" if login_helps(error) else "tries again"
    return replace(of_error(error), command="app.retry", effect=effect)


def not_sent(problem: BannerText) -> BannerText:
    """Return the same notice as the reason why a message was not sent."""
    return replace(problem, text=f"Not sent: {problem.text}")
