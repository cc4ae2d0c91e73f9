"""Writing: the composer's text and files on their way to the outbox, and back from it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import TextArea

from tui.core.draft import Draft, parse, unfold
from tui.core.ids import ConversationId, is_local
from tui.core.ports import Can, Notepad
from tui.core.text import size
from tui.ui.files import CannotAttach, Picked, messages, pick
from tui.ui.notices import Notice, not_sent
from tui.ui.screens.reading import ReadingScreen
from tui.ui.unsent import Unsent, read_unsent
from tui.ui.widgets.attached import Attached
from tui.ui.widgets.composer import Composer
from tui.ui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from tui.chat.session import Session
    from tui.core.records import Attachment
    from tui.core.turn import Turn
    from tui.ui.widgets.prompt_card import PromptCard

_DRAFT_PAUSE_S = 0.5
_NOTHING = Draft()


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """What the user wants to send: the whole text, and how it is kept."""

    text: str
    kept: str
    is_written: bool
    """It is in the composer until it is safe."""


class WritingScreen(ReadingScreen):
    """What the user says: drafts, sending, files, and messages that have not been sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+o",
            "attach",
            "Attach",
            tooltip="Attach files",
            priority=True,
            id="message.attach",
        ),
    ]

    notepad: Notepad | None = None
    """Keeps what is written before the session is open."""
    _draft_timer: Timer | None = None
    _sending: asyncio.Future[None] | None = None
    """Done when the message that is on its way to the outbox is there, or cannot get there."""
    _taken_up = False
    """The session has all that was written before it was open."""
    _left: Unsent | None = None
    """What a program that was killed had on the notepad; None: it has not been looked at."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._outgoing: deque[_Outgoing] = deque()
        """What Enter was pressed for and is not in the outbox yet, in order."""

    def connected(self, session: Session) -> None:
        self._taken_up = False
        super().connected(session)
        self.composer.takes_files = Can.UPLOAD in session.can
        if transcript := self.conversation.transcript:
            transcript.may_be_stopped = Can.BE_STOPPED in session.can

    # -- drafts ----------------------------------------------------------------------------

    @property
    def written(self) -> str:
        return Draft(self.composer.apart, self.attached.paths).dump()

    async def write(self, kept: str, submitted: Sequence[str] = ()) -> None:
        draft = parse(kept)
        self.composer.start_with(draft.text, submitted)
        self.attached.show(await _look_at(draft.paths))

    @on(TextArea.Changed, "Composer")
    def _changed(self) -> None:
        self.attached.note("")
        self._keep_draft_soon()

    def jot_down(self) -> None:
        """Keep what is written as long as there is no store for it."""
        needed = self.access is None or not self._taken_up
        if needed and self.notepad and (self.written or self._left is not None):
            self.notepad.keep(self._left_behind().behind(parse(self.written)).dump())

    def _left_behind(self) -> Unsent:
        if self._left is None:
            self._left = read_unsent(self.notepad.read() if self.notepad else "")
        return self._left

    async def take_up(self, kept: str) -> bool:
        """Go on with what was written so far, what a killed program left, and a draft."""
        left = self._left_behind()
        rest = left.joined_with(kept)
        self._left = Unsent(included=left.included).including(kept)  # the rest is in the composer
        if rest:
            both = parse(self.written).followed_by(rest)
            await self.write(both.dump(), self.composer.submitted)
        self._left = self._left.including(self.written)
        self.jot_down()
        await self.opened.drafts.keep(self.written)
        if self.notepad:
            self.notepad.clear()
        self._taken_up, self._left = True, Unsent()
        return bool(self.written)

    def _keep_draft_soon(self) -> None:
        if self._draft_timer:
            self._draft_timer.stop()
        self._draft_timer = self.set_timer(_DRAFT_PAUSE_S, self._keep_draft_now)

    @work(group="draft", exit_on_error=False)
    async def _keep_draft_now(self) -> None:
        await self.keep_draft()

    async def keep_draft(self) -> None:
        """Store what is written, once the stored draft is part of it."""
        if self.access and self._taken_up and not self._sending:
            await self.access.drafts.keep(self.written)

    # -- sending ---------------------------------------------------------------------------

    @on(Composer.Submitted)
    @on(Welcome.Chosen)
    def _submit(self, event: Composer.Submitted | Welcome.Chosen) -> None:
        """Send a text, now or when that is possible: after those that were submitted before."""
        is_written = isinstance(event, Composer.Submitted)
        kept = event.kept if isinstance(event, Composer.Submitted) else event.text
        if not (text := unfold(kept)).strip():
            if self.attached.files and not self._outgoing:
                self.complain("Say what the file is for.")
            return
        if self.access is None and not is_written and not self.composer.text:
            self.composer.start_with(kept, [kept])
            is_written = True
        self._outgoing.append(_Outgoing(text, kept, is_written))
        if self.access is None:
            self._hold()
        else:
            self._send_next()

    def _send_next(self) -> None:
        """Send the first text that waits, unless it was changed since Enter was pressed."""
        while self._outgoing and not self._sending:
            first = self._outgoing[0]
            if first.is_written and first.kept not in self.composer.submitted:
                self._outgoing.popleft()
                continue
            self._sending = asyncio.get_running_loop().create_future()
            self._send(first, self._sending)

    def _give_up_sending(self) -> None:
        """Leave what could not be sent, and what was to follow it, in the composer."""
        self._outgoing.clear()
        self.composer.leave()

    @property
    def is_sending(self) -> bool:
        """Whether a message is on its way from the composer to the outbox."""
        return self._sending is not None

    async def all_sent(self) -> None:
        """Wait until all messages that were sent are in the outbox."""
        while self._sending:
            await asyncio.wait([self._sending])

    def _hold(self) -> None:
        """Keep what is to be sent in the composer until the session is open."""
        self.jot_down()
        failed = self.desk.failed_start
        waits = Notice(tone="recovery", text="Sent as soon as the connection stands")
        self.desk.complain(not_sent(failed) if failed else waits)
        self.show_state()

    def send_held(self) -> None:
        """Send what was to be sent before there was a session."""
        if self._outgoing:
            self.desk.dismiss()
            self._send_next()

    @work(group="send", exit_on_error=False)
    async def _send(self, outgoing: _Outgoing, done: asyncio.Future[None]) -> None:
        """Hand a message over; it leaves the composer when it is safe in the outbox."""
        session, start = self.opened.session, self.desk.current
        safe = False
        try:
            turns = await self._hand_over(outgoing.text, start)
            safe = True
            await self._sent(turns, outgoing.kept, start)
        except CannotAttach as problem:
            self.complain(str(problem))
        finally:
            self._sending = None
            if safe:
                self._outgoing.popleft()
                self._send_next()
            else:
                self._give_up_sending()
            done.set_result(None)
        self.composer.remember(await session.recall())
        self.list_soon()

    async def _hand_over(self, text: str, where: ConversationId | None) -> list[Turn]:
        """Put a text and the chosen files into the outbox. Raises ``CannotAttach``."""
        turns: list[Turn] = []
        for part, one_file in messages(text, await self._files_to_send()):
            turns.append(await self.opened.session.send(where, part, one_file))
            where = turns[-1].conversation_id
        return turns

    async def _files_to_send(self) -> list[Attachment]:
        """The chosen files as they are now. Raises ``CannotAttach`` if one is not as it was."""
        chosen = self.attached.files
        now = await _look_at(self.attached.paths)
        if now != list(chosen):
            self.attached.show(now)
            raise CannotAttach(_what_changed(chosen, now))
        if problem := next((picked.problem for picked in now if picked.problem), ""):
            raise CannotAttach(f"{problem} Take it off to send the rest.")
        return [picked.file for picked in now if picked.file]

    async def _sent(self, turns: Sequence[Turn], kept: str, where: ConversationId | None) -> None:
        """Move a message that is safe now from the composer to where it went, in one frame."""
        session = self.opened.session
        if not self._shows(where):
            await session.save_draft(where, "")
            return
        current = self.desk.current = session.watched = session.named(turns[-1].conversation_id)
        self.desk.dismiss()
        with self.app.batch_update():
            self.composer.take_away(kept)
            self.attached.show(())
            self.greet(on=False)
            for turn in turns:
                await self.conversation.update(self.desk.board.turn(turn.id) or turn)
        # The transcript lays the screen out by itself, and what Textual draws then is thrown away
        # while a batch is open.
        self.refresh()
        if current and self._shows(current):
            self.composer.focus()
            self.action_follow_end()
            await self.opened.drafts.move(session.named(current) or current, self.written)

    def _shows(self, conversation_id: ConversationId | None) -> bool:
        """Whether a conversation is on screen, which may have been named in the meantime."""
        named = self.opened.session.named
        return named(self.desk.current) == named(conversation_id)

    @on(Composer.LinesKept)
    def _announce_lines(self, event: Composer.LinesKept) -> None:
        self.notify(f"Pasted {event.count} lines. Press Enter to send them.")

    @on(Composer.TooMuch)
    def _refuse_text(self, event: Composer.TooMuch) -> None:
        self.complain(event.text)

    # -- files -----------------------------------------------------------------------------

    @property
    def takes_files(self) -> bool:
        """Whether files can go with a message, as far as known."""
        return self.composer.takes_files

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action == "attach":
            return self.takes_files
        return super().check_action(action, parameters)

    def action_attach(self) -> None:
        from tui.ui.screens.attach import AttachScreen

        self.app.push_screen(AttachScreen(), self.attach)

    @on(Composer.FilesDropped)
    def _take_dropped(self, event: Composer.FilesDropped) -> None:
        self.attach(event.paths)
        self.attached.note("Ctrl+Z writes the path instead")

    @on(Composer.DropUndone)
    def _give_up_dropped(self, event: Composer.DropUndone) -> None:
        self._keep_files([p for p in self.attached.files if p.path not in event.paths])

    def attach(self, paths: Sequence[Path] | None) -> None:
        """Let files go with the next message."""
        if paths and not self.takes_files:
            self.complain("This agent takes no files.")
        elif paths:
            self._attach_all(paths)
        self.composer.focus()

    @work(group="attach", exit_on_error=False)
    async def _attach_all(self, paths: Sequence[Path]) -> None:
        found = await _look_at(str(path) for path in paths)
        self._keep_files([*self.attached.files, *(picked for picked in found if picked.file)])
        if problems := [picked.problem for picked in found if picked.problem]:
            self.complain(" ".join(problems))

    def _keep_files(self, files: Sequence[Picked]) -> None:
        self.attached.show(files)
        self._keep_draft_soon()

    @on(Composer.FileRemoved)
    def _drop_last_file(self) -> None:
        self._keep_files(self.attached.files[:-1])

    @on(Attached.Removed)
    def _drop_file(self, event: Attached.Removed) -> None:
        self._keep_files([p for p in self.attached.files if p.path != event.path])
        if not self.attached.files:
            self.composer.focus()

    @on(Attached.LookWanted)
    def _look_at_file(self, event: Attached.LookWanted) -> None:
        from tui.ui.modals.picture import PictureView

        self.app.push_screen(PictureView(event.path))

    # -- messages that wait ----------------------------------------------------------------

    @work(group="send", exit_on_error=False)
    async def on_prompt_card_send_again(self, event: PromptCard.SendAgain) -> None:
        if self.desk.current:
            await self.opened.session.send_again(self.desk.current, event.turn_id)

    @work(group="send", exit_on_error=False)
    async def on_prompt_card_withdrawn(self, event: PromptCard.Withdrawn) -> None:
        if self.desk.current:
            draft = await self.opened.session.withdraw(self.desk.current, event.turn_id)
            await self.take_back(draft or Draft())

    async def take_back(self, message: Draft, behind: Draft = _NOTHING) -> None:
        """Put a message that was not sent in front of what is in the composer.

        ``behind``: what came back just before it, and stays before it.
        """
        files = (*await _look_at(message.paths), *self.attached.files)
        by_path = {str(picked.path): picked for picked in files}
        both = parse(self.written).taking_back(message, behind)
        self.composer.put(both.text)
        self.attached.show([by_path[path] for path in both.paths])
        await self._leave_what_is_gone()
        await self.keep_draft()
        self.composer.focus()

    async def _leave_what_is_gone(self) -> None:
        """Begin anew, with what is written, where the only message was taken back."""
        access, current = self.opened, self.desk.current
        if not current or not is_local(current) or await access.session.conversation(current):
            return
        kept = await access.drafts.read(None)
        self.desk.current = access.session.watched = None
        access.drafts.hold(None, kept)
        await self.write(parse(self.written).followed_by(parse(kept)).dump())
        self.greet(on=True)
        await self.conversation.show(())
        self._list_conversations()


async def _look_at(paths: Iterable[str]) -> list[Picked]:
    """The files as they are now; a slow disk does not stop the screen."""
    names = list(paths)
    return await asyncio.to_thread(lambda: [pick(Path(name)) for name in names]) if names else []


def _what_changed(chosen: Sequence[Picked], now: Sequence[Picked]) -> str:
    """A sentence about the first file that is not as it was when it was attached."""
    was, picked = next((a, b) for a, b in zip(chosen, now, strict=True) if a != b)
    if picked.file is None or was.file is None:
        return f"{picked.problem or 'A file is there again.'} The message was not sent."
    sizes = f"it had {size(was.file.size_bytes)}, now it has {size(picked.file.size_bytes)}"
    return f"{picked.name} has changed: {sizes}. Enter sends it as it is now."
