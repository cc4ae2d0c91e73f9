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
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui.core.account import Account, Identity, LoginAttempt, LoginProblem
from tui.core.errors import BackendError, StoreError
from tui.core.links import link_host
from tui.core.text import clean, clean_line
from tui.ui.app.messages import CopyText
from tui.ui.keys.labels import bound_to
from tui.ui.keys.ordering import act_at_once
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.dialog import Dialog, DialogHead, press
from tui.ui.toolkit.guarded_modal import GuardedModal
from tui.ui.toolkit.qr import QrPanel
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import ASKS, BAD, MUTED, muted
from tui.ui.toolkit.text import line

OpenAccount = Callable[[], AbstractAsyncContextManager[Account]]

_STEP_CELLS = 3


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The signed-in user, and where the credentials are stored, as words for "kept in ..."."""

    identity: Identity
    storage: str


class Step(RowsView):
    """Line with the number of a step, what to do, and keys that help with it."""

    def __init__(self, number: str, *hints: tuple[str, str], id: str) -> None:
        super().__init__(id=id)
        self._number = number
        self._hints = hints
        self._text = Content("")

    def show(self, text: Content, *hints: tuple[str, str]) -> None:
        """Show a text, and other keys if any are given."""
        self._text, self._hints = text, hints or self._hints
        self.redraw()

    def rows(self) -> list[Row]:
        number = Content.styled(self._number, "bold $accent")
        indent = _STEP_CELLS if self._number else 0
        return [Row(self._text, number, self._keys(), indent=indent)]

    def _keys(self) -> Content:
        return Content("   ").join(
            Content.assemble((key, "bold"), muted(f" {meaning}")) for key, meaning in self._hints
        )

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked on."""
        right = self.size.width
        for key, meaning in reversed(self._hints if event.y == 0 else ()):
            left = right - len(f"{key} {meaning}")
            if left <= event.x < right:
                press(self, key)
            right = left - 3


class AddressField(Input):
    """Field for the redirected address. A pasted one is accepted at once.

    While it is empty, letters are keys of the dialog.
    """

    class Given(Message):
        """An address was pasted, or typed and confirmed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(compact=True)
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

    async def on_key(self, event: events.Key) -> None:
        if not self.value and event.is_printable and bound_to(self.screen, event.key):
            event.prevent_default()
            event.stop()
            await act_at_once(self.app, event.key, self.screen)


class LoginModal(GuardedModal[SignedIn | None]):
    """Signs in, by the way that finishes first. Returns the identity; None if the user gave up.

    The port of the redirect is open while the dialog is. Posts ``CopyText`` for the app.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open the browser", tooltip="Open the browser", id="login.open"),
        Binding("c", "copy", "Copy the address", tooltip="Copy the address", id="login.copy"),
        Binding("q", "qr", "QR code", tooltip="Show the address as a QR code", id="login.qr"),
        Binding("s", "tunnel", "Copy ssh", tooltip="Copy the ssh command", id="login.tunnel"),
        Binding("r", "again", "Try again", tooltip="Try again", id="login.again"),
        Binding("escape", "cancel", "Cancel", tooltip="Cancel sign-in", id="login.cancel"),
    ]

    AUTO_FOCUS = "AddressField"
    leaving = frozenset({"cancel"})

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
        with Dialog("Sign in", leave="cancel", classes="-login"):
            yield Static(classes="modal--lead")
            with VerticalScroll(classes="modal--body", can_focus=False):
                yield Step("1", id="open")
                yield Static(id="address", classes="well")
                yield Step("2", id="sign-in")
                yield Step("3", id="paste")
                yield AddressField()
                yield Step("", ("s", "copy"), id="forward")
                yield Static(id="tunnel", classes="well")
            yield QrPanel(classes="modal--qr")
            yield Static(classes="modal--note")
            yield AnswerRow(("r", "Try again", "again"), classes="-over")

    def _fit(self) -> None:
        super()._fit()
        if self.has_class("-qr"):
            self._show_qr()

    def on_mount(self) -> None:
        self.set_interval(1.0, self.show_time_left)
        self._work = self._sign_in()

    def show_time_left(self) -> None:
        """Show how long the attempt will wait."""
        if self._attempt is None:
            self.query_one(DialogHead).show(aside=Content(""))
            return
        minutes, seconds = divmod(round(self._attempt.seconds_left), 60)
        left = Content.styled(f"{minutes}:{seconds:02} left", ASKS if minutes < 1 else MUTED)
        self.query_one(DialogHead).show(aside=left)

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
        self._attempt = attempt
        host = link_host(attempt.url)
        self.query_one(DialogHead).show(title=f"Sign in to {host}" if host else "Sign in")
        self.show_time_left()
        self.add_class("-ready")
        self._say("#address", _link(attempt.url))
        self._say("#tunnel", line(attempt.tunnel))
        field = self.query_one(AddressField)
        field.placeholder = f"{clean_line(attempt.redirect_url)}?code=…"
        field.focus()
        if attempt.listening_problem or attempt.remote_reason:
            self._show_steps_elsewhere()
        else:
            self._show_steps_here()
            self.call_after_refresh(self.action_open)

    def _show_steps_here(self) -> None:
        """Describe the sign-in with a browser on this machine."""
        lead = "This dialog closes automatically after you sign in."
        self._say(".modal--lead", muted(f"{self._reason} {lead}".lstrip()))
        keys = (("o", "open again"), ("c", "copy"), ("q", "QR code"))
        self._step("open", "Sign in with your browser", *keys)
        self._step("paste", "If the browser shows an error page, paste its address here")

    def _show_steps_elsewhere(self) -> None:
        """Describe the sign-in with a browser on another machine."""
        attempt = self._attempt
        if attempt is None:
            return
        self.add_class("-elsewhere")
        self.set_class(not attempt.tunnel or bool(attempt.listening_problem), "-no-tunnel")
        why = clean_line(_why(attempt), 600)
        self._say(".modal--lead", muted(f"{self._reason} {why}".lstrip()))
        self._step(
            "open",
            "Open this address in a browser on your machine",
            ("c", "copy"),
            ("q", "QR code"),
        )
        expected = "" if attempt.listening_problem else " The browser then shows an error page; "
        self._step("sign-in", f"Sign in there.{expected}{'that is expected.' * bool(expected)}")
        self._step("paste", "Copy the address of that page and paste it here")
        words = "Or skip steps 2 and 3: ", "run this on your machine first"
        self.query_one("#forward", Step).show(Content.assemble(words[0], muted(words[1])))
        self._note("◇ Waiting for you to sign in")

    def _step(self, id: str, text: str, *hints: tuple[str, str]) -> None:
        self.query_one(f"#{id}", Step).show(Content(text), *hints)

    def _fail(self, problem: str, hint: str = "") -> None:
        self._attempt = None
        self.show_time_left()
        self.remove_class("-elsewhere", "-qr", "-ready")
        self.add_class("-over")
        self.query_one("AnswerRow Button").focus()
        self._say(".modal--lead", Content.styled(clean_line(problem, 600), BAD))
        self._note(hint)

    # -- keys ------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        over = self.has_class("-over")
        if action == "again" and not over:
            return False
        if action in ("open", "copy", "qr", "tunnel") and self._attempt is None:
            return False
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        if self._attempt and self._attempt.open_browser():
            doubt = self._attempt.redirect_doubt or "If nothing opens, copy the address."
            self._note(f"Opening your browser. {doubt}")
        else:
            self._show_steps_elsewhere()
            self._note("Couldn't start a browser here. Open the address in your own browser.")

    def action_copy(self) -> None:
        if self._attempt:
            self.post_message(CopyText(self._attempt.url, "the address"))

    def action_tunnel(self) -> None:
        if self._attempt and self._attempt.tunnel:
            self.post_message(CopyText(self._attempt.tunnel, "the ssh command"))

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
            self.remove_class("-qr")
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
    """Return an address on one logical line, so that selecting it copies it whole; its host is
    the bright part.
    """
    text = Content(clean(url))
    host = link_host(url)
    if host is None:
        return text
    start = max(0, text.plain.find(host))
    end = start + len(host)
    click = Style.from_meta({"@click": "screen.open"})
    text = text.stylize(Style(link=url)).stylize("$muted", 0, start).stylize("$muted", end)
    return text.stylize(click, 0, start).stylize(click, end).stylize("bold", start, end)


def _why(attempt: LoginAttempt) -> str:
    """Explain why a browser elsewhere comes first."""
    if attempt.listening_problem:
        return f"{attempt.listening_problem} You can still paste the redirect address."
    return f"Didn't start a browser because {attempt.remote_reason}."
