"""Keys and text that arrive before the app is ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.events import Key, Paste

from tui.core.draft import Draft, parse

Handle = Callable[[Key | Paste], Awaitable[None]]


class EarlyKeys:
    """Queue of keys and pastes until a widget has the focus; Textual would drop them.

    They are handled in the order in which they arrived, before later ones.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._held: list[Key | Paste] = []
        self._ready = False

    def hold(self, event: Key | Paste) -> bool:
        """Queue an event; return False if it can be handled now."""
        if not self._ready:
            self._held.append(event)
        return not self._ready

    async def release(self) -> None:
        """Handle the queued events, and stop queuing."""
        while self._held:
            await self._handle(self._held.pop(0))
        self._ready = True


# A control character that neither text in the composer nor a stored draft can contain.
_INCLUDES = "\x1d"
_DIGEST_CHARS = 16
_NOTHING = Draft()


@dataclass(frozen=True, slots=True)
class EarlyDraft:
    """Unsent text with files, and digests of the stored drafts that it includes."""

    draft: Draft = _NOTHING
    included: frozenset[str] = frozenset()

    def dump(self) -> str:
        """Return everything as one string."""
        return _INCLUDES.join((self.draft.dump(), *sorted(self.included)))

    def after(self, typed: Draft) -> EarlyDraft:
        """Return a copy with newly typed text in front."""
        return EarlyDraft(typed.followed_by(self.draft), self.included)

    def including(self, stored: str) -> EarlyDraft:
        """Return a copy marked as including a stored draft."""
        return EarlyDraft(self.draft, self.included | {_digest(stored)})

    def joined_with(self, stored: str) -> Draft:
        """Return the text joined with a stored draft, unless it includes that already."""
        if _digest(stored) in self.included:
            return self.draft
        draft = parse(stored)
        if draft.text.startswith(self.draft.text):  # stored just before the program ended
            return draft
        return self.draft.followed_by(draft)


def parse_early_draft(kept: str) -> EarlyDraft:
    """Parse the result of :meth:`EarlyDraft.dump`."""
    text, *included = kept.split(_INCLUDES)
    return EarlyDraft(parse(text), frozenset(included))


def _digest(stored: str) -> str:
    from hashlib import sha256

    return sha256(stored.encode("utf-8", "replace")).hexdigest()[:_DIGEST_CHARS]
