"""Conversation operations other than sending: list, create, rename, stop, skills."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tui.core.agents import Agent
from tui.core.errors import BackendError, ErrorKind
from tui.core.events import HaltRequested, Json
from tui.core.ids import ConversationId, SkillId, TurnId, is_local
from tui.core.options import Option, OptionValues
from tui.core.ports import Capability
from tui.core.records import AvailableSkill, Conversation, ImportResult
from tui.core.text import clean_line
from tui.core.turn import Turn
from tui.engine.context import EngineContext
from tui.engine.conversation_queue import QueueRegistry
from tui.engine.retry import retry_once_on_401
from tui.engine.updates import ConversationsChanged, Problem, TurnDropped


class Conversations:
    """Conversations of a session, in the store and at the server.

    Calls are carried out by the server immediately, or raise ``BackendError``. ``Session.can``
    lists the supported ones; the others raise ``UNSUPPORTED``.
    """

    def __init__(self, context: EngineContext, queues: QueueRegistry) -> None:
        self._context = context
        self._queues = queues
        self._halting: set[TurnId] = set()

    async def stored(
        self, limit: int = 200, offset: int = 0, *, archived: bool = False
    ) -> Sequence[Conversation]:
        """Return stored conversations, pinned ones first, then newest activity first.

        Either those that are archived, or the others.
        """
        return await self._context.store.conversations(limit, offset, archived=archived)

    async def find(self, conversation_id: ConversationId) -> Conversation | None:
        """Return one stored conversation."""
        return await self._context.store.conversation(conversation_id)

    async def look_up(self, conversation_id: ConversationId) -> None:
        """Ensure that the service or the store has a conversation.

        Raises ``BackendError``: ``NOT_FOUND`` if neither does.
        """
        if await self._context.store.conversation(conversation_id) is None:
            await retry_once_on_401(partial(self._context.backend.status, conversation_id))

    async def refresh(self, cursor: str | None = None) -> str | None:
        """Read one page of the server's list into the store; return the cursor of the next.

        Raises ``BackendError``.
        """
        page = await self._context.read(partial(self._context.backend.conversations, cursor))
        await self._context.store.save_conversations(page.items)
        self._context.publish(ConversationsChanged())
        return page.cursor

    async def options(self, conversation_id: ConversationId | None = None) -> tuple[Option, ...]:
        """Read the options of a new conversation (``Capability.CHOOSE``), or of one
        (``Capability.CHANGE``)."""
        return await self._context.read(partial(self._context.backend.options, conversation_id))

    async def change(
        self, conversation_id: ConversationId, values: OptionValues
    ) -> tuple[str, ...]:
        """Change options of a conversation; return the names of those not stored."""
        change = partial(self._context.backend.change, conversation_id, values)
        refused = await retry_once_on_401(change)
        if title := clean_line(str(values.get("title") or "")):
            known = Conversation(id=conversation_id, title=title)
            await self._context.store.save_conversations([known])
            self._context.publish(ConversationsChanged())
        return refused

    async def agent(self, conversation_id: ConversationId | None = None) -> Agent:
        """Return the agent of new conversations, or of the given one. Raises ``BackendError``."""
        if conversation_id is not None and is_local(conversation_id):
            conversation_id = None
        return await self._context.backend.agent(conversation_id)

    async def create(self, options: OptionValues | None = None) -> ConversationId:
        """Create a conversation at the server; it is empty and listed on return."""
        create = partial(self._context.backend.create, options)
        conversation_id = await retry_once_on_401(create)
        now = self._context.clock.now_ms()
        title = clean_line(str((options or {}).get("title") or ""))
        new = Conversation(id=conversation_id, title=title, created_ms=now, updated_ms=now)
        await self._context.store.save_conversations([new])
        self._context.publish(ConversationsChanged())
        return conversation_id

    async def rename(self, conversation_id: ConversationId, title: str) -> None:
        """Give a conversation a title, at the server (``Capability.RENAME``) and here."""
        title = clean_line(title)
        await retry_once_on_401(partial(self._context.backend.rename, conversation_id, title))
        await self._context.store.save_conversations(
            [Conversation(id=conversation_id, title=title)]
        )
        self._context.publish(ConversationsChanged())

    async def give_name(self, conversation_id: ConversationId, name: str) -> None:
        """Give a conversation a local name, regardless of the server; empty: remove it."""
        await self._context.store.name_conversation(conversation_id, clean_line(name))
        self._context.publish(ConversationsChanged())

    async def pin(self, conversation_id: ConversationId, *, pinned: bool) -> None:
        """Pin a conversation to the top, or unpin it."""
        await self._context.store.pin_conversation(conversation_id, pinned=pinned)
        self._context.publish(ConversationsChanged())

    async def archive(self, conversation_id: ConversationId, *, archived: bool) -> None:
        """Put a conversation away on this machine, or bring it back."""
        await self._context.store.archive_conversation(conversation_id, archived=archived)
        self._context.publish(ConversationsChanged())

    async def set_tags(self, conversation_id: ConversationId, tags: Sequence[str]) -> None:
        """Replace the tags of a conversation on this machine."""
        await self._context.store.tag_conversation(conversation_id, tags)
        self._context.publish(ConversationsChanged())

    async def delete(self, conversation_id: ConversationId) -> None:
        """Delete a conversation at the server and here. Raises ``BackendError``."""
        ended: tuple[Turn, ...] = ()
        if is_local(self._queues.named(conversation_id)):
            ended = await self._queues.close(conversation_id)  # it may be created at this moment
        known = await self._context.store.conversation(conversation_id)
        name = known.id if known else self._queues.named(conversation_id)
        if Capability.DELETE in self._context.backend.can and not is_local(name):
            await self._context.backend.delete(name)
        ended += await self._queues.close(name)
        await self._context.store.delete_conversation(name)
        for turn in ended:
            self._context.publish(TurnDropped(name, turn.id))
        self._context.publish(ConversationsChanged())

    async def fetch_title(self, conversation_id: ConversationId) -> None:
        """Read the title of a conversation that has none yet; it may take a while to be ready."""
        for delay_s in (0.0, *self._context.timeouts.title_s):
            known = await self._context.store.conversation(conversation_id)
            if known is None or known.title:
                return
            await self._context.clock.sleep(delay_s)
            try:
                await self.refresh()
            except BackendError as error:
                if error.kind is not ErrorKind.UNSUPPORTED:
                    self._context.publish(Problem(error, conversation_id))
                return

    async def halt(self, turn: Turn) -> None:
        """Ask the agent to stop a turn (``Capability.HALT``); ``turn.halting`` until it has ended.

        Asking twice does nothing. A turn that has ended meanwhile is no failure.
        """
        if turn.over or turn.halting or turn.id in self._halting:
            return
        self._halting.add(turn.id)
        try:
            halt = partial(self._context.backend.halt, turn.conversation_id, turn.run_id)
            await retry_once_on_401(halt)
        except BackendError as error:
            if error.kind not in (ErrorKind.INVALID, ErrorKind.BUSY):
                raise
            self._queues.of(turn.conversation_id).retry_now()  # nothing runs: check how it ended
            return
        finally:
            self._halting.discard(turn.id)
        key, now = f"local:halt:{turn.id}", self._context.clock.now_ms()
        await self._queues.record(turn, HaltRequested(key=key, run_id=turn.run_id, seen_ms=now))

    async def wake(self, conversation_id: ConversationId) -> None:
        """Reactivate a conversation (``Capability.WAKE``)."""
        await retry_once_on_401(partial(self._context.backend.wake, conversation_id))

    async def skills(self, conversation_id: ConversationId) -> tuple[AvailableSkill, ...]:
        """Return all skills (``Capability.SKILLS``), with the installed ones marked."""
        return await self._context.read(partial(self._context.backend.skills, conversation_id))

    async def install_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        await self._context.backend.install_skill(conversation_id, skill_id)

    async def remove_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        await self._context.backend.remove_skill(conversation_id, skill_id)

    async def export_bundle(self, conversation_id: ConversationId | None = None) -> Json:
        """Return one conversation with its settings, or all, as JSON (``Capability.BUNDLE``).

        Not for reading: the messages are in the store; ``genie-tui export`` writes them.
        """
        return await self._context.read(
            partial(self._context.backend.export_bundle, conversation_id)
        )

    async def import_bundle(self, bundle: Json) -> ImportResult:
        """Create the conversations of a bundle (``Capability.BUNDLE``); the list is refreshed."""
        imported = await self._context.backend.import_bundle(bundle)
        if imported.created:
            await self.refresh()
        return imported
