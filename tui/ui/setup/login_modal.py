"""Login dialog: the sign-in runs in a browser on this or any other machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui.core.account import Account, Identity, LoginAttempt, LoginProblem
from tui.core.errors import BackendError, StoreError
from tui.core.links import link_host
from tui.core.text import clean, clean_line
from tui.ui.app.messages import CopyText
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.qr import QrPanel
from tui.ui.toolkit.state_glyphs import ASKS, BAD, MUTED, muted
from tui.ui.toolkit.text import line, spread

OpenAccount = Callable[[], AbstractAsyncContextManager[Account]]

_HEIGHTS = [(0, "-least"), (22, "-short"), (30, "-tall")]
"""Heights in lines from which the screen has a style class."""
_PLACEHOLDER = "Browser shows an error page? That's expected. Paste its address here"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The signed-in user, and where the credentials are stored, as words for "kept in ..."."""

    identity: Identity
    storage: str


class LoginHeading(Widget):
    """Name of the sign-in service, and the time left."""

    attempt: LoginAttempt | None = None

    def render(self) -> Content:
        host = link_host(self.attempt.url) if self.attempt else None
        title = Content.assemble("Sign in", *((" to ", (host, "bold")) if host else ()))
        return spread(title, self._time_left(), self.size.width)

    def _time_left(self) -> Content:
        if self.attempt is None:
            return Content("")
        minutes, seconds = divmod(round(self.attempt.seconds_left), 60)
        return Content.styled(f"{minutes}:{seconds:02} left", ASKS if minutes < 1 else MUTED)


class AddressField(Input):
    """Field for the redirected address. A pasted one is accepted at once."""

    class Given(Message):
        """An address was pasted, or typed and confirmed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(placeholder=_PLACEHOLDER, compact=True)
        self.cursor_blink = False

    def take(self, text: str) -> None:
        """Show a text, which a terminal may have broken into lines, and pass it on."""
        self.value = "".join(clean(text).split())
        self.post_message(self.Given(self.value))

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.take(event.text)

    async def action_submit(self) -> None:
        if self.value.strip():
            self.take(self.value)


class LoginModal(GuardedModal[SignedIn | None]):
    """Signs in, by the way that finishes first. Returns the identity; None if the user gave up.

    The port of the redirect is open while the dialog is. Posts ``CopyText`` for the app.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open the browser", tooltip="Open the browser", id="login.open"),
        Binding("c", "copy", "Copy the address", tooltip="Copy the address", id="login.copy"),
        Binding("q", "qr", "QR code", tooltip="Show the address as a QR code", id="login.qr"),
        Binding(
            "p",
            "paste",
            "Paste the redirect address",
            tooltip="Paste the redirect address",
            id="login.paste",
        ),
        Binding("r", "again", "Try again", tooltip="Try again", id="login.again"),
        Binding("escape", "cancel", "Cancel", tooltip="Cancel sign-in", id="login.cancel"),
    ]

    VERTICAL_BREAKPOINTS = _HEIGHTS

    def __init__(
        self,
        account: OpenAccount,
        *,
        reason: str = "",
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``reason``: why signing in is necessary, as a sentence."""
        super().__init__(clock_s=clock_s)
        self._account = account
        self._reason = clean_line(reason, 300)
        self._attempt: LoginAttempt | None = None
        self._work: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="modal--box"):
            yield LoginHeading()
            yield Static(classes="modal--lead")
            with VerticalScroll(classes="modal--body", can_focus=False):
                yield Static(id="address")
            yield QrPanel(classes="modal--qr")
            with Vertical(id="elsewhere"):
                yield Static(id="tunnel")
                yield AddressField()
            yield Static(classes="modal--note")
            yield AnswerRow(
                ("o", "Open", "open"),
                ("c", "Copy", "copy"),
                ("q", "QR code", "qr"),
                ("p", "Paste", "paste"),
                ("Esc", "Cancel", "cancel"),
                classes="-waiting",
            )
            yield AnswerRow(
                ("r", "Try again", "again"), ("Esc", "Close", "cancel"), classes="-over"
            )

    def _fit(self) -> None:
        super()._fit()
        if self.has_class("-qr"):
            self._show_qr()

    def on_mount(self) -> None:
        self.set_interval(1.0, self.query_one(LoginHeading).refresh)
        self._work = self._sign_in()

    # -- the attempt -----------------------------------------------------------------------

    @work(group="login", exclusive=True, exit_on_error=False)
    async def _sign_in(self) -> None:
        self._begin()
        try:
            signed_in = await self._signed_in()
        except (LoginProblem, BackendError) as problem:
            self._fail(str(problem), problem.hint)
        except StoreError as problem:
            self._fail(str(problem))
        else:
            self.dismiss(signed_in)

    async def _signed_in(self) -> SignedIn:
        async with self._account() as account:
            attempt = await account.begin_login()
            try:
                self._wait_for(attempt)
                return SignedIn(await attempt.finished(), account.storage)
            finally:
                self._attempt = None
                await attempt.aclose()

    def _begin(self) -> None:
        self.remove_class("-over", "-elsewhere", "-qr", "-ready")
        self._say(".modal--lead", muted(f"{self._reason} Getting the sign-in address…".lstrip()))
        self._say(".modal--note", Content(""))
        self.query_one(AddressField).clear()

    def _wait_for(self, attempt: LoginAttempt) -> None:
        """Show the address and the other ways, then try the browser."""
        self._attempt = self.query_one(LoginHeading).attempt = attempt
        self.query_one(LoginHeading).refresh()
        self.add_class("-ready")
        lead = "Sign in with your browser. This dialog closes automatically."
        self._say(".modal--lead", muted(f"{self._reason} {lead}".lstrip()))
        self._say("#address", _link(attempt.url))
        self._say("#tunnel", _tunnel(attempt.tunnel))
        away = attempt.listening_problem or attempt.remote_reason
        if away:
            self.add_class("-elsewhere")
            self._note(_why(attempt))
        else:
            self.set_class(bool(attempt.redirect_doubt), "-elsewhere")
            self.call_after_refresh(self.action_open)

    def _fail(self, problem: str, hint: str = "") -> None:
        self.set_focus(None)
        self.query_one(LoginHeading).attempt = None
        self.remove_class("-elsewhere", "-qr", "-ready")
        self.add_class("-over")
        self._say(".modal--lead", Content.styled(clean_line(problem, 600), BAD))
        self._note(hint)

    # -- keys ------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        over = self.has_class("-over")
        if action == "again" and not over:
            return False
        if action in ("open", "copy", "qr", "paste") and self._attempt is None:
            return False
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        if self._attempt and self._attempt.open_browser():
            doubt = self._attempt.redirect_doubt or "If nothing opens, copy the address."
            self._note(f"Opening your browser. {doubt}")
        else:
            self.add_class("-elsewhere")
            self._note("Couldn't start a browser here. Open the address in your own browser.")

    def action_copy(self) -> None:
        if self._attempt:
            self.post_message(CopyText(self._attempt.url, "the address"))

    def action_qr(self) -> None:
        """Switch between the address and its QR code."""
        if self.has_class("-qr") or self._attempt is None:
            self.remove_class("-qr")
        else:
            self._show_qr()

    def _show_qr(self) -> None:
        """Show the code while there is room for it."""
        problem = self.query_one(QrPanel).show(self._attempt.url) if self._attempt else ""
        self.set_class(not problem, "-qr")
        if problem:
            self._note(problem)

    def action_paste(self) -> None:
        self.remove_class("-qr")
        self.add_class("-elsewhere")
        self._note("Paste the address of the page where the browser ended up.")
        self.set_focus(self.query_one(AddressField))

    def action_again(self) -> None:
        self._work = self._sign_in()

    async def action_cancel(self) -> None:
        """Go back from the QR code to the address; else close the port, then leave."""
        if self.has_class("-qr"):
            self.remove_class("-qr")
            return
        if self._work is not None:
            self._work.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self._work.wait()
        self.dismiss(None)

    async def on_paste(self, event: events.Paste) -> None:
        """Treat any paste, wherever the focus is, as the address."""
        if self._attempt:
            self.action_paste()
            self.query_one(AddressField).take(event.text)

    @on(AddressField.Given)
    def _take_address(self, event: AddressField.Given) -> None:
        if self._attempt is None:
            return
        try:
            self._attempt.paste(event.text)
        except LoginProblem as problem:
            self._say(".modal--note", Content.styled(clean_line(problem.sentence(), 400), BAD))
        else:
            self._note("Signing in…")

    # -- words -----------------------------------------------------------------------------

    def _note(self, sentence: str) -> None:
        self._say(".modal--note", muted(clean_line(sentence, 600)))

    def _say(self, where: str, words: Content) -> None:
        widget = self.query_one(where, Static)
        widget.update(words)
        widget.set_class(not words.plain, "-empty")


def _link(url: str) -> Content:
    """Return an address on one logical line, so that selecting it copies it whole."""
    text = Content(clean(url))
    if link_host(url) is None:
        return text
    return text.stylize(Style(link=url) + Style.from_meta({"@click": "screen.open"}))


def _tunnel(command: str) -> Content:
    if not command:
        return Content("")
    return Content.assemble(muted("Run on your machine  "), line(command))


def _why(attempt: LoginAttempt) -> str:
    """Explain why the other ways come first."""
    if attempt.listening_problem:
        return f"{attempt.listening_problem} You can still paste the redirect address."
    return f"Didn't start a browser because {attempt.remote_reason}."
