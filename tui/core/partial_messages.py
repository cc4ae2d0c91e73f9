"""Messages that are still being written, put together from their pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.events import TextDelta
    from tui.core.ids import MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialMessage:
    """Message that is still being written."""

    message_id: MessageId
    text: str = ""
    pending: tuple[tuple[int, str], ...] = ()
    """Pieces that arrived before their predecessors."""
    at_ms: int | None = None


def grow(drafts: tuple[PartialMessage, ...], deltas: list[TextDelta]) -> tuple[PartialMessage, ...]:
    """Return the messages with these pieces, and new ones for pieces of others."""
    by_id = {draft.message_id: draft for draft in drafts}
    pieces: dict[MessageId, set[tuple[int, str]]] = {}
    for delta in deltas:
        name = delta.message_id
        by_id.setdefault(name, PartialMessage(message_id=name, at_ms=delta.at_ms))
        pieces.setdefault(name, set()).add((delta.offset, delta.text))
    return tuple(_join(draft, pieces.get(name, ())) for name, draft in by_id.items())


def _join(draft: PartialMessage, pieces: Iterable[tuple[int, str]]) -> PartialMessage:
    """Insert pieces at their offsets; they may overlap existing text."""
    parts, length, waiting = [draft.text], len(draft.text), []
    for offset, piece in sorted({*draft.pending, *pieces}):
        if offset > length:
            waiting.append((offset, piece))
        elif new := piece[length - offset :]:
            parts.append(new)
            length += len(new)
    return replace(draft, text="".join(parts), pending=tuple(waiting))
