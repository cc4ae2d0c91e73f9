"""The one screen of the app: it brings what the user does to the engine, and back what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.core.draft import parse
from tui.core.steps import ApprovalStep
from tui.core.text import clean_line
from tui.ui.board import Question, questions_of
from tui.ui.key_registry import DEFAULT_KEYS
from tui.ui.questions import Questions
from tui.ui.requests import Attention, CopyText, Titled
from tui.ui.screens.beginning import BeginningScreen
from tui.ui.screens.changing import ChangingScreen
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
    from tui.chat.updates import Publish, Refused
    from tui.core.events import Decision
    from tui.core.ids import ConversationId
    from tui.core.ports import Clock, Notepad
    from tui.core.turn import Turn
    from tui.ui.hearing import Hearing
    from tui.ui.mailbox import Mailbox
    from tui.ui.studio.connection import StudioConnection
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
    ChangingScreen,
    EquippingScreen,
    BeginningScreen,
    FilingScreen,
    WaitingScreen,
    FindingScreen,
):
    """Everything between the keyboard and the session.

    Each base is one concern and inherits only what it needs; their order is that of the keys in
    footer and help.

    ``idle_s`` tells the seconds since the last key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key(
            DEFAULT_KEYS["question.answer"],
            "answer",
            "Answer",
            "Answer what waits for you",
            id="question.answer",
        ),
        _key(
            DEFAULT_KEYS["conversation.new"],
            "new_conversation",
            "New",
            "Begin a conversation",
            id="conversation.new",
        ),
        _key(
            DEFAULT_KEYS["app.retry"], "retry", "Retry", "Try again now", show=False, id="app.retry"
        ),
        _key("ctrl+y", "copy_reply", "Copy", "Copy the last reply", show=False, id="reply.copy"),
        Binding(
            DEFAULT_KEYS["app.back"],
            "step_back",
            "Back",
            tooltip="Put away what is in front",
            show=False,
            id="app.back",
        ),
    ]

    class UpdatesReady(Message):
        """The mailbox has something for the screen."""

    _window_title = ""
    _mailbox: Mailbox | None = None
    _hearing: Hearing | None = None

    def __init__(
        self,
        *,
        agent_name: str,
        user_name: str,
        place: str,
        suggestions: Sequence[tuple[str, str]],
        studio: StudioConnection,
        notepad: Notepad | None,
        clock: Clock,
        idle_s: Callable[[], float],
    ) -> None:
        super().__init__(
            agent_name=agent_name,
            user_name=user_name,
            place=place,
            suggestions=suggestions,
            studio=studio,
            clock=clock,
        )
        self.notepad, self.composer.jot_down = notepad, self.jot_down
        self._idle_s = idle_s
        self.questions = Questions(
            self,
            self.composer,
            lambda: self.agent_name,
            self.desk.board,
            self._decide,
            clock.now_ms,
        )

    # -- questions -------------------------------------------------------------------------

    def announce(self, conversation_id: ConversationId) -> None:
        """Open a new question, or ring where that would disturb somebody who types."""
        calm = self._idle_s() > _TYPING_S and not self.composer.text and self.is_current
        new = self.questions.announce(conversation_id, disturb=calm)
        if new:
            self.call_attention(
                f"{clean_line(new[0].subject, 60)} needs your answer", conversation_id
            )
        if new and not self.questions.is_open and self.app.app_focus:
            self.app.bell()

    def call_attention(self, what: str, conversation_id: ConversationId) -> None:
        """Tell somebody who looks elsewhere; no word of the conversation but its title."""
        title = clean_line(self.title_of(conversation_id), 60)
        self.post_message(Attention(f"{title}: {what}" if title else what.capitalize()))

    def action_answer(self) -> None:
        """Open the oldest question here, or go to a conversation that has one."""
        board, current = self.desk.board, self.desk.current
        if current and (questions := board.questions(current)):
            self.questions.open(questions[0])
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
                await session.decide(turn, request.call_id, decision, reason, shown=request)
            case step:
                await session.reject_connection(turn, step.attempt_id, reason)

    def on_transcript_approval_opened(self, event: Transcript.ApprovalOpened) -> None:
        self._open_question(event.turn, event.call_id)

    def on_transcript_connection_opened(self, event: Transcript.ConnectionOpened) -> None:
        self._open_question(event.turn, event.attempt_id)

    def _open_question(self, turn: Turn, name: str) -> None:
        for question in questions_of(turn):
            if question.name == name:
                self.questions.open(question)
        self.show_state()

    def on_reply_copy_requested(self, event: Reply.CopyRequested) -> None:
        self.post_message(CopyText(event.text, "The code"))

    def on_transcript_new_below_changed(self, event: Transcript.NewBelowChanged) -> None:
        self.conversation.show_pill(event.has_new)

    # -- what the engine says --------------------------------------------------------------

    def listen(self) -> Publish:
        """Where a session that is about to open is to publish its updates."""
        from tui.ui.hearing import Hearing
        from tui.ui.mailbox import Mailbox

        self._hearing = Hearing(self)
        self._mailbox = Mailbox(lambda: self.post_message(self.UpdatesReady()))
        return self._mailbox.put

    @on(UpdatesReady)
    async def _take_updates(self) -> None:
        if self._mailbox and self._hearing:
            for update in self._mailbox.take():
                await self._hearing.take(update)
            self.show_state()

    @work(group="refusal", exit_on_error=False)
    async def bring_back(self, update: Refused, session: Session) -> None:
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
        self.banner.show(self.desk.notice(question_open=self.questions.is_open))
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
        if event.notice.command == "app.retry":
            await self.action_retry()
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
            self.desk.failed_start = None
            self.desk.dismiss()
            await self.run_action("app.connect")
        else:
            self._retry_what_waits(self.access.session)
        if self.access:
            self.refresh_list()
        self.show_state()

    def _retry_what_waits(self, session: Session) -> None:
        session.lift_delays()
        if current := self.desk.current:
            self.desk.attend(current)
            session.retry_now(current)
            if self.desk.link() == "offline":
                self.go_to(current)

    def action_copy_reply(self) -> None:
        transcript = self.conversation.transcript
        reply = transcript.last_reply() if transcript and self.desk.current else ""
        if reply:
            self.post_message(CopyText(reply, "The last reply"))
        else:
            self.notify("There is no reply to copy yet.")
