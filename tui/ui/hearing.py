"""What the engine says, brought to the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.chat.updates import (
    ConversationNamed,
    ConversationsChanged,
    EventsSeen,
    Notice,
    Problem,
    RecoveryChanged,
    Refused,
    TurnChanged,
    TurnDropped,
    Update,
    UploadProgress,
)
from tui.core.errors import ErrorKind
from tui.core.text import clean_line
from tui.ui.keys import key_for
from tui.ui.notices import of_error

if TYPE_CHECKING:
    from textual.app import App
    from textual.notifications import SeverityLevel

    from tui.chat.session import Session
    from tui.core.errors import BackendError
    from tui.core.ids import ConversationId
    from tui.core.turn import Turn
    from tui.ui.desk import Desk
    from tui.ui.questions import Questions
    from tui.ui.screens.reading import Access
    from tui.ui.widgets.conversation import ConversationPane
    from tui.ui.widgets.sidebar import Sidebar
    from tui.ui.widgets.timeline import Timeline


class ConversationScreen(Protocol):
    """Screen that shows the updates of the engine."""

    access: Access | None
    conversation: ConversationPane
    desk: Desk
    questions: Questions
    sidebar: Sidebar
    timeline: Timeline | None

    @property
    def app(self) -> App[object]: ...

    def announce(self, conversation_id: ConversationId) -> None: ...

    def bring_back(self, update: Refused, session: Session) -> object: ...

    def call_attention(self, what: str, conversation_id: ConversationId) -> None: ...

    def fail(self, error: BackendError) -> None: ...

    def greet(self, *, on: bool) -> None: ...

    def list_soon(self) -> None: ...

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None: ...

    def title_of(self, conversation_id: ConversationId) -> str: ...

    def want_login(self, error: BackendError) -> None: ...


class Hearing:
    """Knows what each of the engine's updates changes on the conversation's screen.

    It is loaded with the session, after the first paint.
    """

    def __init__(self, screen: ConversationScreen) -> None:
        self._screen = screen

    async def take(self, update: Update) -> None:
        """Show one update."""
        screen, desk = self._screen, self._screen.desk
        match update:
            case TurnChanged(turn=turn):
                await self._take_turn(turn)
            case TurnDropped(conversation_id=cid, turn_id=turn_id):
                desk.board.drop(turn_id)
                screen.sidebar.redraw()
                if cid == desk.current:
                    await screen.conversation.drop(turn_id)
            case EventsSeen(conversation_id=cid, events=events):
                if screen.timeline and cid == desk.current and screen.conversation.newest is None:
                    screen.timeline.add_events(events)
            case ConversationNamed(old=old, new=new):
                self._rename(old, new)
            case RecoveryChanged(conversation_id=cid, recovery=recovery):
                desk.recover(cid, recovery)
            case UploadProgress(turn_id=turn_id):
                screen.conversation.show_upload(turn_id, update.sent_bytes, update.total_bytes)
            case Refused():
                self._take_refusal(update)
            case Problem(error=error):
                screen.fail(error)
            case ConversationsChanged():
                screen.list_soon()
            case Notice(text=text):
                screen.notify(clean_line(text, 400), markup=False, timeout=20)

    async def _take_turn(self, turn: Turn) -> None:
        screen, desk = self._screen, self._screen.desk
        known = desk.board.turn(turn.id)
        state = desk.board.state(turn.conversation_id)
        desk.board.note(turn)
        screen.questions.take(turn)
        if turn.conversation_id == desk.current:
            if screen.conversation.greets:
                screen.greet(on=False)
            await screen.conversation.update(turn)
            screen.announce(turn.conversation_id)
        else:
            self._mention(turn)
        if known and turn.over:
            screen.call_attention("the reply is there", turn.conversation_id)
        if desk.board.state(turn.conversation_id) != state:
            screen.sidebar.redraw()

    def _mention(self, turn: Turn) -> None:
        """Say that a conversation which is not on screen asks something."""
        screen = self._screen
        key = key_for(screen.app, "question.answer")
        for question in screen.questions.announce(turn.conversation_id, disturb=False):
            asks = f"{clean_line(question.subject, 60)} needs your answer"
            screen.call_attention(asks, turn.conversation_id)
            if screen.app.app_focus:
                screen.app.bell()
            text = f"{asks}{key and ' · ' + key}"
            screen.notify(text, title="Another conversation", markup=False, severity="warning")

    def _rename(self, old: ConversationId, new: ConversationId) -> None:
        screen = self._screen
        screen.desk.rename(old, new)
        if screen.access:
            screen.access.drafts.rename(old, new)
        screen.list_soon()

    def _take_refusal(self, update: Refused) -> None:
        """Say why a message was not accepted, and put it where the user can correct it."""
        screen, desk = self._screen, self._screen.desk
        if update.error.kind is ErrorKind.ASLEEP:
            desk.asleep.add(update.conversation_id)
        here = update.conversation_id == desk.current
        place = "" if here else clean_line(screen.title_of(update.conversation_id), 60)
        desk.complain(of_error(update.error, refused=True, place=place))
        screen.want_login(update.error)
        if screen.access:
            screen.bring_back(update, screen.access.session)
