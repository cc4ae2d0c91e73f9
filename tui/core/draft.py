"""Draft: the text of the composer with its pastes and files, stored as one text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.records import Prompt


_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][0-9]+;[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\)"
)
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def typed_text(text: str) -> str:
    """Normalize text that was typed, pasted or edited elsewhere.

    Line breaks of any kind become ``\\n``. Escape sequences, other control characters and lone
    surrogates are removed. Every other character stays, invisible ones as well. Idempotent.
    """
    return _NO_TEXT.sub("", _BREAKS.sub("\n", _SEQUENCES.sub("", text)))


def is_text(character: str) -> bool:
    """Return True if a single character can be part of a text, visible or not."""
    return len(character) == 1 and unicodedata.category(character) not in ("Cc", "Cs")


# Control characters that text in the composer cannot contain, since it is cleaned: a collapsed
# part is between shift-out and shift-in, and a file follows a file separator.
_OUT, _IN, _FILE = "\x0e", "\x0f", "\x1c"
FOLDED_PART = f"{_OUT}[^{_IN}]*{_IN}"
"""Pattern of a collapsed part."""
_FOLDED = re.compile(f"{_OUT}([^{_IN}]*){_IN}")


@dataclass(frozen=True, slots=True)
class Draft:
    """Message that has not been sent.

    ``text`` can have collapsed parts, see :func:`fold`. ``paths`` are the attached files.
    """

    text: str = ""
    paths: tuple[str, ...] = ()

    def dump(self) -> str:
        """Return all of it as one text. Text may be put before it, and remains text."""
        return _FILE.join((self.text, *self.paths))

    def followed_by(self, other: Draft) -> Draft:
        """Return both drafts joined, with an empty line between the texts."""
        texts = [text for text in (self.text, other.text) if text.strip()]
        paths = dict.fromkeys((*self.paths, *other.paths))
        return Draft("\n\n".join(texts), tuple(paths))

    def with_returned(self, message: Draft, returned_before: Draft) -> Draft:
        """Return the draft with a rejected message in front, after those returned before it.

        ``returned_before``: messages returned earlier; once edited, they count as the user's own.
        """
        if self.text != returned_before.text and not self.text.startswith(
            f"{returned_before.text}\n\n"
        ):
            return message.followed_by(self)
        since = Draft(self.text.removeprefix(returned_before.text).removeprefix("\n\n"), self.paths)
        still_there = tuple(path for path in self.paths if path in returned_before.paths)
        return Draft(returned_before.text, still_there).followed_by(message).followed_by(since)

    def __bool__(self) -> bool:
        return bool(self.text or self.paths)


def draft_of(prompt: Prompt) -> Draft:
    """Return the draft of a message that is returned to be changed."""
    return Draft(prompt.text, tuple(file.path for file in prompt.attachments))


def parse(kept: str) -> Draft:
    """Return the draft stored by :meth:`Draft.dump`."""
    text, *paths = kept.split(_FILE)
    return Draft(text, tuple(paths))


def fold(text: str) -> str:
    """Mark text as a part of a draft that is shown collapsed."""
    return f"{_OUT}{text}{_IN}"


def show_folded(text: str, label: Callable[[str], str]) -> str:
    """Return a draft's text with a label in place of each collapsed part."""
    return _FOLDED.sub(lambda found: label(found[1]), text)


def unfold(text: str) -> str:
    """Return a draft's full text, as it would be sent."""
    return text.replace(_OUT, "").replace(_IN, "")
