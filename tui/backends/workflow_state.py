"""A workflow as it stands, as events and records: what was missed, and what the store reads.

A workflow keeps the words of its newest run alone, without times; the lines of its log have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.api.values import epoch_ms, text_of
from tui.api.workflow_models import UsageTotals, Workflow
from tui.backends.workflow_events import OUTCOMES
from tui.backends.workflow_lines import TOOL_EVENTS, Names, Stamp, read_log, usage_event
from tui.backends.workflow_place import Place, began_ms, run_named
from tui.core.events import AgentMessage, Json, TurnEvent, TurnFinished
from tui.core.ids import ConversationId, MessageId, RunId
from tui.core.records import Conversation, Message
from tui.core.text import clean, clean_line

_FORGOTTEN = "Another message was sent meanwhile, and the service keeps the newest run alone."
_UNDER_WAY = frozenset({"pending", "running"})


def is_running(workflow: Workflow) -> bool:
    """Whether a run is under way or waits for its worker."""
    return workflow.status == "running" or workflow.last_task_status in _UNDER_WAY


def run_of(workflow: Workflow) -> RunId | None:
    """The newest run: it began when its prompt was received, or so much is not known."""
    logs = workflow.logs
    began = next((log.timestamp for log in logs if log.event == "prompt_received"), None)
    if began is None and logs and not is_running(workflow):
        began = workflow.last_task_at
    return run_named(workflow.id, began) if workflow.id and began is not None else None


def conversation_of(workflow: Workflow) -> Conversation | None:
    """A row of the list."""
    if workflow.id is None:
        return None
    title = clean_line(workflow.title)
    return Conversation(
        id=ConversationId(workflow.id),
        title=title,
        first_text="" if title else clean_line(_asked(workflow)),
        created_ms=workflow.created_at,
        updated_ms=workflow.updated_at or workflow.created_at,
    )


def messages_of(workflow: Workflow) -> tuple[Message, ...]:
    """The transcript of the newest run, newest first.

    The agent's messages have no ids: where the stream has brought them too, their words tell.
    """
    run_id, asked = run_of(workflow), _asked(workflow)
    began = began_ms(run_id) if run_id else None
    messages: list[Message] = []
    if asked:
        name = MessageId(f"{run_id}/prompt") if run_id else None
        messages.append(Message(id=name, source="user", text=asked, run_id=run_id, at_ms=began))
    for place, text in enumerate(_said(workflow), start=1):
        at_ms = None if began is None else began + place
        messages.append(Message(id=None, source="agent", text=text, run_id=run_id, at_ms=at_ms))
    return tuple(reversed(messages))


def rest_of(
    workflow: Workflow, run_id: RunId, place: Place, now_ms: Callable[[], int]
) -> list[TurnEvent]:
    """What a run has said and done, as far as the workflow tells; known parts have known keys.

    ``place`` is how far the stream was read: a message that it left open is the last one here.
    """
    names = Names(run_id)
    events: list[TurnEvent] = []
    for item in _walk(workflow, began_ms(run_id)):
        stamp = _stamp(run_id, "", item.at_ms, now_ms(), item.raw)
        if item.text is None:
            events.append(read_log(item.raw, stamp, names))
        else:
            stamp["key"] = names.of("said", item.text)
            open_id = MessageId(f"{run_id}/{place.message}")
            settles = item.last and place.offset > 0
            message_id = open_id if settles else None
            events.append(AgentMessage(text=item.text, message_id=message_id, **stamp))
    return events


def usage_of(
    workflow: Workflow, run_id: RunId, known: UsageTotals | None, now_ms: Callable[[], int]
) -> list[TurnEvent]:
    """What the workflow has used, unless that is ``known``; the key says how much."""
    totals = workflow.usage
    if totals is None or (known and known.counts() == totals.counts()):
        return []
    key = f"{run_id}/used/{totals.input_tokens}.{totals.output_tokens}"
    return [usage_event(totals, _stamp(run_id, key, None, now_ms(), workflow.total))]


def end_of(
    workflow: Workflow, run_id: RunId, told: TurnFinished | None, now_ms: Callable[[], int]
) -> TurnFinished:
    """The end of a run that is over, with the reason where the log has one."""
    outcome = told.outcome if told else OUTCOMES.get(workflow.last_task_status, "finished")
    at_ms = told.at_ms if told else None
    stamp = _stamp(run_id, f"{run_id}/finished", at_ms, now_ms(), told.raw if told else {})
    reason = _problem(workflow) if outcome == "failed" else None
    return TurnFinished(outcome=outcome, reason=reason, **stamp)


def lost_end(run_id: RunId, told: TurnFinished | None, now_ms: Callable[[], int]) -> TurnFinished:
    """The end of a run that the workflow has forgotten."""
    if told:
        return told
    stamp = _stamp(run_id, f"{run_id}/finished", None, now_ms(), {})
    return TurnFinished(outcome="failed", reason=_FORGOTTEN, **stamp)


def _problem(workflow: Workflow) -> str | None:
    errors = [log.detail for log in workflow.logs if log.event == "error" and log.detail]
    return clean_line(errors[-1], 300) if errors else None


def _asked(workflow: Workflow) -> str:
    """The prompt: it is logged before it is in the transcript."""
    texts = [m.content for m in workflow.messages if m.role == "user"]
    logged = [log.detail for log in workflow.logs if log.event == "prompt_received"]
    return next((clean(text) for text in (*texts, *logged) if text), "")


def _said(workflow: Workflow) -> list[str]:
    return [m.content for m in workflow.messages if m.role == "assistant" and m.content.strip()]


def _stamp(run_id: RunId, key: str, at_ms: int | None, seen_ms: int, raw: Json) -> Stamp:
    return Stamp(key=key, run_id=run_id, event_id=None, at_ms=at_ms, seen_ms=seen_ms, raw=raw)


@dataclass(frozen=True, slots=True)
class _Item:
    """A message (``text``) or a tool's log line (``raw``), and when that was."""

    at_ms: int
    raw: Json
    text: str | None = None
    last: bool = False


def _walk(workflow: Workflow, began: int) -> Iterator[_Item]:
    """Messages and tool lines in the order in which they happened; each later than the one before.

    Where the transcript has no entries of tools, all of them came before the last message.
    """
    tools = [row for row in workflow.log_rows if row.get("event") in TOOL_EVENTS]
    told = any(m.role == "tool" for m in workflow.messages)
    left, now_ms = len(_said(workflow)), began
    for message in workflow.messages:
        speaks = message.role == "assistant" and bool(message.content.strip())
        due = _through_next_end(tools) if message.role == "tool" else 0
        if speaks and left == 1 and not told:
            due = len(tools)
        for row in tools[:due]:
            now_ms = max(epoch_ms(row.get("timestamp")) or 0, now_ms + 1)
            yield _Item(now_ms, row)
        del tools[:due]
        if speaks:
            now_ms, left = now_ms + 1, left - 1
            raw = {"role": message.role, "content": message.content}
            yield _Item(now_ms, raw, text_of(message.content), last=left == 0)
    for row in tools:
        now_ms = max(epoch_ms(row.get("timestamp")) or 0, now_ms + 1)
        yield _Item(now_ms, row)


def _through_next_end(tools: list[dict[str, object]]) -> int:
    """How many lines there are up to the next end of a tool."""
    ends = (n for n, row in enumerate(tools, start=1) if row.get("event") != "tool_call")
    return next(ends, 0)
