"""Read the current state of a workflow as events and records.

A workflow stores the text of its newest run alone, without times; the rows of its log have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tui.api.coerce import epoch_ms, text_of
from tui.api.workflow_models import Workflow
from tui.backends.workflows.cursor import began_ms, is_guessed, run_named
from tui.backends.workflows.events import OUTCOMES, RunReader
from tui.backends.workflows.log_lines import (
    TOOL_EVENTS,
    LogReader,
    Names,
    SeenRow,
    Stamp,
    content_of,
)
from tui.core.events import AgentMessage, Json, TurnEvent, TurnFinished, TurnOutcome
from tui.core.ids import ConversationId, MessageId, RunId
from tui.core.records import Conversation, Message
from tui.core.text import clean, clean_line

BEGINNING = "prompt_received"
"""Row of the log with which a run starts."""

_FORGOTTEN = "Another message was sent in the meantime, and the service keeps only the newest run."
_UNDER_WAY = frozenset({"pending", "running"})
_LIMIT_ROW = "max_turns"
_APART_MS = 300
"""A row of the log is written before its frame is sent; the two differ by up to this much."""
_COMPARED_CHARS = 150


def is_running(workflow: Workflow) -> bool:
    """Return True if a run is in progress or waits for its worker."""
    return workflow.status == "running" or workflow.last_task_status in _UNDER_WAY


@dataclass(frozen=True, slots=True)
class Stretch:
    """Stored data of one run: usually all there is, but two prompts can follow closely."""

    run_id: RunId | None
    rows: list[Json]
    messages: list[tuple[str, str]]
    """Role and text."""
    newest: bool = True

    @property
    def asked(self) -> str:
        """Prompt: it is logged before it is in the transcript."""
        texts = [text for role, text in self.messages if role == "user"]
        logged = [_detail(row) for row in self.rows if row.get("event") == BEGINNING]
        return next((clean(text) for text in (*texts, *logged) if text), "")

    @property
    def said(self) -> list[str]:
        return [text for role, text in self.messages if role == "assistant" and text.strip()]

    @property
    def problem(self) -> str:
        """Newest error in the log."""
        errors = [_detail(row) for row in self.rows if row.get("event") == "error"]
        return next((error for error in reversed(errors) if error), "")


def stretches_of(workflow: Workflow, known: Iterable[RunId] = ()) -> list[Stretch]:
    """Return the runs of which a workflow stores anything, oldest first.

    ``known``: runs named by their stream, since their log was not there yet.
    """
    rows: list[list[Json]] = [[]]
    for row in workflow.log_rows:
        if row.get("event") == BEGINNING and any(r.get("event") == BEGINNING for r in rows[-1]):
            begun = _set_up(rows[-1])
            rows.append(rows[-1][begun:])
            del rows[-2][begun:]
        rows[-1].append(row)
    messages: list[list[tuple[str, str]]] = [[]]
    for message in workflow.messages:
        if message.role == "user" and messages[-1] and len(messages) < len(rows):
            messages.append([])
        messages[-1].append((message.role, message.content))
    messages += [[] for _ in range(len(rows) - len(messages))]
    return [
        Stretch(_run_of(workflow, mine, list(known)), mine, said, newest=place == len(rows) - 1)
        for place, (mine, said) in enumerate(zip(rows, messages, strict=True))
    ]


def _set_up(rows: list[Json]) -> int:
    """Return the index of the rows that the next run logged before its prompt."""
    place = len(rows)
    while place and rows[place - 1].get("event") == "provider_resolved":
        place -= 1
    return place


def _run_of(workflow: Workflow, rows: list[Json], known: list[RunId]) -> RunId | None:
    """Name a run by the time of its prompt, or of its task; None: unknown."""
    at_ms = next((epoch_ms(r.get("timestamp")) for r in rows if r.get("event") == BEGINNING), None)
    if at_ms is None and rows and not is_running(workflow):
        at_ms = workflow.last_task_at
    if at_ms is None or workflow.id is None:
        return None
    named = run_named(workflow.id, at_ms)
    near = [run for run in known if 0 <= began_ms(run) - at_ms <= _APART_MS]
    return min(near, key=began_ms, default=named)


def run_of(workflow: Workflow, known: Iterable[RunId] = ()) -> RunId | None:
    """Return the newest run; None if the workflow does not tell."""
    return stretches_of(workflow, known)[-1].run_id


def new_run(
    workflow: Workflow, prompt: str, before: RunId | None, at_ms: int | None
) -> RunId | None:
    """Return the run of a prompt, if the workflow has it: newer than ``before``.

    Of several it is the one nearest to ``at_ms``.
    """
    found = [
        stretch.run_id
        for stretch in stretches_of(workflow)
        if stretch.run_id and is_same_prompt(prompt, stretch.asked) and _is_later(stretch, before)
    ]
    return min(found, key=lambda run: abs(began_ms(run) - (at_ms or 0)), default=None)


def count_new(workflow: Workflow, before: RunId | None) -> int:
    """Return the number of runs of the workflow that are newer than ``before``."""
    return sum(_is_later(stretch, before) for stretch in stretches_of(workflow))


def _is_later(stretch: Stretch, before: RunId | None) -> bool:
    if stretch.run_id is None:
        return False
    return before is None or began_ms(stretch.run_id) > began_ms(before)


def is_same_prompt(sent: str, logged: str) -> bool:
    """Return True if a prompt in the log, which may have been cut, is the one sent."""
    ours, theirs = (" ".join(clean(text).split()) for text in (sent, logged))
    begun = theirs.rstrip("….").strip()
    cut = len(begun) >= _COMPARED_CHARS and ours.startswith(begun)
    return cut or theirs in ("", ours)


def stretch_of(
    workflow: Workflow, run_id: RunId, known: Iterable[RunId] = ()
) -> tuple[Stretch | None, bool]:
    """Return the stored data of a run, and True if a newer one has replaced it."""
    stretches = stretches_of(workflow, known)
    named = [stretch for stretch in stretches if stretch.run_id is not None]
    for stretch in named:
        if stretch.run_id == run_id:
            return stretch, False
    if not named or is_guessed(run_id):
        return stretches[-1], False
    return None, all(began_ms(s.run_id) > began_ms(run_id) for s in named if s.run_id)


def conversation_of(workflow: Workflow) -> Conversation | None:
    """Return a row of the list."""
    if workflow.id is None:
        return None
    title = clean_line(workflow.title)
    return Conversation(
        id=ConversationId(workflow.id),
        title=title,
        first_text="" if title else clean_line(stretches_of(workflow)[-1].asked),
        created_ms=workflow.created_at,
        updated_ms=workflow.updated_at or workflow.created_at,
    )


def messages_of(workflow: Workflow, known: Iterable[RunId] = ()) -> tuple[Message, ...]:
    """Return the transcript of the newest run, newest first.

    The agent's messages have no ids: their text identifies those that the stream has brought.
    """
    messages: list[Message] = []
    for stretch in stretches_of(workflow, known):
        run_id, began = stretch.run_id, began_ms(stretch.run_id) if stretch.run_id else None
        if stretch.asked:
            name = MessageId(f"{run_id}/prompt") if run_id else None
            messages.append(
                Message(id=name, source="user", text=stretch.asked, run_id=run_id, at_ms=began)
            )
        for place, text in enumerate(stretch.said, start=1):
            at_ms = None if began is None else began + place
            messages.append(Message(id=None, source="agent", text=text, run_id=run_id, at_ms=at_ms))
    return tuple(reversed(messages))


# -- the end of a run ------------------------------------------------------------------------------


def rest_of(stretch: Stretch, reader: RunReader, now_ms: Callable[[], int]) -> list[TurnEvent]:
    """Return the events of a run that its stream lacked; known parts have known keys."""
    run_id = reader.run_id
    behind = _stamp(run_id, "", reader.place.at_ms, now_ms(), {})
    corrections, new = reader.texts.merge(stretch.said, behind)
    names, log, at_ms = Names(run_id), LogReader(run_id), began_ms(run_id)
    seen = _seen_rows(stretch.rows, reader)
    others = Names(run_id, [row.key for row in reader.rows])
    events: list[TurnEvent] = []
    for item in _walk(stretch):
        at_ms = max(item.at_ms, at_ms + 1)
        stamp = _stamp(run_id, "", at_ms, now_ms(), item.raw)
        if item.text is None:
            known = seen.get(id(item.raw))
            stamp["key"] = known.key if known else others.of(*content_of(item.raw))
            at_ms = max(known.at_ms, at_ms) if known else at_ms
            events.append(log.read(item.raw, stamp))
        elif item.text in new:
            new.remove(item.text)
            stamp["key"] = names.of("said", item.text)
            events.append(AgentMessage(text=item.text, **stamp))
    return [*(e for e in events if e.key not in reader.known), *corrections]


def _seen_rows(rows: list[Json], reader: RunReader) -> dict[int, SeenRow]:
    """Match the rows of the stream with the same rows in the workflow.

    Of several with the same content it is the one nearest in time, since some may be lost.
    """
    found: dict[int, SeenRow] = {}
    for seen in reader.rows:
        same = [r for r in rows if id(r) not in found and content_of(r) == seen.content]
        nearest = min(
            same, key=lambda r: abs((epoch_ms(r.get("timestamp")) or 0) - seen.at_ms), default=None
        )
        if nearest is not None:
            found[id(nearest)] = seen
    return found


def usage_of(
    workflow: Workflow, stretch: Stretch | None, reader: RunReader, now_ms: Callable[[], int]
) -> list[TurnEvent]:
    """Return the usage of a run, if the workflow's is of this run.

    It is that of the newest run that ended well. The stream may have the same, without cost.
    """
    totals, streamed = workflow.usage, reader.used
    if totals is None or totals.is_nothing or stretch is None or not stretch.newest:
        return []
    if outcome_of(workflow, stretch, reader.end) not in ("finished", "limit"):
        return []
    if streamed and streamed.counts() == totals.counts() and streamed.price == totals.price:
        return []
    key = f"{reader.run_id}/used/{totals.input_tokens}.{totals.output_tokens}"
    stamp = _stamp(reader.run_id, key, reader.place.at_ms + 1, now_ms(), workflow.total)
    return reader.count(totals, stamp)


def outcome_of(
    workflow: Workflow, stretch: Stretch | None, told: TurnFinished | None
) -> TurnOutcome:
    """Return the outcome of a run. Only the log shows the turn limit, not the task's status."""
    if told:
        return told.outcome
    outcome = OUTCOMES.get(workflow.last_task_status, "finished")
    limited = any(row.get("event") == _LIMIT_ROW for row in (stretch.rows if stretch else ()))
    return "limit" if outcome == "finished" and limited else outcome


def end_of(
    workflow: Workflow | None,
    stretch: Stretch | None,
    reader: RunReader,
    now_ms: Callable[[], int],
) -> TurnFinished:
    """Return the end of a run, with the error from its log."""
    told, run_id = reader.end, reader.run_id
    stamp = _stamp(run_id, f"{run_id}/finished", None, now_ms(), told.raw if told else {})
    stamp["at_ms"] = told.at_ms if told else None
    if told:
        outcome = told.outcome
    elif workflow is not None and stretch is not None:
        outcome = outcome_of(workflow, stretch, None)
    else:
        return TurnFinished(outcome="failed", reason=_FORGOTTEN, complete=False, **stamp)
    problem = (stretch.problem if stretch else "") or reader.problem
    reason = clean_line(problem, 300) if outcome in ("failed", "finished") else ""
    complete = told is not None and not reader.has_hole
    return TurnFinished(outcome=outcome, reason=reason or None, complete=complete, **stamp)


def _detail(row: Json) -> str:
    return text_of(row.get("detail"))


def _stamp(run_id: RunId, key: str, at_ms: int | None, seen_ms: int, raw: Json) -> Stamp:
    return Stamp(key=key, run_id=run_id, event_id=None, at_ms=at_ms, seen_ms=seen_ms, raw=raw)


class _TimedItem(NamedTuple):
    """Message (``text``) or row of the log (``raw``), and its time; 0: unknown."""

    at_ms: int
    raw: Json
    text: str | None = None


def _walk(stretch: Stretch) -> Iterator[_TimedItem]:
    """Yield messages and rows in the order in which they happened.

    If the transcript has no entries of tools, all of them came before the last message.
    """
    rows, left = list(stretch.rows), len(stretch.said)
    told = any(role == "tool" for role, _ in stretch.messages)
    for role, text in stretch.messages:
        speaks = role == "assistant" and bool(text.strip())
        due = _through_next_end(rows) if role == "tool" else 0
        if speaks and left == 1 and not told:
            due = _through_last_tool(rows)
        yield from map(_item, rows[:due])
        del rows[:due]
        if speaks:
            left -= 1
            yield _TimedItem(0, {"role": role, "content": text}, text)
    yield from map(_item, rows)


def _item(row: Json) -> _TimedItem:
    return _TimedItem(epoch_ms(row.get("timestamp")) or 0, row)


def _through_next_end(rows: list[Json]) -> int:
    """Return the number of rows up to the next end of a tool."""
    ends = TOOL_EVENTS - {"tool_call"}
    return next((n for n, row in enumerate(rows, start=1) if row.get("event") in ends), 0)


def _through_last_tool(rows: list[Json]) -> int:
    tools = (n for n, row in enumerate(rows, start=1) if row.get("event") in TOOL_EVENTS)
    return max(tools, default=0)
