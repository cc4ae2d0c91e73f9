"""State of the interface, without a terminal: mailbox, notices, panes, files, keys."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from tests.fakes import NOW_MS, asks, finished, piece, started
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import TurnEvent
from tui.core.ids import ConversationId, TurnId
from tui.core.turn import Turn, fold
from tui.engine.updates import (
    ConversationsChanged,
    EventsSeen,
    Recovery,
    RecoveryChanged,
    RecoveryStep,
    TurnChanged,
    Update,
)
from tui.ui.chat.active_turns import ActiveTurns
from tui.ui.chat.banner_text import of_error, of_recovery
from tui.ui.chat.pane_edge import Pane
from tui.ui.chat.pane_row import MOST_CONVERSATION, ROOM, Panes
from tui.ui.chat.state import ChatState
from tui.ui.chat.update_handler import UpdateQueue
from tui.ui.composer.attachment_files import LARGEST_FILE_BYTES, CannotAttach, attachment_of
from tui.ui.keys.labels import key_name

HERE = ConversationId("here")


def turn(*events: TurnEvent, name: str = "turn-1", where: ConversationId = HERE) -> Turn:
    return fold(Turn(id=TurnId(name), conversation_id=where), events)


def test_a_burst_of_updates_notifies_once_and_keeps_the_newest_snapshots() -> None:
    rings: list[None] = []
    update_queue = UpdateQueue(lambda: rings.append(None))
    grown = turn(started())
    for number in range(1000):
        grown = fold(grown, [piece(number, "x")])
        update_queue.put(TurnChanged(grown))
        update_queue.put(ConversationsChanged())
    assert len(rings) == 1
    assert update_queue.take() == [TurnChanged(grown), ConversationsChanged()]
    update_queue.put(ConversationsChanged())
    assert len(rings) == 2


def test_no_timeline_event_is_lost_in_a_burst() -> None:
    update_queue = UpdateQueue(lambda: None)
    events = [started(), finished()]
    updates: list[Update] = [EventsSeen(HERE, (event,)) for event in events]
    for update in updates:
        update_queue.put(update)
    assert update_queue.take() == [EventsSeen(HERE, tuple(events))]


def test_the_end_of_a_recovery_replaces_its_start() -> None:
    update_queue = UpdateQueue(lambda: None)
    update_queue.put(RecoveryChanged(HERE, Recovery(step="looking")))
    update_queue.put(RecoveryChanged(HERE, None))
    assert update_queue.take() == [RecoveryChanged(HERE, None)]


def test_a_conversation_is_waiting_working_or_idle() -> None:
    active_turns = ActiveTurns()
    active_turns.note(turn(started()))
    assert active_turns.state(HERE) == "running"
    asked = turn(started(), asks("Order laptop", "call-1"))
    active_turns.note(asked)
    assert active_turns.state(HERE) == "asking"
    assert [q.turn.conversation_id for q in active_turns.all_questions()] == [HERE]
    assert [question.subject for question in active_turns.questions(HERE)] == ["Order laptop"]
    active_turns.note(fold(asked, [finished()]))
    assert active_turns.state(HERE) == "idle"
    assert active_turns.questions(HERE) == []


def test_a_recovery_has_a_countdown() -> None:
    notice = of_recovery(
        Recovery(step="waiting", attempt=2, next_ms=NOW_MS + 3_000, problem="Cut off."),
        agent="Ifrit",
    )
    assert notice.text == "Connection lost"
    assert notice.countdown(NOW_MS) == "Reconnecting in 3 s"
    assert notice.countdown(NOW_MS + 2_500) == "Reconnecting in 1 s"
    assert notice.countdown(NOW_MS - 3_477_000) == "Reconnecting in 58 min"
    assert notice.countdown(NOW_MS + 3_000) == "Reconnecting now"
    assert notice.hint == "Ifrit keeps working on the server. Attempt 2."
    assert (notice.command, notice.other[0]) == ("app.retry", "turn.leave")


def test_an_error_is_shown_with_advice_and_its_request_id() -> None:
    error = BackendError(ErrorKind.SERVER, "It broke.", hint="Wait.", request_id="r-1")
    assert of_error(error).text == "It broke."
    assert of_error(error).hint == "Wait. Request ID r-1."
    assert of_error(error, refused=True, place="VPN").text == "Not sent in “VPN”: It broke."


def test_notices_that_need_the_user_come_first() -> None:
    chat_state = ChatState()
    chat_state.session_state, chat_state.current = "open", HERE
    chat_state.fail(BackendError(ErrorKind.UNREACHABLE, "Nobody there."))
    assert chat_state.link() == "offline"
    chat_state.recover(HERE, Recovery(step="reconnecting"))
    assert chat_state.link() == "reconnecting"
    notice = chat_state.notice(agent="Ifrit")
    assert notice is not None
    assert notice.tone == "problem"
    chat_state.recover(HERE, Recovery(step="waiting", problem="Nobody there."))
    assert chat_state.link() == "reconnecting"
    notice = chat_state.notice(agent="Ifrit")
    assert notice is not None
    assert notice.tone == "recovery"
    chat_state.active_turns.note(turn(started(), asks("Order laptop", "call-1")))
    notice = chat_state.notice(agent="Ifrit")
    assert notice is not None
    assert notice.tone == "problem"
    chat_state.recover(HERE, None)
    chat_state.mark_online()
    assert chat_state.link() == "live"


def test_hidden_panes_stay_hidden_and_floating_ones_close() -> None:
    panes = Panes()
    panes.resize(140)
    panes.toggle("sidebar")
    panes.resize(60)
    panes.resize(140)
    assert not panes.shows("sidebar")
    panes.resize(80)
    panes.toggle("timeline")
    assert panes.floats("timeline")
    panes.resize(140)
    assert panes.shows("timeline")
    assert not panes.floats("timeline")


@pytest.mark.parametrize("width", range(60, 260))
def test_the_conversation_has_72_columns_wherever_the_window_allows_it(width: int) -> None:
    panes = Panes()
    panes.resize(width)
    beside: list[Pane] = [pane for pane in ROOM if panes.shows(pane)]
    assert beside == [pane for pane, room in ROOM.items() if width >= room]
    conversation = width - sum(map(panes.width, beside))
    assert conversation >= min(width, 72)
    assert conversation - sum(panes.margins()) <= MOST_CONVERSATION


@pytest.mark.parametrize("width", range(60, 260, 7))
def test_no_pane_can_take_columns_that_the_conversation_needs(width: int) -> None:
    panes = Panes({"sidebar": 200, "timeline": 90})
    panes.resize(width)
    for pane in ROOM:
        beside = [other for other in ROOM if panes.shows(other)]
        assert width - sum(map(panes.width, beside)) >= min(width, 72)
        if pane in beside:
            panes.set_width(pane, 500)


def test_the_width_of_a_pane_is_kept_for_wider_windows() -> None:
    panes = Panes({"sidebar": 40, "timeline": 0})
    panes.resize(100)
    assert panes.width("sidebar") == 28
    panes.resize(200)
    assert (panes.width("sidebar"), panes.width("timeline")) == (40, 46)
    assert panes.set_width("sidebar", 3) == 24


def test_an_empty_timeline_is_shown_only_on_request() -> None:
    panes = Panes()
    panes.resize(160)
    panes.set_empty("timeline", empty=True)
    assert not panes.shows("timeline")
    panes.toggle("timeline")
    assert panes.floats("timeline")
    panes.set_empty("timeline", empty=False)
    assert panes.shows("timeline")
    assert not panes.floats("timeline")


def test_only_valid_files_are_attached(tmp_path: Path) -> None:
    small, empty, large = (tmp_path / name for name in ("small", "empty", "large"))
    small.write_text("x")
    empty.touch()
    with large.open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    assert attachment_of(small).size_bytes == 1
    for path, reason in ((empty, "empty"), (large, "20 MB"), (tmp_path, "isn't a file")):
        with pytest.raises(CannotAttach, match=reason):
            attachment_of(path)


@pytest.mark.parametrize(
    ("key", "name"), [("ctrl+n", "Ctrl+N"), ("escape", "Esc"), ("f1", "F1"), ("a", "a")]
)
def test_keys_are_labeled_as_on_a_keyboard(key: str, name: str) -> None:
    assert key_name(key) == name


@pytest.mark.parametrize("step", get_args(RecoveryStep))
def test_every_step_of_a_recovery_has_a_text(step: RecoveryStep) -> None:
    assert of_recovery(Recovery(step=step, attempt=1), agent="Ifrit").text
