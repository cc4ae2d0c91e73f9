"""Turns of the timeline: which turn an event belongs to, and what its rows are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.event_labels import first_words
from tui.core.events import AgentMessage, TextDelta
from tui.core.text import clean_line
from tui.core.turn import is_new
from tui.core.turn_rows import TurnRows

if TYPE_CHECKING:
    from tui.core.events import TurnEvent
    from tui.core.ids import RunId
    from tui.core.turn import Turn

_TITLE_CHARS = 200


@dataclass(slots=True, eq=False)
class TimelineTurn:
    """A turn: its first words, its time, and its rows."""

    key: str
    rows: TurnRows
    title: str = ""
    at_ms: int | None = None

    @property
    def name(self) -> str:
        """Title; without a message of the user the first words of the agent."""
        if self.title:
            return self.title
        said = (e.text for e in self.rows.events if isinstance(e, AgentMessage))
        return next((f"“{first_words(text, _TITLE_CHARS)}”" for text in said), "")


@dataclass(slots=True)
class _Known:
    """What the turns themselves say."""

    title: str
    at_ms: int | None


@dataclass(slots=True)
class TimelineTurns:
    """Turns in order, made of events without duplicates."""

    turns: list[TimelineTurn] = field(default_factory=list)
    raw: bool = False
    _seen: set[str] = field(default_factory=set)
    _unnamed: dict[object, bool] = field(default_factory=dict)
    """Contents of events, and whether they came with an id."""
    _owners: dict[RunId, str] = field(default_factory=dict)
    _known: dict[str, _Known] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of events."""
        return sum(len(turn.rows) for turn in self.turns)

    @property
    def events(self) -> list[TurnEvent]:
        return [event for turn in self.turns for event in turn.rows.events]

    def clear(self) -> None:
        """Forget all events, but not the turns."""
        self.turns.clear()
        self._seen.clear()
        self._unnamed.clear()

    def note(self, turns: Iterable[Turn]) -> bool:
        """Learn the words and runs of turns; return True if that changes what is shown."""
        changed = False
        for turn in turns:
            known = _Known(_title_of(turn), (turn.prompt and turn.prompt.at_ms) or None)
            log = turn.log[-1:] if turn.id in self._known else turn.log
            if self._known.get(turn.id) != known:
                self._known[turn.id] = known
                changed = True
            for run_id in {turn.run_id, *(event.run_id for event in log)}:
                if run_id is not None and self._owners.get(run_id) != turn.id:
                    self._owners[run_id] = turn.id
                    changed = True
        if changed and self.turns:
            self._regroup()
        return changed

    def has(self, event: TurnEvent) -> bool:
        """Return True if an event is among those shown."""
        return event.key in self._seen

    def add(self, events: Iterable[TurnEvent]) -> bool:
        """Add events in the order of arrival; return True if that changes any row."""
        fresh = [event for event in events if self._is_new(event)]
        changed = False
        for turn, own in self._by_turn(fresh):
            changed = turn.rows.add(own) or changed
        return changed

    def forget_oldest(self, kept: int) -> None:
        """Drop the oldest events, and turns without any."""
        surplus = len(self) - kept
        while surplus > 0 and self.turns:
            rows = self.turns[0].rows
            count = len(rows)
            if count <= surplus and len(self.turns) > 1:
                del self.turns[0]
            else:
                rows.forget_oldest(surplus)
            surplus -= count
        self._seen.clear()
        self._unnamed.clear()
        for event in self.events:
            self._is_new(event)

    def show_raw(self, *, on: bool) -> None:
        """Give each log line a row of its own, or not."""
        self.raw = on
        for turn in self.turns:
            turn.rows.show_raw(on=on)

    def _is_new(self, event: TurnEvent) -> bool:
        """Return True once for each event.

        One source may give an event an id that another does not: then the number in the run shows
        that they are the same, or else equal contents at the same time.
        """
        if isinstance(event, TextDelta):
            return True
        if not is_new(event, self._seen):
            return False
        if event.at_ms is None or event.seq is not None:
            return True
        content = (type(event), event.run_id, event.at_ms, _content_of(event))
        named = event.event_id is not None
        return self._unnamed.setdefault(content, named) == named

    def _by_turn(
        self, events: Sequence[TurnEvent]
    ) -> Iterator[tuple[TimelineTurn, list[TurnEvent]]]:
        own: list[TurnEvent] = []
        turn: TimelineTurn | None = None
        for event in events:
            key = self._key_of(event)
            if turn is None or turn.key != key:
                if turn:
                    yield turn, own
                turn, own = self._turn(key), []
            own.append(event)
        if turn:
            yield turn, own

    def _key_of(self, event: TurnEvent) -> str:
        if event.run_id is None:
            return self._key_at(event.seen_ms or event.at_ms or 0)
        return self._owners.get(event.run_id) or f"run {event.run_id}"

    def _key_at(self, at_ms: int) -> str:
        """Return the last turn that had begun at a time, for an event before its run is known."""
        begun = [
            (known.at_ms, key)
            for key, known in self._known.items()
            if known.at_ms is not None and known.at_ms <= at_ms
        ]
        last = self.turns[-1].key if self.turns else ""
        return max(begun)[1] if begun else last

    def _turn(self, key: str) -> TimelineTurn:
        turn = next((turn for turn in reversed(self.turns) if turn.key == key), None)
        if turn is None:
            known = self._known.get(key) or _Known("", None)
            turn = TimelineTurn(key, TurnRows(raw=self.raw), known.title, known.at_ms)
            self.turns.append(turn)
        return turn

    def _regroup(self) -> None:
        """Apply what has been learned about the turns of the events shown."""
        for turn in self.turns:
            if known := self._known.get(turn.key):
                turn.title, turn.at_ms = known.title, known.at_ms
        if any(
            self._key_of(turn.rows.events[0]) != turn.key for turn in self.turns if len(turn.rows)
        ):
            events = self.events
            self.turns.clear()
            for turn, own in self._by_turn(events):
                turn.rows.add(own)


def _title_of(turn: Turn) -> str:
    prompt = turn.prompt
    if prompt is None:
        return ""
    names = ", ".join(file.name for file in prompt.attachments)
    text = names if prompt.is_by_app else prompt.text.strip()
    return clean_line(text or names, _TITLE_CHARS)


def _content_of(event: TurnEvent) -> tuple[object, ...]:
    """Return what an event says, apart from its ids."""
    names = ("text", "skill", "call_id", "outcome", "decision", "attempt_id", "name", "detail")
    return tuple(getattr(event, name, None) for name in (*names, "kind", "reason", "error"))
