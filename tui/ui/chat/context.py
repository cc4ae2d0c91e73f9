"""State and services shared by the parts of the chat screen."""

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
from tui.ui.textual_fixes.app import SafeApp

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
    """The open session, and the objects that exist only with it."""

    session: Session
    drafts: StoredDraft
    paged: PagedConversations


class ChatContext:
    """Context of the containers and controllers of one chat screen.

    It knows the screen only as a ``Screen``: parts receive the other parts that they need when
    they are made.
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
        show_hint: Callable[[str, float], None],
    ) -> None:
        self.screen = screen
        self.chat_state = chat_state
        self.studio = studio
        self.clock = clock
        self.agent_name = agent_name
        self.place = place
        self.show_state = show_state
        """Redraw the connection state, banner, window title and keys."""
        self._show_hint = show_hint

    @property
    def app(self) -> App[Any]:
        return self.screen.app

    # -- state -----------------------------------------------------------------------------

    @property
    def opened(self) -> Access:
        """The open session; only for code that runs after it was opened."""
        assert self.access is not None
        return self.access

    @property
    def can(self) -> Capability:
        """Capabilities of the service; none without a session."""
        return self.access.session.can if self.access else Capability.NOTHING

    @property
    def current(self) -> ConversationId | None:
        """The conversation on screen."""
        return self.chat_state.current

    @property
    def approved_skills(self) -> tuple[str, ...]:
        """Skills that run in the conversation on screen without asking."""
        access, current = self.access, self.current
        return access.session.approved_skills(current) if access and current else ()

    def title_of(self, conversation_id: ConversationId) -> str:
        """Return the title of a conversation; empty unless it is listed or on screen."""
        found = self.access.paged.of(conversation_id) if self.access else None
        return found.name if found else ""

    # -- messages to the user --------------------------------------------------------------

    def show_problem(self, text: str) -> None:
        """Show in the banner why an action is not possible."""
        self.chat_state.show_problem(BannerText(tone="refusal", text=text))
        self.show_state()

    def fail(self, error: BackendError) -> None:
        """Record a failed call, and ask the user to sign in if only that helps."""
        self.chat_state.fail(error)
        self.ask_to_sign_in(error)

    def report(self, error: BaseException) -> None:
        """Show the unexpected error of a background task."""
        if isinstance(error, BackendError):
            self.fail(error)
        else:
            app = self.app
            hint = app.failure_hint(error) if isinstance(app, SafeApp) else ""
            problem = BannerText(tone="problem", text=describe_exception(error), hint=hint)
            self.chat_state.show_problem(problem)
        self.show_state()

    def ask_to_sign_in(self, error: BackendError) -> None:
        """Ask the user to sign in if the error says that they are signed out."""
        if login_helps(error):
            self.post(SignInNeeded(error))

    def hint(self, text: str, seconds: float = 4.0) -> None:
        """Show a few words in the working line for some time."""
        self._show_hint(text, seconds)

    def notify(
        self,
        text: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
    ) -> None:
        """Show a toast."""
        self.app.notify(text, title=title, severity=severity, timeout=timeout)

    # -- services of the screen ------------------------------------------------------------

    def post(self, message: Message) -> None:
        """Post a message to the screen and the app."""
        self.screen.post_message(message)

    def ask(
        self, modal: Screen[ResultT], answered: Callable[[ResultT | None], object] | None = None
    ) -> None:
        """Open a modal; ``answered`` receives its result.

        While another one is open, this was asked for before that one opened, such as by letters
        typed fast where each is a command: None is the answer then.
        """

        def take(result: ResultT | None) -> None:
            if answered is not None:
                answered(result)

        if self.screen.is_active:
            self.app.push_screen(modal, take)
        else:
            take(None)

    def run(
        self,
        group: str,
        work: Callable[P, Coroutine[Any, Any, object]],
        *args: P.args,
        **options: P.kwargs,
    ) -> None:
        """Run a coroutine in the background; a failure is shown on the screen."""
        self._run(group, partial(work, *args, **options), exclusive=False)

    def run_exclusive(
        self,
        group: str,
        work: Callable[P, Coroutine[Any, Any, object]],
        *args: P.args,
        **options: P.kwargs,
    ) -> None:
        """Run a coroutine in the background, canceling earlier ones of its group."""
        self._run(group, partial(work, *args, **options), exclusive=True)

    def _run(self, group: str, work: Callable[[], Awaitable[object]], *, exclusive: bool) -> None:
        self.screen.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)
