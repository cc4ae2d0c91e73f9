"""The one screen of the app: it brings what the user does to the engine, and back what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from tui.chat.updates import (
    ConversationNamed,
    ConversationsChanged,
    EventsSeen,
    Problem,
    RecoveryChanged,
    Refused,
    TurnChanged,
    TurnDropped,
    Update,
    UploadProgress,
)
from tui.chat.updates import Notice as News
from tui.core.draft import parse
from tui.core.errors import ErrorKind
from tui.core.events import Decision
from tui.core.ids import ConversationId
from tui.core.ports import Clock, Notepad
from tui.core.steps import ApprovalStep
from tui.core.text import clean_line
from tui.core.turn import Turn
from tui.ui.agency import Agency
from tui.ui.board import Question, questions_of
from tui.ui.keys import key_for
from tui.ui.messages import Mailbox, UpdatesReady
from tui.ui.notices import of_error
from tui.ui.questions import Questions
from tui.ui.requests import Attention, CopyText, Titled
from tui.ui.screens.beginning import BeginningScreen
from tui.ui.screens.equipping import EquippingScreen
from tui.ui.screens.filing import FilingScreen
from tui.ui.screens.finding import FindingScreen
from tui.ui.screens.managing import ManagingScreen
from tui.ui.screens.passages import PassageScreen
from tui.ui.screens.support import SupportScreen
from tui.ui.screens.waiting import WaitingScreen
from tui.ui.widgets.banner import Banner

if TYPE_CHECKING:
    from tui.chat.session import Session
    from tui.ui.widgets.reply import Reply
    from tui.ui.widgets.transcript import Transcript

_TYPING_S = 1.0
"""After a key, how long nothing may take the focus."""


def _key(key: str, action: str, label: str, meaning: str, *, id: str, show: bool = True) -> Binding:
    """A key that works whatever has the focus; the composer has uses of its own for some."""
    return Binding(key, action, label, tooltip=meaning, show=show, priority=True, id=id)


class ChatScreen(
    ManagingScreen,
    SupportScreen,
    PassageScreen,
    EquippingScreen,
    BeginningScreen,
    FilingScreen,
    WaitingScreen,
    FindingScreen,
):
    """Everything between the keyboard and the session.

    Each base is one concern and inherits only what it needs; their order is that of the keys in
    footer and help.

    ``mailbox`` brings the engine's updates, ``idle_s`` tells the seconds since the last key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("ctrl+g", "answer", "Answer", "Answer what waits for you", id="question.answer"),
        _key("ctrl+n", "new_conversation", "New", "Begin a conversation", id="conversation.new"),
        _key("ctrl+r", "retry", "Retry", "Try again now", show=False, id="app.retry"),
        _key("ctrl+y", "copy_reply", "Copy", "Copy the last reply", show=False, id="reply.copy"),
        Binding(
            "escape",
            "step_back",
            "Back",
            tooltip="Put away what is in front",
            show=False,
            id="app.back",
        ),
    ]

    _window_title = ""

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        agent_name: str,
        user_name: str,
        place: str,
        suggestions: Sequence[tuple[str, str]],
        agency: Agency,
        notepad: Notepad | None,
        clock: Clock,
        idle_s: Callable[[], float],
    ) -> None:
        super().__init__(
            agent_name=agent_name,
            user_name=user_name,
            place=place,
            suggestions=suggestions,
            agency=agency,
            clock=clock,
        )
        self.notepad, self.composer.jot_down = notepad, self.jot_down
        self._mailbox = mailbox
        self._idle_s = idle_s
        self._questions = Questions(
            self, lambda: self.agent_name, self.desk.board, self._decide, clock.now_ms
        )

    # -- questions -------------------------------------------------------------------------

    def announce(self, conversation_id: ConversationId) -> None:
        """Open a new question, or ring where that would disturb somebody who types."""
        calm = self._idle_s() > _TYPING_S and not self.composer.text and self.is_current
        new = self._questions.announce(conversation_id, disturb=calm)
        if new:
            self._call(f"{clean_line(new[0].subject, 60)} needs your answer", conversation_id)
        if new and not self._questions.is_open and self.app.app_focus:
            self.app.bell()

    def _call(self, what: str, conversation_id: ConversationId) -> None:
        """Tell somebody who looks elsewhere; no word of the conversation but its title."""
        title = clean_line(self.title_of(conversation_id), 60)
        self.post_message(Attention(f"{title}: {what}" if title else what.capitalize()))

    def action_answer(self) -> None:
        """Open the oldest question here, or go to a conversation that has one."""
        board, current = self.desk.board, self.desk.current
        if current and (questions := board.questions(current)):
            self._questions.open(questions[0])
        elif waiting := board.asking():
            self.go_to(waiting[0])
        self.show_state()

    def _decide(self, question: Question, decision: Decision, reason: str | None) -> None:
        self._post_decision(question, decision, reason)

    @work(group="decide", exit_on_error=False)
    async def _post_decision(
        self, question: Question, decision: Decision, reason: str | None
    ) -> None:
        session = self.opened.session
        turn = self.desk.board.turn(question.turn.id) or question.turn
        match question.step:
            case ApprovalStep(request=request):
                await session.decide(turn, request.call_id, decision, reason)
            case step:
                await session.reject_connection(turn, step.attempt_id, reason)

    def on_transcript_approval_opened(self, event: Transcript.ApprovalOpened) -> None:
        self._open_question(event.turn, event.call_id)

    def on_transcript_connection_opened(self, event: Transcript.ConnectionOpened) -> None:
        self._open_question(event.turn, event.attempt_id)

    def _open_question(self, turn: Turn, name: str) -> None:
        for question in questions_of(turn):
            if question.name == name:
                self._questions.open(question)
        self.show_state()

    def on_reply_copy_requested(self, event: Reply.CopyRequested) -> None:
        self.post_message(CopyText(event.text, "The code"))

    def on_transcript_new_below_changed(self, event: Transcript.NewBelowChanged) -> None:
        self.conversation.show_pill(event.has_new)

    # -- what the engine says --------------------------------------------------------------

    @on(UpdatesReady)
    async def _take_updates(self) -> None:
        for update in self._mailbox.take():
            await self._apply(update)
        self.show_state()

    async def _apply(self, update: Update) -> None:
        desk = self.desk
        match update:
            case TurnChanged(turn=turn):
                await self._take_turn(turn)
            case TurnDropped(conversation_id=cid, turn_id=turn_id):
                desk.board.drop(turn_id)
                self.sidebar.redraw()
                if cid == desk.current:
                    await self.conversation.drop(turn_id)
            case EventsSeen(conversation_id=cid, events=events):
                if self.timeline and cid == desk.current and self.conversation.newest is None:
                    self.timeline.add_events(events)
            case ConversationNamed(old=old, new=new):
                self._rename(old, new)
            case RecoveryChanged(conversation_id=cid, recovery=recovery):
                desk.recover(cid, recovery)
            case UploadProgress():
                self.conversation.show_upload(update.turn_id, update.sent_bytes, update.total_bytes)
            case Refused():
                self._take_refusal(update)
            case Problem(error=error):
                self.fail(error)
            case ConversationsChanged():
                self.list_soon()
            case News(text=text):
                self.notify(clean_line(text, 400), markup=False, timeout=20)

    async def _take_turn(self, turn: Turn) -> None:
        desk = self.desk
        known = desk.board.turn(turn.id)
        state = desk.board.state(turn.conversation_id)
        desk.board.note(turn)
        self._questions.take(turn)
        if turn.conversation_id == desk.current:
            if self.conversation.greets:
                self.greet(on=False)
            await self.conversation.update(turn)
            self.announce(turn.conversation_id)
        else:
            self._mention(turn)
        if known and turn.over:
            self._call("the reply is there", turn.conversation_id)
        if desk.board.state(turn.conversation_id) != state:
            self.sidebar.redraw()

    def _mention(self, turn: Turn) -> None:
        """Say that a conversation which is not on screen asks something."""
        key = key_for(self.app, "question.answer")
        for question in self._questions.announce(turn.conversation_id, disturb=False):
            asks = f"{clean_line(question.subject, 60)} needs your answer"
            self._call(asks, turn.conversation_id)
            if self.app.app_focus:
                self.app.bell()
            text = f"{asks}{key and ' · ' + key}"
            self.notify(text, title="Another conversation", markup=False, severity="warning")

    def _rename(self, old: ConversationId, new: ConversationId) -> None:
        self.desk.rename(old, new)
        if self.access:
            self.access.drafts.rename(old, new)
        self.list_soon()

    def _take_refusal(self, update: Refused) -> None:
        """Say why a message was not accepted, and put it where the user can correct it."""
        if update.error.kind is ErrorKind.ASLEEP:
            self.desk.asleep.add(update.conversation_id)
        here = update.conversation_id == self.desk.current
        place = "" if here else clean_line(self.title_of(update.conversation_id), 60)
        self.desk.complain(of_error(update.error, refused=True, place=place))
        self.want_login(update.error)
        if self.access:
            self._bring_back(update, self.access.session)

    @work(group="refusal", exit_on_error=False)
    async def _bring_back(self, update: Refused, session: Session) -> None:
        """Into the composer, or else the draft: the engine has put it there, but who left the
        conversation at that moment may have overwritten it.
        """
        cid = update.conversation_id
        if cid == self.desk.current:
            await self.take_back(update.draft, update.behind)
            return
        kept = parse(await session.draft(cid))
        if update.draft.text not in kept.text:
            await session.save_draft(cid, kept.taking_back(update.draft, update.behind).dump())

    def show_state(self) -> None:
        """Draw what the desk says: line, banner, title."""
        self.topbar.link = self.desk.link()
        self.topbar.title = self.title_of(self.desk.current) if self.desk.current else ""
        self.conversation.rest(on=self.desk.rests)
        self.banner.show(self.desk.notice(question_open=self._questions.is_open))
        self.show_stop()
        self.show_usage()
        self._name_window()
        self.refresh_bindings()

    def _name_window(self) -> None:
        """Say in the window's title what the agent is at, and what the conversation is called."""
        states = {self.desk.board.state(cid) for cid in self.desk.board.at_work()}
        state = "Waits for you" if "asking" in states else "Working" if states else ""
        parts = (state, self.topbar.title, clean_line(self.agent_name, 40))
        title = " · ".join(part for part in parts if part)
        if title != self._window_title:
            self._window_title = title
            self.post_message(Titled(title))

    # -- keys ------------------------------------------------------------------------------

    @on(Banner.Pressed)
    async def _act_on_notice(self, event: Banner.Pressed) -> None:
        if event.notice.command == "conversation.wake":
            self.action_wake()
            return
        match event.notice.tone:
            case "question":
                self.action_answer()
            case "recovery":
                await self.action_retry()
            case _:
                self.action_step_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action == "answer":
            return bool(self.desk.board.asking())
        return super().check_action(action, parameters)

    def action_step_back(self) -> None:
        """Put away, in this order: a floating pane, a message, the focus elsewhere."""
        if not self.close_floating():
            self.desk.dismiss()
            self.show_state()
        self.composer.focus()

    async def action_retry(self) -> None:
        """Try again now whatever waits for its next try."""
        if self.access is None:
            self.desk.session_state = "opening"
            self.desk.dismiss()
            await self.run_action("app.connect")
        elif self.desk.current:
            self.desk.attend(self.desk.current)
            self.access.session.retry_now(self.desk.current)
            if self.desk.link() == "offline":
                self.go_to(self.desk.current)
        if self.access:
            self.refresh_list()
        self.show_state()

    def action_copy_reply(self) -> None:
        transcript = self.conversation.transcript
        reply = transcript.last_reply() if transcript and self.desk.current else ""
        if reply:
            self.post_message(CopyText(reply, "The last reply"))
        else:
            self.notify("There is no reply to copy yet.")
