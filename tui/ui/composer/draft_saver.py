"""Saving of the composer's draft, so that no typed text is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.core.draft import Draft, parse
from tui.ui.app.early_input import EarlyDraft, parse_early_draft
from tui.ui.composer.attachments import look_at

if TYPE_CHECKING:
    from tui.core.store_port import EarlyDraftStore
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
        early_draft_store: EarlyDraftStore | None,
    ) -> None:
        self._context = context
        self._composer = composer
        self._attached = attached
        self._early_draft_store = early_draft_store
        self._timer: Timer | None = None
        self._early_draft: EarlyDraft | None = None
        """Early draft of a killed process; None until it has been read."""
        self.is_restored = False
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
        needed = self._context.access is None or not self.is_restored
        if needed and self._early_draft_store and (self.written or self._early_draft is not None):
            self._early_draft_store.keep(self._read_early_draft().after(parse(self.written)).dump())

    def _read_early_draft(self) -> EarlyDraft:
        if self._early_draft is None:
            self._early_draft = parse_early_draft(
                self._early_draft_store.read() if self._early_draft_store else ""
            )
        return self._early_draft

    async def restore(self, kept: str) -> bool:
        """Join the text written so far, the early draft of a killed process, and the stored draft.

        Returns True if there is any text.
        """
        left = self._read_early_draft()
        rest = left.joined_with(kept)
        # The text itself moves to the composer.
        self._early_draft = EarlyDraft(included=left.included).including(kept)
        if rest:
            both = parse(self.written).followed_by(rest)
            await self.write(both.dump(), self._composer.submitted)
        self._early_draft = self._early_draft.including(self.written)
        self.save_early_draft()
        await self._context.opened.drafts.keep(self.written)
        if self._early_draft_store:
            self._early_draft_store.clear()
        self.is_restored, self._early_draft = True, EarlyDraft()
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
        if access and self.is_restored and not self.is_sending:
            await access.drafts.keep(self.written)
