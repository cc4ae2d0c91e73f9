"""Conversation with an agent, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from tui.core.account import login_helps
from tui.core.errors import BackendError, StoreError
from tui.core.ports import Capability
from tui.core.questions import question_name
from tui.core.retry import wait_text
from tui.core.text import clean, clean_line
from tui.engine.session import Session
from tui.engine.tasks import run_with_watchers
from tui.engine.updates import (
    CallMade,
    ConversationNamed,
    ConversationsChanged,
    EndedMeanwhile,
    EventsSeen,
    MessageRejected,
    Notification,
    Problem,
    Publish,
    Recovery,
    RecoveryChanged,
    TurnChanged,
    TurnDropped,
    Update,
    UploadProgress,
    UserNotice,
)
from tui.ui.chat.banner_text import of_recovery
from tui.ui.composer.attachment_files import CannotAttach, attachment_of
from tui.ui.composer.paths import typed_path
from tui.ui.screen_reader.announcer import Announcer
from tui.ui.screen_reader.conversations import ConversationCommands

if TYPE_CHECKING:
    from tui.core.events import Decision
    from tui.core.ids import ConversationId, TurnId
    from tui.core.records import Attachment
    from tui.core.turn import Turn
    from tui.ui.screen_reader.line_io import LineIO

Connect = Callable[[Publish], AbstractAsyncContextManager[Session]]

_NAMED_S = 3.0
"""Longest wait for the agent's name before the first line."""
_LONG_WAIT_MS = 10_000
"""Shortest wait that is announced; quick retries are not."""
_READY = "Ready. Type a message and press Enter. For a list of commands, type /help."
_FOR_CONVERSATION = "conversation"
HELP = {
    "/help": "list the commands",
    "/list WORDS": "list conversations, or only those that match WORDS or a #tag",
    "/archived": "list the archived conversations",
    "/search WORDS": "search all conversations",
    "/open NUMBER": "open a conversation from the list or the search results",
    "/new": "start a conversation",
    "/read": "read this conversation again",
    "/approve NUMBER": "approve a skill",
    "/approve NUMBER conversation": "approve a skill, and its later calls in this conversation",
    "/revoke": "ask again about skills approved for this conversation",
    "/reject NUMBER REASON": "reject a question; the agent sees the reason",
    "/attach FILE": "attach a file to your next message",
    "/export FILE": "export this conversation to an .md, .html, or .json file",
    "/rename TITLE": "rename this conversation",
    "/tags TAGS": "tag this conversation on this machine; without TAGS, remove its tags",
    "/archive": "archive this conversation on this machine, or bring it back",
    "/retry": "retry now",
    "/stop": "ask the agent to stop",
    "/again": "send an unconfirmed message again",
    "/drop": "discard a message that wasn't sent",
    "/quit": "quit; your messages are saved",
}


class ScreenReaderSession:
    """One session, one conversation at a time; events in others are announced in one line."""

    def __init__(self, connect: Connect, lines: LineIO, agent: str, now_ms: Callable[[], int]):
        self._connect = connect
        self._lines = lines
        self._agent = clean_line(agent, 40)
        self._now_ms = now_ms
        self._updates: asyncio.Queue[Update] = asyncio.Queue()
        self._turns: dict[str, Turn] = {}
        self._announcers: dict[str, Announcer] = {}
        self._numbers: dict[str, int] = {}
        self._current: ConversationId | None = None
        self._file: Attachment | None = None
        self._recovery_text = ""

    async def run(self) -> int:
        """Run until the user quits; return the exit code."""
        self._lines.say(f"Connecting to {self._agent}.")
        try:
            async with self._connect(self._updates.put_nowait) as session:
                self._session = session
                self._agent = await self._agent_name(session)
                self._library = ConversationCommands(
                    session, self._lines, self._agent, self._now_ms
                )
                self._lines.say(_READY)
                await run_with_watchers(self._read_input(), self._handle_updates())
        except BackendError as error:
            self._say_problem(error)
            return 3 if login_helps(error) else 1
        return 0

    async def _agent_name(self, session: Session) -> str:
        """Return the service's name for the agent, else the configured one."""
        try:
            async with asyncio.timeout(_NAMED_S):
                return clean_line((await session.conversations.agent()).name, 40) or self._agent
        except (BackendError, TimeoutError):
            return self._agent  # other calls report what is wrong

    # -- updates of the engine -------------------------------------------------------------

    async def _handle_updates(self) -> None:
        while True:
            match await self._updates.get():
                case TurnChanged(turn=turn):
                    self._take(turn)
                case ConversationNamed(old=old, new=new) if self._current == old:
                    self._current = new
                case RecoveryChanged(recovery=recovery):
                    self._announce_recovery(recovery)
                case MessageRejected(error=error):
                    self._say_problem(error)
                    self._lines.say("Your message wasn't sent.")
                case Problem(error=error):
                    self._say_problem(error)
                case EndedMeanwhile(title=title):
                    name = clean_line(title, 80)
                    self._lines.say(f"“{name}” finished while genie-tui was closed.")
                case UserNotice(text=text):
                    self._lines.say(clean(text))
                case (
                    ConversationNamed()
                    | ConversationsChanged()
                    | TurnDropped()
                    | EventsSeen()
                    | UploadProgress()
                    | CallMade()
                    | Notification()
                ):
                    pass

    def _announce_recovery(self, recovery: Recovery | None) -> None:
        left_ms = recovery.next_ms - self._now_ms() if recovery and recovery.next_ms else 0
        when = f" in {wait_text(left_ms / 1000)}" if left_ms >= _LONG_WAIT_MS else ""
        title = of_recovery(recovery, agent=self._agent).text if recovery else ""
        text = f"{title}. Trying again{when}." if title else ""
        if text != self._recovery_text:
            self._lines.say(text or "Back online.")
        self._recovery_text = text

    def _take(self, turn: Turn) -> None:
        known = self._turns.get(turn.id)
        self._turns[turn.id] = turn
        if turn.conversation_id == self._current:
            self._announce(turn)
        elif self._asks_or_ended(turn) and (known is None or known.phase != turn.phase):
            what = "is finished" if turn.over else "needs your answer"
            self._lines.say(f"Another conversation {what}. Type /list to see it.")

    def _asks_or_ended(self, turn: Turn) -> bool:
        asks = any(not self._session.answers_itself(turn, step) for step in turn.open_approvals)
        return bool(asks or turn.open_connections or turn.over)

    def _announce(self, turn: Turn) -> None:
        if turn.id not in self._announcers:
            stoppable = Capability.BE_STOPPED in self._session.can
            self._announcers[turn.id] = Announcer(
                self._agent,
                self._numbers,
                may_be_stopped=stoppable,
                answers_itself=self._session.answers_itself,
            )
        announcer = self._announcers[turn.id]
        for line in announcer.news(turn):
            self._lines.say(line)

    def _say_problem(self, error: BackendError) -> None:
        login = "To sign in, run: genie-tui login" if login_helps(error) else error.hint
        self._lines.say(f"Problem: {clean_line(f'{error} {login}', 600)}".rstrip())

    # -- input of the user -----------------------------------------------------------------

    async def _read_input(self) -> None:
        async for text in self._lines.typed():
            if text.strip() == "/quit":
                return
            try:
                await self._handle_input(text)
            except BackendError as error:
                self._say_problem(error)
            except StoreError as error:
                self._lines.say(f"Problem: {clean_line(str(error), 600)}")

    async def _handle_input(self, text: str) -> None:
        """Run a command, or send a message; text of several lines is always a message."""
        word, _, rest = text.strip().partition(" ")
        if not text.strip():
            return
        if "\n" in text.strip() or not word.startswith("/"):
            await self._send(text.strip("\n"))
        elif command := self._commands().get(word):
            await command(rest.strip())
        else:
            self._lines.say(
                f"Unknown command {clean_line(word, 30)}. For a list of commands, type /help."
            )

    def _commands(self) -> dict[str, Callable[[str], Awaitable[None]]]:
        return {
            "/help": self._help,
            "/list": self._library.list,
            "/search": self._library.search,
            "/open": self._open,
            "/new": self._new,
            "/read": self._read,
            "/approve": self._approve,
            "/revoke": self._revoke,
            "/reject": self._reject,
            "/attach": self._attach,
            "/export": self._export,
            "/rename": self._rename,
            "/tags": self._tag,
            "/archive": self._archive,
            "/archived": self._list_archived,
            "/retry": self._retry,
            "/stop": self._stop,
            "/again": self._again,
            "/drop": self._drop,
        }

    async def _help(self, _: str) -> None:
        for command, meaning in HELP.items():
            self._lines.say(f"{command}: {meaning}.")

    async def _send(self, text: str) -> None:
        files = (self._file,) if self._file else ()
        turn = await self._session.send(self._current, text, files)
        self._file = None
        self._current = self._session.watched = turn.conversation_id
        self._lines.say("Your message is saved. Waiting for the reply.")
        self._announce(self._turns.get(turn.id, turn))

    async def _open(self, number: str) -> None:
        place = self._library.at(number)
        if place is None:
            self._lines.say("Type /list or /search first, then /open and a number from the list.")
            return
        where = self._current = self._session.watched = place.conversation_id
        self._lines.say(f"Conversation: {clean_line(place.name, 100)}")
        try:
            await self._session.history.sync(where)
        finally:
            if place.turn_id is None:
                await self._read("")
            else:
                await self._read_from(where, place.turn_id)
            await self._session.mark_read(where)

    async def _new(self, _: str) -> None:
        self._current = self._session.watched = None
        self._lines.say("Your next message starts a new conversation.")

    async def _read(self, _: str) -> None:
        """Read the whole conversation."""
        turns = await self._session.history.turns(self._current) if self._current else []
        self._say_all(turns)
        if not turns:
            self._lines.say("No messages yet.")

    async def _read_from(self, conversation_id: ConversationId, turn_id: TurnId) -> None:
        """Read a search hit and what follows it."""
        turns, goes_on = await self._session.history.turns_around(conversation_id, turn_id)
        first = next((n for n, turn in enumerate(turns) if turn.id == turn_id), 0)
        self._say_all(turns[first:])
        if goes_on:
            self._lines.say("There are newer messages. Type /read to hear the latest.")

    def _say_all(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            self._turns[turn.id] = turn
            if turn.prompt:
                who = "" if turn.prompt.is_by_app else "You said: "
                self._lines.say(f"{who}{clean(turn.prompt.text)}")
            self._announcers.pop(turn.id, None)
            self._announce(turn)

    async def _export(self, name: str) -> None:
        await self._library.export(self._current, name)

    async def _rename(self, title: str) -> None:
        await self._library.rename(self._current, title)

    async def _tag(self, tags: str) -> None:
        await self._library.tag(self._current, tags)

    async def _archive(self, _: str) -> None:
        await self._library.archive(self._current)

    async def _list_archived(self, words: str) -> None:
        await self._library.list(words, archived=True)

    async def _approve(self, rest: str) -> None:
        await self._answer(rest, approve=True)

    async def _revoke(self, _: str) -> None:
        skills = self._session.approved_skills(self._current) if self._current else ()
        if self._current and skills:
            self._session.revoke_approvals(self._current)
            named = ", ".join(clean_line(skill, 40) for skill in skills)
            self._lines.say(f"{named} will ask for your approval again.")
        else:
            self._lines.say("No skill is approved for this conversation.")

    async def _reject(self, rest: str) -> None:
        await self._answer(rest, approve=False)

    async def _answer(self, rest: str, *, approve: bool) -> None:
        number, _, reason = rest.partition(" ")
        for_conversation = approve and reason.strip().casefold() == _FOR_CONVERSATION
        name = next((n for n, no in self._numbers.items() if str(no) == number), None)
        for turn in self._turns.values():
            for approval in turn.open_approvals:
                if question_name(approval) == name:
                    decision: Decision = "approved" if approve else "rejected"
                    shown = approval.request
                    await self._session.decide(
                        turn,
                        approval.call_id,
                        decision,
                        None if for_conversation else reason or None,
                        shown=shown,
                        for_conversation=for_conversation and approval.revision == 0,
                    )
                    return
            for link in turn.open_connections:
                if link.attempt_id == name and not approve:
                    await self._session.reject_connection(turn, link.attempt_id, reason or None)
                    return
        self._lines.say(
            "No open question has that number. Use the number announced with the question."
        )

    async def _attach(self, path: str) -> None:
        if Capability.UPLOAD not in self._session.can:
            self._lines.say("This agent doesn't accept files.")
            return
        try:
            self._file = _attachment(path)
        except CannotAttach as problem:
            self._lines.say(str(problem))
        else:
            self._lines.say(f"{clean_line(self._file.name)} will be sent with your next message.")

    async def _retry(self, _: str) -> None:
        self._session.lift_delays()
        self._session.retry_now()
        self._lines.say("Retrying now.")

    async def _stop(self, _: str) -> None:
        working = [t for t in self._turns.values() if t.conversation_id == self._current]
        if Capability.HALT not in self._session.can:
            self._lines.say("This agent can't be stopped.")
        elif running := [turn for turn in working if not turn.over]:
            await self._session.conversations.halt(running[0])
            self._lines.say("Asked the agent to stop.")
        else:
            self._lines.say("The agent isn't working on anything here.")

    async def _again(self, _: str) -> None:
        unsure = self._unsent("unconfirmed")
        for turn in unsure:
            await self._session.send_again(turn.conversation_id, turn.id)
        text = "Sending it again." if unsure else "No unconfirmed message to send again."
        self._lines.say(text)

    async def _drop(self, _: str) -> None:
        waiting = self._unsent("unconfirmed", "queued")
        for turn in waiting:
            gone = await self._session.withdraw(turn.conversation_id, turn.id)
            text = "Message discarded." if gone else "Too late: the message is already sent."
            self._lines.say(text)
        if not waiting:
            self._lines.say("No unsent message to discard.")

    def _unsent(self, *states: str) -> list[Turn]:
        here = [t for t in self._turns.values() if t.conversation_id == self._current]
        return [t for t in here if t.prompt and t.prompt.state in states]


def _attachment(typed: str) -> Attachment:
    return attachment_of(typed_path(typed.strip("'\"")))
