"""What the screen knows of the world: which conversation is open, and how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.core.errors import BackendError, ErrorKind
from tui.ui.chat.active_turns import ActiveTurns
from tui.ui.chat.banner_text import LEFT_ALONE, BannerText, of_error, of_question, of_recovery

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.engine.updates import Recovery
    from tui.ui.chat.top_bar import Link

_RECONNECTS = frozenset({"sending", "finding", "reconnecting", "replaying", "looking"})
_NO_LINE = frozenset({ErrorKind.UNREACHABLE, ErrorKind.TIMED_OUT, ErrorKind.SETTINGS})


class ChatState:
    """State only; the screen draws what it says."""

    def __init__(self) -> None:
        self.active_turns = ActiveTurns()
        self.current: ConversationId | None = None
        """The conversation on screen; None: one that has not begun."""
        self.session_state: Literal["opening", "open", "failed"] = "opening"
        self._recoveries: dict[ConversationId, Recovery] = {}
        self._left_alone: set[ConversationId] = set()
        self._problem: BannerText | None = None
        self.failed_start: BannerText | None = None
        """Why there is no session; None while there is one, or it is being opened."""
        self._unreachable = False
        self.asleep: set[ConversationId] = set()
        """Conversations that the service has switched off, as far as it said so."""

    def recover(self, conversation_id: ConversationId, recovery: Recovery | None) -> None:
        """Note how a conversation's turn is being brought back; None: it is well again."""
        if recovery is None:
            self._recoveries.pop(conversation_id, None)
        else:
            self._recoveries[conversation_id] = recovery
            self._left_alone.discard(conversation_id)

    def leave_alone(self, conversation_id: ConversationId) -> None:
        """Note that the user does not want to wait for a conversation's turn."""
        self._left_alone.add(conversation_id)

    def attend(self, conversation_id: ConversationId) -> None:
        """Note that a conversation's turn is looked after again."""
        self._left_alone.discard(conversation_id)

    @property
    def rests(self) -> bool:
        """Whether the turn on screen goes on, if at all, without being followed."""
        current = self.current
        return current in self._left_alone and self.active_turns.state(current) != "idle"

    @property
    def recovers(self) -> bool:
        """Whether the turn on screen is being brought back."""
        return self.current in self._recoveries

    def show_problem(self, notice: BannerText) -> None:
        """Say something until the user dismisses it or something else is to be said."""
        self._problem = notice

    def fail(self, error: BackendError) -> None:
        """Note that a call failed."""
        self._unreachable = self._unreachable or error.kind in _NO_LINE
        self.show_problem(of_error(error))

    def reached(self) -> None:
        """Note that the server answers; what was said about its silence is no longer true."""
        if self._unreachable:
            self._unreachable = False
            self._problem = None

    def dismiss(self) -> bool:
        """Forget what was complained about; whether there was anything."""
        had, self._problem = self._problem is not None, None
        return had

    def rename(self, old: ConversationId, new: ConversationId) -> None:
        """A conversation has its real id now."""
        if self.current == old:
            self.current = new
        if (recovery := self._recoveries.pop(old, None)) is not None:
            self._recoveries[new] = recovery

    def link(self) -> Link:
        """The state of the line, for the top bar."""
        if self.session_state == "opening":
            return "connecting"
        recovery = self._recoveries.get(self.current) if self.current else None
        if recovery and (recovery.problem or recovery.step in _RECONNECTS):
            return "reconnecting"
        return "offline" if self._unreachable or self.session_state == "failed" else "live"

    def notice(self, *, question_open: bool) -> BannerText | None:
        """What the banner says: what the user must act on comes first."""
        if self._problem and self._problem.tone == "refusal":
            return self._problem
        if self.current:
            questions = self.active_turns.questions(self.current)
            if questions and not question_open:
                return of_question(questions[0])
            recovery = self._recoveries.get(self.current)
            if recovery and not questions:
                return of_recovery(recovery)
            if self.rests:
                return LEFT_ALONE
        return self._problem
