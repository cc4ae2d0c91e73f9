"""``genie-tui ask``: one message, its reply, and an exit code."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.chat.updates import (
    EventsSeen,
    Problem,
    RecoveryChanged,
    Refused,
    TurnChanged,
    TurnDropped,
    Update,
)
from tui.cli.codes import Code, Failure, failure_of
from tui.cli.options import Target
from tui.cli.person import ask_person
from tui.core.codec import to_json
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import Decision, Heartbeat
from tui.core.ids import CallId, ConversationId, is_local
from tui.core.masking import masked_event
from tui.core.records import Attachment
from tui.core.steps import ApprovalStep, ConnectionStep
from tui.core.text import clean_line, json_text
from tui.core.turn import Turn

if TYPE_CHECKING:
    from tui.chat.session import Session

_SILENCE = "no reply came. Is the genie started?"
_TRIES_UNSENT = 3
"""How often a message that cannot be delivered is tried before the command gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask, and who may answer what the agent asks back."""

    text: str
    conversation: str | None = None
    file: Path | None = None
    as_json: bool = False
    approve: frozenset[str] = frozenset()
    approve_all: bool = False
    reject_all: bool = False
    timeout_s: float | None = None


def run_ask(target: Target, question: Question) -> int:
    """Ask, print the reply, and return the exit code; a failure is reported in the same form."""
    place = target.place()
    text = _read_standard_input() if question.text == "-" else question.text
    if not text.strip():
        raise Failure("there is nothing to send: the text is empty.", Code.USAGE)
    asking = _Asking(question, text.strip())

    async def work() -> int:
        async with place.connect(asking.hear) as session:
            try:
                async with asyncio.timeout(question.timeout_s):
                    return await asking.run(session)
            except TimeoutError:
                raise asking.late() from None
            finally:
                await asking.leave(session)

    try:
        return asyncio.run(work())
    except Failure as failure:
        asking.print_result(failure.code, failure.message)
        raise


def _read_standard_input() -> str:
    """What is piped in; bytes that are no UTF-8 are replaced."""
    if sys.stdin is None:
        raise Failure("there is nothing to send: standard input is closed.", Code.USAGE)
    return sys.stdin.buffer.read().decode("utf-8", "replace")


class _Asking:
    """One run of the command."""

    def __init__(self, question: Question, text: str) -> None:
        self.question = question
        self.text = text
        self.turn: Turn | None = None
        self.problem = ""
        self._updates: asyncio.Queue[Update] = asyncio.Queue()
        self._decided: set[CallId] = set()

    def hear(self, update: Update) -> None:
        self._updates.put_nowait(update)

    async def run(self, session: Session) -> int:
        known = self.question.conversation
        conversation = ConversationId(known) if known else None
        self.turn = await session.send(conversation, self.text, self._attachments())
        session.watched = self.turn.conversation_id
        while not self.turn.over:
            await self._handle(session, await self._updates.get())
        return self._report(self.turn)

    def _attachments(self) -> tuple[Attachment, ...]:
        file = self.question.file
        if file is None:
            return ()
        size = file.stat().st_size
        return (Attachment(path=str(file), name=file.name, size_bytes=size),)

    async def _handle(self, session: Session, update: Update) -> None:
        assert self.turn is not None
        match update:
            case TurnChanged(turn=turn) if turn.id == self.turn.id:
                self.turn = turn
                await self._answer(session, turn)
            case TurnChanged(turn=turn) if turn.conversation_id == self.turn.conversation_id:
                self._mention(turn)
            case EventsSeen(conversation_id=cid, events=events):
                if self.question.as_json and cid == self.turn.conversation_id:
                    for event in events:
                        if not isinstance(event, Heartbeat):
                            _print_json(to_json(masked_event(event)))
            case RecoveryChanged(recovery=recovery) if recovery and recovery.next_ms:
                self._tell(recovery.problem or "The connection was lost.")
                if recovery.step == "sending" and recovery.attempt >= _TRIES_UNSENT:
                    raise Failure(f"{self.problem} {recovery.hint}".strip())
            case Refused(error=error, turn_id=turn_id) if turn_id == self.turn.id:
                raise failure_of(error)
            case TurnDropped(turn_id=turn_id) if turn_id == self.turn.id:
                raise Failure("the message was taken back in another window.")
            case Problem(error=error, conversation_id=cid):
                if cid == self.turn.conversation_id and not error.transient:
                    raise failure_of(error)
            case _:
                pass

    def _mention(self, earlier: Turn) -> None:
        """Say that an earlier turn of the conversation keeps the message waiting."""
        for step in earlier.open_approvals:
            if step.call_id not in self._decided:
                self._decided.add(step.call_id)
                skill = clean_line(step.request.skill)
                text = f'an earlier message waits for an approval of "{skill}", this one for it.'
                click.echo(f"genie-tui: {text} Decide in the app.", err=True)

    def _tell(self, problem: str) -> None:
        if problem != self.problem:
            click.echo(f"genie-tui: {clean_line(problem, 400)} Trying again.", err=True)
        self.problem = problem

    async def _answer(self, session: Session, turn: Turn) -> None:
        prompt = turn.prompt
        if prompt and prompt.state == "unconfirmed":
            text = "It is not known whether the message arrived, so it was not sent again."
            raise Failure(f"{prompt.problem} {text}")
        for approval in turn.open_approvals:
            if approval.call_id not in self._decided:
                await self._decide(session, turn, approval)
        for connection in turn.open_connections:
            raise Failure(_connection_text(connection), Code.CONNECTION_NEEDED)

    async def _decide(self, session: Session, turn: Turn, step: ApprovalStep) -> None:
        decision = await self._decision(step)
        if decision is None:
            skill = clean_line(step.request.skill)
            text = (
                f'"{skill}" waits for an approval, and nobody is here to give it. '
                f"Use --approve '{skill}', --approve-all or --reject-all, or open the "
                f"conversation {turn.conversation_id} in the app."
            )
            raise Failure(text, Code.APPROVAL_NEEDED)
        self._decided.add(step.call_id)
        click.echo(f"genie-tui: {decision} {clean_line(step.request.skill)}", err=True)
        try:
            await session.decide(turn, step.call_id, decision)
        except BackendError as error:
            if error.kind not in (ErrorKind.BUSY, ErrorKind.NOT_FOUND):
                raise failure_of(error) from error

    async def _decision(self, step: ApprovalStep) -> Decision | None:
        """What the options say, else the person at the terminal; None: nobody does."""
        if self.question.approve_all or step.request.skill in self.question.approve:
            return "approved"
        if self.question.reject_all:
            return "rejected"
        if sys.stdin.isatty() and sys.stderr.isatty():
            return await ask_person(step)
        return None

    def _report(self, turn: Turn) -> int:
        finished = turn.outcome == "finished" and bool(turn.reply)
        if self.question.as_json:
            self.print_result(Code.FINISHED if finished else Code.FAILED)
        else:
            _print_reply(turn.reply)
            _print_usage(turn)
        if not finished:
            _print_end(turn)
        return Code.FINISHED if finished else Code.FAILED

    def print_result(self, code: int, problem: str = "") -> None:
        """The last line of ``--json``."""
        if not self.question.as_json:
            return
        turn = self.turn
        known = turn is not None and not is_local(turn.conversation_id)
        _print_json(
            {
                "type": "result",
                "exit_code": int(code),
                "outcome": turn.outcome if turn else None,
                "conversation_id": turn.conversation_id if turn and known else None,
                "run_id": turn.run_id if turn else None,
                "reply": turn.reply if turn else "",
                "usage": asdict(turn.usage) if turn and turn.usage else None,
                "total_usage": asdict(turn.total_usage) if turn and turn.total_usage else None,
                "error": problem or None,
            }
        )

    def late(self) -> Failure:
        waited = f"no answer within {self.question.timeout_s:g} s."
        return Failure(f"{self.problem} Gave up: {waited}" if self.problem else waited)

    async def leave(self, session: Session) -> None:
        """A message that never left must not be sent by the app some other day."""
        if self.turn and self.turn.run_id is None and not self.turn.over:
            prompt = self.turn.prompt
            if prompt is None or prompt.state == "queued":
                await session.withdraw(self.turn.conversation_id, self.turn.id)


def _connection_text(step: ConnectionStep) -> str:
    where = clean_line(step.url, 2000) if step.url else "the app"
    return f"{clean_line(step.connector)} must be connected first: {where}"


def _print_reply(markdown: str) -> None:
    if sys.stdout.isatty():
        from tui.ui.printing import print_markdown

        print_markdown(markdown)
    else:
        click.echo(markdown)


def _print_usage(turn: Turn) -> None:
    """Where the service counts: for this turn, and for the whole conversation if that is more."""
    if turn.usage:
        click.echo(f"genie-tui: {turn.usage.sentence()}", err=True)
    if turn.total_usage and turn.total_usage != turn.usage:
        click.echo(f"genie-tui: in all {turn.total_usage.sentence()}", err=True)


def _print_end(turn: Turn) -> None:
    ends = {"failed": "the agent failed.", "halted": "stopped.", "limit": "its turns are used up."}
    told = ends.get(turn.outcome or "", "" if turn.reply else _SILENCE)
    if told:
        click.echo(f"genie-tui: {told} {clean_line(turn.reason, 400)}".rstrip(), err=True)


def _print_json(data: dict[str, Any]) -> None:
    click.echo(json_text(data))
