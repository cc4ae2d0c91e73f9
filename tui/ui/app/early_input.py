"""Keys and text that arrive before the app is ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.events import Key, Paste

from tui.core.draft import Draft, parse

Handle = Callable[[Key | Paste], Awaitable[None]]


class EarlyKeys:
    """Holds keys and pastes until a widget has the focus; Textual would drop them.

    They are handled in the order in which they came, before those that come later.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._held: list[Key | Paste] = []
        self._ready = False

    def hold(self, event: Key | Paste) -> bool:
        """Keep an event for later; False if it can be handled now."""
        if not self._ready:
            self._held.append(event)
        return not self._ready

    async def release(self) -> None:
        """Handle what was held; from now on nothing is."""
        while self._held:
            await self._handle(self._held.pop(0))
        self._ready = True


# A control character that no text in the composer can have, nor the form in which one is kept.
_INCLUDES = "\x1d"
_DIGEST_CHARS = 16
_NOTHING = Draft()


@dataclass(frozen=True, slots=True)
class Unsent:
    """A text with files, and digests of the stored drafts that are part of it."""

    draft: Draft = _NOTHING
    included: frozenset[str] = frozenset()

    def dump(self) -> str:
        """All of it as one text."""
        return _INCLUDES.join((self.draft.dump(), *sorted(self.included)))

    def behind(self, typed: Draft) -> Unsent:
        """The same with what has been typed since in front of it."""
        return Unsent(typed.followed_by(self.draft), self.included)

    def including(self, stored: str) -> Unsent:
        """The same, said to have a stored draft in it."""
        return Unsent(self.draft, self.included | {_digest(stored)})

    def joined_with(self, stored: str) -> Draft:
        """The text and a stored draft, which is not repeated if it is part of the text."""
        if _digest(stored) in self.included:
            return self.draft
        draft = parse(stored)
        if draft.text.startswith(self.draft.text):  # it was stored just before the end
            return draft
        return self.draft.followed_by(draft)


def read_unsent(kept: str) -> Unsent:
    """What :meth:`Unsent.dump` made one text of."""
    text, *included = kept.split(_INCLUDES)
    return Unsent(parse(text), frozenset(included))


def _digest(stored: str) -> str:
    from hashlib import sha256

    return sha256(stored.encode("utf-8", "replace")).hexdigest()[:_DIGEST_CHARS]
