"""State and services that the parts of the chat screen share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tui.core.account import login_helps
from tui.core.errors import BackendError
from tui.core.ports import Capability
from tui.core.redaction import describe_exception
from tui.ui.app.messages import SignInNeeded
from tui.ui.chat.banner_text import BannerText

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from tui.core.ids import ConversationId
    from tui.core.ports import Clock
    from tui.engine.session import Session
    from tui.ui.chat.state import ChatState
    from tui.ui.composer.stored_draft import StoredDraft
    from tui.ui.sidebar.paged_conversations import PagedConversations
    from tui.ui.studio.connection import StudioConnection

P = ParamSpec("P")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Access:
    """The open session, and what exists only with it."""

    session: Session
    drafts: StoredDraft
    paged: PagedConversations


class ChatContext:
    """Shared by the containers and controllers of one chat screen.

    It knows the screen only as a screen: what the parts need of each other they get when they are
    made.
    """

    access: Access | None = None
    """None until the session is open."""

    def __init__(
        self,
        screen: Screen[None],
        *,
        chat_state: ChatState,
        studio: StudioConnection,
        clock: Clock,
        agent_name: str,
        place: str,
        show_state: Callable[[], None],
    ) -> None:
        self.screen = screen
        self.chat_state = chat_state
        self.studio = studio
        self.clock = clock
        self.agent_name = agent_name
        self.place = place
        self.show_state = show_state
        """Draw what the state says: line, banner, title, keys."""

    @property
    def app(self) -> App[Any]:
        return self.screen.app

    # -- state -----------------------------------------------------------------------------

    @property
    def opened(self) -> Access:
        """The session and what goes with it, for what runs only after it was opened."""
        assert self.access is not None
        return self.access

    @property
    def can(self) -> Capability:
        """Abilities of the service; none while there is no session."""
        return self.access.session.can if self.access else Capability.NOTHING

    @property
    def current(self) -> ConversationId | None:
        """The conversation on screen."""
        return self.chat_state.current

    def title_of(self, conversation_id: ConversationId) -> str:
        """Return the name of a conversation; empty unless it is listed or on screen."""
        found = self.access.paged.of(conversation_id) if self.access else None
        return found.name if found else ""

    # -- messages to the user --------------------------------------------------------------

    def show_problem(self, text: str) -> None:
        """Say in the banner why something cannot be done."""
        self.chat_state.show_problem(BannerText(tone="refusal", text=text))
        self.show_state()

    def fail(self, error: BackendError) -> None:
        """Note that a call failed, and ask for a login where nothing else helps."""
        self.chat_state.fail(error)
        self.want_login(error)

    def report(self, error: BaseException) -> None:
        """Say that a background task failed in a way it did not foresee."""
        if isinstance(error, BackendError):
            self.fail(error)
        else:
            self.chat_state.show_problem(BannerText(tone="problem", text=describe_exception(error)))
        self.show_state()

    def want_login(self, error: BackendError) -> None:
        """Ask for a login if the failure says that the user is no longer signed in."""
        if login_helps(error):
            self.post(SignInNeeded(error))

    def notify(
        self,
        text: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
    ) -> None:
        """Show a message in the corner."""
        self.app.notify(text, title=title, severity=severity, timeout=timeout)

    # -- services of the screen ------------------------------------------------------------

    def post(self, message: Message) -> None:
        """Post a message to the screen and the app."""
        self.screen.post_message(message)

    def ask(
        self, modal: Screen[ResultT], answered: Callable[[ResultT | None], object] | None = None
    ) -> None:
        """Show a modal; ``answered`` takes its result."""

        def take(result: ResultT | None) -> None:
            if answered is not None:
                answered(result)

        self.app.push_screen(modal, take)

    def run(
        self,
        group: str,
        work: Callable[P, Coroutine[Any, Any, object]],
        *args: P.args,
        **options: P.kwargs,
    ) -> None:
        """Run a coroutine in the background; the screen says so if it fails."""
        self._run(group, partial(work, *args, **options), exclusive=False)

    def run_exclusive(
        self,
        group: str,
        work: Callable[P, Coroutine[Any, Any, object]],
        *args: P.args,
        **options: P.kwargs,
    ) -> None:
        """Run a coroutine in the background, and cancel what still runs in its group."""
        self._run(group, partial(work, *args, **options), exclusive=True)

    def _run(self, group: str, work: Callable[[], Awaitable[object]], *, exclusive: bool) -> None:
        self.screen.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)
