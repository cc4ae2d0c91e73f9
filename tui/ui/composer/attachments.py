"""Files that go with the next message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.text import size
from tui.ui.chat.controller import Controller
from tui.ui.composer.attachment_files import CannotAttach, PickedFile, pick
from tui.ui.composer.slash_registry import SlashCommand

if TYPE_CHECKING:
    from tui.core.records import Attachment
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.attachment_chips import AttachmentChips
    from tui.ui.composer.composer import Composer


class Attachments(Controller):
    """Attach and remove files, and check them again before they are sent.

    ``changed`` is called after each change.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            "ctrl+o",
            "attach",
            "Attach",
            tooltip="Attach files",
            priority=True,
            id="message.attach",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        attached: AttachmentChips,
        changed: Callable[[], object],
    ) -> None:
        super().__init__(context)
        self._composer = composer
        self._attached = attached
        self._changed = changed

    def check_action(self, action: str) -> bool:
        return action != "attach" or self.are_taken

    def slash_commands(self) -> Sequence[SlashCommand]:
        if not self.are_taken:
            return ()
        words = _completions
        return (SlashCommand("attach", "Attach files", self._attach_typed, "PATH", words=words),)

    @property
    def are_taken(self) -> bool:
        """True if the agent accepts files, as far as known."""
        return self._composer.takes_files

    def choose(self) -> None:
        """Open the file picker."""
        from tui.ui.composer.file_picker import AttachScreen

        self.context.ask(AttachScreen(), self.attach)

    def _attach_typed(self, path: str) -> None:
        from tui.ui.composer.paths import typed_path

        if path:
            self.attach([typed_path(path).absolute()])
        else:
            self.choose()

    def attach(self, paths: Sequence[Path] | None) -> None:
        """Attach files to the next message."""
        if paths and not self.are_taken:
            self.context.show_problem("This agent doesn't accept files.")
        elif paths:
            self.context.run("attach", self._attach_all, paths)
        self._composer.focus()

    async def _attach_all(self, paths: Sequence[Path]) -> None:
        found = await look_at(str(path) for path in paths)
        self._show([*self._attached.files, *(picked for picked in found if picked.file)])
        if problems := [picked.problem for picked in found if picked.problem]:
            self.context.show_problem(" ".join(problems))

    def attach_dropped(self, paths: Sequence[Path]) -> None:
        """Attach files whose paths were pasted, with a hint how to insert the paths instead."""
        self.attach(paths)
        self._attached.note("Press Ctrl+Z to insert the path instead")

    def take_off(self, paths: Sequence[Path]) -> None:
        """Remove these files from the next message."""
        self._show([picked for picked in self._attached.files if picked.path not in paths])

    def take_off_last(self) -> None:
        """Remove the last file from the next message."""
        self._show(self._attached.files[:-1])

    def _show(self, files: Sequence[PickedFile]) -> None:
        self._attached.show(files)
        self._changed()

    async def to_send(self) -> list[Attachment]:
        """Return the files as they are now. Raises ``CannotAttach`` if one has changed."""
        chosen = self._attached.files
        now = await look_at(self._attached.paths)
        if now != list(chosen):
            self._attached.show(now)
            raise CannotAttach(_what_changed(chosen, now))
        if problem := next((picked.problem for picked in now if picked.problem), ""):
            raise CannotAttach(f"{problem} Remove it to send the rest.")
        return [picked.file for picked in now if picked.file]


async def look_at(paths: Iterable[str]) -> list[PickedFile]:
    """Check the files in a thread: a slow disk does not block the screen."""
    names = list(paths)
    return await asyncio.to_thread(lambda: [pick(Path(name)) for name in names]) if names else []


def _completions(begun: str) -> Sequence[str]:
    from tui.ui.composer.paths import typed_completions

    return typed_completions(begun)


def _what_changed(chosen: Sequence[PickedFile], now: Sequence[PickedFile]) -> str:
    """Describe the first file that has changed since it was attached."""
    was, picked = next((a, b) for a, b in zip(chosen, now, strict=True) if a != b)
    if picked.file is None or was.file is None:
        return f"{picked.problem or 'A missing file is available again.'} The message wasn't sent."
    sizes = f"it was {size(was.file.size_bytes)}, now it's {size(picked.file.size_bytes)}"
    return f"{picked.name} changed: {sizes}. Press Enter to send the new version."
