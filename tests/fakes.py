"""Fakes of the outside world: an agent that follows a script, a store in memory, a clock.

Scripts are data. Each item is an event to send, an error to raise, or something to wait for:

>>> ScriptedBackend([*reply("Hello")])
>>> ScriptedBackend([started(), asks("Order laptop", "call-1"), Wait.DECISION, finished()])
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any

from tui.backends.base import BaseBackend
from tui.core.agents import Agent
from tui.core.diagnostics import CallListener
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import (
    AgentMessage,
    ApprovalRequested,
    ConnectionRequested,
    Decision,
    Heartbeat,
    Json,
    SkillFinished,
    SkillOutcome,
    SkillStarted,
    TextDelta,
    TurnEvent,
    TurnFinished,
    TurnOutcome,
    TurnStarted,
    UsageReported,
)
from tui.core.ids import (
    AttemptId,
    CallId,
    ConversationId,
    FileId,
    MessageId,
    RunId,
    SkillId,
    TurnId,
    is_local,
)
from tui.core.options import Option, OptionValues
from tui.core.ports import Capability, Progress
from tui.core.records import (
    AnswerClaim,
    Attachment,
    AvailableSkill,
    ConnectionLink,
    Conversation,
    ConversationStatus,
    EventPage,
    Hit,
    HitSource,
    ImportResult,
    Message,
    Page,
    Prompt,
    SentMessage,
    TurnRecord,
)
from tui.core.turn import Turn, turn_of

NOW_MS = 1_780_000_000_000
EVERYTHING = (
    Capability.APPROVE
    | Capability.CONNECT
    | Capability.UPLOAD
    | Capability.DELETE
    | Capability.REPLAY
    | Capability.HISTORY
    | Capability.TITLE
    | Capability.BE_STOPPED
)
"""What a genie can."""
WORKSHOP = (
    Capability.DELETE
    | Capability.HISTORY
    | Capability.HALT
    | Capability.STREAM_TOKENS
    | Capability.REPORT_USAGE
    | Capability.CHOOSE
    | Capability.RENAME
    | Capability.SKILLS
    | Capability.BUNDLE
    | Capability.WAKE
    | Capability.CHANGE
)
"""What an agent can that is set up by the people who talk to it."""


class Wait(Enum):
    """A pause in a script."""

    DECISION = "decision"
    """Until a decision on a skill call is posted."""
    HALT = "halt"
    """Until a halt is asked for."""


Script = Sequence[TurnEvent | BackendError | asyncio.Event | Wait]

_numbers = count(1)


def _key() -> str:
    return f"event-{next(_numbers)}"


def started() -> TurnStarted:
    return TurnStarted(key=_key(), at_ms=NOW_MS)


def said(text: str, message_id: str | None = None) -> AgentMessage:
    name = MessageId(message_id) if message_id else None
    return AgentMessage(key=_key(), text=text, message_id=name, at_ms=NOW_MS)


def piece(offset: int, text: str, message_id: str = "message-1") -> TextDelta:
    return TextDelta(key=_key(), message_id=MessageId(message_id), offset=offset, text=text)


def ran(skill: str, outcome: SkillOutcome = "completed") -> list[TurnEvent]:
    call = CallId(_key())
    return [
        SkillStarted(key=_key(), skill=skill, call_id=call, at_ms=NOW_MS),
        SkillFinished(key=_key(), skill=skill, call_id=call, outcome=outcome, at_ms=NOW_MS + 1_400),
    ]


def asks(skill: str, call_id: str, parameters: Json | None = None) -> ApprovalRequested:
    return ApprovalRequested(
        key=_key(), skill=skill, call_id=CallId(call_id), parameters=parameters or {}, at_ms=NOW_MS
    )


def connects(connector: str, attempt_id: str, url: str) -> ConnectionRequested:
    return ConnectionRequested(
        key=_key(), attempt_id=AttemptId(attempt_id), connector=connector, url=url, at_ms=NOW_MS
    )


def finished(outcome: TurnOutcome = "finished", reason: str | None = None) -> TurnFinished:
    return TurnFinished(key=_key(), at_ms=NOW_MS + 2_000, outcome=outcome, reason=reason)


def used(
    tokens_in: int, tokens_out: int, *, before: bool = False, running_total: bool = False
) -> UsageReported:
    """Usage of the turn; as a running total, of the conversation.

    ``before``: when the turn began.
    """
    return UsageReported(
        key=_key(),
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost=(tokens_in + tokens_out) / 1000,
        running_total=running_total,
        before=before,
        at_ms=NOW_MS,
    )


def reply(text: str) -> list[TurnEvent]:
    """A whole turn with one message."""
    return [started(), said(text), finished()]


def failed_reply(reason: str) -> list[TurnEvent]:
    """A whole turn that does not end well."""
    return [started(), TurnFinished(key=_key(), at_ms=NOW_MS, outcome="failed", reason=reason)]


class ScriptedBackend(BaseBackend):
    """Agent that answers each message with the next script and records its requests.

    ``gates`` are the scripts' ``asyncio.Event``s: a script continues when the test sets them.
    ``failures`` are raised by the next calls of a method, such as ``{"status": [error]}``.
    Methods not in ``can`` raise ``UNSUPPORTED``, as in a real backend.
    """

    def __init__(
        self,
        *scripts: Script,
        can: Capability = EVERYTHING,
        conversations: Iterable[Conversation] = (),
        page_size: int = 50,
        offered: Iterable[Option] = (),
        skills: Iterable[AvailableSkill] = (),
    ) -> None:
        self.can = can
        self.offered = tuple(offered)
        """What can be chosen for a new conversation."""
        self.known_skills = tuple(skills)
        self.created: list[OptionValues | None] = []
        self.changed: list[tuple[ConversationId, OptionValues]] = []
        self.not_kept: tuple[str, ...] = ()
        """Options that a change of doesn't keep."""
        self.agents: dict[ConversationId | None, Agent] = {}
        self.halted: list[ConversationId] = []
        self.woken: list[ConversationId] = []
        self.renamed: list[tuple[ConversationId, str]] = []
        self.installed: dict[ConversationId, set[SkillId]] = defaultdict(set)
        self.imported: list[Json] = []
        self.import_problems: tuple[str, ...] = ()
        self.scripts = list(scripts)
        self.resumes: list[Script] = []
        self.listed = list(conversations)
        self.page_size = page_size
        self.messages: dict[ConversationId, list[Message]] = defaultdict(list)
        """Newest first."""
        self.stored: dict[ConversationId, list[TurnEvent]] = defaultdict(list)
        self.links: dict[AttemptId, ConnectionLink] = {}
        self.activity: dict[ConversationId, ConversationStatus] = {}
        self.failures: dict[str, list[BackendError]] = defaultdict(list)
        self.calls: list[str] = []
        self.sent: list[tuple[ConversationId, str, FileId | None]] = []
        self.decisions: list[tuple[CallId, Decision, str | None]] = []
        self.rejected: list[tuple[AttemptId, str | None]] = []
        self.uploaded: list[Path] = []
        self.deleted: list[ConversationId] = []
        self.closed = False
        self.listener: CallListener = lambda call: None
        self._decided = asyncio.Event()
        self._stopped = asyncio.Event()
        self._runs = count(1)
        self._numbers: defaultdict[RunId, int] = defaultdict(int)

    def watch_calls(self, listener: CallListener) -> None:
        self.listener = listener

    async def conversations(self, cursor: str | None = None) -> Page[Conversation]:
        self._called("conversations")
        start = int(cursor or 0)
        stop = start + self.page_size
        more = str(stop) if stop < len(self.listed) else None
        return Page(tuple(self.listed[start:stop]), more)

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        self._called("create")
        self.created.append(options)
        return ConversationId(f"conversation-{self.calls.count('create')}")

    async def options(self, conversation_id: ConversationId | None = None) -> tuple[Option, ...]:
        self._called("options")
        return self.offered

    async def change(
        self, conversation_id: ConversationId, values: OptionValues
    ) -> tuple[str, ...]:
        self._called("change", Capability.CHANGE)
        self.changed.append((conversation_id, values))
        return self.not_kept

    async def agent(self, conversation_id: ConversationId | None = None) -> Agent:
        self._called("agent")
        return self.agents.get(conversation_id, Agent())

    async def rename(self, conversation_id: ConversationId, title: str) -> None:
        self._called("rename", Capability.RENAME)
        self.renamed.append((conversation_id, title))

    async def halt(self, conversation_id: ConversationId, run_id: RunId | None) -> None:
        self._called("halt", Capability.HALT)
        self.halted.append(conversation_id)
        self._stopped.set()

    async def wake(self, conversation_id: ConversationId) -> None:
        self._called("wake", Capability.WAKE)
        self.woken.append(conversation_id)

    async def skills(self, conversation_id: ConversationId) -> tuple[AvailableSkill, ...]:
        self._called("skills", Capability.SKILLS)
        here = self.installed[conversation_id]
        return tuple(replace(skill, installed=skill.id in here) for skill in self.known_skills)

    async def install_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        self._called("install_skill", Capability.SKILLS)
        self.installed[conversation_id].add(skill_id)

    async def remove_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        self._called("remove_skill", Capability.SKILLS)
        self.installed[conversation_id].discard(skill_id)

    async def export_bundle(self, conversation_id: ConversationId | None = None) -> Json:
        self._called("export_bundle", Capability.BUNDLE)
        ids = [item.id for item in self.listed if conversation_id in (None, item.id)]
        return {"version": "1", "items": ids}

    async def import_bundle(self, bundle: Json) -> ImportResult:
        self._called("import_bundle", Capability.BUNDLE)
        self.imported.append(bundle)
        created = tuple(ConversationId(f"imported-{name}") for name in bundle.get("items", ()))
        self.listed += [Conversation(id=name, title=name) for name in created]
        return ImportResult(created=created, problems=self.import_problems)

    async def delete(self, conversation_id: ConversationId) -> None:
        self._called("delete")
        self.deleted.append(conversation_id)

    async def status(self, conversation_id: ConversationId) -> ConversationStatus:
        self._called("status")
        return self.activity.get(conversation_id, ConversationStatus(activity="idle"))

    async def history(
        self, conversation_id: ConversationId, cursor: str | None = None
    ) -> Page[Message]:
        self._called("history")
        start = int(cursor or 0)
        stop = start + self.page_size
        messages = self.messages[conversation_id]
        return Page(tuple(messages[start:stop]), str(stop) if stop < len(messages) else None)

    def check(self, text: str, attachments: Sequence[Attachment]) -> None:
        """Nothing is too large for it."""

    async def send(
        self, conversation_id: ConversationId, text: str, file_id: FileId | None = None
    ) -> AsyncGenerator[TurnEvent]:
        self._called("send")
        self.sent.append((conversation_id, text, file_id))
        script = self.scripts.pop(0) if self.scripts else reply("I have no more lines.")
        async for event in self._play(script, RunId(f"run-{next(self._runs)}")):
            yield event

    async def resume(
        self,
        conversation_id: ConversationId,
        run_id: RunId,
        after: str | None,
        so_far: Turn | None = None,
    ) -> AsyncGenerator[TurnEvent]:
        self._called("resume")
        script = self.resumes.pop(0) if self.resumes else [finished()]
        async for event in self._play(script, run_id):
            yield event

    async def events(self, conversation_id: ConversationId, since: str | None = None) -> EventPage:
        self._called("events")
        return EventPage(events=tuple(self.stored[conversation_id]))

    async def decide(
        self,
        conversation_id: ConversationId,
        call_id: CallId,
        decision: Decision,
        reason: str | None = None,
    ) -> None:
        self._called("decide")
        self.decisions.append((call_id, decision, reason))
        self._decided.set()

    async def connection_link(self, attempt_id: AttemptId) -> ConnectionLink:
        self._called("connection_link")
        return self.links.get(attempt_id, ConnectionLink(authorized=False))

    async def reject_connection(self, attempt_id: AttemptId, reason: str | None = None) -> None:
        self._called("reject_connection")
        self.rejected.append((attempt_id, reason))

    async def upload(
        self, conversation_id: ConversationId, path: Path, progress: Progress
    ) -> FileId:
        self._called("upload")
        self.uploaded.append(path)
        size_bytes = os.stat(path).st_size
        progress(size_bytes, size_bytes)
        return FileId(f"file-{len(self.uploaded)}")

    async def aclose(self) -> None:
        self.closed = True

    def _called(self, name: str, needs: Capability = Capability.NOTHING) -> None:
        self.calls.append(name)
        if needs not in self.can:
            raise BackendError(ErrorKind.UNSUPPORTED, f"This service has no {name}.")
        if self.failures[name]:
            raise self.failures[name].pop(0)

    async def _play(self, script: Script, run_id: RunId) -> AsyncGenerator[TurnEvent]:
        """Play a run; a resumed run continues the numbers of its events."""
        for item in script:
            match item:
                case BackendError():
                    raise item
                case asyncio.Event():
                    await item.wait()
                case Wait.DECISION:
                    await self._decided.wait()
                    self._decided.clear()
                case Wait.HALT:
                    await self._stopped.wait()
                    self._stopped.clear()
                case TextDelta() | Heartbeat():
                    yield replace(item, run_id=run_id)
                case _:
                    self._numbers[run_id] += 1
                    yield replace(item, run_id=run_id, seq=self._numbers[run_id])


@dataclass(slots=True)
class _KeptTurn:
    record: TurnRecord
    place: int
    keys: set[str] = field(default_factory=set)


class MemoryStore:
    """A store that forgets when it goes."""

    def __init__(
        self, conversations: Iterable[Conversation] = (), turns: Iterable[TurnRecord] = ()
    ) -> None:
        self.listed = {item.id: item for item in conversations}
        self.drafts: dict[ConversationId | None, str] = {}
        self.closed = False
        self._holders: dict[TurnId, str] = {}
        self._answers: dict[tuple[TurnId, str], tuple[str, Decision]] = {}
        self._joined: dict[RunId, TurnId] = {}
        self._aliases: dict[ConversationId, ConversationId] = {}
        self._turns: dict[TurnId, _KeptTurn] = {}
        for record in turns:
            self._turns[record.id] = _KeptTurn(
                record, len(self._turns), {event.key for event in record.events}
            )

    async def conversations(
        self, limit: int = 200, offset: int = 0, *, archived: bool = False
    ) -> Sequence[Conversation]:
        newest = sorted(
            (item for item in self.listed.values() if item.archived == archived),
            key=lambda item: item.order,
        )
        return newest[offset : offset + limit]

    async def conversation(self, conversation_id: ConversationId) -> Conversation | None:
        return self.listed.get(self._current(conversation_id))

    def _current(self, conversation_id: ConversationId) -> ConversationId:
        return self._aliases.get(conversation_id, conversation_id)

    async def save_conversations(self, conversations: Sequence[Conversation]) -> None:
        for new in conversations:
            new = replace(new, id=self._current(new.id))
            old = self.listed.get(new.id)
            if old:
                new = replace(
                    new,
                    title=new.title or old.title,
                    first_text=new.first_text or old.first_text,
                    created_ms=new.created_ms or old.created_ms,
                    updated_ms=new.updated_ms or old.updated_ms,
                    unread=old.unread,
                    given_name=old.given_name,
                    pinned=old.pinned,
                    failed=old.failed,
                    archived=old.archived,
                    tags=old.tags,
                )
            self.listed[new.id] = new

    async def name_conversation(self, conversation_id: ConversationId, name: str) -> None:
        conversation_id = self._current(conversation_id)
        if known := self.listed.get(conversation_id):
            self.listed[conversation_id] = replace(known, given_name=name)

    async def pin_conversation(self, conversation_id: ConversationId, *, pinned: bool) -> None:
        conversation_id = self._current(conversation_id)
        if known := self.listed.get(conversation_id):
            self.listed[conversation_id] = replace(known, pinned=pinned)

    async def archive_conversation(
        self, conversation_id: ConversationId, *, archived: bool
    ) -> None:
        conversation_id = self._current(conversation_id)
        if known := self.listed.get(conversation_id):
            self.listed[conversation_id] = replace(known, archived=archived)

    async def tag_conversation(self, conversation_id: ConversationId, tags: Sequence[str]) -> None:
        conversation_id = self._current(conversation_id)
        if known := self.listed.get(conversation_id):
            self.listed[conversation_id] = replace(known, tags=tuple(tags))

    async def mark_read(self, conversation_id: ConversationId, *, unread: bool = False) -> None:
        conversation_id = self._current(conversation_id)
        if conversation_id in self.listed:
            self.listed[conversation_id] = replace(self.listed[conversation_id], unread=unread)

    async def delete_conversation(self, conversation_id: ConversationId) -> None:
        conversation_id = self._current(conversation_id)
        self.listed.pop(conversation_id, None)
        self.drafts.pop(conversation_id, None)
        for record in self._of(conversation_id):
            del self._turns[record.id]

    async def turns(
        self,
        conversation_id: ConversationId,
        *,
        limit: int = 60,
        before: TurnId | None = None,
        after: TurnId | None = None,
    ) -> Sequence[TurnRecord]:
        records = self._of(conversation_id)
        ids = [record.id for record in records]
        if after is not None:
            return records[ids.index(after) + 1 :][:limit]
        if before is not None:
            records = records[: ids.index(before)]
        return records[-limit:]

    async def turn(self, turn_id: TurnId) -> TurnRecord | None:
        kept = self._turns.get(turn_id)
        return kept.record if kept else None

    async def turn_of_run(
        self, conversation_id: ConversationId, run_id: RunId
    ) -> TurnRecord | None:
        mine = self._of(conversation_id)
        joined = self._joined.get(run_id)
        return next((r for r in mine if run_id == r.run_id or r.id == joined), None)

    async def join_run(self, turn_id: TurnId, run_id: RunId) -> TurnId | None:
        self._joined[run_id] = turn_id
        kept = self._turns[turn_id]
        cid = kept.record.conversation_id
        mine = (r for r in self._of(cid) if r.run_id == run_id and r.id != turn_id)
        other = next((r for r in mine if r.prompt is None), None)
        if other is None:
            return None
        del self._turns[other.id]
        await self.append(turn_id, cid, other.events)
        return other.id

    async def save_turn(
        self,
        turn_id: TurnId,
        conversation_id: ConversationId,
        prompt: Prompt | None,
        run_id: RunId | None = None,
    ) -> ConversationId:
        if kept := self._turns.get(turn_id):
            run_id = run_id or kept.record.run_id
            kept.record = replace(kept.record, prompt=prompt, run_id=run_id)
        else:
            where = self._current(conversation_id)
            record = TurnRecord(id=turn_id, conversation_id=where, prompt=prompt, run_id=run_id)
            kept = self._turns[turn_id] = _KeptTurn(record, len(self._turns))
        return kept.record.conversation_id

    async def append(
        self, turn_id: TurnId, conversation_id: ConversationId, events: Sequence[TurnEvent]
    ) -> None:
        kept = self._turns[turn_id]
        fresh = [e for e in events if e.key not in kept.keys and not isinstance(e, Heartbeat)]
        kept.keys |= {event.key for event in fresh}
        kept.record = replace(kept.record, events=(*kept.record.events, *fresh))
        ends = [event for event in fresh if isinstance(event, TurnFinished)]
        if ends and (known := self.listed.get(kept.record.conversation_id)):
            failed = ends[-1].outcome == "failed"
            self.listed[known.id] = replace(known, failed=failed)

    async def timeline(
        self, conversation_id: ConversationId, limit: int = 500, until_ms: int | None = None
    ) -> Sequence[TurnEvent]:
        events = [event for r in self._of(conversation_id) for event in r.events]
        return [e for e in events if until_ms is None or (e.at_ms or 0) <= until_ms][-limit:]

    async def usage_reports(self, conversation_id: ConversationId) -> Sequence[Sequence[TurnEvent]]:
        turns = [r.events for r in self._of(conversation_id)]
        return [[e for e in events if isinstance(e, UsageReported)] for events in turns]

    async def search(self, words: str, limit: int = 100) -> Sequence[Hit]:
        """Texts that contain all words somewhere, newest first."""
        wanted = words.casefold().split()
        found = [hit for hit in self._texts() if all(w in hit.snippet.casefold() for w in wanted)]
        return [replace(hit, marks=_marks(hit.snippet, wanted)) for hit in found[:limit] if wanted]

    def _texts(self) -> Iterable[Hit]:
        for conversation in self.listed.values():
            yield _hit(conversation, "title", conversation.name)
        for record in reversed(self._where(lambda _: True)):
            where = self.listed.get(record.conversation_id, Conversation(id=record.conversation_id))
            if record.prompt:
                yield _hit(where, "user", record.prompt.text, turn_id=record.id)
            for event in record.events:
                if isinstance(event, AgentMessage):
                    yield _hit(where, "agent", event.text, turn_id=record.id, event_key=event.key)

    async def unfinished(self) -> Sequence[TurnRecord]:
        return self._where(lambda record: not turn_of(record).over)

    async def pending(self, conversation_id: ConversationId) -> Sequence[TurnRecord]:
        states = ("queued", "sending", "unconfirmed")
        return [r for r in self._of(conversation_id) if r.prompt and r.prompt.state in states]

    async def claim(self, turn_id: TurnId, holder: str) -> TurnRecord | None:
        if self._free(turn_id) not in ("queued", "sending", "unconfirmed"):
            return None
        self._holders[turn_id] = holder
        return self._turns[turn_id].record

    async def let_go(self, turn_id: TurnId, holder: str) -> None:
        if self._holders.get(turn_id) == holder:
            del self._holders[turn_id]

    async def claim_answer(
        self, turn_id: TurnId, name: str, holder: str, answer: Decision
    ) -> AnswerClaim | None:
        known = self._answers.get((turn_id, name))
        if known and known[0] not in ("", holder):
            return None
        self._answers[turn_id, name] = (holder, known[1] if known and not known[0] else answer)
        return AnswerClaim(known[1], unclear=True) if known else AnswerClaim(answer)

    async def claimed_answer(self, turn_id: TurnId, name: str) -> Decision | None:
        known = self._answers.get((turn_id, name))
        return known[1] if known else None

    async def end_answer(self, turn_id: TurnId, name: str, holder: str, *, given: bool) -> None:
        _, answer = self._answers[turn_id, name]
        self._answers[turn_id, name] = ("given" if given else "", answer)

    async def forget_answer(self, turn_id: TurnId, name: str, holder: str) -> None:
        self._answers.pop((turn_id, name), None)

    async def revise(self, turn_id: TurnId, text: str) -> bool:
        return self._free(turn_id) == "queued" and self._change(turn_id, text=text)

    async def requeue(self, turn_id: TurnId) -> bool:
        free = self._free(turn_id) == "unconfirmed"
        return free and self._change(turn_id, state="queued", problem="")

    async def withdraw(self, turn_id: TurnId) -> Prompt | None:
        free = self._free(turn_id) in ("queued", "unconfirmed")
        return self._turns.pop(turn_id).record.prompt if free else None

    def _free(self, turn_id: TurnId) -> str | None:
        kept = self._turns.get(turn_id)
        prompt = kept.record.prompt if kept and turn_id not in self._holders else None
        return prompt.state if prompt else None

    def _change(self, turn_id: TurnId, **changes: Any) -> bool:
        kept = self._turns[turn_id]
        assert kept.record.prompt is not None
        kept.record = replace(kept.record, prompt=replace(kept.record.prompt, **changes))
        return True

    async def drop_if_empty(self, conversation_id: ConversationId) -> bool:
        name = self._current(conversation_id)
        if not is_local(name) or self._of(name):
            return False
        await self.delete_conversation(name)
        return True

    async def rename_conversation(self, old: ConversationId, new: ConversationId) -> None:
        self._aliases[old] = new
        if known := self.listed.pop(old, None):
            self.listed[new] = replace(known, id=new)
        if draft := self.drafts.pop(old, ""):
            self.drafts[new] = draft
        for kept in self._turns.values():
            if kept.record.conversation_id == old:
                kept.record = replace(kept.record, conversation_id=new)

    async def return_rejected(
        self, turn_id: TurnId, conversation_id: ConversationId, draft: str
    ) -> None:
        conversation_id = self._current(conversation_id)
        self.drafts[conversation_id] = draft
        self._turns.pop(turn_id, None)

    async def draft(self, conversation_id: ConversationId | None) -> str:
        conversation_id = conversation_id and self._current(conversation_id)
        return self.drafts.get(conversation_id, "")

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        conversation_id = conversation_id and self._current(conversation_id)
        self.drafts[conversation_id] = text

    async def recall(self, limit: int = 200) -> Sequence[str]:
        said = [
            r.prompt.text
            for r in reversed(self._where(lambda r: r.prompt is not None))
            if r.prompt and not r.prompt.is_by_app
        ]
        return list(dict.fromkeys(said))[:limit]

    async def messages_of_user(
        self, conversation_id: ConversationId, limit: int = 1000
    ) -> Sequence[SentMessage]:
        return [
            SentMessage(record.id, record.prompt.text, record.prompt.at_ms)
            for record in self._of(conversation_id)
            if record.prompt and not record.prompt.is_by_app
        ][-limit:]

    async def message_known(self, conversation_id: ConversationId, message_id: MessageId) -> bool:
        return any(
            record.prompt is not None and record.prompt.message_id == message_id
            for record in self._of(conversation_id)
        )

    async def aclose(self) -> None:
        self.closed = True

    def _of(self, conversation_id: ConversationId) -> list[TurnRecord]:
        name = self._current(conversation_id)
        return self._where(lambda record: record.conversation_id == name)

    def _where(self, true: Callable[[TurnRecord], bool]) -> list[TurnRecord]:
        kept = sorted(self._turns.values(), key=lambda turn: turn.place)
        return [turn.record for turn in kept if true(turn.record)]


def _hit(conversation: Conversation, source: HitSource, text: str, **where: Any) -> Hit:
    return Hit(
        conversation_id=conversation.id,
        title=conversation.title or conversation.first_text,
        source=source,
        snippet=" ".join(text.split()),
        at_ms=NOW_MS,
        **where,
    )


def _marks(text: str, words: Iterable[str]) -> tuple[tuple[int, int], ...]:
    starts = ((text.casefold().find(word), len(word)) for word in words)
    return tuple(sorted((start, start + length) for start, length in starts if start >= 0))


class ManualClock:
    """A clock that only the test moves. Who sleeps wakes up when its time has come."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self._start_ms = now_ms
        self._passed_s = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now_ms(self) -> int:
        return self._start_ms + round(self._passed_s * 1000)

    def monotonic_s(self) -> float:
        return self._passed_s

    def jitter(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        due = asyncio.Event()
        self._sleepers.append((self._passed_s + seconds, due))
        await due.wait()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed_s += seconds
        for due_s, event in self._sleepers:
            if due_s <= self._passed_s:
                event.set()
        self._sleepers = [(s, event) for s, event in self._sleepers if s > self._passed_s]


class HastyClock(ManualClock):
    """Clock that skips each wait, and records it."""

    def __init__(self) -> None:
        super().__init__()
        self.slept_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.advance(seconds)


class IdleClock(ManualClock):
    """Clock that moves to the next awaited time as soon as the app is idle."""

    def __init__(self) -> None:
        super().__init__()
        self._due_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        due_s = self._passed_s + seconds
        self._due_s.append(due_s)
        try:
            while self._passed_s < due_s:
                for _ in range(60):  # turns of the event loop; everything else continues meanwhile
                    await asyncio.sleep(0)
                if due_s == min(self._due_s):
                    self._passed_s = max(self._passed_s, due_s)
            await asyncio.sleep(0)
        finally:
            self._due_s.remove(due_s)
