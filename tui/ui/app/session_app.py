"""Session of the app: opened after the first paint, signed in to, switched and closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.worker import Worker, WorkerState

from tui.core.account import Account, Identity, login_helps
from tui.core.agents import Introduction
from tui.core.errors import BackendError, ErrorKind, StoreError
from tui.core.ids import is_local
from tui.core.redaction import describe_exception
from tui.core.text import clean_line
from tui.system.clock import SystemClock
from tui.system.logs import note
from tui.ui.app.base import BaseApp
from tui.ui.app.early_input import EarlyKeys
from tui.ui.app.messages import GenieWanted, SignInNeeded
from tui.ui.chat.screen import ChatScreen
from tui.ui.keys.registry import exists_with
from tui.ui.studio.connection import Connect, StudioConnection
from tui.ui.terminal.terminal_events import as_typed
from tui.ui.toolkit.guarded_modal import GuardedModal

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.config import Preferences
    from tui.core.agents import GenieSource
    from tui.core.ids import ConversationId
    from tui.core.ports import Clock
    from tui.core.store_port import EarlyDraftStore
    from tui.system.terminal import Terminal
    from tui.ui.chat.session_lifecycle import StartWith
    from tui.ui.setup.login_modal import SignedIn

OpenAccount = Callable[[], AbstractAsyncContextManager[Account]]

_LONGEST_LEAVE_S = 1.5
_TYPING_S = 1.0
"""Time after a key during which no login takes the focus."""


class SessionApp(BaseApp[None]):
    """App with one agent's session behind a conversation screen.

    ``connect`` opens backend, store and engine and closes them again; its session publishes through
    the callback that it is given. ``account`` opens the sign-in, where there is one.
    ``introduction`` is shown in an empty conversation. ``early_draft_store`` keeps text that is
    written before the session is open.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        agent_name: str,
        user_name: str,
        place: str,
        account: OpenAccount | None = None,
        studio: StudioConnection | None = None,
        introduction: Introduction | None = None,
        preferences: Preferences | None = None,
        early_draft_store: EarlyDraftStore | None = None,
        save_setting: Callable[[str, str | int], None] | None = None,
        terminal: Terminal | None = None,
        clock: Clock | None = None,
        start_with: StartWith | None = None,
    ) -> None:
        super().__init__(preferences, terminal, save_setting)
        self._connect = connect
        self._account = account
        self.studio = studio or StudioConnection()
        self._identity: Identity | None = None
        self._clock = clock or SystemClock()
        self._leaving = asyncio.Event()
        self._session_worker: Worker[None] | None = None
        self._last_key_s = float("-inf")
        self._early = EarlyKeys(super().on_event)
        self._warned = ""
        """Last warning that leaving would lose something."""
        self._chat = ChatScreen(
            agent_name=agent_name,
            user_name=user_name,
            place=place,
            introduction=introduction or Introduction(),
            studio=self.studio,
            early_draft_store=early_draft_store,
            clock=self._clock,
            idle_s=lambda: self._clock.monotonic_s() - self._last_key_s,
            preferences=self.preferences,
        )

        if start_with is not None:
            self._chat.parts.lifecycle.start_with = start_with

    def get_default_screen(self) -> ChatScreen:
        return self._chat

    def on_mount(self) -> None:
        """Leave in order when the terminal closes or a signal ends the program."""
        self.end_on_signals(self._leave_by_signal)
        self.watch(self._chat, "focused", self._release_early_keys)

    def _release_early_keys(self, focused: Widget | None) -> None:
        if focused is not None:
            self.call_later(self._early.release)

    def _is_given_back(self, event: events.Event) -> bool:
        """Return True if a modal passed on typed text. Decided here, to keep the order."""
        screen = next(reversed(self.screen_stack), None)
        if not isinstance(event, events.Key | events.Paste):
            return False
        if screen is self._chat and self.app_focus:
            is_taken: bool = self._chat.type_into_composer(event)
        else:
            is_taken = isinstance(screen, GuardedModal) and screen.gives_back(event)
        return is_taken

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste):
            self._last_key_s = self._clock.monotonic_s()
            if self._early.hold(event):
                return
            if not event.is_forwarded and self._is_given_back(as_typed(event)):
                return
        await super().on_event(event)

    def has_command(self, command_id: str) -> bool:
        """Return True if a command can ever work here; all can until the session is open."""
        context = self._chat.context
        return context.access is None or exists_with(
            command_id,
            context.can,
            has_studio=self.studio.is_available,
            has_account=self._account is not None,
        )

    def action_connect(self) -> None:
        """Open the session, unless it is open."""
        self.call_later(self._early.release)  # in a tiny window nothing ever gets the focus
        if self._session_worker is None or self._session_worker.is_finished:
            self._session_worker = self._run_session()

    @work(group="session", exclusive=True, exit_on_error=False)
    async def _run_session(self) -> None:
        await self.studio.aclose()  # each demo session has its own
        try:
            async with self._connect(self._chat.listen()) as session:
                self._chat.parts.lifecycle.opened(session)
                await self._learn_who()
                await self._leaving.wait()
        except BackendError as error:
            if login_helps(error):
                self.post_message(SignInNeeded(error))
                error.hint = ""  # the banner shows its own hint
            self._chat.parts.lifecycle.failed(error)
        except Exception as error:
            failed = _as_backend_error(error)
            if isinstance(error, OSError):  # of the system, not of this program
                note("session failed", error=error)
            else:
                failed.hint = self.failure_hint(error) or failed.hint
            self._chat.parts.lifecycle.failed(failed)

    async def _learn_who(self) -> None:
        """Show the name of the signed-in user."""
        if self._account:
            async with self._account() as account:
                self._identity = await account.whoami()
            self._chat.topbar.user = self._identity.label()

    @on(SignInNeeded)
    def _want_sign_in(self, event: SignInNeeded) -> None:
        """Show the login, but not while the user types."""
        if self._clock.monotonic_s() - self._last_key_s < _TYPING_S:
            self.set_timer(_TYPING_S, lambda: self._want_sign_in(event))
        else:
            self.sign_in(str(event.error))

    def sign_in(self, reason: str = "") -> None:
        """Show the login, unless it is shown; background work continues."""
        from tui.ui.setup.login_modal import LoginModal

        shown = any(isinstance(screen, LoginModal) for screen in self.screen_stack)
        if self._account and not shown:
            self.push_screen(LoginModal(self._account, reason=reason), self._signed_in)

    async def _signed_in(self, done: SignedIn | None) -> None:
        if done is None:
            return
        text = f"Signed in as {done.identity.label()}. Your sign-in is stored in {done.storage}."
        self.notify(clean_line(text, 400), markup=False)
        before, self._identity = self._identity, done.identity
        self._chat.topbar.user = done.identity.label()
        if before and before.subject == done.identity.subject and self._chat.context.access:
            self._chat.parts.lifecycle.resume()
        else:
            self._begin_anew()

    @on(GenieWanted)
    @work(group="genie", exclusive=True, exit_on_error=False)
    async def _use_genie(self, event: GenieWanted) -> None:
        """Switch to another genie."""
        if self.studio.use_genie is None:
            return
        if event.genie == self.studio.genie and self._chat.context.access:
            self.notify(f"You're already talking to {event.name}.", markup=False)
            return
        try:
            connect, kept = await asyncio.to_thread(self.studio.use_genie, event.genie)
        except Exception as problem:
            self.notify(clean_line(str(problem), 400), markup=False, severity="warning")
            return
        self._connect, self.studio.genie = connect, event.genie
        self._chat.set_agent_name(event.name or event.genie)
        self._chat.conversation.welcome.introduce(Introduction())
        told = f"Now talking to {event.name}. {_where_kept(kept)}"
        self.notify(clean_line(told, 600), markup=False, timeout=15)
        self._begin_anew()

    @work(group="anew", exclusive=True, exit_on_error=False)
    async def _begin_anew(self) -> None:
        """Close the session, if there is one, and open that of the user signed in now."""
        if self._session_worker and not self._session_worker.is_finished:
            if self._chat.context.access:
                await self._chat.parts.lifecycle.clear()
            self._leaving.set()
            try:
                await _ended(self._session_worker)
            finally:
                self._leaving.clear()
        await self._chat.parts.lifecycle.retry()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a worker that failed unexpectedly, and continue."""
        if event.state is WorkerState.ERROR and (error := event.worker.error):
            text = f"{describe_exception(error)} {self.failure_hint(error)}"
            self.notify(text.rstrip(), severity="error")

    def show_hint(self, text: str, seconds: float) -> None:
        """Show a hint in the working line, unless another screen covers it."""
        if self.screen is self._chat:
            self._chat.show_hint(text, seconds)
        else:
            super().show_hint(text, seconds)

    @property
    def open_conversation(self) -> ConversationId | None:
        """The conversation on screen, if the service knows it."""
        current = self._chat.chat_state.current
        return current if current and not is_local(current) else None

    async def action_quit(self) -> None:
        """Quit; but first warn if the draft cannot be saved."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_LEAVE_S):
                    await self._chat.composer_pane.drafts.keep()
        except StoreError as problem:
            if self._warned != (warning := f"Couldn't save your draft: {problem}"):
                self._warned = warning
                self.notify(f"{warning} Quit again to discard it.", severity="warning")
                return
        await self._leave(0)

    def _leave_by_signal(self, return_code: int) -> None:
        self.run_worker(
            self._leave(return_code), group="leave", exclusive=True, exit_on_error=False
        )

    async def _leave(self, return_code: int) -> None:
        """Save the draft, close the session in order, restore the terminal."""
        try:
            async with asyncio.timeout(_LONGEST_LEAVE_S):
                await self._chat.composer_pane.queue.all_sent()
                with suppress(StoreError):  # reported already, unless a signal ends us
                    await self._chat.composer_pane.drafts.keep()
                self._leaving.set()
                if self._session_worker:
                    await asyncio.wait([asyncio.ensure_future(_ended(self._session_worker))])
                await self.studio.aclose()
        except TimeoutError:
            note("session closed too slowly", level=logging.WARNING)
        finally:
            self.exit(return_code=return_code)


async def _ended(worker: Worker[None]) -> None:
    with suppress(Exception):
        await worker.wait()


def _where_kept(kept: GenieSource) -> str:
    """Describe the file that stores the choice of genie, with its remarks."""
    overruled = f"{kept.overruled_by} sets a different genie, which is used at the next start."
    if not kept.path:
        return overruled if kept.overruled_by else "This choice isn't saved for the next start."
    return (
        f"Saved to {kept.path}. {overruled + ' ' if kept.overruled_by else ''}Each genie "
        f"needs its own client: if this genie has a different one, set its client_id or "
        f"api_key there too."
    )


def _as_backend_error(error: Exception) -> BackendError:
    words = describe_exception(error)
    if isinstance(error, OSError) and error.strerror:
        words = f"{error.filename or 'The system'}: {error.strerror}."
    return BackendError(
        ErrorKind.UNREACHABLE,
        words,
        hint="Run 'genie-tui doctor' for details.",
    )
