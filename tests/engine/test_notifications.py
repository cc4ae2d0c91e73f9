"""Notifications: each thing that a user waits for is notified once, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes import asks, connects, reply, started
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import ConnectionResolved, StreamResumed, TurnEvent, TurnFinished
from tui.core.ids import AttemptId, ConversationId, TurnId
from tui.core.turn import Turn, fold
from tui.engine.notifications import with_notifications
from tui.engine.updates import EventsSeen, Notification, Problem, TurnChanged, Update

CID = ConversationId("cnv-1")
TURN = Turn(id=TurnId("turn-1"), conversation_id=CID)


def notified(updates: Sequence[Update], *, automatic: bool = False) -> list[tuple[str, str]]:
    """Kind and subject, or text, of the notifications that updates bring."""
    heard: list[Update] = []
    publish = with_notifications(heard.append, lambda turn, step: automatic)
    for update in updates:
        publish(update)
    assert [update for update in heard if not isinstance(update, Notification)] == list(updates)
    found = [update for update in heard if isinstance(update, Notification)]
    return [(one.kind, one.subject or one.text or one.summary) for one in found]


def snapshots(*events: TurnEvent) -> list[Update]:
    """The turn after each event, twice, as a recovery publishes it again."""
    turns = [TURN]
    for event in events:
        turns.append(fold(turns[-1], [event]))
    return [TurnChanged(turn) for turn in turns for _ in range(2)]


def test_a_reply_is_notified_once() -> None:
    assert notified(snapshots(started(), *reply("Hello"))) == [("reply", "Hello")]


def test_a_turn_that_ended_before_this_session_is_not_notified() -> None:
    ended = fold(TURN, [started(), *reply("Hello")])
    assert notified([TurnChanged(ended)]) == []


def test_a_failed_turn_is_a_failure_with_its_reason() -> None:
    end = TurnFinished(key="end", outcome="failed", reason="Out of order")
    assert notified(snapshots(started(), end)) == [("failure", "Out of order")]


def test_a_question_is_notified_once_and_again_when_it_changes() -> None:
    first = asks("Order laptop", "call-1", {"price": 1})
    changed = asks("Order laptop", "call-1", {"price": 2})
    assert notified(snapshots(started(), first)) == [("question", "Order laptop")]
    found = notified(snapshots(started(), first, changed))
    assert found == [("question", "Order laptop")] * 2


def test_a_question_that_is_answered_automatically_is_not_notified() -> None:
    assert notified(snapshots(started(), asks("Order laptop", "call-1")), automatic=True) == []


def test_an_app_that_was_connected_is_notified_after_its_question() -> None:
    asked = connects("Salesforce", "attempt-1", "https://a.example")
    done = ConnectionResolved(key="done", attempt_id=AttemptId("attempt-1"), outcome="authorized")
    assert notified(snapshots(started(), asked, done)) == [
        ("question", "Salesforce"),
        ("connected", "Salesforce"),
    ]


def test_only_a_break_that_could_be_noticed_is_notified() -> None:
    def seen(lost_for_ms: int) -> Update:
        return EventsSeen(CID, (StreamResumed(key="resumed", lost_for_ms=lost_for_ms),))

    assert notified([seen(200)]) == []
    assert notified([seen(5_000)]) == [("connected", "online again")]


def test_a_failure_is_notified_once_and_not_while_it_is_retried() -> None:
    refused = BackendError(ErrorKind.FORBIDDEN, "Not allowed.", request_id="req-1")
    lost = BackendError(ErrorKind.UNREACHABLE, "No connection.")
    updates = [Problem(refused, CID), Problem(refused, CID), Problem(lost, CID)]
    assert notified(updates) == [("failure", "Not allowed.")]
