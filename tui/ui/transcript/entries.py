"""Turns as transcript entries: plain values in order, one for each widget.

The key of an entry stays the same while the turn grows, so that its widget is updated instead of
being replaced under the user's cursor. ``joined`` entries are drawn close to the one above: a
sequence of skill calls reads as a list.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from tui.core.events import AgentMessage, HaltRequested, TurnOutcome
from tui.core.questions import approvals_of_skills
from tui.core.steps import ApprovalStep, BreakStep, ConnectionStep, SkillStep, Step, TextStep
from tui.ui.toolkit.state_glyphs import day_of

if TYPE_CHECKING:
    from tui.core.ids import TurnId
    from tui.core.records import Prompt
    from tui.core.turn import Turn
    from tui.core.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEntry:
    """Separator before the first turn of a day."""

    key: str
    day: date


def prompt_key(turn_id: TurnId) -> str:
    """Return the key of a turn's prompt."""
    return f"{turn_id}/prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEntry:
    """Message of the user."""

    key: str
    turn_id: TurnId
    prompt: Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class NameEntry:
    """Line above everything that the agent did in a turn."""

    key: str
    at_ms: int | None
    seconds: float | None
    """Duration of the turn; None until it is over."""
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyEntry:
    """Message of the agent, in Markdown."""

    key: str
    text: str
    settled: bool
    """False while it is still streaming."""
    at_ms: int | None = None
    joined: bool = False
    named: bool = False
    """True directly below the agent's name, which has the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillEntry:
    """Skill calls that ran together: nothing else came between them."""

    key: str
    """That of the first call, so that it stays as more follow."""
    steps: tuple[SkillStep, ...]
    approvals: tuple[ApprovalStep | None, ...] = ()
    """Approval of each step, told in its row; empty if no step needed one."""
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalEntry:
    """Question whether a skill may run."""

    key: str
    turn_id: TurnId
    step: ApprovalStep
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEntry:
    """Connection that only the user can authorize."""

    key: str
    turn_id: TurnId
    step: ConnectionStep
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEntry:
    """A break of the connection that is over, where it was."""

    key: str
    step: BreakStep
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEntry:
    """A turn that ended without a reply."""

    key: str
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeEntry:
    """Outcome of a turn that failed or ended with an error."""

    key: str
    outcome: TurnOutcome
    reason: str
    asked_for: bool = False
    """True if the user stopped it."""
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEntry:
    """Usage of a finished turn."""

    key: str
    usage: Usage
    joined: bool = True


Entry = (
    DayEntry
    | PromptEntry
    | NameEntry
    | ReplyEntry
    | SkillEntry
    | ApprovalEntry
    | ConnectionEntry
    | BreakEntry
    | SilenceEntry
    | OutcomeEntry
    | UsageEntry
)


def entries_of(turn: Turn) -> list[Entry]:
    """Return the entries of a turn, from top to bottom. Keys are unique over all turns."""
    entries: list[Entry] = []
    if turn.prompt is not None:
        entries.append(PromptEntry(key=prompt_key(turn.id), turn_id=turn.id, prompt=turn.prompt))
    if turn.steps or turn.over:
        entries.append(_name(turn))
    entries += _steps(turn)
    entries += _end(turn)
    return [_joined(above, entry) for above, entry in zip([None, *entries], entries, strict=False)]


def key_of_message(turn: Turn, event_key: str | None) -> str:
    """Return the entry of an agent's message, by its event; else the turn's first entry."""
    event = next((event for event in turn.log if event.key == event_key), None)
    if isinstance(event, AgentMessage):
        texts = [step for step in turn.steps if isinstance(step, TextStep)]
        for number, step in enumerate(texts):
            same_id = step.message_id is not None and step.message_id == event.message_id
            if same_id or step.text == event.text:
                return _text_key(turn, number)
    return entries_of(turn)[0].key


def _text_key(turn: Turn, number: int) -> str:
    # By number: a message gets its id only when it is complete.
    return f"{turn.id}/text/{number}"


def _joined(above: Entry | None, entry: Entry) -> Entry:
    """Mark an entry that has no blank row above it.

    The edge of a message or of skills is air enough, and a name stands on its text.
    """
    if isinstance(entry, DayEntry | PromptEntry | UsageEntry):
        return entry
    has_air = isinstance(above, PromptEntry | NameEntry | SkillEntry)
    if isinstance(entry, ReplyEntry):
        return replace(entry, joined=has_air, named=isinstance(above, NameEntry))
    is_close = has_air or isinstance(entry, SkillEntry) or _is_brief(above)
    return replace(entry, joined=True) if is_close else entry


def _name(turn: Turn) -> NameEntry:
    first = turn.steps[0] if turn.steps else None
    said_ms = first.at_ms if isinstance(first, TextStep) else None
    begun_ms = turn.started_ms
    known = turn.over and begun_ms is not None and turn.ended_ms is not None
    return NameEntry(
        key=f"{turn.id}/name",
        at_ms=begun_ms or said_ms,
        seconds=((turn.ended_ms or 0) - (begun_ms or 0)) / 1000 if known else None,
    )


def _is_brief(entry: Entry | None) -> bool:
    """Return True for a line about a finished step, not an open question."""
    match entry:
        case SkillEntry():
            return True
        case ApprovalEntry(step=ApprovalStep(waiting=waiting)):
            return not waiting
        case ConnectionEntry(step=ConnectionStep(waiting=waiting)):
            return not waiting
        case _:
            return False


def turn_ms(turn: Turn) -> int | None:
    """Return the start of a turn, in milliseconds since the epoch; None if it has no times."""
    written_ms = turn.prompt.at_ms if turn.prompt else 0
    return written_ms or turn.started_ms or turn.last_at_ms


def _steps(turn: Turn) -> Iterator[Entry]:
    said = 0
    approvals = approvals_of_skills(turn.steps)
    told = {approval.key for approval in approvals.values()}
    for together in _in_groups(filter(_is_drawn, turn.steps)):
        step = together[0]
        if step.key in told:
            continue
        key = f"{turn.id}/{step.key}"
        match step:
            case TextStep():
                yield ReplyEntry(
                    key=_text_key(turn, said),
                    text=step.text,
                    settled=step.settled,
                    at_ms=step.at_ms,
                )
                said += 1
            case SkillStep():
                skills = tuple(each for each in together if isinstance(each, SkillStep))
                approved = tuple(approvals.get(skill.key) for skill in skills)
                yield SkillEntry(key=key, steps=skills, approvals=approved if any(approved) else ())
            case ApprovalStep():
                yield ApprovalEntry(key=key, turn_id=turn.id, step=step)
            case ConnectionStep():
                yield ConnectionEntry(key=key, turn_id=turn.id, step=step)
            case BreakStep():
                yield BreakEntry(key=key, step=step)


def _is_drawn(step: Step) -> bool:
    """Return False for a break that lasts, which the banner shows, or that nobody noticed."""
    return not isinstance(step, BreakStep) or (step.is_over and not step.is_short)


_TOGETHER = 20
"""Most skills of one entry, since an entry is drawn as a whole."""


def _in_groups(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Yield skills that follow each other together, and other steps alone."""
    skills: list[Step] = []
    for step in steps:
        if skills and (not isinstance(step, SkillStep) or len(skills) == _TOGETHER):
            yield skills
            skills = []
        if isinstance(step, SkillStep):
            skills.append(step)
        else:
            yield [step]
    if skills:
        yield skills


def _end(turn: Turn) -> Iterator[Entry]:
    """Return the entries below the steps: state or outcome, and usage."""
    if turn.outcome and (turn.outcome != "finished" or turn.reason):
        yield OutcomeEntry(
            key=f"{turn.id}/end",
            outcome=turn.outcome,
            reason=turn.reason,
            asked_for=any(isinstance(event, HaltRequested) for event in turn.log),
        )
    elif turn.over and not any(isinstance(step, TextStep) for step in turn.steps):
        yield SilenceEntry(key=f"{turn.id}/silence")
    if turn.over and turn.usage:
        yield UsageEntry(key=f"{turn.id}/usage", usage=turn.usage)


_LAST = 1 << 62


@dataclass(slots=True)
class _Place:
    turn: Turn
    at_ms: int
    """Sort position; unchanged if the turn's time becomes better known."""
    day: date | None
    entries: list[Entry]


class TurnList:
    """Entries of all turns, cached so that a change costs only as much as its own turn."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._places: dict[TurnId, _Place] = {}
        self._order: list[TurnId] = []
        for turn in turns:
            self.put(turn)

    def __len__(self) -> int:
        return len(self._order)

    def turn(self, turn_id: TurnId) -> Turn | None:
        place = self._places.get(turn_id)
        return place.turn if place else None

    def id_at(self, place: int) -> TurnId:
        """Return the id of the turn at a position."""
        return self._order[place]

    def newest_first(self) -> Iterable[Turn]:
        return (self._places[turn_id].turn for turn_id in reversed(self._order))

    def put(self, turn: Turn) -> list[Entry] | None:
        """Add or update a turn.

        Returns the entries that changed; None if some were added, removed or moved, so that all
        must be read from :meth:`entries`.
        """
        entries = entries_of(turn)
        place = self._places.get(turn.id)
        if place is None:
            self._insert(turn, entries)
            return None
        before, place.turn, place.entries = place.entries, turn, entries
        if [entry.key for entry in before] != [entry.key for entry in entries]:
            return None
        return [new for old, new in zip(before, entries, strict=True) if old != new]

    def drop(self, turn_id: TurnId) -> bool:
        """Remove a turn. Returns True if there was one."""
        if self._places.pop(turn_id, None) is None:
            return False
        self._order.remove(turn_id)
        return True

    def forget_oldest(self, kept: int) -> bool:
        """Remove all but the newest turns, up to one that has not ended; True if there were any."""
        old = self._order[:-kept]
        gone = list(takewhile(lambda turn_id: self._places[turn_id].turn.over, old))
        del self._order[: len(gone)]
        for turn_id in gone:
            del self._places[turn_id]
        return bool(gone)

    def entries(self, today: date | None = None) -> list[Entry]:
        """Return all entries, with a separator before the first turn of each day.

        A list that begins ``today`` needs none for it.
        """
        shown: list[Entry] = []
        first = next((self._places[turn_id].day for turn_id in self._order), None)
        day = today if first == today else None
        for turn_id in self._order:
            place = self._places[turn_id]
            if place.day is not None and place.day != day:
                day = place.day
                shown.append(DayEntry(key=f"{turn_id}/day", day=day))
            shown += place.entries
        return shown

    def _insert(self, turn: Turn, entries: list[Entry]) -> None:
        at_ms = turn_ms(turn)
        placed_ms = _LAST if at_ms is None else at_ms
        index = bisect_right(self._order, placed_ms, key=lambda other: self._places[other].at_ms)
        self._order.insert(index, turn.id)
        day = None if at_ms is None else day_of(at_ms)
        self._places[turn.id] = _Place(turn, placed_ms, day, entries)
