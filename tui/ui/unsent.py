"""What is written before the store is open, on its way into the store's draft.

A crash at any moment of that way leaves the text in the small file, in the draft, or in both. The
file therefore names the drafts whose text it has already, so that none of it is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.draft import Draft, parse

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
