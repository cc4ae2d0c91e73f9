"""The file that goes with the next message, as a chip above the composer."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from tui.core.records import Attachment
from tui.core.text import size
from tui.ui.text import line


class Attached(Widget):
    """Shown only while there is a file; a click on ``✕`` takes it off."""

    class Removed(Message):
        """The user took the file off."""

    def __init__(self) -> None:
        super().__init__()
        self.file: Attachment | None = None

    def show(self, file: Attachment | None) -> None:
        """Show a file, or nothing."""
        self.file = file
        self.display = file is not None
        self.refresh()

    def render(self) -> Content:
        if self.file is None:
            return Content("")
        remove = Content(" ✕ ").stylize(Style.from_meta({"@click": "remove"}))
        chip = Content.assemble(
            (" ⎘ ", "$primary"),
            line(self.file.name, 60),
            (f"  {size(self.file.size_bytes)} ", "$soft"),
            remove,
        )
        return chip.stylize_before("on $chosen")

    def action_remove(self) -> None:
        self.post_message(self.Removed())
