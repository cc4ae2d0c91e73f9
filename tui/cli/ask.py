"""``genie-tui ask``: one message, its reply, and an exit code."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.approval_options import ApprovalOptions, PlannedDecision
from tui.cli.ask_input import Input, checked_messages, read_input, with_options
from tui.cli.ask_output import print_end, print_json, print_reply, print_usage
from tui.cli.exit_codes import CommandFailure, ExitCode, failure_of, print_error, refusal_of
from tui.cli.options import Target, conversation_failure
from tui.cli.prompt import ask_person
from tui.core.codec import to_json
from tui.core.errors import BackendError, ErrorKind
from tui.core.event_labels import resumed_parts
from tui.core.events import Heartbeat, StreamResumed, TurnEvent
from tui.core.ids import ConversationId, is_local
from tui.core.links import shown_link
from tui.core.masking import masked_event
from tui.core.ports import Capability
from tui.core.questions import question_name
from tui.core.records import Attachment
from tui.core.retry import try_again_text, wait_text
from tui.core.steps import ApprovalStep, ConnectionStep
from tui.core.text import clean_line
from tui.core.turn import Turn
from tui.core.usage import Usage
from tui.engine.updates import (
    EventsSeen,
    MessageRejected,
    Problem,
    Recovery,
    RecoveryChanged,
    TurnChanged,
    TurnDropped,
    Update,
    UserNotice,
)
from tui.system.clock import SystemClock

if TYPE_CHECKING:
    from tui.engine.session import Session

_TRIES_UNSENT = 3
"""Number of attempts to deliver a message before the command fails."""
_NEWEST = 200
"""Number of conversations searched for the last one; pinned ones come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRequest:
    """Message to send, its conversation, and the sources of approvals."""

    text: str
    conversation: str | None = None
    last_conversation: bool = False
    files: tuple[Path, ...] = ()
    as_json: bool = False
    answers: ApprovalOptions = field(default_factory=ApprovalOptions)
    timeout_s: float | None = None
    options: tuple[str, ...] = ()
    """``NAME=VALUE`` each."""


def run_ask(target: Target, question: AskRequest) -> int:
    """Ask, print the reply, and return the exit code; failures use the same output format."""
    place = target.place()
    begun = time.monotonic()
    source = read_input(question.text, question.files, question.timeout_s)
    left_s = question.timeout_s and max(0.0, question.timeout_s - (time.monotonic() - begun))
    asking = _Asking(question, target)

    async def work() -> int:
        async with place.connect(asking.hear, one_shot=True) as session:
            try:
                if left_s is not None:
                    asking.ends_s = time.monotonic() + left_s
                async with asyncio.timeout(left_s):
                    return await asking.run(session, source)
            except TimeoutError:
                raise asking.late() from None
            finally:
                await asking.leave(session)

    try:
        return asyncio.run(work())
    except CommandFailure as failure:
        asking.print_result(failure.code, failure.message)
        raise


class _Asking:
    """One run of the command."""

    def __init__(self, question: AskRequest, target: Target) -> None:
        self.question = question
        self.target = target
        self.turn: Turn | None = None
        self.total: Usage | None = None
        """Usage of the whole conversation."""
        self.problem = ""
        self._updates: asyncio.Queue[Update] = asyncio.Queue()
        self._decided: set[str] = set()
        self._printed: set[str] = set()
        """Keys of the printed events: a replay repeats them."""
        self.ends_s = math.inf
        """End of ``--timeout``, by the monotonic clock."""
        self._next_ms = 0
        """Time of the next attempt (our clock); 0 if none is scheduled."""
        self._told_s = 0.0
        """Last wait that was reported."""

    def hear(self, update: Update) -> None:
        if isinstance(update, UserNotice):
            click.echo(f"{clean_line(update.text, 400)}", err=True)
        self._updates.put_nowait(update)

    async def run(self, session: Session, source: Input) -> int:
        with ExitStack() as stack:
            messages = checked_messages(session, source, stack)
            conversation = await self._conversation(session)
            if conversation is not None:
                await self._look_up(session, conversation)
                await session.resume(conversation)
            if options := self.question.options:
                text = messages[0][0]
                conversation = await with_options(session, conversation, options, text)
            for text, files in messages:
                turn = await self._ask(session, conversation, text, files)
                conversation = turn.conversation_id
                if turn.outcome != "finished":
                    break
            self.total = await session.history.total_usage(turn.conversation_id)
            return self._report(turn, session.can)

    async def _look_up(self, session: Session, conversation: ConversationId) -> None:
        try:
            await session.conversations.look_up(conversation)
        except BackendError as error:
            raise conversation_failure(self.target, conversation, error) from error

    async def _conversation(self, session: Session) -> ConversationId | None:
        """Return the conversation to continue; None for a new one."""
        if self.question.conversation:
            return ConversationId(self.question.conversation)
        if not self.question.last_conversation:
            return None
        try:
            await session.conversations.refresh()
        except BackendError as error:
            raise failure_of(error) from error
        known = [c for c in await session.conversations.stored(_NEWEST) if not is_local(c.id)]
        if not known:
            text = "No conversation to continue yet. To start one, leave out -c."
            raise CommandFailure(text, ExitCode.USAGE)
        return max(known, key=lambda conversation: conversation.updated_ms or 0).id

    async def _ask(
        self,
        session: Session,
        conversation: ConversationId | None,
        text: str,
        files: tuple[Attachment, ...],
    ) -> Turn:
        """Send one message and wait until its turn is over."""
        turn = self.turn = await session.send(conversation, text, files)
        session.watched = turn.conversation_id
        while not turn.over:
            await self._handle(session, await self._updates.get())
            turn = self.turn
        with suppress(TimeoutError):  # the end of a break is recorded after that of the turn
            async with asyncio.timeout(2.0):
                while self.turn.open_break:
                    await self._handle(session, await self._updates.get())
        return self.turn

    async def _handle(self, session: Session, update: Update) -> None:
        assert self.turn is not None
        own = self.turn.conversation_id
        match update:
            case TurnChanged(turn=turn) if turn.id == self.turn.id:
                self.turn = turn
                await self._answer(session, turn)
            case TurnChanged(turn=turn) if turn.conversation_id == own:
                self._mention(turn)
            case EventsSeen(conversation_id=cid, events=events) if cid == own:
                self._print_events(events)
            case RecoveryChanged(conversation_id=cid, recovery=recovery) if cid == own:
                self._follow_recovery(recovery)
            case MessageRejected(error=error, turn_id=turn_id) if turn_id == self.turn.id:
                if error.kind is ErrorKind.NOT_FOUND:
                    raise conversation_failure(self.target, own, error)
                raise refusal_of(error)
            case TurnDropped(turn_id=turn_id) if turn_id == self.turn.id:
                raise CommandFailure("The message was canceled in another window.")
            case UserNotice(text=text):
                click.echo(f"{clean_line(text, 400)}", err=True)
            case Problem(error=error, conversation_id=cid):
                if cid == own and not error.transient:
                    raise failure_of(error)
            case _:
                pass

    def _print_events(self, events: Sequence[TurnEvent]) -> None:
        """Print new events as JSON, and report the end of an outage that was reported."""
        for event in events:
            if isinstance(event, Heartbeat) or event.key in self._printed:
                continue
            self._printed.add(event.key)
            if isinstance(event, StreamResumed) and self._told_s:
                self._told_s = 0.0
                click.echo(f"{', '.join(resumed_parts(event))}.", err=True)
            if self.question.as_json:
                print_json(to_json(masked_event(event)))

    def _mention(self, earlier: Turn) -> None:
        """Report that an earlier turn of the conversation delays the message."""
        for step in earlier.open_approvals:
            if question_name(step) not in self._decided:
                self._decided.add(question_name(step))
                skill = clean_line(step.request.skill)
                click.echo(
                    f'An earlier message needs your approval of "{skill}" before this one can be '
                    "sent. Open the conversation in the app to decide.",
                    err=True,
                )

    def _follow_recovery(self, recovery: Recovery | None) -> None:
        """Report a delay of the message or its reply; raises ``CommandFailure`` after a few
        attempts.
        """
        self._next_ms = (recovery and recovery.next_ms) or 0
        if recovery is None or not recovery.next_ms:
            return
        self._tell_wait(recovery.problem or "Connection lost.")
        if recovery.step == "sending" and recovery.attempt >= _TRIES_UNSENT:
            raise CommandFailure(f"{self.problem} {recovery.hint}".strip())

    def _tell_wait(self, problem: str) -> None:
        """Report a failure and the time of the next attempt, unless much like the last report.

        Raises ``CommandFailure`` for a wait beyond ``--timeout``.
        """
        wait_s, problem = self._wait_s(), clean_line(problem, 400)
        new, self.problem = problem != self.problem, problem
        if time.monotonic() + wait_s > self.ends_s:
            raise self.late()
        if new or wait_s > 1.5 * self._told_s:
            self._told_s = wait_s
            told = f"{self.problem} Trying again in {wait_text(wait_s)}."
            click.echo(told, err=True)

    def _wait_s(self) -> float:
        """Return the seconds until the next attempt; 0 if none is scheduled."""
        return max(0.0, (self._next_ms - SystemClock().now_ms()) / 1000)

    async def _answer(self, session: Session, turn: Turn) -> None:
        prompt = turn.prompt
        if prompt and prompt.state == "unconfirmed":
            text = "Couldn't confirm that the message arrived, so it wasn't sent again."
            raise CommandFailure(f"{prompt.problem} {text}")
        for approval in turn.open_approvals:
            if question_name(approval) not in self._decided:
                await self._decide(session, turn, approval)
        for connection in turn.open_connections:
            raise CommandFailure(self._connection_text(connection), ExitCode.CONNECTION_NEEDED)

    async def _decide(self, session: Session, turn: Turn, step: ApprovalStep) -> None:
        answer = await self._decision(turn, step)
        if answer is None:
            raise CommandFailure(self._approval_text(turn, step), ExitCode.APPROVAL_NEEDED)
        self._decided.add(question_name(step))
        click.echo(f"{answer.decision.capitalize()}: {clean_line(step.request.skill)}", err=True)
        try:
            await session.decide(
                turn, step.call_id, answer.decision, answer.reason, shown=step.request
            )
        except BackendError as error:
            if error.kind is ErrorKind.CHANGED:
                click.echo(f"{error.sentence()}", err=True)
            elif error.kind not in (ErrorKind.BUSY, ErrorKind.NOT_FOUND):
                raise failure_of(error) from error
            print_error(str(error))

    async def _decision(self, turn: Turn, step: ApprovalStep) -> PlannedDecision | None:
        """Return the decision by the options, else by the user; None for neither."""
        answer = self.question.answers.to(step.request.skill, _skills(turn))
        if answer is None and sys.stdin.isatty() and sys.stderr.isatty():
            return PlannedDecision(await ask_person(step))
        return answer

    def _approval_text(self, turn: Turn, step: ApprovalStep) -> str:
        skill = clean_line(step.request.skill)
        hint = self.question.answers.hint(step.request.skill, _skills(turn))
        flags = f"--approve '{skill}', --reject '{skill}=REASON', --approve-all, or --reject-all"
        opens = f", or open conversation {turn.conversation_id} in the app"
        text = f'"{skill}" needs approval, and this isn\'t a terminal. {hint}'.rstrip()
        return f"{text} Use {flags}{'' if self.target.demo else opens}."

    def _connection_text(self, step: ConnectionStep) -> str:
        connector = clean_line(step.connector)
        if self.target.demo:  # the conversation is gone when the command ends
            text = f"{connector} needs you to sign in, but this demo ends with the command."
            return f"{text} Ask in the app instead: genie-tui --demo."
        where = shown_link(step.url) if step.url else "open the conversation in the app."
        return f"{connector} needs you to sign in: {where}"

    def _report(self, turn: Turn, can: Capability) -> int:
        finished = turn.outcome == "finished" and bool(turn.reply)
        if self.question.as_json:
            self.print_result(ExitCode.FINISHED if finished else ExitCode.FAILED)
        else:
            print_reply(turn.reply)
            print_usage(turn, self.total)
        print_end(turn, can)
        return ExitCode.FINISHED if finished else ExitCode.FAILED

    def print_result(self, code: int, problem: str = "") -> None:
        """Print the last line of ``--json``."""
        if not self.question.as_json:
            return
        turn = self.turn
        known = turn is not None and not is_local(turn.conversation_id)
        print_json(
            {
                "type": "result",
                "exit_code": int(code),
                "outcome": turn.outcome if turn else None,
                "conversation_id": turn.conversation_id if turn and known else None,
                "run_id": turn.run_id if turn else None,
                "reply": turn.reply if turn else "",
                "usage": asdict(turn.usage) if turn and turn.usage else None,
                "total_usage": asdict(self.total) if self.total else None,
                "error": problem or None,
            }
        )

    def late(self) -> CommandFailure:
        """Return the failure of ``--timeout``, with the time of the next attempt where known."""
        waited = f"No reply within {self.question.timeout_s:g} s."
        again = try_again_text(wait_s) if (wait_s := self._wait_s()) else ""
        return CommandFailure(f"{self.problem} {waited} {again}".strip())

    async def leave(self, session: Session) -> None:
        """Discard a message that was never sent, so that the app does not send it later."""
        if self.turn and self.turn.run_id is None and not self.turn.over:
            prompt = self.turn.prompt
            if prompt is None or prompt.state == "queued":
                await session.withdraw(self.turn.conversation_id, self.turn.id)


def _skills(turn: Turn) -> set[str]:
    """Return the names of all skills in a turn that needed approval."""
    return {step.request.skill for step in turn.steps if isinstance(step, ApprovalStep)}
