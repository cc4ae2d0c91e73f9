"""Saving of the composer's draft, so that no typed text is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.core.draft import Draft, parse
from tui.ui.app.early_input import Unsent, read_unsent
from tui.ui.composer.attachments import look_at

if TYPE_CHECKING:
    from tui.core.ports import EarlyDraftStore
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.attachment_chips import AttachmentChips
    from tui.ui.composer.composer import Composer

_PAUSE_S = 0.5


class DraftSaver:
    """Save text and files: before the session is open as early draft, then in the store."""

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        attached: AttachmentChips,
        notepad: EarlyDraftStore | None,
    ) -> None:
        self._context = context
        self._composer = composer
        self._attached = attached
        self._notepad = notepad
        self._timer: Timer | None = None
        self._left: Unsent | None = None
        """Early draft of a killed process; None until it has been read."""
        self.is_taken_up = False
        """True once the session's draft includes everything written before it was open."""
        self.is_sending = False
        """True while a message is on its way to the outbox: no longer a draft, not yet safe."""
        composer.save_early_draft = self.save_early_draft

    @property
    def written(self) -> str:
        """Text and files in the composer, in stored form."""
        return Draft(self._composer.apart, self._attached.paths).dump()

    async def write(self, kept: str, submitted: Sequence[str] = ()) -> None:
        """Replace the composer's draft."""
        draft = parse(kept)
        self._composer.start_with(draft.text, submitted)
        self._attached.show(await look_at(draft.paths))

    def save_early_draft(self) -> None:
        """Save the draft while there is no store for it."""
        needed = self._context.access is None or not self.is_taken_up
        if needed and self._notepad and (self.written or self._left is not None):
            self._notepad.keep(self._left_behind().behind(parse(self.written)).dump())

    def _left_behind(self) -> Unsent:
        if self._left is None:
            self._left = read_unsent(self._notepad.read() if self._notepad else "")
        return self._left

    async def take_up(self, kept: str) -> bool:
        """Join the text written so far, the early draft of a killed process, and the stored draft.

        Returns True if there is any text.
        """
        left = self._left_behind()
        rest = left.joined_with(kept)
        self._left = Unsent(included=left.included).including(kept)  # the rest is in the composer
        if rest:
            both = parse(self.written).followed_by(rest)
            await self.write(both.dump(), self._composer.submitted)
        self._left = self._left.including(self.written)
        self.save_early_draft()
        await self._context.opened.drafts.keep(self.written)
        if self._notepad:
            self._notepad.clear()
        self.is_taken_up, self._left = True, Unsent()
        return bool(self.written)

    def keep_soon(self) -> None:
        """Store the draft after a short pause."""
        if self._timer:
            self._timer.stop()
        self._timer = self._context.screen.set_timer(_PAUSE_S, self._keep_now)

    def _keep_now(self) -> None:
        self._context.run("draft", self.keep)

    async def keep(self) -> None:
        """Store the draft, once it includes the stored one."""
        access = self._context.access
        if access and self.is_taken_up and not self.is_sending:
            await access.drafts.keep(self.written)
