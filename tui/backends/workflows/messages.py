"""Assemble the messages of a run from all their sources.

Depending on the agent's provider the stream brings pieces of text, or whole messages (the last one
twice), or only a row of the log with the beginning of the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from tui.backends.workflows.cursor import StreamCursor
from tui.backends.workflows.frame_order import Ordered
from tui.backends.workflows.log_lines import Stamp
from tui.core.events import AgentMessage, TurnEvent
from tui.core.ids import MessageId, RunId
from tui.core.json_values import read_json
from tui.core.steps import TextStep
from tui.core.turn import Turn

HOLE = " […] "
"""Marks lost pieces."""
_RESPONSE_CHARS = 200
"""The log cuts replies to this length."""
_LONGEST_ESCAPE = len("\\ud83d")
_HALF_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?$")
_MEETING_CHARS = 8
"""Minimum overlap of two adjacent parts; less may be chance."""


@dataclass(slots=True)
class KnownMessage:
    """Known parts of a message."""

    message_id: MessageId
    text: str
    source: Literal["pieces", "message", "response"]
    confirmed: bool = False
    """The log has reported it, which it does once per message."""
    damaged: bool = False
    """Parts are missing, or may be."""
    pieces: dict[int, str] = field(default_factory=dict)
    holes: list[range] = field(default_factory=list)
    prefix: str = ""
    span: range = range(0)
    """Frame numbers of its pieces."""

    def joined(self) -> str:
        """Return the text, from its pieces in order; gaps are marked."""
        parts = dict(self.pieces)
        for hole in self.holes:
            missing = [number for number in hole if number not in parts]
            if missing:
                parts[missing[-1]] = HOLE
        return self.prefix + "".join(parts[number] for number in sorted(parts))


class MessageAssembler:
    """Assembler of the messages of a run, from its frames."""

    def __init__(self, run_id: RunId, place: StreamCursor, so_far: Turn | None) -> None:
        """``so_far``: the turn up to ``place``; None: its text is unknown."""
        self._run_id = run_id
        self.number, self.offset = place.message, place.offset
        self.said = [
            KnownMessage(step.message_id, step.text, "message", confirmed=True)
            for step in (so_far.steps if so_far else ())
            if isinstance(step, TextStep) and step.settled and step.message_id
        ]
        self._held: tuple[str, Stamp] | None = None
        self._fresh = False
        """Only the log has reported anything since the newest message."""
        self._frame = place.number
        self._begin(place.number)
        drafts = {draft.message_id: draft.text for draft in (so_far.drafts if so_far else ())}
        self.said = [said for said in self.said if said.message_id not in drafts]
        text = drafts.get(self.message_id, "")
        self._prefix: str | None = text[: self.offset] if len(text) >= self.offset else None

    @property
    def message_id(self) -> MessageId:
        """Id of the message that is being written."""
        return MessageId(f"{self._run_id}/{self.number}")

    @property
    def is_open(self) -> bool:
        return self.offset > 0 or bool(self._pieces)

    def reach(self, number: int | None) -> None:
        """Record the position of the stream; a message that starts now has higher numbers."""
        self._frame = self._newest + 1 if number is None else number

    def _begin(self, number: int) -> None:
        self._start = self._newest = number
        self._pieces: dict[int, str] = {}
        self._holes: list[range] = []
        self._headless = False
        self._prefix = ""
        self._spoken_ms: int | None = None
        self._cut = False

    def lose(self) -> None:
        """Record that frames are missing, which may have been pieces."""
        self._cut = self.is_open

    def piece(
        self, ordered: Ordered, text: str, stamp: Stamp
    ) -> tuple[int, str] | AgentMessage | None:
        """Add a piece of the current message; return its offset and displayed text.

        For a late one, return the correction of an earlier message.
        """
        number = self._newest + 1 if ordered.number is None else ordered.number
        if ordered.late and (self._pieces or self.said):
            return self._late(number, text, stamp)
        if number < self._newest:
            number = self._newest + 1  # the server's numbers restarted
        shown = text
        if ordered.after_hole:
            self._headless = self._headless or not self.is_open
            if self.is_open:
                self._holes.append(range(self._newest + 1, number))
                shown = HOLE + text
        self._pieces[number], self._newest, self._fresh = text, number, False
        self._spoken_ms = self._spoken_ms or stamp["at_ms"]
        offset, self.offset = self.offset, self.offset + len(shown)
        return offset, shown

    def _late(self, number: int, text: str, stamp: Stamp) -> AgentMessage | None:
        if number > self._start:
            self._pieces[number] = text
            return None
        for said in self.said:
            if number in said.span and number not in said.pieces:
                said.pieces[number] = text
                return self._corrected(said, said.joined(), stamp, f"{number}")
        return None

    # -- ends of messages --------------------------------------------------------------------

    def settle(self, stamp: Stamp, response: str | None = None) -> list[TurnEvent]:
        """Return the current message, complete: an event arrived that only follows a message.

        ``response``: its text in the log.
        """
        if not self.is_open:
            return []
        said = KnownMessage(
            self.message_id,
            "",
            "pieces",
            confirmed=True,
            damaged=self._cut or self._headless or bool(self._holes),
            pieces=self._pieces,
            holes=self._holes,
            prefix=self._prefix or "",
            span=range(self._start + 1, max(self._newest + 1, self._frame)),
        )
        stamp["at_ms"] = self._spoken_ms or stamp["at_ms"]
        text = said.joined() if self._prefix is not None else None
        if response is not None and (text is None or not _is_about(text, response)):
            text = self._repaired(text, unpacked(response), whole=_is_whole(response))
        self._next()
        if text is None or not text.strip():
            return []
        said.text = text
        self.said.append(said)
        return [self._event(said, stamp)]

    def _repaired(self, text: str | None, response: str, *, whole: bool) -> str | None:
        """Restore the missing beginning or middle of a text from the log.

        ``whole``: the log has all of it.
        """
        wait_for_gap = text is None or self._headless or bool(self._holes)
        if not wait_for_gap or not response.strip():
            return text
        head, _, rest = (text or "").partition(HOLE)
        if head.startswith(response.rstrip()):
            return text
        if whole or not text:
            return response
        return _overlapping(response, rest if rest and response.startswith(head) else text)

    def _next(self) -> None:
        self.number, self.offset = self.number + 1, 0
        self._begin(max(self._newest, self._frame))
        self._fresh = True

    def message(self, text: str, stamp: Stamp) -> list[TurnEvent]:
        """Add a whole message. The last one of a run comes twice: the next frame tells."""
        newest = self.said[-1] if self.said else None
        if not text.strip():
            return []
        if self.is_open:
            return [self._add(text, "message", stamp)]
        begun = newest and newest.source == "pieces" and _holds(text, newest.text.split(HOLE))
        if newest and begun and self._fresh:
            newest.source = "message"
            changed = newest.text != text
            return [self._corrected(newest, text, stamp, "whole")] if changed else []
        if newest and newest.confirmed and newest.text == text:
            self._held = text, stamp
            return []
        return [self._add(text, "message", stamp)]

    def decide(self, kind: str, event: str) -> list[TurnEvent]:
        """Return a message that may be a repetition of the last one, now that the next frame tells.

        A message that is really new is followed by its row of the log.
        """
        if self._held is None:
            return []
        (text, stamp), self._held = self._held, None
        told = kind == "log" and event == "model_response"
        return [self._add(text, "message", stamp)] if told else []

    def response(self, detail: str, stamp: Stamp) -> list[TurnEvent]:
        """Process the row of the log about a message: it confirms one, or is its only source."""
        newest = self.said[-1] if self.said else None
        text = unpacked(detail)
        if newest and (not newest.confirmed or _is_about(newest.text, detail)):
            newest.confirmed = True
            return []
        if not text.strip():
            return []
        event = self._add(text, "response", stamp)
        self.said[-1].confirmed = True
        return [event]

    def tool(self) -> None:
        """Record that a tool ran; later text is another message."""
        self._fresh = False

    def merge(self, texts: list[str], stamp: Stamp) -> tuple[list[TurnEvent], list[str]]:
        """Match the messages of the workflow; return corrections, and the texts that are new.

        The service keeps the end of the reply alone; by the original document, every message.
        """
        left, unknown = list(self.said), list[str]()
        for text in texts:
            same = next((said for said in left if said.text.strip() == text.strip()), None)
            if same:
                left.remove(same)
            else:
                unknown.append(text)
        if len(texts) == 1:
            left = left[-1:]
        changed: dict[MessageId, KnownMessage] = {}
        new: list[str] = []
        for text in reversed(unknown):
            same, rest = _damaged_part(left, text)
            if same is None or rest:
                new.append(text)
            else:
                left.remove(same)
            if same:
                same.text = HOLE.join(rest) or text
                changed[same.message_id] = same
        events = [self._corrected(said, said.text, stamp, "whole") for said in changed.values()]
        return [*events], new[::-1]

    def _add(self, text: str, source: Literal["message", "response"], stamp: Stamp) -> AgentMessage:
        said = KnownMessage(self.message_id, text, source)
        self.said.append(said)
        self._next()
        return self._event(said, stamp)

    def _event(self, said: KnownMessage, stamp: Stamp) -> AgentMessage:
        key = f"{self._run_id}/said/{said.message_id.rpartition('/')[2]}"
        mine = Stamp(**{**stamp, "key": key})
        return AgentMessage(text=said.text, message_id=said.message_id, **mine)

    def _corrected(self, said: KnownMessage, text: str, stamp: Stamp, what: str) -> AgentMessage:
        said.text = text
        event = self._event(said, stamp)
        mine = Stamp(**{**stamp, "key": f"{event.key}/{what}"})
        return AgentMessage(text=text, message_id=said.message_id, **mine)


def unpacked(response: str) -> str:
    """Return the reply inside ``{"response": "…"}``, as in a JSON workflow's log, perhaps cut."""
    inner = _inside(response)
    if inner is None and not _is_whole(response):
        cut = _HALF_CHARACTER.sub("", response)
        ends = range(len(cut), len(cut) - _LONGEST_ESCAPE, -1)  # it may be cut inside an escape
        closed = (_inside(f'{cut[:end]}"}}') for end in ends)
        inner = next((text for text in closed if text is not None), None)
    return response if inner is None else inner


def _inside(packed: str) -> str | None:
    try:
        body = read_json(packed)
    except ValueError:
        return None
    inner = body.get("response") if isinstance(body, dict) and len(body) == 1 else None
    return inner if isinstance(inner, str) else None


def _is_whole(response: str) -> bool:
    """Return True if the log has all of a reply, and not only its beginning."""
    return len(response) < _RESPONSE_CHARS


def _is_about(text: str, row: str) -> bool:
    """Return True if a row of the log may be about a message; a message may itself look packed."""
    whole, text = _is_whole(row), text.strip()
    bare = (form.strip() for form in (row, unpacked(row)))
    return any(form and (text == form or (not whole and text.startswith(form))) for form in bare)


def _overlapping(beginning: str, rest: str) -> str:
    """Join two parts of a text, with a mark between them unless they clearly overlap."""
    for place in range(len(beginning) - _MEETING_CHARS):
        if rest.startswith(beginning[place:]):
            return beginning[:place] + rest
    return beginning + HOLE + rest


def _damaged_part(among: list[KnownMessage], text: str) -> tuple[KnownMessage | None, list[str]]:
    """Return the newest partial message whose last parts are in a text, and those parts.

    Its first parts may be lost too, if the end of one message and the beginning of the next were
    lost together.
    """
    for said in reversed(among):
        if said.source == "response":
            return said, []
        if not said.damaged:
            continue
        parts = said.text.split(HOLE)
        for first in range(len(parts)):
            if _holds(text, parts[first:]):
                return said, parts[:first]
    return None, []


def _holds(text: str, parts: list[str]) -> bool:
    """Return True if parts occur in a text, in order; they may overlap a little."""
    place = 0
    for part in map(str.strip, parts):
        found = text.find(part, max(0, place - _MEETING_CHARS))
        if found < 0:
            return False
        place = found + len(part)
    return True
