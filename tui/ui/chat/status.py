"""Display of the chat state: connection, banner, window title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.text import clean_line
from tui.ui.app.messages import Titled
from tui.ui.chat.active_turns import WAITS_FOR_USER

if TYPE_CHECKING:
    from tui.ui.chat.banner import Banner
    from tui.ui.chat.context import ChatContext
    from tui.ui.chat.conversation_view import ConversationView
    from tui.ui.chat.top_bar import TopBar
    from tui.ui.chat.turn_control import TurnControl


class Status:
    """Update the widgets that show the state."""

    def __init__(
        self,
        context: ChatContext,
        *,
        topbar: TopBar,
        banner: Banner,
        view: ConversationView,
        turn: TurnControl,
    ) -> None:
        self._context = context
        self._topbar = topbar
        self._banner = banner
        self._view = view
        self._turn = turn
        self._window_title = ""

    def show(self) -> None:
        """Redraw the state."""
        context, chat_state = self._context, self._context.chat_state
        self._topbar.link = chat_state.link()
        self._topbar.approved_skills = context.approved_skills
        self._topbar.title = context.title_of(chat_state.current) if chat_state.current else ""
        self._view.set_paused(on=chat_state.stopped_waiting)
        notice = chat_state.notice(agent=clean_line(context.agent_name, 40) or "The agent")
        self._banner.show(notice)
        self._turn.show_line(behind_banner=notice is not None and notice.tone == "recovery")
        self._turn.show_usage()
        self._name_window()
        context.screen.refresh_bindings()

    def _name_window(self) -> None:
        """Put the agent's state and the conversation's title into the window title."""
        active_turns = self._context.chat_state.active_turns
        states = {active_turns.state(cid) for cid in active_turns.busy_conversations()}
        state = "Waiting for you" if states & WAITS_FOR_USER else "Working" if states else ""
        parts = (state, self._topbar.title, clean_line(self._context.agent_name, 40))
        title = " · ".join(part for part in parts if part)
        if title != self._window_title:
            self._window_title = title
            self._context.post(Titled(title))
