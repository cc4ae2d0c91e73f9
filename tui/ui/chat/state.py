"""Chat screen state: the open conversation, the connection, and the notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.core.errors import BackendError, ErrorKind
from tui.ui.chat.active_turns import ActiveTurns
from tui.ui.chat.banner_text import BannerText, is_outage, of_error, of_recovery

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.engine.updates import Recovery
    from tui.ui.chat.top_bar import Link

_RECONNECTS = frozenset({"sending", "finding", "reconnecting", "replaying", "looking"})
_NO_LINE = frozenset({ErrorKind.UNREACHABLE, ErrorKind.TIMED_OUT, ErrorKind.SETTINGS})


class ChatState:
    """State without drawing; the screen shows it."""

    def __init__(self) -> None:
        self.active_turns = ActiveTurns()
        self.current: ConversationId | None = None
        """Conversation on screen; None for a new one."""
        self.session_state: Literal["opening", "open", "failed"] = "opening"
        self._recoveries: dict[ConversationId, Recovery] = {}
        self._unwatched: set[ConversationId] = set()
        self._problem: BannerText | None = None
        self.failed_start: BannerText | None = None
        """Reason why there is no session; None while it is open or opening."""
        self._unreachable = False
        self.inactive: set[ConversationId] = set()
        """Conversations known to be inactive at the service."""

    def recover(self, conversation_id: ConversationId, recovery: Recovery | None) -> None:
        """Record the recovery of a conversation's turn; None: it has recovered."""
        if recovery is None:
            self._recoveries.pop(conversation_id, None)
        else:
            self._recoveries[conversation_id] = recovery
            self._unwatched.discard(conversation_id)

    def stop_waiting(self, conversation_id: ConversationId) -> None:
        """Record that the user stopped waiting for a conversation's turn."""
        self._unwatched.add(conversation_id)

    def wait_again(self, conversation_id: ConversationId) -> None:
        """Record that the user waits for a conversation's turn again."""
        self._unwatched.discard(conversation_id)

    @property
    def stopped_waiting(self) -> bool:
        """True if the turn on screen continues, if at all, without being followed."""
        current = self.current
        return current in self._unwatched and self.active_turns.state(current) != "idle"

    @property
    def recovery(self) -> Recovery | None:
        """Recovery of the turn on screen; None while all is well."""
        return self._recoveries.get(self.current) if self.current else None

    def show_problem(self, notice: BannerText) -> None:
        """Show a notice until it is dismissed or replaced."""
        self._problem = notice

    def fail(self, error: BackendError) -> None:
        """Record a failed call."""
        self._unreachable = self._unreachable or error.kind in _NO_LINE
        self.show_problem(of_error(error))

    def mark_online(self) -> None:
        """Record that the server responded, and drop the notice that it did not."""
        if self._unreachable:
            self._unreachable = False
            self._problem = None

    @property
    def has_problem(self) -> bool:
        """True if a notice is shown that can be dismissed."""
        return self._problem is not None

    def dismiss(self) -> bool:
        """Drop the notice; return True if there was one."""
        had, self._problem = self._problem is not None, None
        return had

    def rename(self, old: ConversationId, new: ConversationId) -> None:
        """Replace the local id of a conversation with its real one."""
        if self.current == old:
            self.current = new
        if (recovery := self._recoveries.pop(old, None)) is not None:
            self._recoveries[new] = recovery

    def link(self) -> Link:
        """Return the connection state for the top bar."""
        if self.session_state == "opening":
            return "connecting"
        recovery = self.recovery
        if recovery and (recovery.problem or recovery.step in _RECONNECTS):
            return "reconnecting"
        return "offline" if self._unreachable or self.session_state == "failed" else "live"

    def notice(self, *, agent: str) -> BannerText | None:
        """Return the banner's notice, first those that the user must act on."""
        if self._problem and self._problem.tone == "refusal":
            return self._problem
        recovery = self.recovery
        waits = self.current and self.active_turns.questions(self.current)
        if recovery and is_outage(recovery) and not (waits or self.stopped_waiting):
            return of_recovery(recovery, agent=agent)
        return self._problem
