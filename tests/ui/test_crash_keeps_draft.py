"""Crashes while an early draft is being stored: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import MemoryStore
from tests.ui.stage import Stage
from tui.core.draft import Draft
from tui.core.ids import ConversationId
from tui.ui.app.early_input import EarlyDraft, parse_early_draft

pytestmark = pytest.mark.slow

DRAFTS = st.builds(
    Draft,
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8),
    st.lists(st.sampled_from(["/a", "/b"]), unique=True).map(tuple),
)


@dataclass(frozen=True, slots=True)
class Disk:
    """State of the disk after a killed program."""

    early_draft: str = ""
    draft: str = ""


class Watched(MemoryStore):
    """Store and early draft store that record the disk after each write."""

    def __init__(self, disk: Disk) -> None:
        super().__init__()
        self.drafts[None] = disk.draft
        self.text = disk.early_draft
        self.moments = [disk]
        self.listing = asyncio.Event()

    async def recall(self, limit: int = 200) -> Sequence[str]:
        await self.listing.wait()
        return await super().recall(limit)

    async def save_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        for _ in range(200):  # a slow disk: messages of the composer are handled meanwhile
            await asyncio.sleep(0)
        await super().save_draft(conversation_id, text)
        self._note()

    def keep(self, text: str) -> None:
        self.text = text
        self._note()

    def read(self) -> str:
        return self.text

    def clear(self) -> None:
        self.text = ""
        self._note()

    def _note(self) -> None:
        disk = Disk(self.text, self.drafts.get(None, ""))
        if disk != self.moments[-1]:
            self.moments.append(disk)


async def start(disk: Disk, typed: str = "") -> tuple[str, list[Disk]]:
    """Return the composer text after a start, and the state of the disk on the way."""
    gate, watched = asyncio.Event(), Watched(disk)
    async with Stage(store=watched, gate=gate, early_draft_store=watched).shown() as stage:
        await stage.press(*typed)
        before = len(watched.moments) - 1
        gate.set()
        watched.listing.set()
        await stage.until(lambda: stage.is_draft_restored())
        return stage.composer_text(), watched.moments[before:]


async def test_a_crash_at_any_moment_neither_loses_nor_duplicates_the_draft() -> None:
    whole = "typed\n\nleft\n\nkept"
    text, moments = await start(Disk("left", "kept"), "typed")
    assert text == whole
    assert len(moments) >= 3
    for crash in set(moments):
        again, later = await start(crash)
        assert again == whole, crash
        for second_crash in set(later) - set(moments):
            assert (await start(second_crash))[0] == whole, second_crash


async def test_a_slow_start_neither_overwrites_nor_duplicates_the_draft() -> None:
    """The pause after which a draft is stored may end before the stored draft has been read."""
    gate, watched = asyncio.Event(), Watched(Disk(draft="kept"))
    async with Stage(store=watched, gate=gate, early_draft_store=watched).shown() as stage:
        await stage.press(*"typed")
        gate.set()
        await stage.until(lambda: stage.is_connected())
        await stage.save_draft()
        assert watched.drafts[None] == "kept"
        watched.listing.set()
        await stage.until(lambda: watched.drafts[None] == "typed\n\nkept")
        assert stage.composer_text() == "typed\n\nkept"


@given(DRAFTS, DRAFTS, DRAFTS)
def test_draft_parts_are_merged_once(typed: Draft, left: Draft, kept: Draft) -> None:
    unsent = EarlyDraft(left).after(typed)
    joined = unsent.joined_with(kept.dump())
    merged = EarlyDraft(joined).including(kept.dump()).including(joined.dump())
    for stored in (kept.dump(), joined.dump()):
        assert parse_early_draft(merged.dump()).joined_with(stored) == joined
