"""Import of conversations from a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui.core.ports import Capability
from tui.core.text import clean_line, plural
from tui.ui.chat.controller import Controller
from tui.ui.composer.slash_registry import SlashCommand

if TYPE_CHECKING:
    from tui.core.ids import ConversationId
    from tui.core.records import ImportResult
    from tui.ui.chat.context import ChatContext

_MOST_PROBLEMS = 3


class ImportFile(Controller):
    """Import conversations, if the service supports it (``Capability.BUNDLE``).

    ``list_soon`` reads the list of conversations again, ``go_to`` opens one.
    """

    KEYS: ClassVar[Sequence[Binding]] = (
        Binding(
            "alt+i",
            "import",
            "Import",
            tooltip="Import conversations from a file",
            show=False,
            priority=True,
            id="conversation.import",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        *,
        list_soon: Callable[[], object],
        go_to: Callable[[ConversationId], object],
    ) -> None:
        super().__init__(context)
        self._list_soon = list_soon
        self._go_to = go_to

    def check_action(self, action: str) -> bool:
        return action != "import" or Capability.BUNDLE in self.context.can

    def slash_commands(self) -> Sequence[SlashCommand]:
        if not self.check_action("import"):
            return ()
        meaning = "Import conversations from a file"
        return (SlashCommand("import", meaning, self._import_typed, "PATH", words=_completions),)

    def choose(self) -> None:
        """Open the file picker."""
        from tui.ui.composer.file_picker import ImportScreen

        def answered(paths: Sequence[Path] | None) -> None:
            for path in paths or ():
                self._start(path)

        self.context.ask(ImportScreen(), answered)

    def _import_typed(self, path: str) -> None:
        from tui.ui.composer.paths import typed_path

        if path:
            self._start(typed_path(path))
        else:
            self.choose()

    def _start(self, path: Path) -> None:
        self.context.run("import", self._import, path)

    async def _import(self, path: Path) -> None:
        from tui.ui.sidebar.export import CannotRead, read_bundle

        try:
            bundle = await asyncio.to_thread(read_bundle, path)
        except CannotRead as problem:
            self.context.show_problem(str(problem))
            return
        imported = await self.context.opened.session.conversations.import_bundle(bundle)
        self._list_soon()
        self._report(imported)
        if len(imported.created) == 1:
            self._go_to(imported.created[0])

    def _report(self, imported: ImportResult) -> None:
        count = len(imported.created)
        sentences = [f"{plural(count, 'conversation')} imported."]
        sentences += [clean_line(problem) for problem in imported.problems[:_MOST_PROBLEMS]]
        if (more := len(imported.problems) - _MOST_PROBLEMS) > 0:
            sentences.append(f"And {plural(more, 'more problem')}.")
        text = " ".join(sentences)
        if imported.problems:
            self.context.notify(text, severity="warning", timeout=15)
        else:
            self.context.notify(text)


def _completions(begun: str) -> Sequence[str]:
    from tui.ui.composer.paths import typed_completions

    return typed_completions(begun)
