"""State of the conversation on screen, as the working line shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.core.steps import ConnectionStep, SkillStep
from tui.core.text import clean_line

if TYPE_CHECKING:
    from tui.core.turn import Turn
    from tui.engine.updates import Recovery, RecoveryStep
    from tui.ui.chat.active_turns import PendingQuestion
    from tui.ui.chat.state import ChatState

Kind = Literal[
    "sending",
    "working",
    "stopping",
    "not_waiting",
    "asking",
    "signing_in",
    "unsure",
    "reconnecting",
    "notice",
]

_STEPS: dict[RecoveryStep, str] = {
    "reconnecting": "Reconnecting",
    "replaying": "Catching up",
    "finding": "Checking whether your message arrived",
    "looking": "Checking the agent's progress",
    "polling": "Waiting for the agent to continue",
    "waiting": "Reconnecting",
}
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingState:
    """Content of the working line: verb, subject, since when, and the key that matters now."""

    kind: Kind
    verb: str
    about: str = ""
    since_ms: int | None = None
    command: str = ""
    """Id of the command to offer; its key is shown."""
    effect: str = ""
    """Effect of that command, such as ``to stop``."""


def working_state(
    chat_state: ChatState, *, agent: str, stop: tuple[str, str]
) -> WorkingState | None:
    """Return the state of the conversation on screen; None while nothing happens there.

    ``stop`` is the command, with its effect, that stops the agent or the waiting for it.
    """
    current = chat_state.current
    if current is None:
        return None
    turns = chat_state.active_turns
    if questions := turns.questions(current):
        return _asking(questions[0])
    if chat_state.stopped_waiting:
        return WorkingState(
            kind="not_waiting",
            verb="Not waiting",
            about=f"{agent} keeps working on the server",
            command="app.retry",
            effect="follow again",
        )
    turn = turns.followed(current)
    if recovery := chat_state.recovery:
        return _recovering(recovery, stop)
    if turn is None:
        return _on_its_way(chat_state)
    if turn.halting:
        return WorkingState(
            kind="stopping",
            verb="Stopping",
            about=f"{agent} was asked to stop",
            command=stop[0],
            effect=stop[1],
        )
    return _working(turn, len(turns.unsent(current)), stop)


def _asking(question: PendingQuestion) -> WorkingState:
    kind: Kind = "asking"
    if isinstance(question.step, ConnectionStep):
        kind = "signing_in"
        about, since_ms = f"{question.subject} needs you to sign in", None
    else:
        about = question.subject
        since_ms = question.step.request.seen_ms or question.asked_ms
    return WorkingState(
        kind=kind,
        verb="Waiting for you",
        about=clean_line(about, 80),
        since_ms=since_ms,
        command="question.answer",
        effect="open",
    )


def _recovering(recovery: Recovery, stop: tuple[str, str]) -> WorkingState:
    command, effect = stop
    return WorkingState(
        kind="reconnecting",
        verb=_STEPS.get(recovery.step, "Reconnecting"),
        command=command,
        effect=effect,
    )


def _on_its_way(chat_state: ChatState) -> WorkingState | None:
    """Return the state of a message that the agent does not have yet."""
    current = chat_state.current
    assert current is not None
    states = chat_state.active_turns.prompt_states(current)
    if "unconfirmed" in states:
        about = "Your message may not have arrived"
        return WorkingState(kind="unsure", verb="Not confirmed", about=about)
    if "sending" in states:
        return WorkingState(kind="sending", verb="Sending")
    return None


def _working(turn: Turn, queued: int, stop: tuple[str, str]) -> WorkingState:
    running = [s for s in turn.steps if isinstance(s, SkillStep) and s.status == "running"]
    about = clean_line(running[0].skill, _LONGEST_NAME) if running else ""
    if len(running) > 1:
        about = f"{about} and {len(running) - 1} more"
    if queued:
        waiting = f"{queued} message{'s' if queued > 1 else ''} queued"
        about = f"{about} · {waiting}" if about else waiting
    written_ms = turn.prompt.at_ms if turn.prompt else 0
    command, effect = stop
    return WorkingState(
        kind="working",
        verb="Working" if turn.steps else "Thinking",
        about=about,
        since_ms=written_ms or turn.started_ms,
        command=command,
        effect=effect,
    )
