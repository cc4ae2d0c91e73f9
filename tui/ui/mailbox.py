"""How the engine's updates reach the screen: in order, and never more than are worth drawing."""

from __future__ import annotations

from collections.abc import Callable

from tui.chat.updates import (
    CallMade,
    ConversationsChanged,
    EventsSeen,
    RecoveryChanged,
    TurnChanged,
    Update,
    UploadProgress,
)


class Mailbox:
    """Keeps updates until the screen takes them; a newer snapshot replaces an older one.

    However many updates come while the screen draws, it is told once and gets each thing once.
    """

    def __init__(self, ring: Callable[[], object]) -> None:
        self._ring = ring
        self._waiting: dict[object, Update] = {}
        self._count = 0

    def put(self, update: Update) -> None:
        """Take one update; the engine's ``publish``."""
        if not self._waiting:
            self._ring()
        key = self._key(update)
        earlier = self._waiting.pop(key, None)
        if isinstance(earlier, EventsSeen) and isinstance(update, EventsSeen):
            update = EventsSeen(update.conversation_id, earlier.events + update.events)
        self._waiting[key] = update

    def take(self) -> list[Update]:
        """All that waits, in the order of the newest snapshots."""
        updates = list(self._waiting.values())
        self._waiting.clear()
        return updates

    def _key(self, update: Update) -> object:
        match update:
            case TurnChanged(turn=turn):
                return TurnChanged, turn.id
            case EventsSeen(conversation_id=cid) | RecoveryChanged(conversation_id=cid):
                return type(update), cid
            case UploadProgress(turn_id=turn_id):
                return UploadProgress, turn_id
            case ConversationsChanged() | CallMade():
                return type(update)
            case _:
                self._count += 1
                return self._count
