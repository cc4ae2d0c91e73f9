"""State of the demo server, and the rules that keep it consistent. Owned by one event loop."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, count
from operator import attrgetter
from typing import Any

from tui.demo.clock import DemoClock, Pace, rfc3339
from tui.demo.headless.runs import Approval, Attempt, GenieRun
from tui.demo.ids import Ids
from tui.demo.records import (
    AccessToken,
    DemoEvent,
    DemoGenie,
    DemoGenieClient,
    DemoMessage,
    Source,
    Upload,
    User,
)
from tui.demo.scripts.steps import Outcome
from tui.demo.settings import DemoSettings

EVENTS_KEPT = timedelta(hours=24)


@dataclass(slots=True)
class DemoConversation:
    """Conversation of one user with one genie."""

    conversation_id: str
    genie: DemoGenie
    user: User
    created_at: datetime
    updated_at: datetime
    placeholder: str
    """Number shown as its topic until it has a title."""
    title: str = ""
    titled_at: datetime | None = None
    messages: list[DemoMessage] = field(default_factory=list)
    runs: dict[str, GenieRun] = field(default_factory=dict)
    current: GenieRun | None = None

    def topic(self, now: datetime, wait_s: float) -> str:
        """Return the title once ``wait_s`` have passed since it was requested, else the
        placeholder.
        """
        if self.titled_at is None or now < self.titled_at + timedelta(seconds=wait_s):
            return self.placeholder
        return self.title


class DemoState:
    """Users, genies, credentials, conversations, runs, events and pending questions."""

    def __init__(self, settings: DemoSettings) -> None:
        self.settings = settings
        self.clock = DemoClock(settings.start)
        self.pace = Pace(self.clock, settings.speed)
        self.ids = Ids(settings.seed)
        self.url = ""
        """Base URL of the running server, for links in events."""
        self.users: dict[str, User] = {}
        self.genies: dict[str, DemoGenie] = {}
        self.api_keys: set[str] = set()
        self.access_tokens: dict[str, AccessToken] = {}
        self.groups: dict[str, frozenset[str]] = {}
        """Ids of users, by the id of their group."""
        self.clients: dict[str, DemoGenieClient] = {}
        """Clients created by the Developer API, by client id."""
        self.conversations: dict[str, DemoConversation] = {}
        self.events: list[DemoEvent] = []
        self.approvals: dict[tuple[str, str], Approval] = {}
        """By conversation id and call id."""
        self.attempts: dict[str, Attempt] = {}
        self.uploads: dict[str, Upload] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_placeholder = 5951

    def owner_of(self, access_token: str) -> str | None:
        """Return the id of an access token's user; None if it is unknown or has expired."""
        token = self.access_tokens.get(access_token)
        if token is None or (token.expires_at is not None and self.clock.now() >= token.expires_at):
            return None
        return token.user_id

    def genie_of_credential(self, credential: str) -> str:
        """Return the handle of the only genie that a credential is valid for; empty if it is all.

        A client that is not attached to a genie is valid for ``?``.
        """
        token = self.access_tokens.get(credential)
        for client in self.clients.values():
            if client.shared:
                continue
            if credential == client.api_key or (token and token.client_id == client.oauth_id):
                return client.genie or "?"
        return ""

    def conversations_of(self, genie: DemoGenie, user: User) -> list[DemoConversation]:
        """Return a user's conversations with a genie, newest first."""
        mine = [c for c in self.conversations.values() if c.genie is genie and c.user is user]
        return sorted(mine, key=attrgetter("created_at", "conversation_id"), reverse=True)

    def open_conversation(
        self, genie: DemoGenie, user: User, at: datetime | None = None
    ) -> DemoConversation:
        """Create an empty conversation; ``at`` dates it back."""
        at = at or self.clock.now()
        self._next_placeholder += 1
        conversation = DemoConversation(
            self.ids.short("cnv"), genie, user, at, at, str(self._next_placeholder)
        )
        self.conversations[conversation.conversation_id] = conversation
        return conversation

    def close_conversation(self, conversation: DemoConversation) -> None:
        """Delete a conversation; events of a running turn are dropped."""
        gone = conversation.conversation_id
        del self.conversations[gone]
        self.events = [event for event in self.events if event.conversation_id != gone]
        for approval in self.approvals.values():
            if approval.run.conversation_id == gone:
                approval.answer.cancel()
        for attempt in self.attempts.values():
            if attempt.run.conversation_id == gone:
                attempt.answer.cancel()

    def begin_run(self, conversation: DemoConversation, text: str, title: str) -> GenieRun:
        """Accept a user's message: the conversation is busy with the returned run from here on."""
        now = self.clock.now()
        run = GenieRun(self.ids.short("run"), conversation.conversation_id, now)
        conversation.runs[run.run_id] = run
        conversation.current = run
        if conversation.titled_at is None:
            conversation.title, conversation.titled_at = self._unused(conversation, title), now
        self.remember(conversation, run.run_id, "user", text, now)
        return run

    def _unused(self, conversation: DemoConversation, title: str) -> str:
        """Return the title, with a number if another conversation of the user has it already."""
        taken = {c.title for c in self.conversations.values() if c.user is conversation.user}
        numbered = (f"{title} ({number})" for number in count(2))
        return next(name for name in chain((title,), numbered) if name not in taken)

    def continue_run(self, conversation: DemoConversation, run: GenieRun) -> GenieRun:
        """End a run without an event; the turn continues in the returned one."""
        run.done = True
        run.wake()
        following = GenieRun(self.ids.short("run"), conversation.conversation_id, self.clock.now())
        conversation.runs[following.run_id] = following
        conversation.current = following
        return following

    def remember(
        self, conversation: DemoConversation, run_id: str, source: Source, text: str, at: datetime
    ) -> DemoMessage:
        """Add a message to the history."""
        message = DemoMessage(self.ids.short("msg"), source, text, run_id, at)
        conversation.messages.append(message)
        conversation.updated_at = at
        return message

    def publish(
        self, conversation: DemoConversation, run: GenieRun, kind: str, **fields: Any
    ) -> None:
        """Persist an event and wake the streams, unless the run is off the record."""
        if not run.off_record:
            self.record(conversation, run, kind, self.clock.now(), fields)
            run.wake()

    def record(
        self,
        conversation: DemoConversation,
        run: GenieRun,
        kind: str,
        at: datetime,
        fields: dict[str, Any],
    ) -> None:
        """Append an event to a run; ``at`` must not be before the last event."""
        event = DemoEvent(
            self.ids.event(at),
            kind,
            conversation.genie.handle,
            conversation.user.user_id,
            conversation.conversation_id,
            run.run_id,
            len(run.events) + 1,
            at,
            fields,
        )
        run.events.append(event)
        conversation.updated_at = at
        if conversation.conversation_id in self.conversations:
            self.events.append(event)

    def say(self, conversation: DemoConversation, run: GenieRun, text: str) -> None:
        """Add a message of the genie: to the history always, as an event unless off the record."""
        message = self.remember(conversation, run.run_id, "genie", text, self.clock.now())
        fields = {"message": text, "message_id": message.message_id}
        self.publish(conversation, run, "agent.message", **fields)

    def finish_run(self, conversation: DemoConversation, run: GenieRun) -> None:
        """Make the conversation free again."""
        run.done = True
        run.waits_for_connection = False
        conversation.current = None
        self.publish(conversation, run, "processing.finished")
        run.wake()

    def open_approval(self, run: GenieRun) -> Approval:
        """Create a pending approval of a skill call."""
        approval = Approval(self.ids.call(), run, _question())
        self.approvals[run.conversation_id, approval.call_id] = approval
        return approval

    def open_attempt(
        self, conversation: DemoConversation, run: GenieRun, connector: str
    ) -> Attempt:
        """Create a pending authorization of the user's own connection."""
        attempt = Attempt(
            self.ids.short("rca"),
            connector,
            run,
            conversation.genie.handle,
            conversation.user.user_id,
            _question(),
            self.ids.secret(),
            self.clock.now() + timedelta(seconds=self.settings.link_s),
        )
        self.attempts[attempt.attempt_id] = attempt
        return attempt

    def renew_link(self, attempt: Attempt) -> dict[str, str]:
        """Return the ``auth_link`` of an attempt; an expired one is replaced."""
        now = self.clock.now()
        if now >= attempt.expires_at:
            attempt.token = self.ids.secret()
            attempt.expires_at = now + timedelta(seconds=self.settings.link_s)
        return {
            "url": f"{self.url}/connect/{attempt.token}",
            "expires_at": rfc3339(attempt.expires_at),
            "connector_name": attempt.connector,
        }

    def attempt_with(self, token: str) -> Attempt | None:
        """Return the attempt of a consent page; None if its link was replaced or never existed."""
        return next((a for a in self.attempts.values() if a.token == token), None)

    def recent_events(
        self, since: datetime | None, genie: DemoGenie, user: User, conversation_id: str | None
    ) -> list[DemoEvent]:
        """Return a user's events of the last 24 hours from ``since`` on (inclusive), in order."""
        kept_from = self.clock.now() - EVENTS_KEPT
        start = bisect_left(self.events, max(since or kept_from, kept_from), key=_created_at)
        return [
            event
            for event in self.events[start:]
            if event.genie == genie.handle
            and event.user_id == user.user_id
            and conversation_id in (None, event.conversation_id)
        ]

    def last_event(self, conversation: DemoConversation) -> DemoEvent | None:
        """Return the newest event of a conversation that is still kept."""
        kept_from = self.clock.now() - EVENTS_KEPT
        for run in reversed(conversation.runs.values()):
            if run.events:
                return run.events[-1] if run.events[-1].created_at >= kept_from else None
        return None

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task that outlives the request that started it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _question() -> asyncio.Future[Outcome]:
    return asyncio.get_running_loop().create_future()


_created_at = attrgetter("created_at")
