"""Notifications: what a user who looks elsewhere wants to know, from the updates of a session.

The only source of desktop notifications (``ui/app/app.py``) and of the user's hooks
(``bootstrap/hooks.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui.core.errors import BackendError
from tui.core.events import StreamResumed
from tui.core.ids import ConversationId, TurnId
from tui.core.steps import SHORT_BREAK_MS, ApprovalStep, ConnectionStep
from tui.core.text import clean_line
from tui.core.turn import Turn
from tui.engine.updates import (
    EventsSeen,
    MessageRejected,
    Notification,
    NotificationKind,
    Problem,
    Publish,
    TurnChanged,
    TurnDropped,
    Update,
)

_LONGEST_NAME = 60


def with_notifications(
    publish: Publish, answers_itself: Callable[[Turn, ApprovalStep], bool]
) -> Publish:
    """Return a listener that passes on updates, each followed by its notifications.

    ``answers_itself`` returns True for an approval that the user is not asked for.
    """
    source = _NotificationSource(answers_itself)

    def listener(update: Update) -> None:
        publish(update)
        for notification in source.of(update):
            publish(notification)

    return listener


class _NotificationSource:
    """Finds what is new in updates; each thing is notified once."""

    def __init__(self, answers_itself: Callable[[Turn, ApprovalStep], bool]) -> None:
        self._answers_itself = answers_itself
        self._told: dict[TurnId, set[str]] = {}
        """Things that were notified, of each turn that has not ended."""
        self._failures: set[tuple[ConversationId | None, str]] = set()
        """Failures that were notified since the last reply."""

    def of(self, update: Update) -> Iterator[Notification]:
        match update:
            case TurnChanged(turn=turn):
                yield from self._of_turn(turn)
            case TurnDropped(turn_id=turn_id):
                self._told.pop(turn_id, None)
            case EventsSeen(conversation_id=cid, events=events):
                if any(isinstance(e, StreamResumed) and _is_long(e) for e in events):
                    yield Notification(
                        kind="connected", summary="online again", conversation_id=cid
                    )
            case MessageRejected(conversation_id=cid, turn_id=turn_id, error=error):
                yield from self._of_error(cid, error, "your message wasn't sent", turn_id)
            case Problem(error=error, conversation_id=cid) if not error.transient:
                yield from self._of_error(cid, error, "something failed", None)
            case _:
                pass

    def _of_turn(self, turn: Turn) -> Iterator[Notification]:
        if turn.over and turn.id not in self._told:
            return  # it ended before this session
        told = self._told.setdefault(turn.id, set())
        for step in turn.steps:
            if isinstance(step, ApprovalStep | ConnectionStep):
                yield from self._of_step(turn, step, told)
        if turn.prompt and turn.prompt.state == "unconfirmed" and "unconfirmed" not in told:
            told.add("unconfirmed")
            yield _of(turn, "failure", "your message isn't confirmed", text=turn.prompt.problem)
        if turn.over:
            del self._told[turn.id]
            self._failures.clear()
            if turn.outcome == "failed":
                text = turn.reason or "The agent couldn't finish its reply."
                yield _of(turn, "failure", "the agent couldn't finish", text=text)
            else:
                yield _of(turn, "reply", "the reply is ready", text=turn.reply)

    def _of_step(
        self, turn: Turn, step: ApprovalStep | ConnectionStep, told: set[str]
    ) -> Iterator[Notification]:
        if isinstance(step, ApprovalStep):
            name, key = step.request.skill, f"{step.key}/{step.revision}"
            asks = step.waiting and not self._answers_itself(turn, step)
            what = "needs your approval"
        else:
            name, key, asks = step.connector, step.key, step.waiting
            what = "needs you to sign in"
        subject = clean_line(name, _LONGEST_NAME)
        if asks and key not in told:
            told.add(key)
            text = f"{subject} {what}."
            yield _of(turn, "question", f"{subject} needs your answer", subject=subject, text=text)
        connected = isinstance(step, ConnectionStep) and step.outcome == "authorized"
        if connected and key in told and (done := f"{key} connected") not in told:
            told.add(done)
            yield _of(turn, "connected", f"{subject} is connected", subject=subject)

    def _of_error(
        self,
        conversation_id: ConversationId | None,
        error: BackendError,
        summary: str,
        turn_id: TurnId | None,
    ) -> Iterator[Notification]:
        if (known := (conversation_id, str(error))) not in self._failures:
            self._failures.add(known)
            yield Notification(
                kind="failure",
                summary=summary,
                conversation_id=conversation_id,
                turn_id=turn_id,
                text=f"{error} {error.hint}".strip(),
                request_id=error.request_id,
            )


def _is_long(event: StreamResumed) -> bool:
    return event.lost_for_ms >= SHORT_BREAK_MS


def _of(
    turn: Turn,
    kind: NotificationKind,
    summary: str,
    *,
    subject: str = "",
    text: str = "",
) -> Notification:
    return Notification(
        kind=kind,
        summary=summary,
        conversation_id=turn.conversation_id,
        turn_id=turn.id,
        run_id=turn.run_id,
        subject=subject,
        text=text,
        outcome=turn.outcome,
    )
