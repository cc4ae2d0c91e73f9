"""Texts of the banner above the composer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tui.core.account import login_helps
from tui.core.errors import BackendError, ErrorKind
from tui.core.retry import wait_text
from tui.core.steps import ConnectionStep

if TYPE_CHECKING:
    from tui.engine.updates import Recovery, RecoveryStep
    from tui.ui.chat.active_turns import PendingQuestion

Tone = Literal["question", "recovery", "problem", "refusal"]

_STEPS: dict[RecoveryStep, str] = {
    "sending": "Not sent yet",
    "reconnecting": "Connection lost",
    "replaying": "Catching up",
    "finding": "Checking whether your message arrived",
    "looking": "Checking the agent's progress",
    "polling": "Waiting for the agent to continue",
    "waiting": "Waiting for the server",
}
_VERBS: dict[RecoveryStep, str] = {"sending": "sending again", "reconnecting": "reconnecting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerText:
    """Text of one notice: the problem, its reason, and the key that helps."""

    tone: Tone
    text: str
    hint: str = ""
    command: str = ""
    """Id of the command to offer; its key is shown."""
    effect: str = ""
    """Effect of that command, such as ``to try now``."""
    other: tuple[str, str] = ("", "")
    """Another command and its effect."""
    verb: str = ""
    """With ``due_ms``: the next step, such as ``reconnecting``."""
    due_ms: int | None = None
    """Time of that step (local clock)."""

    def sentence(self, now_ms: int) -> str:
        """Return the first line, with the time that is left at ``now_ms``."""
        if not self.verb:
            return self.text
        left_ms = self.due_ms - now_ms if self.due_ms is not None else 0
        when = f" in {wait_text(left_ms / 1000)}" if left_ms > 0 else " now"
        return f"{self.text} · {self.verb}{when}"


STOPPED_WAITING = BannerText(
    tone="recovery",
    text="Stopped waiting",
    hint="The agent keeps working, and nothing is lost.",
    command="app.retry",
    effect="to check again",
)


def of_recovery(recovery: Recovery) -> BannerText:
    """Describe the recovery of a turn."""
    verb = _VERBS.get(recovery.step, "trying again" if recovery.next_ms else "")
    attempt = f"Attempt {recovery.attempt}" if recovery.attempt > 1 else ""
    # The attempt comes last: a narrow window cuts the end.
    parts = [recovery.problem.rstrip("."), attempt]
    return BannerText(
        tone="recovery",
        text=_STEPS[recovery.step],
        hint=" · ".join(part for part in parts if part),
        command="app.retry",
        effect="to try now",
        other=("turn.stop_waiting", "to stop waiting"),
        verb=verb,
        due_ms=recovery.next_ms,
    )


def of_question(question: PendingQuestion, *, place: str = "") -> BannerText:
    """Describe a question that did not take the focus.

    ``place`` is the title of its conversation if that is not on screen.
    """
    if isinstance(question.step, ConnectionStep):
        text = f"{question.subject} needs you to sign in"
    else:
        text = f"{question.subject} needs your approval"
    return BannerText(
        tone="question",
        text=text,
        hint=f"In “{place}”" if place else "",
        command="question.answer",
        effect="to open",
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
