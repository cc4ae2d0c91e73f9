"""Records of a session in the log: turns, recoveries and errors, without any content."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.engine.updates import (
    ConversationNamed,
    MessageRejected,
    Problem,
    Publish,
    Recovery,
    RecoveryChanged,
    TurnChanged,
    TurnDropped,
    Update,
    UserNotice,
)
from tui.system.logs import note, open_log

if TYPE_CHECKING:
    from tui.config.settings import LogSettings
    from tui.core.errors import BackendError
    from tui.core.ids import ConversationId, TurnId
    from tui.core.turn import Turn


def start_log(settings: LogSettings, command: str) -> None:
    """Open the log file of the settings, and note the command and all versions.

    Raises ``OSError``.
    """
    path = settings.log_file
    if path and open_log(path, as_json=settings.log_format == "json"):
        from tui.core.redaction import hold_environment
        from tui.system.versions import versions

        hold_environment(os.environ)
        note("start", {"command": command or None, **versions()})


class SessionLog:
    """Listener of a session that logs its updates and passes them on."""

    def __init__(self, publish: Publish) -> None:
        self._pass_on = publish
        self._states: dict[TurnId, str] = {}
        """States of the turns that have not ended."""

    def publish(self, update: Update) -> None:
        """Log an update if it matters for support, and pass it on."""
        match update:
            case TurnChanged(turn=turn):
                self._note_turn(turn)
            case TurnDropped(conversation_id=cid, turn_id=turn_id):
                self._states.pop(turn_id, None)
                note("turn canceled", {"turn": turn_id, "conversation": cid})
            case RecoveryChanged(conversation_id=cid, recovery=recovery):
                _note_recovery(cid, recovery)
            case ConversationNamed(old=old, new=new):
                note("conversation created", {"conversation": new, "local": old})
            case MessageRejected(conversation_id=cid, turn_id=turn_id, error=error):
                _note_error("message rejected", error, {"turn": turn_id, "conversation": cid})
            case Problem(error=error, conversation_id=cid):
                _note_error("problem", error, {"conversation": cid})
            case UserNotice(text=text):
                note("notice", {"text": text})
            case _:
                pass
        self._pass_on(update)

    def _note_turn(self, turn: Turn) -> None:
        known, state = self._states.get(turn.id), _state_of(turn)
        if state == known or (turn.over and known is None):
            return
        if turn.over:
            self._states.pop(turn.id)
        else:
            self._states[turn.id] = state
        note(
            "turn ended" if turn.over else "turn changed" if known else "turn begun",
            {
                "turn": turn.id,
                "conversation": turn.conversation_id,
                "run": turn.run_id,
                "phase": state,
                "events": len(turn.log) if turn.over else None,
                "ms": _length_ms(turn),
            },
        )


def _state_of(turn: Turn) -> str:
    if turn.over:
        return turn.outcome or "over"
    if turn.phase == "waiting" and turn.prompt:
        return turn.prompt.state
    return turn.phase


def _length_ms(turn: Turn) -> int | None:
    if turn.over and turn.started_ms is not None and turn.ended_ms is not None:
        return turn.ended_ms - turn.started_ms
    return None


def _note_recovery(conversation_id: ConversationId, recovery: Recovery | None) -> None:
    if recovery is None:
        note("recovery over", {"conversation": conversation_id})
        return
    note(
        "recovery",
        {
            "conversation": conversation_id,
            "step": recovery.step,
            "attempt": recovery.attempt,
            "next_ms": recovery.next_ms,
            "problem": recovery.problem or None,
        },
    )


def _note_error(event: str, error: BackendError, fields: Mapping[str, object]) -> None:
    found = {
        "kind": error.kind.value,
        "text": str(error),
        "status": error.status,
        "error_code": error.code,
        "request_id": error.request_id,
    }
    note(event, {**fields, **found}, level=logging.WARNING)
