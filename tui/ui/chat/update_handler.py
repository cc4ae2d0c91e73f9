"""Apply engine updates to the chat screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.core.errors import ErrorKind
from tui.core.text import clean_line
from tui.engine.updates import (
    CallMade,
    ConversationNamed,
    ConversationsChanged,
    EndedMeanwhile,
    EventsSeen,
    MessageRejected,
    Notification,
    Problem,
    RecoveryChanged,
    TurnChanged,
    TurnDropped,
    Update,
    UploadProgress,
    UserNotice,
)
from tui.ui.app.messages import Attention
from tui.ui.chat.banner_text import of_error

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.turn import Turn
    from tui.ui.chat.chat_parts import ChatParts
    from tui.ui.chat.context import ChatContext
    from tui.ui.sidebar.sidebar import Sidebar


_ENDS = {"failed": "failed", "halted": "was stopped", "limit": "reached its turn limit"}
_ANNOUNCED_S = 10.0
"""Time for which it is announced what ended while the program was closed."""


class UpdateQueue:
    """Coalescing queue of updates: a newer snapshot replaces an older one.

    However many updates arrive while the screen draws, ``ring`` is called once.
    """

    def __init__(self, ring: Callable[[], object]) -> None:
        self._ring = ring
        self._waiting: dict[object, Update] = {}
        self._count = 0

    def put(self, update: Update) -> None:
        """Add one update; the engine's ``publish``."""
        if not self._waiting:
            self._ring()
        key = self._key(update)
        earlier = self._waiting.pop(key, None)
        if isinstance(earlier, EventsSeen) and isinstance(update, EventsSeen):
            update = EventsSeen(update.conversation_id, earlier.events + update.events)
        self._waiting[key] = update

    def take(self) -> list[Update]:
        """Return all waiting updates, in the order of the newest snapshots."""
        updates = list(self._waiting.values())
        self._waiting.clear()
        return updates

    def _key(self, update: Update) -> object:
        match update:
            case TurnChanged(turn=turn):
                return TurnChanged, turn.id
            case EventsSeen(conversation_id=cid) | RecoveryChanged(conversation_id=cid):
                return type(update), cid
            case UploadProgress(turn_id=turn_id):
                return UploadProgress, turn_id
            case ConversationsChanged() | CallMade():
                return type(update)
            case _:
                self._count += 1
                return self._count


class UpdateHandler:
    """Apply the engine's updates to the widgets.

    Loaded with the session, after the first paint. ``ring`` is called when updates wait for
    :meth:`take_waiting`.
    """

    def __init__(
        self,
        context: ChatContext,
        parts: ChatParts,
        sidebar: Sidebar,
        ring: Callable[[], object],
    ) -> None:
        self._context = context
        self._parts = parts
        self._sidebar = sidebar
        self._ended: list[EndedMeanwhile] = []
        """What ended while the program was closed."""
        self._update_queue = UpdateQueue(ring)
        self.publish = self._update_queue.put
        """Accepts one update."""

    async def take_waiting(self) -> None:
        """Show all waiting updates."""
        for update in self._update_queue.take():
            await self._take(update)
        self._context.show_state()

    async def _take(self, update: Update) -> None:
        context, chat_state, view = self._context, self._context.chat_state, self._parts.view
        match update:
            case TurnChanged(turn=turn):
                await self._take_turn(turn)
            case TurnDropped(conversation_id=cid, turn_id=turn_id):
                chat_state.active_turns.drop(turn_id)
                self._sidebar.redraw()
                if cid == chat_state.current:
                    await view.conversation.drop(turn_id)
            case EventsSeen(conversation_id=cid, events=events):
                if cid == chat_state.current and view.conversation.newest is None:
                    view.timeline.add_events(events)
            case ConversationNamed(old=old, new=new):
                self._rename(old, new)
            case RecoveryChanged(conversation_id=cid, recovery=recovery):
                chat_state.recover(cid, recovery)
            case UploadProgress(turn_id=turn_id):
                view.conversation.show_upload(turn_id, update.sent_bytes, update.total_bytes)
            case MessageRejected():
                self._take_refusal(update)
            case Problem(error=error):
                context.fail(error)
            case ConversationsChanged():
                self._parts.list.read_soon()
            case EndedMeanwhile():
                self._announce_ended(update)
            case UserNotice(text=text):
                context.notify(clean_line(text, 400), timeout=20)
            case Notification():
                self._notify(update)
            case CallMade():
                pass  # the view of server calls reads them itself

    def _notify(self, notification: Notification) -> None:
        """Notify a user who looks elsewhere, without content of the conversation but its title."""
        cid, what = notification.conversation_id, notification.summary
        title = clean_line(self._context.title_of(cid), 60) if cid else ""
        self._context.post(Attention(f"{title}: {what}" if title else what[:1].upper() + what[1:]))

    def _announce_ended(self, update: EndedMeanwhile) -> None:
        """Say in one line what ended while the program was closed; the one on screen is read."""
        context = self._context
        self._ended.append(update)
        if len(self._ended) == 1:
            ended = _ENDS.get(update.turn.outcome or "finished", "finished")
            what = f"“{clean_line(update.title, 50)}” {ended}"
        else:
            what = f"{len(self._ended)} conversations finished"
        self._parts.turn.announce(f"{what} while genie-tui was closed", _ANNOUNCED_S)
        context.screen.set_timer(
            _ANNOUNCED_S, lambda: context.run("read", self._read, update.turn.conversation_id)
        )

    async def _read(self, conversation_id: ConversationId) -> None:
        """Mark what ended meanwhile as read if it is on screen."""
        access = self._context.access
        if access and conversation_id == self._context.chat_state.current:
            await access.session.mark_read(conversation_id)
            self._parts.list.read_soon()

    async def _take_turn(self, turn: Turn) -> None:
        chat_state, conversation = self._context.chat_state, self._parts.view.conversation
        state = chat_state.active_turns.state(turn.conversation_id)
        chat_state.active_turns.note(turn)
        self._parts.questions.take(turn)
        if turn.conversation_id == chat_state.current:
            if conversation.shows_welcome:
                self._parts.view.show_welcome(on=False)
            await conversation.update(turn)
            self._parts.view.timeline.note_turns([turn])
            self._parts.questions.announce(turn.conversation_id)
        else:
            self._parts.questions.mention(turn.conversation_id)
        if chat_state.active_turns.state(turn.conversation_id) != state:
            self._sidebar.redraw()

    def _rename(self, old: ConversationId, new: ConversationId) -> None:
        self._context.chat_state.rename(old, new)
        if access := self._context.access:
            access.drafts.rename(old, new)
        self._parts.list.read_soon()

    def _take_refusal(self, update: MessageRejected) -> None:
        """Show why a message was rejected, and return it to the composer."""
        context, chat_state = self._context, self._context.chat_state
        if update.error.kind is ErrorKind.ASLEEP:
            chat_state.inactive.add(update.conversation_id)
        here = update.conversation_id == chat_state.current
        place = "" if here else clean_line(context.title_of(update.conversation_id), 60)
        chat_state.show_problem(of_error(update.error, refused=True, place=place))
        context.ask_to_sign_in(update.error)
        if context.access:
            self._parts.queued.return_rejected(update)
