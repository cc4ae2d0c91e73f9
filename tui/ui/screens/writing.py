"""Writing: the composer's text and files on their way to the outbox, and back from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import TextArea

from tui.core.ports import Can
from tui.core.records import Attachment
from tui.core.turn import Turn
from tui.ui.files import CannotAttach, attachment_of
from tui.ui.notices import Notice
from tui.ui.screens.reading import ReadingScreen
from tui.ui.widgets.attached import Attached
from tui.ui.widgets.composer import Composer
from tui.ui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from tui.ui.widgets.transcript import Transcript

_DRAFT_PAUSE_S = 0.5


class WritingScreen(ReadingScreen):
    """What the user says: drafts, sending, files, and messages that have not been sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+o",
            "attach",
            "Attach",
            tooltip="Attach a file",
            priority=True,
            id="message.attach",
        ),
    ]

    _draft_timer: Timer | None = None
    _sending = False
    _unsent = ""

    # -- writing ---------------------------------------------------------------------------

    @on(TextArea.Changed)
    def _keep_draft_soon(self) -> None:
        if self._draft_timer:
            self._draft_timer.stop()
        self._draft_timer = self.set_timer(_DRAFT_PAUSE_S, self.keep_draft)

    async def keep_draft(self) -> None:
        if self.access and not self._sending:
            await self.access.drafts.keep(self.composer.text)

    @on(Composer.Submitted)
    @on(Welcome.Chosen)
    def _submit(self, event: Composer.Submitted | Welcome.Chosen) -> None:
        text = event.text
        if not text.strip():
            if self.attached.file:
                self._complain("Say what the file is for.")
        elif self.access is None:
            self._hold(text)
        elif not self._sending:
            self._sending = True
            self._send(text, (self.attached.file,) if self.attached.file else ())

    def _hold(self, text: str) -> None:
        """Keep a text in the composer until the session is open."""
        self._unsent = text
        if not self.composer.text:
            self.composer.put(text)
        self.desk.complain(Notice(tone="recovery", text="Sent as soon as the connection stands"))
        self.show_state()

    def send_held(self) -> None:
        """Send what was to be sent before there was a session, unless it was changed since."""
        held, self._unsent = self._unsent, ""
        if held:
            self.desk.dismiss()
            if self.composer.text.startswith(held):
                self.composer.post_message(Composer.Submitted(held))

    @work(group="send", exit_on_error=False)
    async def _send(self, text: str, files: tuple[Attachment, ...]) -> None:
        """Hand a text over; it leaves the composer when it is safe in the outbox."""
        session, where = self.opened.session, self.desk.current
        try:
            turn = await session.send(where, text, files)
            if self.desk.current == where:
                await self._sent(turn, text)
            else:
                await session.save_draft(where, "")
        finally:
            self._sending = False
        self.composer.remember(await session.recall())
        self.list_soon()

    async def _sent(self, turn: Turn, text: str) -> None:
        """Move a text that is safe now from the composer to where it went, in one frame."""
        self.desk.current = self.opened.session.watched = turn.conversation_id
        self.desk.dismiss()
        with self.app.batch_update():
            self.composer.take_away(text)
            self.attached.show(None)
            self.greet(on=False)
            await self.conversation.update(turn)
        if self.desk.current == turn.conversation_id:
            self.composer.focus()
            self.action_follow_end()
            await self.opened.drafts.move(turn.conversation_id, self.composer.text)

    @on(Composer.TooMuch)
    def _refuse_text(self, event: Composer.TooMuch) -> None:
        self._complain(event.text)

    def _complain(self, text: str) -> None:
        self.desk.complain(Notice(tone="refusal", text=text))
        self.show_state()

    # -- files -----------------------------------------------------------------------------

    def action_attach(self) -> None:
        from tui.ui.screens.attach import AttachScreen

        if self.access and Can.UPLOAD not in self.access.session.can:
            self._complain("This agent takes no files.")
        else:
            self.app.push_screen(AttachScreen(), self._take_file)

    @on(Composer.FileDropped)
    def _take_dropped(self, event: Composer.FileDropped) -> None:
        self._take_file(event.path)

    def _take_file(self, path: Path | None) -> None:
        if path is None:
            return
        try:
            self.attached.show(attachment_of(path))
        except CannotAttach as problem:
            self._complain(str(problem))
        self.composer.focus()

    @on(Composer.FileRemoved)
    @on(Attached.Removed)
    def _drop_file(self) -> None:
        self.attached.show(None)

    # -- messages that wait ----------------------------------------------------------------

    @work(group="send", exit_on_error=False)
    async def on_transcript_send_again(self, event: Transcript.SendAgain) -> None:
        if self.desk.current:
            await self.opened.session.send_again(self.desk.current, event.turn_id)

    @work(group="send", exit_on_error=False)
    async def on_transcript_withdrawn(self, event: Transcript.Withdrawn) -> None:
        if self.desk.current:
            text = await self.opened.session.withdraw(self.desk.current, event.turn_id)
            self._take_back(text or "")

    def _take_back(self, text: str) -> None:
        """Put a text that was not sent in front of what is in the composer."""
        parts = (text, self.composer.text)
        self.composer.put("\n\n".join(part for part in parts if part.strip()))
        self.composer.focus()
